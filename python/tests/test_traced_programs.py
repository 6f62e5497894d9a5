"""Small programs with state, random numbers, rules of their own and gradients inside of gradients: a traced function gives what the eager one gives."""

import pytest

import whygrad.tf as tf

x = tf.constant([1.0, 2.0])
v = tf.Variable([3.0, 4.0])
n = tf.Variable(0.0)
_write_and_double = tf.function(lambda a: (v.assign_add(a), a * 2.0)[1])


def a_tape_inside_over_random_numbers(a):
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.reduce_sum((a * tf.random.normal([2]) * v) ** 3)
    return tape.gradient(y, [a, v])


@tf.custom_gradient
def _scaled(a):
    return v * a, lambda d, variables=None: (d * v, [d * a])


@tf.custom_gradient
def _log1pexp(a):
    e = tf.exp(a)
    return tf.math.log1p(e), lambda d: d * (1 - 1 / (1 + e))


def assigned_before_it_is_read(a):
    n.assign(tf.reduce_sum(a * v))
    twice = n * 2.0
    n.assign_add(1.0)
    return twice + n


def loop(a, body, start=None):
    """y = body(i, y), as often as the sum of `a` says: a graph finds that when it runs."""
    trips = tf.cast(tf.reduce_sum(a), tf.int32)
    return tf.while_loop(lambda i, y: i < trips, lambda i, y: (i + 1, body(i, y)), (0, a if start is None else start))[1]


def _gradient_in_a_trip(y):
    with tf.GradientTape() as tape:
        tape.watch(y)
        z = tf.sin(y) * v
    return tape.gradient(z, y)


def _added_to(y):
    n.assign_add(tf.reduce_sum(y))
    return y * 0.5 + n


def _unequal(a):
    """Two loops, of which the second goes on where the first one ended, and stops by its values."""
    y = loop(a, lambda i, y: tf.tanh(y * v) + a)
    return tf.while_loop(lambda y: tf.reduce_sum(y) < 20.0, lambda y: [tf.where(y > 2.0, y * 1.5, y + v)], [y])[0]


LOOPS = {
    "a loop": lambda a: loop(a, lambda i, y: y * v * 0.5),
    "a loop and random numbers": lambda a: loop(a, lambda i, y: y * tf.random.uniform([2]) + v),
    "a loop and dropout": lambda a: loop(a, lambda i, y: tf.nn.dropout(y * v, 0.5)),
    "a loop and a rule with variables": lambda a: loop(a, lambda i, y: _scaled(y) * 0.1),
    "a loop and a rule that closes over a value": lambda a: loop(a, lambda i, y: _log1pexp(y) * a),
    "a loop and a tape inside": lambda a: loop(a, lambda i, y: _gradient_in_a_trip(y)),
    "a loop and a called function": lambda a: loop(a, lambda i, y: tf.function(lambda b: _log1pexp(b) * v)(y)),
    "a loop that adds to state": lambda a: loop(a, lambda i, y: _added_to(y)),
    "a loop over rows": lambda a: loop(a, lambda i, y: y + tf.gather(tf.tensordot(a, v, 0), i % 2)),
    "a loop in a loop": lambda a: loop(a, lambda i, y: loop(a, lambda j, z: tf.sin(z * v), y) + tf.cast(i, tf.float32)),
    "a branch in a loop": lambda a: loop(a, lambda i, y: tf.cond(i % 2 < 1, lambda: y * v, lambda: y + a)),
    "a loop in a branch": lambda a: tf.cond(tf.reduce_sum(a) > 0.0, lambda: loop(a, lambda i, y: y * v), lambda: a),
    "map_fn in a loop": lambda a: loop(a, lambda i, y: tf.map_fn(lambda e: tf.reduce_sum(e * v), y)),
    "recompute_grad in a loop": lambda a: loop(a, lambda i, y: tf.recompute_grad(lambda z: tf.sin(z * v))(y)),
    "complex numbers in a loop": lambda a: tf.abs(loop(a, lambda i, y: y * tf.complex(v, a) * 0.2, tf.complex(a, v))),
    "two loops": _unequal,
}

PROGRAMS = {
    "a called function writes": lambda a: tf.reduce_sum(v * a) + tf.reduce_sum(_write_and_double(a)) + tf.reduce_sum(v * v),
    "an argument is a result": lambda a: (a, a * a),
    "a captured tensor is an argument too": lambda a: a * x * v,
    "random numbers": lambda a: tf.reduce_sum((a * tf.random.normal([2])) ** 2),
    "a tape inside": a_tape_inside_over_random_numbers,
    "a rule with variables": lambda a: tf.reduce_sum(_scaled(a) ** 2),
    "a rule that closes over a value": lambda a: tf.function(lambda b: _log1pexp(b) * b)(a) * a,
    "dropout": lambda a: tf.reduce_sum(tf.nn.dropout(a * v, 0.5) ** 2),
    "state that is added to": lambda a: (n.assign_add(tf.reduce_sum(a)), n * a)[1],
    "state that is assigned before it is read": assigned_before_it_is_read,
    "a stopped gradient": lambda a: tf.stop_gradient(a * v) * a,
    "rows taken apart": lambda a: tf.stack(tf.unstack(tf.gather(a * v, [1, 0, 1]))[::-1]),
    "many parts": lambda a: tf.add_n(tf.split(tf.repeat(a * v, 20), 20)),
    "where": lambda a: tf.where(a > 1.5, a * v, 0.0),
    "map_fn": lambda a: tf.map_fn(lambda e: e * e * v, a),
    "scan": lambda a: tf.scan(lambda s, e: s * e + tf.reduce_sum(v), a),
    "clipping": lambda a: tf.clip_by_global_norm([a * v, a], 1.0)[0][0],
    "a branch of rows laid out otherwise": lambda a: tf.reshape(
        tf.cond(tf.reduce_sum(a) > 0.0, lambda: tf.transpose(tf.tensordot(a, v, 0)), lambda: tf.zeros([2, 2])), [4]
    ),
}


def _plain(values):
    return [None if value is None else value.numpy().tolist() for value in values]


def results_of(program, sources):
    """Values, gradients and gradients of gradients of two calls, from the same state."""
    v.assign([3.0, 4.0])
    n.assign(0.0)
    tf.random.set_seed(5)
    results = []
    for _ in range(2):
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(x)
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(x)
                outputs = program(x)
            outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
            first = [tape.gradient(output, sources) for output in outputs]
        second = [outer.gradient([g for g in each if g is not None], sources) for each in first]
        results += [_plain(outputs), *map(_plain, first), *map(_plain, second)]
    return results


# The sums over trips may have another order.
@pytest.mark.parametrize("name", LOOPS)
def test_a_traced_loop_is_the_loop(name):
    sources = [x, v, n]
    traced = tf.function(LOOPS[name])
    for have, want in zip(results_of(traced, sources), results_of(LOOPS[name], sources)):
        for a, b in zip(have, want):
            assert a == (None if b is None else pytest.approx(b, rel=1e-5, abs=1e-6))
    assert traced.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_traced_program_is_the_program(name):
    sources = [x, v, n]
    traced = tf.function(PROGRAMS[name])
    assert results_of(traced, sources) == results_of(PROGRAMS[name], sources)
    assert traced.experimental_get_tracing_count() == 1


def test_a_keras_model_with_a_state():
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(3, activation="relu"), tf.keras.layers.BatchNormalization(), tf.keras.layers.Dropout(0.3), tf.keras.layers.Dense(1)]
    )
    inputs = tf.random.normal([4, 2])
    model(inputs, training=True)
    begin = [w.numpy() for w in model.weights]

    def run(decorate):
        for weight, value in zip(model.weights, begin):
            weight.assign(value)
        call = decorate(lambda: tf.reduce_sum(model(inputs, training=True) ** 2))
        seen = []
        for _ in range(2):
            with tf.GradientTape() as tape:
                loss = call()
            seen += [loss.numpy(), *_plain(tape.gradient(loss, model.trainable_variables))]
        return seen + [w.numpy().tolist() for w in model.weights]

    assert run(tf.function) == run(lambda f: f)
