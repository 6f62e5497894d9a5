"""tf.signal"""

from whygrad import _whygrad
from whygrad.dtypes import as_dtype as _as_dtype
from whygrad.tf import _names

__getattr__ = _names.fill("signal", globals())

_hann, _vorbis = _names.functions["hann_window"], _names.functions["vorbis_window"]
_REAL = {"complex64": "float32", "complex128": "float64"}


def _window(function, length, dtype):
    return None if function is None else function(length, dtype=_as_dtype(dtype))


def stft(signals, frame_length, frame_step, fft_length=None, window_fn=_hann, pad_end=False, name=None):
    """The spectra of the frames of signals [..., n], each multiplied by the window: [..., frames, fft_length / 2 + 1]."""
    signals = _names.functions["convert_to_tensor"](signals)
    return _whygrad.stft(signals, frame_length, frame_step, _window(window_fn, frame_length, signals.dtype), fft_length, bool(pad_end))


def inverse_stft(stfts, frame_length, frame_step, fft_length=None, window_fn=_hann, name=None):
    """The signals of spectra [..., frames, bins]."""
    stfts = _names.functions["convert_to_tensor"](stfts)
    window = _window(window_fn, frame_length, _REAL.get(stfts.dtype.name, stfts.dtype.name))
    return _whygrad.inverse_stft(stfts, frame_length, frame_step, window, fft_length)


def inverse_stft_window_fn(frame_step, forward_window_fn=_hann, name=None):
    """A function that makes the window with which inverse_stft undoes an stft that was made with forward_window_fn."""

    def inverse_window(frame_length, dtype):
        return _whygrad.inverse_stft_window(_window(forward_window_fn, frame_length, dtype), frame_step)

    return inverse_window


def mdct(signals, frame_length, window_fn=_vorbis, pad_end=False, norm=None, name=None):
    """The modified cosine transform of frames that overlap by half: [..., n] gives [..., frames, frame_length / 2]."""
    signals = _names.functions["convert_to_tensor"](signals)
    return _whygrad.mdct(signals, frame_length, _window(window_fn, frame_length, signals.dtype), bool(pad_end), norm)


def inverse_mdct(mdcts, window_fn=_vorbis, norm=None, name=None):
    """The signals whose modified cosine transforms these are."""
    mdcts = _names.functions["convert_to_tensor"](mdcts)
    return _whygrad.inverse_mdct(mdcts, _window(window_fn, 2 * (mdcts.shape[-1] if mdcts.shape.rank else 0), mdcts.dtype), norm)
