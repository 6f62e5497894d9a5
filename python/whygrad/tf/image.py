"""tf.image"""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad.tf import _image_compositions as _fixed
from whygrad.tf import _names
from whygrad.tf import dtypes as _dtypes


def _image(value):
    return _w.convert_to_tensor(value)


def _sometimes(flip):
    def randomly(image, seed=None):
        image = _image(image)
        return flip(image) if float(_w.peek(_w.random_uniform([], seed=seed))) < 0.5 else image

    return randomly


random_flip_left_right, random_flip_up_down = _sometimes(_fixed.flip_left_right), _sometimes(_fixed.flip_up_down)


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Cast and scaled: white is 1 where the dtype is floating, else its largest number."""
    image, dtype = _image(image), _dtypes.as_dtype(dtype)
    if image.dtype == dtype:
        return image
    if image.dtype.is_floating == dtype.is_floating:
        if dtype.is_floating:
            return _w.cast(image, dtype)
        scale = (image.dtype.max + 1) // (dtype.max + 1)
        if scale > 0:
            return _w.cast(_f["floordiv"](image, scale), dtype)
        return _w.cast(image, dtype) * ((dtype.max + 1) // (image.dtype.max + 1))
    if dtype.is_floating:
        return _w.cast(image, dtype) * (1.0 / image.dtype.max)
    scaled = image * (dtype.max + 0.5)
    if saturate:
        scaled = _f["clip_by_value"](scaled, float(dtype.min), float(dtype.max))
    return _w.cast(scaled, dtype)


def random_crop(value, size, seed=None, name=None):
    """A part of this size from somewhere."""
    value = _image(value)
    begin = []
    for there, wanted in zip(value.shape, size):
        begin.append(int(_w.peek(_w.random_uniform([], 0, there - wanted + 1, dtype="int32", seed=seed))))
    return _f["slice"](value, begin, list(size))


__getattr__ = _names.fill("image", globals())
