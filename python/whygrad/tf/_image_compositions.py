"""What TensorFlow's tf.image itself writes in Python over its ops. Images are [height, width, channels], alone or in batches."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f


def _value(x):
    return _w.convert_to_tensor(x)


def _image(image):
    image = _value(image)
    if image.ndim not in (3, 4):
        raise ValueError(
            f"'image' must have either 3 or 4 dimensions, and has shape {image.shape}\nhelp: add an axis of channels: image[..., tf.newaxis]"
        )
    if 0 in list(image.shape)[-3:]:
        raise ValueError(f"the inner 3 dims of 'image.shape' must be > 0, and the shape is {image.shape}\nhelp: an image has at least one pixel")
    return image


def flip_left_right(image):
    return _w.reverse(_image(image), [-2])


def flip_up_down(image):
    return _w.reverse(_image(image), [-3])


def transpose(image, name=None):
    """Height and width swapped."""
    image = _image(image)
    return _w.transpose(image, [1, 0, 2] if image.ndim == 3 else [0, 2, 1, 3])


def rot90(image, k=1, name=None):
    """Turned by 90 degrees k times, against the clock."""
    image, k = _image(image), int(k) % 4
    if k == 0:
        return image
    if k == 1:
        return _w.reverse(transpose(image), [-3])
    return _w.reverse(image, [-3, -2]) if k == 2 else transpose(_w.reverse(image, [-3]))


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    image = _image(image)
    ends = zip((offset_height, offset_width), (target_height, target_width), list(image.shape)[-3:-1])
    if any(offset < 0 or target <= 0 or offset + target > extent for offset, target, extent in ends):
        box = f"{target_height} x {target_width} at ({offset_height}, {offset_width})"
        raise ValueError(
            f"[crop_to_bounding_box] a box of {box} is not inside of an image of shape {image.shape}\nhelp: offsets are 0 or more, targets above 0"
        )
    return image[..., offset_height : offset_height + target_height, offset_width : offset_width + target_width, :]


def central_crop(image, central_fraction):
    """The middle part, with this share of height and width."""
    if not 0.0 < central_fraction <= 1.0:
        raise ValueError("central_fraction must be within (0, 1]")
    image = _image(image)
    height, width = image.shape[-3], image.shape[-2]
    top, left = int((height - height * central_fraction) / 2), int((width - width * central_fraction) / 2)
    return crop_to_bounding_box(image, top, left, height - 2 * top, width - 2 * left)


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Amid zeros."""
    image = _image(image)
    below, right = target_height - offset_height - image.shape[-3], target_width - offset_width - image.shape[-2]
    return _w.pad(image, [[0, 0]] * (image.ndim - 3) + [[offset_height, below], [offset_width, right], [0, 0]])


def image_gradients(image):
    """(differences of neighbours downwards, to the right), 0 at the end."""
    image = _value(image)
    if image.ndim != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {image.shape}.")
    down, right = image[:, 1:] - image[:, :-1], image[:, :, 1:] - image[:, :, :-1]
    return _w.pad(down, [[0, 0], [0, 1], [0, 0], [0, 0]]), _w.pad(right, [[0, 0], [0, 0], [0, 1], [0, 0]])


def total_variation(images, name=None):
    """The sum of the absolute differences of neighbours, of each image."""
    images = _image(images)
    down, right = images[..., 1:, :, :] - images[..., :-1, :, :], images[..., :, 1:, :] - images[..., :, :-1, :]
    axes = [-3, -2, -1]
    return _w.reduce_sum(_f["abs"](down), axes) + _w.reduce_sum(_f["abs"](right), axes)


def per_image_standardization(image):
    """Mean 0 and variance 1, of each image."""
    image = _image(image)
    image = image if image.dtype.is_floating else _w.cast(image, "float32")
    axes = [-3, -2, -1]
    pixels = image.shape[-3] * image.shape[-2] * image.shape[-1]
    deviation = _f["maximum"](_w.reduce_std(image, axes, True), pixels**-0.5)
    return (image - _w.reduce_mean(image, axes, True)) / deviation


def adjust_brightness(image, delta):
    return _value(image) + delta


def adjust_gamma(image, gamma=1, gain=1):
    """gain * image ^ gamma."""
    if isinstance(gamma, (int, float)) and gamma < 0:
        raise ValueError(f"[adjust_gamma] gamma is {gamma}\nhelp: it is 0 or more")
    return _value(image) ** gamma * gain


def rgb_to_grayscale(images, name=None):
    """One channel of three."""
    images = _value(images)
    weights = _w.constant([[0.2989], [0.5870], [0.1140]], dtype=images.dtype)
    return _w.tensordot(images, weights, 1)


def grayscale_to_rgb(images, name=None):
    """Three equal channels of one."""
    images = _value(images)
    if images.ndim < 2 or images.shape[-1] != 1:
        raise ValueError(f"[grayscale_to_rgb] the images have shape {images.shape}\nhelp: they have at least two axes, the last one of 1 channel")
    return _w.tile(images, [1] * (images.ndim - 1) + [3])


def sobel_edges(image):
    """Derivatives downwards and to the right: [batch, height, width, channels, 2]."""
    image = _value(image)
    down = [[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]
    kernel = _w.stack([_w.constant(down, dtype=image.dtype), _w.transpose(_w.constant(down, dtype=image.dtype))], -1)
    padded = _w.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    kernel = _w.reshape(kernel, [3, 3, 1, 2])
    edges = [_w.conv2d(part, kernel, [1, 1, 1, 1], "VALID") for part in _w.split(padded, image.shape[-1], -1)]
    return _w.stack(edges, 3)


def psnr(a, b, max_val, name=None):
    """Peak signal to noise of each image, in decibels."""
    a, b = _value(a), _value(b)
    if list(a.shape)[-3:] != list(b.shape)[-3:]:
        raise ValueError(f"[psnr] the images have shapes {a.shape} and {b.shape}\nhelp: height, width and channels are the same in both")
    error = _w.reduce_mean(_f["squared_difference"](_w.cast(a, "float32"), _w.cast(b, "float32")), [-3, -2, -1])
    logarithm = 0.4342944819032518
    return 20 * _f["log"](_w.cast(max_val, "float32")) * logarithm - 10 * logarithm * _f["log"](error)
