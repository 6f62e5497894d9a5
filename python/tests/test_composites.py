"""Sparse and ragged tensors: what TensorFlow answers, without TensorFlow; see composite_calls.py. In traced functions as well."""

import json
import math

import numpy as np
import pytest

import composite_calls
import whygrad
import whygrad.tf as tf

RECORD = dict(json.loads(line) for line in composite_calls.RECORD.read_text().splitlines())
# Where TensorFlow has no gradient function, or one that cannot run, the gradient is here.
RICHER = ("LookupError", "TypeError", "InvalidArgumentError", "NotImplementedError")
# TensorFlow has no rule for SparseAddGrad, gives the regression of a single sequence the gradient of the identity, and that with a wrong shape.
OTHERWISE = {"sparse.add(a,b": ["second"], "isotonic_regression(v1": ["first", "second"]}
# What depends on elements that a trace does not know.
BY_ELEMENTS = ("from_dense", "bincount", "str(", "to_list", "row", "where(r>2.)", "mask(d,d>3.)", "threshold=", "unique", "isotonic", "hits(")


def close(ours, theirs):
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and set(ours) == set(theirs) and all(close(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(close, ours, theirs))
    if isinstance(theirs, float) and isinstance(ours, float):
        return math.isnan(ours) and math.isnan(theirs) or math.isclose(ours, theirs, rel_tol=2e-5, abs_tol=2e-5)
    return ours == theirs


def test_the_record_is_of_all_calls():
    assert list(RECORD) == composite_calls.ALL


@pytest.mark.parametrize("expression", RECORD)
def test_answers_are_tensorflows(expression):
    theirs, ours = RECORD[expression], composite_calls.answer(tf, expression)
    if "raises" in theirs:
        assert "raises" in ours
        assert "\nhelp: " in ours["message"] or theirs["raises"] == ours["raises"] or "unsupported operand" in ours["message"]
        return
    assert "raises" not in ours, ours["message"]
    for key in theirs:
        no_rule = isinstance(theirs[key], str) and theirs[key] in RICHER or any(e in expression and key in keys for e, keys in OTHERWISE.items())
        if key == "gives" or not no_rule:
            assert close(ours[key], theirs[key]), f"{key}: {ours[key]}, and TensorFlow says {theirs[key]}"


@pytest.mark.parametrize(
    "expression", [e for e in RECORD if isinstance(RECORD[e].get("gives"), (dict, list)) and not any(word in e for word in BY_ELEMENTS)]
)
def test_traced_functions_give_the_same(expression):
    given = composite_calls.made_of(tf, *composite_calls.watched(tf))
    names = [name for name in given if name not in ("tf", "T")]
    code = compile(expression, "<call>", "eval")

    @tf.function(autograph=False)
    def traced(values):
        return eval(code, {"tf": tf, "T": tf.RaggedTensor, **dict(zip(names, values))})

    ours = composite_calls.plain(tf, traced([given[name] for name in names]))
    assert close(json.loads(json.dumps(ours)), RECORD[expression]["gives"])


def test_a_function_is_traced_once_for_the_rows_of_a_tensor():
    traces = []

    @tf.function
    def sums(rows):
        traces.append(rows)
        return tf.reduce_sum(rows * 2.0, axis=1)

    for lengths in ([2, 2], [1, 3], [2, 2]):
        x = tf.Variable([1.0, 2.0, 3.0, 4.0])
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(sums(tf.RaggedTensor.from_row_lengths(x * 1.0, lengths)) ** 2)
        totals = np.repeat([6.0, 14.0] if lengths == [2, 2] else [2.0, 18.0], lengths)
        np.testing.assert_allclose(tape.gradient(y, x).numpy(), 4 * totals)
    assert len(traces) == 2


def test_rows_that_a_trace_does_not_know_are_named():
    @tf.function
    def sums(values, splits):
        return tf.reduce_sum(tf.RaggedTensor.from_row_splits(values, splits), axis=1)

    @tf.function
    def whole(values, splits):
        return tf.RaggedTensor.from_row_splits(values, splits).to_tensor()

    values, splits = tf.constant([1.0, 2.0, 3.0]), tf.constant([0, 1, 3])
    assert sums(values, splits).numpy().tolist() == [1, 5]
    with pytest.raises(whygrad.errors.ArgumentError, match="row splits are not known while the function is traced"):
        whole(values, splits)


def test_a_tape_watches_the_values():
    for value in (tf.ragged.constant([[1.0, 2.0], [3.0]]), tf.SparseTensor([[0, 0], [1, 1], [1, 2]], [1.0, 2.0, 3.0], [2, 3])):
        with tf.GradientTape() as tape:
            tape.watch(value)
            held = value.flat_values if isinstance(value, tf.RaggedTensor) else value.values
            y = tf.reduce_sum(held**2)
        gradient = tape.gradient(y, value)
        assert type(gradient) is type(value)
        found = gradient.flat_values if isinstance(value, tf.RaggedTensor) else gradient.values
        assert found.numpy().tolist() == [2, 4, 6]


def test_what_an_ordinary_tensor_costs_is_no_look_at_its_type():
    assert tf.add is tf.math.add
    with pytest.raises(whygrad.errors.ShapeError, match="do not broadcast"):
        tf.add(tf.ones([2]), tf.ones([3]))
    with pytest.raises(TypeError, match="cannot make a tensor of object"):
        tf.add(object(), 1.0)
    assert tf.add.__name__ == "add" and "elementwise" in tf.add.__doc__.lower()


def reason(program):
    with whygrad.diagnose() as report:
        program()
    return str(report)


def test_positions_have_no_gradient_and_say_so():
    def lengths_of_rows():
        lengths = tf.Variable([2.0, 1.0])
        with tf.GradientTape() as tape:
            rows = tf.RaggedTensor.from_row_lengths(tf.constant([1.0, 2.0, 3.0]), tf.cast(lengths, tf.int32))
            y = tf.reduce_sum(tf.reduce_sum(rows[::-1], axis=1) ** 2)
        assert tape.gradient(y, lengths) is None

    def places_of_values():
        w = tf.Variable([2.0, 0.0, 1.0])
        with tf.GradientTape() as tape:
            places = tf.cast(tf.stack([w, w], 1), tf.int64)
            sparse = tf.sparse.reorder(tf.SparseTensor(places, tf.constant([1.0, 2.0, 3.0]), [3, 3]))
            y = tf.reduce_sum(sparse.values**2)
        assert tape.gradient(y, w) is None

    for program in (lengths_of_rows, places_of_values):
        said = reason(program)
        assert "`tf.cast` makes i" in said and "positions" in said and "WG105" in said, said


def test_sparse_tensors_that_are_put_together_have_no_gradient_as_in_tensorflow():
    def program():
        w = tf.Variable([1.0, 2.0])
        with tf.GradientTape() as tape:
            sparse = tf.SparseTensor([[0, 0], [1, 1]], w * 2.0, [2, 2])
            y = tf.reduce_sum(tf.sparse.to_dense(tf.sparse.concat(0, [sparse, sparse])))
        assert tape.gradient(y, w) is None

    said = reason(program)
    assert "sparse tensors that are put together, and they have no gradient" in " ".join(said.split()) and "join their values" in said


def test_candidates_are_drawn_as_they_are_said_to_be():
    tf.random.set_seed(3)
    true = tf.constant([[0], [4]], tf.int64)
    sampled, of_true, of_sampled = tf.random.uniform_candidate_sampler(true, 1, 5, True, 5)
    assert sorted(sampled.numpy().tolist()) == [0, 1, 2, 3, 4] and of_true.shape == (2, 1) and (of_sampled.numpy() <= 1).all()
    sampled, of_true, of_sampled = tf.random.log_uniform_candidate_sampler(true, 1, 4000, False, 5)
    likely = np.log((np.arange(5) + 2) / (np.arange(5) + 1)) / np.log(6)
    np.testing.assert_allclose(np.bincount(sampled.numpy(), minlength=5) / 4000, likely, atol=0.04)
    np.testing.assert_allclose(of_true.numpy()[:, 0], 4000 * likely[[0, 4]], rtol=1e-5)
    with pytest.raises(whygrad.errors.InvalidArgumentError, match="range is too small"):
        tf.random.uniform_candidate_sampler(true, 1, 6, True, 5)


def test_losses_over_candidates_train_in_traced_functions():
    weights, biases = tf.Variable(tf.ones([6, 2]) * 0.1), tf.Variable(tf.zeros([6]))

    @tf.function
    def loss(inputs, labels):
        return tf.reduce_mean(tf.nn.sampled_softmax_loss(weights, biases, labels, inputs, 3, 6))

    with tf.GradientTape() as tape:
        y = loss(tf.ones([2, 2]), tf.constant([[0], [5]], tf.int64))
    gradients = tape.gradient(y, [weights, biases])
    assert all(g is not None for g in gradients) and np.isfinite(float(y))


def test_an_order_that_a_seed_decides_has_each_index_once():
    for largest in (0, 1, 6, 63, 100, 2**16):
        found = tf.random_index_shuffle(tf.range(largest + 1), [1, 2, 3], largest).numpy()
        assert sorted(found.tolist()) == list(range(largest + 1))


@pytest.mark.parametrize(
    "seed, largest, rounds, expected",
    [
        ([1, 2, 3], 5, 4, [2, 0, 3, 4, 5]),
        ([1, 2, 3], 5, 8, [0, 5, 4, 1, 3]),
        ([1, 2, 3], 70000, 4, [13622, 45065, 36391]),
        ([0, 0, 0], 70000, 4, [509, 33004, 66014]),
        ([2147483647, 5, 77], 99, 4, [17, 50, 30]),
        ([2147483647, 5, 77], 2147483647, 4, [1838209687, 2014258615, 130379730]),
    ],
)
def test_an_order_that_a_seed_decides_is_tensorflows(seed, largest, rounds, expected):
    index = tf.range(len(expected))
    assert tf.random_index_shuffle(index, seed, largest, rounds).numpy().tolist() == expected
    with_rows = tf.random_index_shuffle(index, [seed] * len(expected), [largest] * len(expected), rounds)
    assert with_rows.dtype == tf.int32 and with_rows.numpy().tolist() == expected


def test_truncated_numbers_move_with_their_parameters():
    low, high = tf.constant([-1.0, 0.5]), tf.constant([0.5, 3.0])
    mean, deviation = tf.Variable([0.0, 1.0]), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        x = tf.random.stateless_parameterized_truncated_normal([1000, 2], [1, 2], mean, deviation, low, high)
    assert (x.numpy() >= low.numpy()).all() and (x.numpy() <= high.numpy()).all()
    of_mean, of_deviation = tape.gradient(x, [mean, deviation])
    assert (of_mean.numpy() > 0).all() and np.isfinite(of_deviation.numpy()).all()


def test_what_an_array_of_tensors_is_given():
    array = tf.TensorArray(tf.float32, 2, infer_shape=False).split(tf.ones([3, 2]), [1, 2])
    assert array.read(1).shape == (2, 2)
    assert tf.TensorArray(tf.float32, 2).scatter([1, 0], tf.constant([[1.0], [2.0]])).stack().numpy().tolist() == [[2.0], [1.0]]


# ---- In statements that the graph decides ----


def doubled_if(x, c):
    if c > 0.0:
        x = x * 2.0
    return x


def doubled_or_not(x, c):
    return x * 2.0 if c > 0.0 else x


def doubled_while(x, c):
    while c > 0.0:
        x = x * 2.0
        c = c - 1.0
    return x


def doubled_for(x, c):
    for _ in tf.range(tf.cast(c, tf.int32)):
        x = x * tf.constant(2.0)
    return x


@pytest.mark.parametrize("function", [doubled_if, doubled_or_not, doubled_while, doubled_for])
@pytest.mark.parametrize("times", [0.0, 1.0])
def test_branches_and_loops_carry_ragged_and_sparse_tensors(function, times):
    v = tf.constant([1.0, 2.0, 3.0])
    makers = {
        "ragged": lambda: tf.RaggedTensor.from_row_splits(v, [0, 2, 2, 3]),
        "nested": lambda: tf.RaggedTensor.from_nested_row_splits(v, [[0, 1, 2], [0, 2, 3]]),
        "sparse": lambda: tf.SparseTensor([[0, 1], [1, 0], [1, 2]], v, [2, 3]),
    }
    for kind, make in makers.items():
        with tf.GradientTape() as tape:
            tape.watch(v)
            result = tf.function(function)(make(), tf.constant(times))
            values = result.values if kind == "sparse" else result.flat_values
            total = tf.reduce_sum(values * values)
        assert composite_calls.plain(tf, result) == composite_calls.plain(tf, make() * (1.0 + times)), kind
        np.testing.assert_allclose(tape.gradient(total, v), 2 * (1 + times) ** 2 * v.numpy())


def test_branches_with_other_rows_are_refused():
    @tf.function
    def other_rows(x, c):
        if c > 0.0:
            x = tf.concat([x, x], 1)
        return x

    with pytest.raises(TypeError, match="whose elements stand in different places\nhelp: "):
        other_rows(tf.ragged.constant([[1.0], [2.0, 3.0]]), tf.constant(1.0))


def test_text_and_unknown_rows_pass_a_branch_that_leaves_them():
    @tf.function
    def left_alone(values, lengths, c):
        rows, words = tf.RaggedTensor.from_row_lengths(values, lengths), tf.ragged.constant([["a"], ["b", "c"]])
        held = rows, words
        if c > 0.0:
            values, (rows, words) = values * 2.0, held
        return values, rows.values, words.nrows()

    result = left_alone(tf.constant([1.0, 2.0]), tf.constant([1, 1]), tf.constant(1.0))
    assert [part.numpy().tolist() for part in result] == [[2.0, 4.0], [1.0, 2.0], 2]
