"""Programs that look like one cause and have another, or two at once: what is said to be proven must be what the records prove."""

import pytest

from test_zero_and_not_finite import program, run, status_of

SECOND = "x = tf.Variable({0})\n{1}with tf.GradientTape() as outer:\n    with tf.GradientTape() as tape:\n        y = {2}\n    d = tape.gradient(y, {3})\ng = outer.gradient(d, x)\n"

# name: (program, status, cause, TensorFlow's op, words of the text, words that would be false, confidence)
CASES = {
    # ---- Not finite ----
    "an_overflow_beside_a_root_of_zero": (
        program("x = tf.Variable([0.0, 200.0])", "loss = tf.reduce_sum(tf.sqrt(tf.exp(x) - 1.0))"),
        "nan",
        "NAN_GRAD_SQRT0",
        "Sqrt",
        "where all that it was given and made is",
        "`exp` made",
        "proven",
    ),
    "a_small_number_that_was_for_something_else": (
        program(
            "x = tf.Variable(tf.constant([0.0, 4.0], tf.float16))",
            "h = x * 1.0 - tf.constant(1e-8, tf.float16) * x\nloss = tf.reduce_sum(tf.math.log(h))",
        ),
        "nan",
        "NAN_GRAD_LOG0",
        "Log",
        "1e-08 is 0 in f16",
        "",
        "likely",
    ),
    # ---- Zero ----
    "a_minimum_of_two_ways": (
        program("x = tf.Variable(1.0)", "loss = x * x - 2.0 * x"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Sub",
        "lowest point",
        "does not depend on the source",
        "proven",
    ),
    "two_ways_that_cancel_whatever_the_values_are": (
        program("x = tf.Variable(1.5)", "loss = 2.0 * x - (x + x)"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Sub",
        "the target does not depend on the source",
        "lowest point",
        "proven",
    ),
    "shares_that_are_alike_by_chance": (
        program("x = tf.Variable([0.3, 0.3])", "loss = tf.reduce_sum(tf.square(tf.nn.softmax(x)))"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Softmax",
        "at these values",
        "adds up all results",
        "proven",
    ),
    "shares_that_are_added_up": (
        program("x = tf.Variable([0.3, 0.3])", "loss = tf.reduce_sum(tf.nn.softmax(x) * 2.0)"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Softmax",
        "adds up all results",
        "at these values",
        "proven",
    ),
    "centred_values_that_pull_alike_by_chance": (
        program("x = tf.Variable([1.0, 3.0])", "loss = tf.reduce_sum(tf.cos(x - tf.reduce_mean(x)) * [1.0, -1.0])"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Sub",
        "",
        "whatever the values are",
        "likely",
    ),
    "remainders_of_zero": (
        program("x = tf.Variable([2.0, 4.0])", "loss = tf.reduce_sum(tf.square(x % 2.0))"),
        "zero",
        "ZERO_GRAD_FLAT",
        "Square",
        "flat at the values",
        "are equal everywhere",
        "proven",
    ),
    "opposites": (
        program("x = tf.Variable([2.0, 4.0])", "loss = tf.reduce_sum(tf.square(x + [-2.0, -4.0]))"),
        "zero",
        "ZERO_GRAD_FLAT",
        "Square",
        "flat at the values",
        "are equal everywhere",
        "proven",
    ),
    "parts_without_an_id": (
        program("x = tf.Variable([2.0, 4.0])", "loss = tf.reduce_sum(tf.math.unsorted_segment_sum(x, [-1, -1], 1))"),
        "zero",
        "ZERO_GRAD_MASKED",
        "UnsortedSegmentSum",
        "leaves out",
        "saturated",
        "proven",
    ),
    "nothing_is_left": (
        program("x = tf.Variable(2.0)\ny = tf.zeros([0])", "loss = tf.reduce_sum(x + y)"),
        "zero",
        "ZERO_GRAD_MASKED",
        "AddV2",
        "has no elements",
        "flat",
        "proven",
    ),
    "matrices_of_one_number_with_equal_values": (
        program("x = tf.Variable([[[2.0]], [[2.0]]])", "loss = tf.reduce_sum(tf.linalg.eigh(x)[1])"),
        "zero",
        "ZERO_GRAD_FLAT",
        "SelfAdjointEigV2",
        "",
        "are equal, so their vectors",
        "likely",
    ),
    "weights_of_zero_behind_a_tanh_of_zero": (
        program(
            "x = tf.Variable([[0.0, 0.0]])\nv = tf.Variable([[0.0], [0.0]])",
            "loss = tf.reduce_sum(tf.square(tf.matmul(tf.tanh(x), v) - 1.0))",
        ),
        "zero",
        "ZERO_GRAD_MASKED",
        "MatMul",
        "which is 0 everywhere",
        "mend `tanh` too",
        "proven",
    ),
    "boxes_that_do_not_overlap": (
        program("x = tf.Variable([0.1, 0.4])", "w = tf.maximum(x - 0.6, 0.0)\nloss = 1.0 - w[0] * w[1]"),
        "zero",
        "ZERO_GRAD_DEAD_UNIT",
        "Maximum",
        "at its bound everywhere",
        "look at the factor",
        "proven",
    ),
    "a_coefficient_of_zero_before_a_variable": (
        program("x = tf.Variable([2.0, 4.0])", "loss = tf.reduce_sum(x * 0.0)"),
        "zero",
        "DISCONNECTED_ZERO",
        "Mul",
        "a coefficient that is exactly 0",
        "start gates",
        "proven",
    ),
    "an_exponent_over_a_negative_base": (
        program("x = tf.Variable(2.0)", "loss = tf.pow(tf.constant(-2.0), x)"),
        "zero",
        "ZERO_GRAD_FLAT",
        "Pow",
        "by its exponent",
        "start away from 0",
        "proven",
    ),
    "a_clip_behind_what_is_saturated": (
        program(
            "x = tf.Variable([60.0])", "p = tf.clip_by_value(tf.sigmoid(x * 2.0), 1e-7, 1.0 - 1e-7)\nloss = tf.reduce_sum(tf.math.log(1.0 - p) * p)"
        ),
        "zero",
        "ZERO_GRAD_SATURATED",
        None,
        "keep what goes in near 0: normalise it",
        "",
        "proven",
    ),
    "a_mask_that_leaves_one": (
        program("x = tf.Variable([[0.5, 0.1], [0.3, 0.9]])\nmask = tf.constant([[0.0, -float('inf')]] * 2)", "loss = tf.nn.softmax(x + mask)[0, 0]"),
        "zero",
        "ZERO_GRAD_SATURATED",
        "Softmax",
        "the share of the only one left is 1",
        "temperature",
        "proven",
    ),
    **{
        f"an_infinite_divisor_of_{i}": (
            program("x = tf.Variable([0.5, 0.1])\nfar = tf.constant([float('inf')] * 2)", f"loss = tf.reduce_sum({f})"),
            "zero",
            "NAN_GRAD_NAN_DATA",
            "AddV2",
            "`far` (line 2) holds an infinity",
            "logits",
            "proven",
        )
        for i, f in enumerate(
            [
                "1.0 / (x + far)",
                "tf.math.reciprocal(x + far)",
                "tf.math.rsqrt(x + far)",
                "tf.pow(x + far, -1.0)",
                "tf.math.divide_no_nan(1.0, x + far)",
            ]
        )
    },
    "the_sign_of_nan": (
        program("x = tf.Variable([0.5, 0.1])\ndata = tf.constant([float('nan')] * 2)", "loss = tf.reduce_sum(tf.sign(x + data))"),
        "zero",
        "NAN_GRAD_NAN_DATA",
        "AddV2",
        "`data` (line 2) holds NaN",
        "flat at",
        "proven",
    ),
    "one_large_factor_of_many": (
        program("x = tf.Variable(1.0)", "loss = x * 1.0\nfor k in [2.0, 1e20, 1e15, 1e20, 0.5]:\n    loss = loss * k"),
        "inf",
        "EXPLODING",
        "Mul",
        "on average",
        "with every call",
        "proven",
    ),
    "a_product_of_gradients_that_is_too_large": (
        program("x = tf.Variable(1.0)", "loss = x * 1e-30\nloss = loss * 1e30\nloss = loss * 1e20"),
        "inf",
        "NAN_GRAD_OVERFLOW",
        "Mul",
        "more than f32 can hold",
        "its derivative is not",
        "proven",
    ),
    "a_lost_number_beside_an_overflow": (
        program("x = tf.Variable(1.0)", "loss = x * 1e-38 * 1e25 * 1e25"),
        "nan",
        "NAN_GRAD_OVERFLOW",
        "Mul",
        "more than f32 can hold",
        "kept away",
        "proven",
    ),
    "a_mask_by_where": (
        program(
            "x = tf.Variable([0.5, 0.1])\nlabels = tf.constant([-1.0, -1.0])",
            "mask = tf.where(labels > 0.0, 1.0, 0.0)\nloss = tf.reduce_sum(mask * tf.square(x))",
        ),
        "zero",
        "ZERO_GRAD_MASKED",
        "Mul",
        "`greater` at <program>:4, of which the mask is made, holds for none of 2 elements",
        "",
        "proven",
    ),
    # ---- Second derivatives ----
    "a_factor_of_zero_in_the_first_derivative": (
        SECOND.format("2.0", "z = tf.Variable(0.0)\n", "x ** 3 * z", "x"),
        "zero",
        "ZERO_GRAD_MASKED",
        None,
        "0",
        "does not change",
        None,
    ),
    "parts_of_a_sum": (
        SECOND.format("2.0", "w = tf.Variable(3.0)\n", "x ** 3 + w ** 2", "w"),
        "absent",
        "UNUSED",
        None,
        "the target is itself a gradient",
        "nothing uses",
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    source, status, cause, op, words, wrong, confidence = CASES[name]
    report, scope = run(source)
    assert "error" not in scope and status_of(scope["g"]) == status, f"{scope.get('error')}\n{report}"
    finding = report.findings[-1]  # before it stand those of inner tapes
    text = " ".join([finding.why, *finding.evidence, finding.remedy, *(other.remedy for other in finding.others)])
    assert words in text and (not wrong or wrong not in text), str(report)
    assert finding.status == status and (cause in (None, finding.cause)) and (op in (None, finding.op)), str(report)
    assert confidence in (None, finding.confidence), str(report)
