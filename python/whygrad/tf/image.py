"""tf.image"""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.tf import _names


class ResizeMethod:
    """How tf.image.resize computes."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def resize(images, size, method=ResizeMethod.BILINEAR, preserve_aspect_ratio=False, antialias=False, name=None):
    """Images with another height and width: float32, but for the nearest neighbour."""
    resized = _ops["resize_images"](images, size, method, preserve_aspect_ratio, antialias)
    return resized if method in (ResizeMethod.NEAREST_NEIGHBOR, 1) or resized.dtype.name == "float32" else _ops["cast"](resized, "float32")


# ---- Boxes that do not overlap ----

_suppress = _whygrad.op_function("non_max_suppression", "non_max_suppression", "")


def non_max_suppression(boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), name=None):
    """The numbers of the boxes with the highest scores that do not overlap. No gradient: gather boxes and scores by them."""
    return _suppress(boxes, scores, max_output_size, float(iou_threshold), float(score_threshold), 0.0, False)[0]


def non_max_suppression_with_scores(boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), soft_nms_sigma=0.0, name=None):
    """The same with the scores; where soft_nms_sigma is above 0, overlaps lower them instead."""
    return tuple(_suppress(boxes, scores, max_output_size, float(iou_threshold), float(score_threshold), float(soft_nms_sigma), False))


def non_max_suppression_overlaps(overlaps, scores, max_output_size, overlap_threshold=0.5, score_threshold=float("-inf"), name=None):
    """The same for overlaps [n, n] that are known."""
    return _suppress(overlaps, scores, max_output_size, float(overlap_threshold), float(score_threshold), 0.0, True)[0]


# ---- By chance ----


def _check_range(name, lower, upper, least=None):
    if upper <= lower:
        raise ValueError(f"[{name}] upper must be > lower, and they are {upper} and {lower}\nhelp: give the bounds of the factor")
    if least is not None and lower < least:
        raise ValueError(f"[{name}] lower must be non-negative, and it is {lower}\nhelp: give a factor of {least} or more")


def _check_delta(name, max_delta, most=None):
    if max_delta < 0 or (most is not None and max_delta > most):
        raise ValueError(
            f"[{name}] max_delta must be non-negative{f' and at most {most}' if most else ''}, and it is {max_delta}\nhelp: it is the largest change"
        )


def _drawn(lower, upper, seed):
    return lower + (upper - lower) * _ops["random_uniform"]([], seed=seed)


def _drawn_for(lower, upper, seed):
    return lower + (upper - lower) * _ops["stateless_uniform"]([], seed)


def random_brightness(image, max_delta, seed=None):
    """image + delta, with a delta in [-max_delta, max_delta)."""
    _check_delta("random_brightness", max_delta)
    return _ops["adjust_brightness"](image, _drawn(-max_delta, max_delta, seed))


def stateless_random_brightness(image, max_delta, seed):
    _check_delta("stateless_random_brightness", max_delta)
    return _ops["adjust_brightness"](image, _drawn_for(-max_delta, max_delta, seed))


def random_contrast(image, lower, upper, seed=None):
    """The contrast times a factor in [lower, upper)."""
    _check_range("random_contrast", lower, upper, 0)
    return _ops["adjust_contrast"](image, _drawn(lower, upper, seed))


def stateless_random_contrast(image, lower, upper, seed):
    _check_range("stateless_random_contrast", lower, upper, 0)
    return _ops["adjust_contrast"](image, _drawn_for(lower, upper, seed))


def random_hue(image, max_delta, seed=None):
    """The hue turned by a delta in [-max_delta, max_delta)."""
    _check_delta("random_hue", max_delta, 0.5)
    return _ops["adjust_hue"](image, _drawn(-max_delta, max_delta, seed))


def stateless_random_hue(image, max_delta, seed):
    _check_delta("stateless_random_hue", max_delta, 0.5)
    return _ops["adjust_hue"](image, _drawn_for(-max_delta, max_delta, seed))


def random_saturation(image, lower, upper, seed=None):
    """The saturation times a factor in [lower, upper)."""
    _check_range("random_saturation", lower, upper, 0)
    return _ops["adjust_saturation"](image, _drawn(lower, upper, seed))


def stateless_random_saturation(image, lower, upper, seed=None):
    _check_range("stateless_random_saturation", lower, upper, 0)
    return _ops["adjust_saturation"](image, _drawn_for(lower, upper, seed))


def _mirrored_for(function, image, seed):
    """An image, or each of a batch by itself."""
    image = _ops["convert_to_tensor"](image)
    if len(image.shape) == 3:
        return _ops["where"](_ops["less"](_ops["stateless_uniform"]([], seed), 0.5), function(image), image)
    chance = _ops["reshape"](_ops["stateless_uniform"]([image.shape[0]], seed), [-1, 1, 1, 1])
    return _ops["where"](_ops["greater"](chance, 0.5), function(image), image)


def stateless_random_flip_left_right(image, seed):
    """Mirrored or not, at even odds."""
    return _mirrored_for(_ops["flip_left_right"], image, seed)


def stateless_random_flip_up_down(image, seed):
    """Mirrored or not, at even odds."""
    return _mirrored_for(_ops["flip_up_down"], image, seed)


def stateless_random_crop(value, size, seed, name=None):
    """A part of this size from a place that the seed chooses."""
    value = _ops["convert_to_tensor"](value)
    size = [extent if wanted == -1 else int(wanted) for wanted, extent in zip(size, value.shape.as_list())]
    if len(size) != len(value.shape) or any(wanted > extent for wanted, extent in zip(size, value.shape.as_list())):
        raise ValueError(
            f"[stateless_random_crop] {tuple(value.shape)} holds no part of {tuple(size)}\nhelp: give a size for each axis, at most the extent"
        )
    limits = _ops["constant"]([extent - wanted + 1 for wanted, extent in zip(size, value.shape.as_list())], dtype="int32")
    begin = _ops["floormod"](_ops["stateless_uniform"]([len(size)], seed, 0, 2**31 - 1, "int32"), limits)
    return _ops["slice"](value, begin, size)


__getattr__ = _names.fill("image", globals())
