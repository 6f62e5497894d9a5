"""What is said of TensorFlow's op types: nothing that TensorFlow knows is without a record, and nothing unknown counts as differentiable."""

import pathlib

import pytest

tf = pytest.importorskip("tensorflow")
from tensorflow.python.framework import op_def_registry, ops  # noqa: E402

import whygrad.tensorflow  # noqa: E402
from whygrad import _whygrad  # noqa: E402
from whygrad.tensorflow._facts import NO_DERIVATIVE, NO_RULE  # noqa: E402

LIST = pathlib.Path(__file__).parents[1] / "tests" / "tensorflow_types.txt"


def registered():
    """Types of the gradient registry, and whether they have a gradient function."""
    for type_ in sorted(ops.gradient_registry.list()):
        if op_def_registry.get(type_) is not None:  # else a name that a custom gradient registered
            yield type_, ops.gradient_registry.lookup(type_) is not None


def test_every_type_has_a_record():
    assert len(list(registered())) > 500
    assert [type_ for type_, _ in registered() if not _whygrad.knows_op(type_)] == []


def test_every_type_without_a_gradient_has_a_reason():
    def has_reason(type_):
        definition = op_def_registry.get(type_)
        return not definition.input_arg or any(flow != "flows" for flow in _whygrad.known_flows(type_))

    assert [type_ for type_, has_rule in registered() if not has_rule and not has_reason(type_)] == []


def test_the_list_for_tests_without_tensorflow_has_all_types():
    listed = {type_ for line in LIST.read_text().splitlines() if not line.startswith("#") for type_ in line.split()[1:]}
    assert [type_ for type_, _ in registered() if type_ not in listed] == []


X = tf.constant([[0.2, 0.4], [0.6, 0.9]])
IMAGE = tf.reshape(tf.linspace(0.1, 0.9, 12), [1, 2, 2, 3])
# An op that passes no gradient to its argument, the tensor, the op type and a word of the reason.
STOPS = {
    "hsv": (tf.image.hsv_to_rgb, IMAGE, "HSVToRGB", "no rule"),
    "boxes drawn": (lambda x: tf.raw_ops.DrawBoundingBoxes(images=x, boxes=tf.zeros([1, 1, 4])), IMAGE, "DrawBoundingBoxes", "people to look at"),
    "glimpse": (lambda x: tf.raw_ops.ExtractGlimpse(input=x, size=[1, 1], offsets=[[0.0, 0.0]]), IMAGE, "ExtractGlimpse", "glimpses"),
    "suppression": (
        lambda x: tf.image.non_max_suppression(tf.constant([[0.0, 0.0, 1.0, 1.0], [2.0, 2.0, 3.0, 3.0]]), x[0], 2),
        X,
        "NonMaxSuppressionV3",
        "",
    ),
    "transform": (
        lambda x: tf.raw_ops.ImageProjectiveTransformV3(
            images=IMAGE, transforms=tf.reshape(tf.tile(x, [2, 1]), [1, 8]), output_shape=[2, 2], fill_value=0.0, interpolation="BILINEAR"
        ),
        X,
        "ImageProjectiveTransformV3",
        "where it is moved to",
    ),
    "truncated quotient": (lambda x: tf.raw_ops.TruncateDiv(x=x, y=0.3 * tf.ones_like(x)), X, "TruncateDiv", "in steps"),
    "betainc": (lambda x: tf.math.betainc(x, 0.5 * tf.ones_like(x), 0.5 * tf.ones_like(x)), X, "Betainc", "none for a and b"),
    "zeta": (lambda x: tf.math.zeta(x + 2.0, tf.ones_like(x)), X, "Zeta", "none for the exponent x"),
    "table": (
        lambda x: tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.range(3), tf.constant([0.5, 1.0, 2.0])), 0.0).lookup(
            tf.cast(x * 3.0, tf.int32)
        ),
        X,
        "Cast",
        "",
    ),
    "text": (lambda x: tf.strings.to_number(tf.strings.join([tf.strings.as_string(x), "1"])), X, "AsString", "text"),
    "serialized": (lambda x: tf.io.parse_tensor(tf.io.serialize_tensor(x), tf.float32), X, "SerializeTensor", "encoded bytes"),
    "buckets": (lambda x: tf.raw_ops.Bucketize(input=x, boundaries=[0.3, 0.6]), X, "Bucketize", ""),
    "truncated": (
        lambda x: tf.raw_ops.ParameterizedTruncatedNormal(shape=[2, 3], means=x[0], stdevs=x[1], minvals=x[0] - 1.0, maxvals=x[0] + 1.0),
        X,
        "ParameterizedTruncatedNormal",
        "no rule for the parameters",
    ),
    "binomial": (
        lambda x: tf.random.stateless_binomial([2, 2], seed=[1, 2], counts=tf.fill([2, 2], 5.0), probs=x, output_dtype=tf.float32),
        X,
        "StatelessRandomBinomial",
        "whole numbers",
    ),
    "ctc decoded": (
        lambda x: tf.nn.ctc_greedy_decoder(tf.reshape(tf.tile(x, [3, 1]), [3, 1, 4]), [3])[0][0].values,
        X,
        "CTCGreedyDecoder",
        "choices of classes",
    ),
    "sparse and dense": (
        lambda x: tf.raw_ops.SparseDenseCwiseAdd(sp_indices=[[0, 0]], sp_values=[1.0], sp_shape=[2, 2], dense=x),
        X,
        "SparseDenseCwiseAdd",
        "no rule",
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_the_op_that_stops_a_gradient_is_named_with_its_reason(name):
    function, value, type_, words = STOPS[name]
    v = tf.Variable(value, name="v")
    with whygrad.tensorflow.diagnose() as report:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.cast(function(v.read_value() * 1), tf.float32))
        try:
            gradient = tape.gradient(loss, v)
        except (LookupError, NotImplementedError):
            gradient = None
    assert gradient is None
    assert [f.op for f in report.findings] == [type_], str(report)
    why = report.findings[0].why
    assert words in why and (not words or why not in (NO_DERIVATIVE[0], NO_RULE[0])), why
    assert "please report" not in report.note


def test_what_nobody_has_a_record_of_is_not_taken_for_differentiable():
    """Types beyond the registry: TensorFlow raises LookupError, and the report names the op."""
    v = tf.Variable([[2.0, 1.0], [1.0, 3.0]], name="v")
    for type_, function in {
        "Lu": lambda x: tf.linalg.lu(x)[0],
        "AdjustHue": lambda x: tf.image.adjust_hue(tf.tile(x[None, :, :1], [1, 1, 3]), 0.2),
    }.items():
        with whygrad.tensorflow.diagnose() as report:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(function(v.read_value()))
            with pytest.raises(LookupError):
                tape.gradient(loss, v)
        assert [(f.op, f.cause) for f in report.findings] == [(type_, "NO_GRADIENT_REGISTERED")], str(report)
