"""tf.quantization"""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.errors import InvalidArgumentError as _InvalidArgumentError
from whygrad.tf import _names

_fake_quant = _whygrad.op_function("fake_quant_with_min_max_vars", "fake_quant_with_min_max_vars", "inputs min max num_bits narrow_range")
_quantize = _whygrad.op_function("quantize_and_dequantize", "quantize_and_dequantize", "")


def _check_bounds(name, low, high):
    if not low < high:
        raise _InvalidArgumentError(
            f"[{name}] min {low} is not below max {high}\nhelp: give the range of the numbers, from the smallest to the largest"
        )


def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None):  # noqa: A002
    """The nearest of 2^num_bits levels from min to max, moved so that 0 is a level. The gradient passes between them."""
    _check_bounds("fake_quant_with_min_max_args", min, max)
    inputs = _ops["convert_to_tensor"](inputs)
    bounds = [_ops["constant"](float(bound), dtype=inputs.dtype) for bound in (min, max)]
    return _fake_quant(inputs, *bounds, num_bits=num_bits, narrow_range=narrow_range)[0]


def fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, narrow_range=False, name=None):  # noqa: A002
    """The same with bounds that are tensors, which get the gradient of what lies beyond them."""
    for bound in (min, max):
        if len(_ops["convert_to_tensor"](bound).shape):
            raise _InvalidArgumentError(
                "[fake_quant_with_min_max_vars] min and max are scalars\nhelp: fake_quant_with_min_max_vars_per_channel takes one for each channel"
            )
    return _fake_quant(inputs, min, max, num_bits=num_bits, narrow_range=narrow_range)[0]


def fake_quant_with_min_max_vars_per_channel(inputs, min, max, num_bits=8, narrow_range=False, name=None):  # noqa: A002
    """The same with bounds for each channel, the last axis."""
    inputs = _ops["convert_to_tensor"](inputs)
    for bound in (min, max):
        if tuple(_ops["convert_to_tensor"](bound).shape) != tuple(inputs.shape)[-1:]:
            raise _InvalidArgumentError(
                f"[fake_quant_with_min_max_vars_per_channel] min and max are [{inputs.shape[-1]}]\nhelp: there is one number for each channel"
            )
    return _fake_quant(inputs, min, max, num_bits=num_bits, narrow_range=narrow_range)[0]


def _gradient(function):
    def gradient(gradients, inputs, *bounds, **options):
        from whygrad._tape import GradientTape

        inputs = _ops["convert_to_tensor"](inputs)
        with GradientTape() as tape:
            tape.watch(inputs)
            outputs = function(inputs, *bounds, **options)
        return tape.gradient(outputs, inputs, _ops["convert_to_tensor"](gradients))

    return gradient


def fake_quant_with_min_max_args_gradient(gradients, inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None):  # noqa: A002
    """The gradient of fake_quant_with_min_max_args with respect to its inputs."""
    return _gradient(fake_quant_with_min_max_args)(gradients, inputs, min, max, num_bits=num_bits, narrow_range=narrow_range)


def _quantized(name, clips_gradient, input, bounds, signed_input, num_bits, range_given, round_mode, narrow_range, axis):  # noqa: A002
    if round_mode not in ("HALF_TO_EVEN", "HALF_UP"):
        raise _InvalidArgumentError(f"[{name}] round_mode {round_mode!r}\nhelp: it is HALF_TO_EVEN or HALF_UP")
    x = _ops["convert_to_tensor"](input)
    rank = len(x.shape)
    if axis is not None and not -1 <= axis < max(rank, 1):
        raise _InvalidArgumentError(f"[{name}] axis {axis} of a tensor of rank {rank}\nhelp: give one of its axes, or -1 for all of them together")
    along = None if axis is None or axis == -1 and not range_given and rank == 0 else axis
    if range_given:
        low, high = (_ops["convert_to_tensor"](bound, dtype=x.dtype) for bound in bounds)
        if along is not None and len(low.shape):
            shape = [1] * rank
            shape[along] = x.shape[along]
            low, high = _ops["reshape"](low, shape), _ops["reshape"](high, shape)
    else:
        axes = None if along is None else [a for a in range(rank) if a != along % rank]
        low, high = (_ops["stop_gradient"](_ops[fold](x, axes, along is not None)) for fold in ("reduce_min", "reduce_max"))
    levels = _quantize(x, low, high, signed_input, num_bits, narrow_range, round_mode == "HALF_UP", range_given, clips_gradient and range_given)[0]
    if range_given or not clips_gradient:
        return levels
    inside = _ops["logical_and"](_ops["greater_equal"](x, bounds[0]), _ops["less_equal"](x, bounds[1]))
    return _ops["where"](inside, levels, _ops["stop_gradient"](levels))


def quantize_and_dequantize(
    input,
    input_min,
    input_max,
    signed_input=True,
    num_bits=8,
    range_given=False,
    round_mode="HALF_TO_EVEN",
    name=None,
    narrow_range=False,
    axis=None,  # noqa: A002
):
    """The nearest of 2^num_bits whole multiples of a step. The gradient passes everywhere."""
    given = signed_input, num_bits, range_given, round_mode, narrow_range, axis
    return _quantized("quantize_and_dequantize", False, input, (input_min, input_max), *given)


def quantize_and_dequantize_v2(
    input,
    input_min,
    input_max,
    signed_input=True,
    num_bits=8,
    range_given=False,
    round_mode="HALF_TO_EVEN",
    name=None,
    narrow_range=False,
    axis=None,  # noqa: A002
):
    """The same, with a gradient of 0 beyond the range."""
    given = signed_input, num_bits, range_given, round_mode, narrow_range, axis
    return _quantized("quantize_and_dequantize_v2", True, input, (input_min, input_max), *given)


__getattr__ = _names.fill("quantization", globals())
