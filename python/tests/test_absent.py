"""What is said of gradients that are absent: the call that was written, the line, the name. TensorFlow 2.21 answers None in each of these programs."""

import linecache

import pytest

import whygrad
import whygrad.tf as tf


def report_of(program):
    name = f"<absent {report_of.count}>"
    report_of.count += 1
    linecache.cache[name] = (len(program), None, program.splitlines(True), name)
    with whygrad.diagnose(values=True) as report:
        exec(compile(program, name, "exec"), {"tf": tf})
    return report


report_of.count = 0


def only(program):
    (finding,) = report_of(program).findings
    assert finding.status == "absent"
    return finding


def said(finding):
    return " ".join([finding.why, *finding.evidence, finding.remedy])


# ---- Writing into a variable ----

TABLE = """\
w = tf.Variable(3.0, name="w")
table = tf.Variable([1.0, 2.0, 3.0], name="table")
with tf.GradientTape() as tape:
    CALL
    table.assign_add([0.0, 0.0, 1.0])
    loss = tf.reduce_sum(table ** 2)
assert tape.gradient(loss, w) is None
"""
ROWS = "tf.IndexedSlices([w * 2.0], [1])"
WRITES = (
    [
        ("table.assign(tf.stack([w, w, w]))", "AssignVariableOp"),
        ("table.assign_add(tf.stack([w, w, w]))", "AssignAddVariableOp"),
        ("table.assign_sub(tf.stack([w, w, w]))", "AssignSubVariableOp"),
        ("table[1].assign(w * 2.0)", "ResourceStridedSliceAssign"),
        ("table[1:].assign(tf.stack([w, w]))", "ResourceStridedSliceAssign"),
    ]
    + [(f"table.scatter_{how}({ROWS})", f"ResourceScatter{how.capitalize()}") for how in ("update", "add", "sub", "mul", "div", "max", "min")]
    + [(f"table.scatter_nd_{how}([[1]], [w * 2.0])", f"ResourceScatterNd{how.capitalize()}") for how in ("update", "add", "sub", "max", "min")]
)


@pytest.mark.parametrize("call, op", WRITES)
def test_the_call_that_wrote_is_named_with_the_line_of_the_read(call, op):
    finding = only(TABLE.replace("CALL", call))
    assert (finding.cause, finding.op, finding.line, finding.confidence) == ("STATEFUL", op, 4, "proven")
    assert finding.op_name == call.partition("(")[0].rpartition(".")[2]
    (evidence,) = finding.evidence
    assert evidence.startswith(f"`{finding.op_name}` wrote into `table` at ") and evidence.endswith(":6")


def test_what_a_write_computes():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    v.scatter_mul(tf.IndexedSlices([10.0], [1]))
    v.scatter_nd_sub([[0], [3]], [1.0, 2.0])
    v[2:].assign([7.0, 8.0])
    v[1].assign(5.0)
    v.assign_add([1.0, 1.0, 1.0, 1.0])
    v.assign_sub([0.5, 0.0, 0.0, 0.0])
    assert v.numpy().tolist() == [0.5, 6.0, 8.0, 9.0]
    with tf.GradientTape() as tape:
        v.scatter_add(tf.IndexedSlices([1.0], [0]))
        loss = tf.reduce_sum(v**2)
    assert tape.gradient(loss, v).numpy().tolist() == [3.0, 12.0, 16.0, 18.0]


def test_a_variable_written_before_the_tape_is_likely_at_most():
    finding = only("""\
online, target = tf.Variable(1.0, name="online"), tf.Variable(0.0, name="target")
target.assign(online * 0.5)
with tf.GradientTape() as tape:
    loss = target ** 2
tape.gradient(loss, online)
""")
    assert (finding.cause, finding.confidence) == ("STATEFUL", "likely")


# ---- Data sets ----


def test_a_tensor_that_went_through_a_data_set():
    finding = only("""\
w = tf.Variable([[1.0], [2.0]], name="w")
with tf.GradientTape() as tape:
    features = tf.constant([[1.0, 2.0], [3.0, 4.0]]) @ w
    batches = tf.data.Dataset.from_tensor_slices((features, [1.0, 2.0])).shuffle(2).batch(2)
    loss = 0.0
    for x, y in batches:
        loss += tf.reduce_sum((x[:, 0] - y) ** 2)
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.op, finding.line, finding.confidence) == ("STATEFUL", "TensorSliceDataset", 4, "proven")
    (evidence,) = finding.evidence
    assert evidence.startswith("it left by `from_tensor_slices` at ") and ":4 and came back" in evidence and evidence.endswith(":6")


@pytest.mark.parametrize("steps", ["", ".batch(2)", ".map(lambda x: x + 1.0)", ".batch(1).map(lambda x: x)"])
def test_what_a_mapped_function_used(steps):
    finding = only(f"""\
w = tf.Variable(2.0, name="w")
data = tf.data.Dataset.from_tensor_slices([1.0, 2.0])
def scale(x):
    return x * w
with tf.GradientTape() as tape:
    loss = 0.0
    for x in data.map(scale){steps}:
        loss += tf.reduce_sum(x ** 2)
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.op, finding.line) == ("STATEFUL", "IteratorGetNext", 7)
    assert "map" in finding.remedy


def test_the_other_component_of_a_data_set_is_innocent():
    finding = only("""\
w, used = tf.Variable(2.0, name="w"), tf.Variable(1.0, name="used")
with tf.GradientTape() as tape:
    pairs = tf.data.Dataset.from_tensor_slices((tf.stack([w, w]), [1.0, 2.0]))
    loss = 0.0
    for _, y in pairs:
        loss += y * used
assert tape.gradient(loss, [w, used])[1] is not None
""")
    assert finding.cause == "UNUSED" and finding.source_name == "w"


def test_a_data_set_is_not_blamed_for_a_variable_that_nothing_used():
    finding = only("""\
w, gate = tf.Variable([[1.0], [0.5]], name="w"), tf.Variable(0.3, name="gate")
data = tf.data.Dataset.from_tensor_slices([[1.0, 2.0], [3.0, 4.0]]).batch(1)
with tf.GradientTape() as tape:
    loss = 0.0
    for row in data:
        loss += tf.reduce_sum(row @ w)
tape.gradient(loss, [w, gate])
""")
    assert (finding.cause, finding.source_name, finding.confidence) == ("UNUSED", "gate", "proven") and "data set" not in said(finding)


def test_what_another_thread_computed_for_a_data_set_is_not_known():
    finding = only("""\
w, used = tf.Variable(2.0, name="w"), tf.Variable(1.0, name="used")
data = tf.data.Dataset.from_tensor_slices([1.0, 2.0]).map(lambda x: x * w).prefetch(1)
with tf.GradientTape() as tape:
    loss = 0.0
    for x in data:
        loss += x * used
tape.gradient(loss, [w, used])
""")
    assert finding.cause == "UNUSED" and finding.confidence != "proven" and "another thread" in said(finding)


def test_reduce_of_a_data_set():
    finding = only("""\
center = tf.Variable(1.0, name="center")
data = tf.data.Dataset.from_tensor_slices([0.0, 2.0, 5.0])
with tf.GradientTape() as tape:
    loss = data.reduce(tf.constant(0.0), lambda total, x: total + (x - center) ** 2)
assert float(loss) == 18.0
assert tape.gradient(loss, center) is None
""")
    assert (finding.cause, finding.op, finding.line, finding.confidence) == ("STATEFUL", "ReduceDataset", 4, "proven")


def test_what_reduce_refuses():
    data = tf.data.Dataset.range(3)
    assert [int(t) for t in data.reduce((0, 1), lambda state, x: (state[0] + int(x), state[1] * 2))] == [3, 8]
    with pytest.raises(TypeError, match="float32"):
        data.reduce(0, lambda state, x: 1.0)
    with pytest.raises(TypeError, match="2 tensors"):
        data.reduce(0, lambda state, x: (state, state))


# ---- Positions ----


@pytest.mark.parametrize(
    "ranks, op", [("tf.argsort(w)", "TopKV2"), ("tf.math.top_k(w, 2)[1]", "TopKV2"), ("tf.math.top_k(w, k=3).indices", "TopKV2")]
)
def test_positions_have_no_derivative(ranks, op):
    finding = only(f"""\
w = tf.Variable([0.3, -0.2, 0.5], name="w")
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.cast({ranks}, tf.float32) ** 2)
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.op, finding.line) == ("NONDIFF_OP", op, 3)
    assert "position" in finding.why and "pairwise loss" in finding.remedy and "INT_DTYPE" in finding.also


# ---- Who watches ----


def test_another_tape_watches_the_tensor():
    finding = only("""\
x = tf.constant(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = x ** 3
    dy = inner.gradient(y, x)
outer.gradient(dy, x)
""")
    assert (finding.cause, finding.line) == ("NOT_WATCHED", 2)
    assert ":3, watches" in finding.why and ":2, does not" in finding.why and "watch() of the tape made" in finding.remedy


def test_only_the_outer_tape_watches_the_tensor():
    finding = only("""\
x = tf.constant(2.0)
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        y = x ** 3
    inner.gradient(y, x)
""")
    assert (finding.cause, finding.line) == ("NOT_WATCHED", 4) and ":2, watches" in finding.why


def test_a_tape_that_is_gone_is_no_news():
    finding = only("""\
x = tf.constant(2.0)
with tf.GradientTape() as earlier:
    earlier.watch(x)
    y = x ** 2
earlier.gradient(y, x)
with tf.GradientTape() as tape:
    y = x ** 3
tape.gradient(y, x)
""")
    assert finding.cause == "NOT_WATCHED" and "another tape" not in finding.why


def test_two_tapes_of_one_line_are_told_apart():
    finding = only("""\
x = tf.constant(3.0)
with tf.GradientTape() as outer, tf.GradientTape() as inner:
    inner.watch(x)
    y = x * x
outer.gradient(y, x)
""")
    assert finding.cause == "NOT_WATCHED" and "the one that was asked does not watch `x`" in finding.why and "as well" in finding.remedy


def test_statistics_of_a_normalization():
    report = report_of("""\
norm = tf.keras.layers.BatchNormalization()
x = tf.constant([[1.0, 2.0], [3.0, 5.0]])
for training in (True, False):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(norm(x, training=training) ** 2)
    tape.gradient(loss, norm.non_trainable_variables)
""")
    assert len(report.findings) >= 2
    for finding in report.findings:
        assert finding.cause == "NON_TRAINABLE" and "trainable_variables" in finding.remedy


def test_a_layer_that_overwrites_its_variable():
    finding = only("""\
class Unit(tf.keras.layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(2, 1), initializer="ones", name="kernel")
    def call(self, x):
        self.kernel = self.kernel / tf.norm(self.kernel)
        return x @ self.kernel
layer, x = Unit(), tf.constant([[1.0, 2.0]])
layer(x)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(layer(x))
tape.gradient(loss, layer.kernel)
""")
    assert (finding.cause, finding.op, finding.line, finding.confidence) == ("REBOUND", "RealDiv", 5, "proven")
    assert "replaced variable" in finding.why and "kernel" in finding.why and ":3, by a tensor" in finding.why


def test_a_variable_that_was_assigned_and_then_replaced_is_named_where_it_was_made():
    finding = only("""\
w = tf.Variable([0.5, -3.0], name="w")
for step in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((w - 1.0) ** 2)
    g = tape.gradient(loss, w)
    if g is not None:
        w.assign_sub(0.1 * g)
        w = tf.clip_by_value(w, -1.0, 1.0)
""")
    assert (finding.cause, finding.line) == ("REBOUND", 8) and "made at <absent" in finding.why and ":1, by a tensor" in finding.why


def test_a_state_that_goes_on_from_tape_to_tape_replaces_no_variable():
    finding = only("""\
h0 = tf.Variable([[0.1, 0.2]], name="h0")
wh = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="wh")
def unroll(chunk, h):
    for x in chunk:
        h = tf.tanh(x + h @ wh)
    return h
h = h0
for chunk in tf.ones([2, 2, 1, 2]):
    with tf.GradientTape() as tape:
        h = unroll(chunk, h)
        loss = tf.reduce_sum(tf.square(h))
    g = tape.gradient(loss, h0)
""")
    assert (finding.cause, finding.op, finding.line) == ("OUTSIDE_TAPE", "Tanh", 5) and "under the tape" in finding.remedy


def test_what_stops_the_gradient_before_a_read_to_the_host_is_told_as_well():
    finding = only("""\
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]])
rewards = [1.0, 0.25]
with tf.GradientTape() as tape:
    total = 0.0
    for step in range(3):
        action = int(tf.argmax((tf.constant([[1.0, 0.5]]) @ w)[0]))
        total += rewards[action]
    loss = -tf.constant(total)
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.op, finding.line, finding.confidence) == ("NONDIFF_OP", "ArgMax", 6, "likely")
    assert [(other.cause, other.line) for other in finding.others] == [("LEFT_FRAMEWORK", 6)]
    assert any("was read to the host here" in text for text in finding.evidence)


@pytest.mark.parametrize(
    "returned, taken",
    [
        ("[scale, count]", "[1]"),
        ("(scale, count)", "[1]"),
        ("{'s': scale, 'c': count}", "['c']"),
        ("(scale, {'c': [count]})", "[1]['c'][0]"),
        ("count", ""),
    ],
)
def test_a_result_of_a_traced_function_is_named_as_the_program_takes_it(returned, taken):
    finding = only(f"""\
a = tf.Variable([0.3, 1.7])
@tf.function
def heads(x):
    count, scale = a * x, tf.exp(x)
    return {returned}
with tf.GradientTape() as tape:
    both = heads(tf.constant([1.0, 2.0]))
    loss = tf.reduce_sum(tf.constant(both{taken}.numpy() + 1.0))
tape.gradient(loss, a)
""")
    assert finding.cause == "LEFT_FRAMEWORK" and finding.why.startswith(f"`both{taken}` (line 7) was read")


@pytest.mark.parametrize("use", ["tf.ones([n, 2])", "tf.constant([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])[:n]", "tf.range(n, dtype=tf.float32)"])
@pytest.mark.parametrize("number", ["int(w)", "int(w * 2.0)"])
def test_a_number_that_became_a_size_left_by_being_read(number, use):
    finding = only(f"""\
w = tf.Variable(3.0)
with tf.GradientTape() as tape:
    n = {number}
    loss = tf.reduce_sum({use})
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.line, finding.confidence) == ("LEFT_FRAMEWORK", 3, "likely")


def test_an_unused_variable_that_was_read_before_the_tape_says_so():
    finding = only("""\
w, b = tf.Variable(2.0, name="w"), tf.Variable(0.5)
scale = w.numpy()
with tf.GradientTape() as tape:
    loss = tf.square(scale * tf.constant(3.0) + b)
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.line) == ("UNUSED", 4) and "LEFT_FRAMEWORK" in finding.also
    assert any("`w` was read to the host at <absent" in text and ":2;" in text for text in finding.evidence)


def test_another_loss_mends_the_read_of_a_metric_too():
    finding = only("""\
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]])
with tf.GradientTape() as tape:
    guess = tf.argmax(tf.constant([[1.0, 0.5], [0.2, 2.0]]) @ w, axis=1)
    right = float(tf.reduce_mean(tf.cast(guess == [0, 1], tf.float32)))
    loss = tf.constant(1.0 - right)
tape.gradient(loss, w)
""")
    assert (finding.cause, finding.op, finding.line) == ("METRIC_AS_LOSS", "ArgMax", 3)
    assert not any(other.remedy for other in finding.others)


# ---- What is unused ----


def test_a_result_that_nothing_uses():
    finding = only("""\
w, v = tf.Variable([[1.0], [2.0]], name="w"), tf.Variable([[3.0]], name="v")
memory = tf.random.normal([2, 1])
with tf.GradientTape() as tape:
    action = tf.tanh(tf.constant([[1.0, 2.0], [0.5, 0.1]]) @ w)
    loss = tf.reduce_sum(memory @ v)
tape.gradient(loss, [w, v])
""")
    assert (finding.cause, finding.line, finding.confidence) == ("UNUSED", 4, "proven")
    assert finding.why.startswith("nothing uses `action` (line 4)")
    (evidence,) = finding.evidence
    assert "`matmul`" in evidence and "`memory` (line 2)" in evidence and "the same shape" in evidence


def test_a_check_beside_the_unused_result_is_not_proven_to_be_the_cause():
    finding = only("""\
w, v = tf.Variable(1.0, name="w"), tf.Variable(3.0, name="v")
with tf.GradientTape() as tape:
    hidden = w * 2.0
    if tf.math.is_nan(hidden):
        raise ValueError
    activation = tf.tanh(hidden)
    loss = v ** 2
tape.gradient(loss, [w, v])
""")
    assert finding.confidence != "proven"


# ---- Programs that stop ----


def test_a_program_in_which_no_gradient_was_asked_for():
    assert str(report_of("w = tf.Variable(1.0)")) == "no gradient was asked for"
    with pytest.raises(ValueError), whygrad.diagnose() as report:
        tf.reshape(tf.zeros([3]), [2])
    assert str(report).startswith("stopped at test_absent.py:") and str(report).endswith("; no gradient was asked for")


def test_a_program_that_stops_after_its_gradients():
    with pytest.raises(ZeroDivisionError), whygrad.diagnose() as report:
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = x**2
        tape.gradient(y, x)
        1 // 0
    assert "ZeroDivisionError" in str(report) and str(report).endswith("every gradient that was asked for until then is there")


# ---- Names that are not there ----


@pytest.mark.parametrize(
    "module, name", [(tf, "lookup"), (tf.nn, "ctc_beam_search_decoder"), (tf.keras.layers, "LayerNormalizationOfMine"), (tf.math, "logsumexp")]
)
def test_a_name_that_merely_sounds_alike_is_no_hint(module, name):
    with pytest.raises(AttributeError) as error:
        getattr(module, name)
    assert "the nearest that there is" not in str(error.value)


@pytest.mark.parametrize(
    "module, name, meant",
    [
        (tf, "reduce_men", "tf.reduce_mean"),
        (tf.math, "reduce_maxx", "tf.math.reduce_max"),
        (tf.data, "DataSet", "tf.data.Dataset"),
        (tf.keras.layers, "BatchNormalisation", "tf.keras.layers.BatchNormalization"),
    ],
)
def test_a_slip_of_the_pen_is(module, name, meant):
    with pytest.raises(AttributeError, match=f"the nearest that there is: {meant}"):
        getattr(module, name)


def test_a_variable_that_only_its_writes_show_is_called_as_the_program_calls_it():
    finding = only("""
stock = tf.Variable([20.0, 5.0, 0.0], trainable=False)
order = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    stock.scatter_nd_update([[1]], [stock[1] + tf.reduce_sum(order)])
    shortage = tf.reduce_mean(tf.square(stock))
tape.gradient(shortage, order)
""")
    assert finding.evidence[0].startswith("`scatter_nd_update` wrote into `stock` at")


def test_a_rule_of_the_library_has_no_place_in_a_report():
    finding = only("""
@tf.custom_gradient
def five_times(x):
    @tf.custom_gradient
    def first(dy):
        return 5.0 * dy, lambda ddx: 7.0 * ddx
    return 5.0 * x, first

x = tf.constant([1.5])
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = five_times(x)
    slope = inner.gradient(y, x)
outer.gradient(slope, x)
""")
    assert "_custom_gradient.py" not in str(finding) and finding.evidence[0].endswith(":6")
