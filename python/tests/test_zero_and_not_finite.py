"""What is said of gradients that are zero, NaN or infinite. The statuses are those of TensorFlow 2.21."""

import linecache
import re
import sys

import numpy as np
import pytest

import compare_tensorflow
import whygrad
import whygrad.tf as tf


def status_of(gradient):
    if gradient is None:
        return "absent"
    values = tf.convert_to_tensor(gradient).numpy()
    values = values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)
    if np.isnan(values).any():
        return "nan"
    if np.isinf(values).any():
        return "inf"
    return "value" if values.any() else "zero"


def run(program, name="<program>"):
    """The report, and the gradient that the program leaves in `g`."""
    linecache.cache[name] = (len(program), None, program.splitlines(True), name)
    scope = {"tf": tf}
    with whygrad.diagnose(values=True) as report:
        try:
            exec(compile(program, name, "exec"), scope)
        except Exception as error:
            scope["error"] = error
    return report, scope


def program(first, forward, source="x"):
    body = "\n".join("    " + line for line in forward.strip().splitlines())
    return f"{first.strip()}\nwith tf.GradientTape() as tape:\n{body}\ng = tape.gradient(loss, {source})\n"


# name: (program, status, cause, op, line, words of the why, words of the fix)
CASES = {
    "one_unit": (
        program("x = tf.Variable([[0.3], [0.8]])", "loss = tf.reduce_mean(tf.square(tf.nn.softmax(x) - 0.5))"),
        "zero",
        "ZERO_GRAD_SATURATED",
        "Softmax",
        3,
        "one element",
        "sigmoid",
    ),
    "one_unit_in_a_log": (
        program("x = tf.Variable([[0.3], [0.8]])", "loss = tf.reduce_sum(tf.nn.log_softmax(x))"),
        "zero",
        "ZERO_GRAD_SATURATED",
        "LogSoftmax",
        3,
        "one element",
        "sigmoid",
    ),
    "one_class": (
        program("x = tf.Variable([[0.3], [0.8]])", "loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits([0, 0], x))"),
        "zero",
        "ZERO_GRAD_SATURATED",
        "SparseSoftmaxCrossEntropyWithLogits",
        3,
        "one element",
        "sigmoid_cross_entropy_with_logits",
    ),
    "all_shares_alike": (
        program("x = tf.Variable([[0.4, 0.4]])", "loss = tf.nn.softmax(x)"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Softmax",
        3,
        "added up",
        "jacobian",
    ),
    "a_mask_of_zeros": (
        program(
            "x = tf.Variable([0.5, 0.1])\nlabels = tf.constant([-1.0, -1.0])",
            "mask = tf.cast(tf.not_equal(labels, -1.0), tf.float32)\nloss = tf.reduce_sum(tf.square(mask * (x - labels)))",
        ),
        "zero",
        "ZERO_GRAD_MASKED",
        "Mul",
        5,
        "the mask leaves nothing",
        "skip such batches",
    ),
    "equal_sides": (
        program("x = tf.Variable([2.0, 1.0])", "loss = tf.reduce_sum(tf.square(x - tf.constant([2.0, 1.0])))"),
        "zero",
        "ZERO_GRAD_FLAT",
        "Square",
        3,
        "equal everywhere",
        "nothing is left to learn",
    ),
    "equal_eigenvalues": (
        program("x = tf.Variable([[4.0, 0.0], [0.0, 4.0]])", "e, v = tf.linalg.eigh(x)\nloss = tf.reduce_sum(v[:, 0] * [1.0, 2.0])"),
        "zero",
        "ZERO_GRAD_FLAT",
        "SelfAdjointEigV2",
        3,
        "not unique",
        "break the tie",
    ),
    "straight_pieces": (
        "x = tf.Variable([0.5, -1.5])\nwith tf.GradientTape() as outer:\n    with tf.GradientTape() as inner:\n"
        "        y = tf.reduce_sum(tf.nn.leaky_relu(x, alpha=0.2))\n    d = inner.gradient(y, x)\ng = outer.gradient(d, x)\n",
        "zero",
        "SECOND_ORDER",
        "LeakyRelu",
        4,
        "straight pieces",
        "second derivative",
    ),
    "batch_jacobian": (
        "x, z = tf.constant([[1.0, 2.0]]), tf.constant([[0.5, 0.5]])\nwith tf.GradientTape() as tape:\n    tape.watch([x, z])\n"
        "    y = tf.square(z)\ng = tape.batch_jacobian(y, x)\n",
        "zero",
        "DISCONNECTED_ZERO",
        "Square",
        4,
        "`batch_jacobian` answers 0",
        "leave",
    ),
    "a_row_of_padding": (
        program(
            "x = tf.Variable([[0.2, 0.5], [0.1, 0.9]])\npad = tf.constant([[False, False], [True, True]])",
            'p = tf.nn.softmax(x + tf.where(pad, -float("inf"), 0.0))\nloss = tf.reduce_sum(tf.square(p))',
        ),
        "nan",
        "NAN_GRAD_DIV0",
        "Softmax",
        4,
        "a whole row",
        "-1e9",
    ),
    "a_row_of_padding_hidden": (
        program(
            "x = tf.Variable([[0.2, 0.5], [0.1, 0.9]])\npad = tf.constant([[False, False], [True, True]])",
            'p = tf.nn.softmax(x + tf.where(pad, -float("inf"), 0.0))\nloss = tf.reduce_sum(tf.where(pad, 0.0, tf.square(p)))',
        ),
        "nan",
        "NAN_GRAD_DIV0",
        "Softmax",
        4,
        "a whole row",
        "-1e9",
    ),
    "a_row_of_impossible_states": (
        program(
            "x = tf.Variable([[0.2, 0.5], [0.1, 0.9]])",
            'a = tf.reduce_logsumexp(x + tf.constant([[0.0, 0.0], [-float("inf")] * 2]), axis=1)\nloss = tf.reduce_sum(tf.exp(a))',
        ),
        "nan",
        "NAN_GRAD_LOG0",
        "Log",
        3,
        "a whole row",
        "-1e9",
    ),
    "no_legal_action": (
        program(
            "x = tf.Variable([[0.2, 0.5], [0.1, 0.9]])",
            'logits = x + tf.constant([[0.0, 0.0], [-float("inf")] * 2])\n'
            "loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits([0, 1], logits))",
        ),
        "nan",
        "NAN_GRAD_DIV0",
        "SparseSoftmaxCrossEntropyWithLogits",
        4,
        "a whole row",
        "-1e9",
    ),
    "zero_times_infinity": (
        program("x = tf.Variable([0.3, 0.8])", 'loss = tf.reduce_sum(tf.nn.softmax(x + tf.constant([0.0, 1.0]) * -float("inf")) * [1.0, 2.0])'),
        "nan",
        "NAN_GRAD_NAN_DATA",
        "Mul",
        3,
        "-Inf that was written",
        "where()",
    ),
    "a_number_that_half_has_not": (
        program("x = tf.Variable(tf.constant([0.0, 1.0], tf.float16))", "loss = tf.reduce_sum(tf.math.log(x + 1e-8))"),
        "inf",
        "NAN_GRAD_LOG0",
        "Log",
        3,
        "1e-08 is 0 in f16",
        "float32",
    ),
    "one_minus_a_number_that_half_has_not": (
        program("x = tf.Variable(tf.constant([0.5, 1.0], tf.float16))", "loss = tf.reduce_sum(tf.math.log1p(-tf.minimum(x, 1.0 - 1e-6)))"),
        "inf",
        "NAN_GRAD_LOG0",
        "Log1p",
        3,
        "0.999999 is 1 in f16",
        "float32",
    ),
    "a_constant_that_half_has_not": (
        program("x = tf.Variable(tf.constant([0.0, 1.0], tf.float16))", "loss = tf.reduce_sum(tf.sqrt(x + tf.constant(1e-12, tf.float16)))"),
        "inf",
        "NAN_GRAD_SQRT0",
        "Sqrt",
        3,
        "1e-12 is 0 in f16",
        "float32",
    ),
    "a_negative_logarithm": (
        program("x = tf.Variable([-1.0, 2.0])\nw = tf.constant([1.0, 1.0])", "loss = tf.reduce_sum(tf.sqrt(x) * w)"),
        "nan",
        "NAN_GRAD_SQRT0",
        "Sqrt",
        4,
        "`tf.sqrt` made NaN",
        "negative",
    ),
    "a_part_taken_too_late": (
        program("x = tf.Variable([[4.0, 0.0], [2.0, 9.0]])", "loss = tf.reduce_sum(tf.linalg.diag_part(tf.math.log(x)))"),
        "nan",
        "NAN_GRAD_LOG0",
        "Log",
        3,
        "leaves the elements out later",
        "leave those elements out first",
    ),
    "an_empty_mask": (
        program("x = tf.Variable([0.4, 0.2])\nmask = tf.constant([0.0, 0.0])", "loss = tf.reduce_sum(x * mask) / tf.reduce_sum(mask)"),
        "nan",
        "NAN_GRAD_DIV0",
        "RealDiv",
        4,
        "`divide` made NaN",
        "leave out the batches",
    ),
    "an_exponential_that_underflowed": (
        program("x = tf.Variable([200.0, 300.0])", "k = tf.exp(-x)\nloss = tf.reduce_sum(k / tf.reduce_sum(k))"),
        "nan",
        "NAN_GRAD_DIV0",
        "RealDiv",
        4,
        "`divide` made NaN",
        "exponents smaller",
    ),
    "a_sum_of_centred_values": (
        program("x = tf.Variable([[1.0, 3.0], [-2.0, 2.0]])", "c = x - tf.reduce_mean(x, axis=1, keepdims=True)\nloss = tf.reduce_sum(c)"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Sub",
        3,
        "in common",
        "plain sum",
    ),
    "a_mask_of_the_wrong_sign": (
        program(
            "x = tf.Variable([[1.0, 0.0], [0.6, 0.8]])\ninf = float('inf')",
            "s = tf.linalg.set_diag(tf.matmul(x, x, transpose_b=True), [-inf, -inf])\nfar = tf.reduce_max(1.0 - s, axis=1)\n"
            "loss = tf.reduce_sum(tf.nn.relu(1.0 - far))",
        ),
        "zero",
        "NAN_GRAD_NAN_DATA",
        "MatrixSetDiagV3",
        4,
        "`tf.reduce_max` at <program>:5 makes all its results of it",
        "the other sign",
    ),
    "an_infinity_that_was_given": (
        program("x = tf.Variable([0.5, 0.1])\nlow = tf.constant([float('-inf'), float('-inf')])", "loss = tf.nn.sigmoid(x + low)"),
        "zero",
        "NAN_GRAD_NAN_DATA",
        "AddV2",
        4,
        "`low` (line 2) holds an infinity, which `add` takes in; `tf.nn.sigmoid` at <program>:4 was given nothing else",
        "write a finite number in its place",
    ),
    "an_overflow_at_which_a_function_is_flat": (
        program("x = tf.Variable([1.0, 2.0])", "loss = tf.sigmoid(x * 1e38 * 1e38)"),
        "zero",
        "NAN_GRAD_OVERFLOW",
        "Mul",
        3,
        "`multiply` made an infinity of finite numbers, and there `tf.sigmoid` at <program>:3 has no slope left",
        "keep the factors in range",
    ),
    "nan_that_a_unit_takes_for_off": (
        program("x = tf.Variable([0.5, 0.1])\ndata = tf.constant([float('nan'), float('nan')])", "loss = tf.nn.relu(x + data)"),
        "zero",
        "NAN_GRAD_NAN_DATA",
        "AddV2",
        4,
        "`data` (line 2) holds NaN, which `add` takes in",
        "clean the data",
    ),
    "copies_that_are_taken_from_each_other": (
        program("x = tf.Variable([[1.0, 2.0]])", "loss = tf.reduce_sum(tf.tile(x, [2, 1]) * [[1.0], [-1.0]])"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Tile",
        3,
        "adds up gradients that cancel",
        "weights that do not cancel",
    ),
    "a_mean_over_one": (
        program("x = tf.Variable([[1.0, 3.0]])", "c = x - tf.reduce_mean(x, axis=0, keepdims=True)\nloss = tf.reduce_sum(tf.square(c - 1.0))"),
        "zero",
        "ZERO_GRAD_CANCEL",
        "Sub",
        3,
        "the very same numbers",
        "more than one sample",
    ),
}


# One element meets the op's fault, and of the other no gradient came for another reason: what is said of an op is not said of that element.
@pytest.mark.parametrize(
    "forward",
    [
        "tf.maximum(x, [5.0, -9.0])",
        "tf.minimum(x, [-5.0, 9.0])",
        "tf.clip_by_value(x, -2.5, 1.0)",
        "tf.maximum(x, other * [2.0, 4.0])",
        "tf.maximum(-x, 0.0)",
        "tf.square(x - [3.0, 1.0])",
        "tf.nn.sigmoid(x * [99.0, 0.1])",
    ],
)
def test_no_claim_about_elements_that_no_gradient_came_to(forward):
    setup = "x = tf.Variable([3.0, -2.0])\nother = tf.Variable([3.0, -2.0])"
    report, scope = run(program(setup, f"loss = tf.reduce_sum({forward} * [1.0, 0.0])"))
    (finding,) = report.findings
    assert finding.status == status_of(scope["g"]) == "zero"
    assert "to which a gradient came" in finding.why or "wherever a gradient came" in finding.why, str(report)


@pytest.mark.parametrize("forward", ["tf.where([False, False], x, 0.0)", "tf.tensor_scatter_nd_update(x, [[0], [1]], [0.0, 0.0])"])
def test_zeros_that_are_put_in_the_place_are_no_factor(forward):
    report, _ = run(program("x = tf.Variable([3.0, -2.0])", f"loss = tf.reduce_sum({forward})"))
    (finding,) = report.findings
    assert finding.status == "zero" and "leaves out" in finding.why and "multiplies by the" not in finding.why, str(report)


# What is said to mend it, done to the very program.
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a_mask_of_the_wrong_sign", "[-inf, -inf]", "[inf, inf]"),
        ("an_infinity_that_was_given", "[float('-inf'), float('-inf')]", "[-9.0, -9.0]"),
        ("an_overflow_at_which_a_function_is_flat", "x * 1e38 * 1e38", "x * 1e-2"),
        ("nan_that_a_unit_takes_for_off", "[float('nan'), float('nan')]", "[1.0, 2.0]"),
        ("copies_that_are_taken_from_each_other", "[-1.0]]", "[-0.5]]"),
    ],
)
def test_the_fix_mends(name, before, after):
    source = CASES[name][0]
    assert source.count(before) == 1
    report, scope = run(source.replace(before, after))
    assert status_of(scope["g"]) == "value" and not report.findings, str(report)


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    source, status, cause, op, line, why, fix = CASES[name]
    report, scope = run(source)
    assert status_of(scope["g"]) == status
    (finding,) = report.findings
    said = f"{finding.why} {' '.join(finding.evidence)}"
    assert (finding.status, finding.cause, finding.op, finding.line) == (status, cause, op, line), str(report)
    assert why in said and fix in finding.remedy, str(report)


def evidence_of_zero_from(function):
    report, _ = run(program("x = tf.Variable([-200.0, 0.0])", f"loss = tf.reduce_sum(tf.sqrt({function}))"))
    (finding,) = report.findings
    assert finding.cause == "NAN_GRAD_SQRT0", str(report)
    return " ".join(finding.evidence)


def test_only_what_underflows_is_said_to():
    assert "zeros come from `tf.exp`" in evidence_of_zero_from("tf.exp(x)")
    assert "zeros come from" not in evidence_of_zero_from("tf.math.expm1(x) * tf.constant([-1.0, 1.0])")


@pytest.mark.parametrize("function", ["tf.linalg.det", "tf.linalg.slogdet"])
def test_a_determinant_of_a_singular_matrix_is_blamed_itself(function):
    value = f"{function}(x)" + ("[1]" if function.endswith("slogdet") else "")
    report, scope = run(program("x = tf.Variable([[1.0, 2.0], [2.0, 4.0]])", f"loss = {value}"))
    assert isinstance(scope["error"], tf.errors.InvalidArgumentError) and "Input is not invertible" in str(scope["error"])
    (finding,) = report.findings
    assert finding.op.endswith("MatrixDeterminant") and finding.line == 3 and "determinant" in finding.why
    assert "matrix_inverse" not in str(scope["error"]) + str(report)


def marked(finding):
    """The steps of a path at which the gradient stops, becomes zero or is first not finite."""
    return [step for step in finding.path if step.status in ("stops", "zero", "nonfinite")]


def bare(name):
    """`sqrt` of `tf.sqrt`, as the program writes it, and of `tf.norm/sqrt`, which is a step of another function."""
    return name.rpartition("/")[2].rpartition(".")[2]


def assert_names_one_op(finding, report):
    if not finding.op or not finding.path:
        return
    (step,) = marked(finding)
    name = bare(step.name.replace("gradient of ", "").rpartition(" = ")[2])  # what replaced a variable: "w = subtract"
    if finding.cause == "LEFT_FRAMEWORK":  # the read and the constant that came back are one row of the table
        name = finding.op_name
    in_rule = finding.cause == "CUSTOM_GRADIENT"  # the table shows the call, the text the line of the rule that returned nothing
    is_op = name == finding.op_name or finding.op_name.endswith(f"_{name}")  # set_diag is matrix_set_diag
    assert is_op and (in_rule or step.line == finding.line), f"the table marks {step.name}, the text {finding.op_name}\n{report}"
    quoted = {bare(word) for word in re.findall(r"`([\w.]+)`", finding.why)} & {bare(other.name) for other in finding.path[1:]}
    assert not quoted or name in quoted, f"the text is about {quoted}, not about `{finding.op_name}`\n{report}"
    if finding.status in ("zero", "nan", "inf"):  # other words come from what an op's record says of its input
        assert re.search(rf"`(gradient of )?([\w.]+\.)?{name}`", finding.why), f"the text is not about `{finding.op_name}`\n{report}"


@pytest.mark.parametrize("name", CASES)
def test_table_line_and_text_name_one_op(name):
    report, _ = run(CASES[name][0])
    for finding in report.findings:
        assert_names_one_op(finding, report)


PROGRAMS = compare_tensorflow.programs_in(sorted(compare_tensorflow.PROGRAMS.glob("*.py")))


@pytest.mark.parametrize("name", PROGRAMS)
def test_table_line_and_text_name_one_op_in_every_program(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", tf)
    with whygrad.diagnose(values=True, partial=True) as report:
        compare_tensorflow.run(PROGRAMS[name], tf)
    for finding in report.findings:
        assert_names_one_op(finding, report)
