"""tf.image"""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad.tf import _names
from whygrad.tf import dtypes as _dtypes


def _image(value):
    return _w.convert_to_tensor(value)


def _largest(dtype):
    """What stands for white."""
    return 1.0 if dtype.is_floating else dtype.max


def _box(image, top, left, height, width):
    begin = [0] * (image.ndim - 3) + [top, left, 0]
    return _f["slice"](image, begin, [-1] * (image.ndim - 3) + [height, width, -1])


def flip_left_right(image):
    """The columns in reverse order."""
    image = _image(image)
    return _f["reverse"](image, [image.ndim - 2])


def flip_up_down(image):
    """The rows in reverse order."""
    image = _image(image)
    return _f["reverse"](image, [image.ndim - 3])


def _sometimes(flip):
    def randomly(image, seed=None):
        image = _image(image)
        return flip(image) if float(_w.peek(_w.random_uniform([], seed=seed))) < 0.5 else image

    return randomly


random_flip_left_right, random_flip_up_down = _sometimes(flip_left_right), _sometimes(flip_up_down)


def transpose(image, name=None):
    """Rows become columns."""
    image = _image(image)
    return _w.transpose(image, [*range(image.ndim - 3), image.ndim - 2, image.ndim - 3, image.ndim - 1])


def rot90(image, k=1, name=None):
    """Turned counter-clockwise by k quarters."""
    for _ in range(k % 4):
        image = flip_up_down(transpose(image))
    return _image(image)


def rgb_to_grayscale(images, name=None):
    """One channel: the weighted sum of the three."""
    images = _image(images)
    gray = _f["expand_dims"](_f["tensordot"](convert_image_dtype(images, "float32"), [0.2989, 0.587, 0.114], [[-1], [0]]), -1)
    return convert_image_dtype(gray, images.dtype)


def grayscale_to_rgb(images, name=None):
    """Three channels, all the same."""
    images = _image(images)
    return _f["tile"](images, [1] * (images.ndim - 1) + [3])


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


def adjust_brightness(image, delta):
    """image + delta, where white is 1."""
    image = _image(image)
    return convert_image_dtype(convert_image_dtype(image, "float32") + delta, image.dtype, saturate=True)


def adjust_gamma(image, gamma=1, gain=1):
    """gain * image ** gamma, where white is 1."""
    image = _image(image)
    return convert_image_dtype(gain * convert_image_dtype(image, "float32") ** gamma, image.dtype, saturate=True)


def per_image_standardization(image):
    """Each image with mean 0 and deviation 1, but for images of one colour."""
    image = _image(image)
    image = image if image.dtype.is_floating else _w.cast(image, "float32")
    axes = [image.ndim - 3, image.ndim - 2, image.ndim - 1]
    pixels = 1.0
    for axis in axes:
        pixels *= image.shape[axis]
    deviation = _f["maximum"](_w.reduce_std(image, axes, keepdims=True), pixels**-0.5)
    return (image - _w.reduce_mean(image, axes, keepdims=True)) / deviation


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The part of this height and width whose corner is there."""
    return _box(_image(image), offset_height, offset_width, target_height, target_width)


def central_crop(image, central_fraction):
    """The middle, of this share of height and width."""
    image = _image(image)
    height, width = image.shape[image.ndim - 3], image.shape[image.ndim - 2]
    top, left = int((height - height * central_fraction) / 2), int((width - width * central_fraction) / 2)
    return _box(image, top, left, height - 2 * top, width - 2 * left)


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Zeros of this height and width with the image in them, its corner there."""
    image = _image(image)
    height, width = image.shape[image.ndim - 3], image.shape[image.ndim - 2]
    rows = [offset_height, target_height - offset_height - height]
    columns = [offset_width, target_width - offset_width - width]
    return _f["pad"](image, [[0, 0]] * (image.ndim - 3) + [rows, columns, [0, 0]])


def random_crop(value, size, seed=None, name=None):
    """A part of this size from somewhere."""
    value = _image(value)
    begin = []
    for there, wanted in zip(value.shape, size):
        begin.append(int(_w.peek(_w.random_uniform([], 0, there - wanted + 1, dtype="int32", seed=seed))))
    return _f["slice"](value, begin, list(size))


def image_gradients(image):
    """(down, right): how much the next pixel differs; 0 at the last row and column."""
    image = _image(image)
    batch, height, width, channels = image.shape
    down = image[:, 1:] - image[:, :-1]
    right = image[:, :, 1:] - image[:, :, :-1]
    return (
        _f["concat"]([down, _w.zeros([batch, 1, width, channels], image.dtype)], 1),
        _f["concat"]([right, _w.zeros([batch, height, 1, channels], image.dtype)], 2),
    )


def total_variation(images, name=None):
    """The sum of the absolute differences of neighbouring pixels, for each image."""
    images = _image(images)
    down = images[..., 1:, :, :] - images[..., :-1, :, :]
    right = images[..., 1:, :] - images[..., :-1, :]
    axes = [1, 2, 3] if images.ndim == 4 else None
    return _w.reduce_sum(_f["abs"](down), axes) + _w.reduce_sum(_f["abs"](right), axes)


def psnr(a, b, max_val, name=None):
    """How near two images are, in decibels."""
    a, b = convert_image_dtype(a, "float32"), convert_image_dtype(b, "float32")
    error = _w.reduce_mean(_f["squared_difference"](a, b), [-3, -2, -1])
    return 20.0 * _f["log"](_w.cast(max_val, "float32")) / _f["log"](10.0) - (10 / 2.302585092994046) * _f["log"](error)


__getattr__ = _names.fill("image", globals())
