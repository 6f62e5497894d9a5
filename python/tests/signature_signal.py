"""Calls of special functions and of tf.signal that use every parameter; see signature_calls.py."""

_M = "t([[4.0, 1.0], [1.0, 3.0]])"
_V = "t([0.5, -0.25, 2.0])"
_SPECIAL = (
    "bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint "
    "fresnel_cos fresnel_sin spence"
)
_COMPLEX = "tf.complex(t([0.5, -1.0, 2.0]), t([1.0, 0.25, -0.5]))"
_CUBE = "tf.reshape(tf.range(8.0), [2, 2, 2])"

CALLS = {
    **{f"tf.math.special.{name}": "t([1.5, 0.25])" for name in _SPECIAL.split()},
    "tf.math.erfcinv": "t([0.5, 1.25])",
    **{f"tf.math.{name}": "t([1.5, 2.0]), t([0.5, 3.0])\na=t([1.5]), x=t([0.5])" for name in ("igamma", "igammac")},
    "tf.math.zeta": "t([1.5, 2.0]), t([0.5, 3.0])\nx=t([1.5]), q=t([0.5])",
    "tf.math.betainc": "t([1.5]), t([2.5]), t([0.5])\na=t([1.5]), b=t([2.5]), x=t([0.5])",
    **{f"tf.signal.{name}": f"{_COMPLEX}" for name in ("fft", "ifft")},
    **{f"tf.signal.{name}": f"tf.complex({_M}, {_M})" for name in ("fft2d", "ifft2d")},
    **{f"tf.signal.{name}": f"tf.complex({_CUBE}, {_CUBE})" for name in ("fft3d", "ifft3d")},
    "tf.signal.rfft": f"{_V}\n{_V}, fft_length=[4]\n{_V}, [2]",
    "tf.signal.rfft2d": f"{_M}\n{_M}, fft_length=[2, 4]",
    "tf.signal.rfft3d": f"{_CUBE}\n{_CUBE}, fft_length=[2, 2, 4]",
    "tf.signal.irfft": f"{_COMPLEX}\n{_COMPLEX}, fft_length=[5]\n{_COMPLEX}, [2]",
    "tf.signal.irfft2d": f"tf.complex({_M}, {_M})\ntf.complex({_M}, {_M}), fft_length=[2, 3]",
    "tf.signal.irfft3d": f"tf.complex({_CUBE}, {_CUBE})\ntf.complex({_CUBE}, {_CUBE}), fft_length=[2, 2, 3]",
    **{f"tf.signal.{name}": f"{_M}\n{_M}, axes=[1]" for name in ("fftshift", "ifftshift")},
    "tf.signal.frame": "tf.range(7.0), 3, 2\ntf.range(7.0), 3, 2, pad_end=True\ntf.range(7.0), 3, 2, True, pad_value=9.0\n"
    "tf.reshape(tf.range(8.0), [4, 2]), frame_length=2, frame_step=1, axis=0",
    "tf.signal.overlap_and_add": f"{_M}, 1\nsignal={_M}, frame_step=2",
    **{f"tf.signal.{name}": "4\n4, periodic=False\n4, dtype=tf.float64" for name in ("hann_window", "hamming_window")},
    **{f"tf.signal.{name}": "6\n6, beta=4.0\n6, dtype=tf.float64" for name in ("kaiser_window", "kaiser_bessel_derived_window")},
    "tf.signal.vorbis_window": "6\n6, dtype=tf.float64",
    "tf.signal.stft": "tf.range(9.0), 4, 2\ntf.range(9.0), 4, 2, fft_length=8, window_fn=tf.signal.hamming_window, pad_end=True\ntf.range(9.0), 4, 2, window_fn=None",
    "tf.signal.inverse_stft": "tf.complex(tf.reshape(tf.range(6.0), [2, 3]), tf.ones([2, 3])), 4, 2\n"
    "tf.complex(tf.reshape(tf.range(6.0), [2, 3]), tf.ones([2, 3])), 4, 2, fft_length=4, window_fn=None",
    "tf.signal.inverse_stft_window_fn": "2 | (4, tf.float32)\n2, forward_window_fn=tf.signal.hamming_window | (4, tf.float32)",
    **{f"tf.signal.{name}": f"{_V}\n{_V}, type=3, norm='ortho'\n{_V}, 2, n=2, axis=-1\n{_V}, axis=0\n{_V}, norm='other'" for name in ("dct", "idct")},
    "tf.signal.mdct": "tf.range(12.0), 4\ntf.range(12.0), 4, window_fn=None, pad_end=True, norm='ortho'",
    "tf.signal.inverse_mdct": f"{_M}\n{_M}, window_fn=None, norm='ortho'",
    "tf.signal.linear_to_mel_weight_matrix": "2, 5\nnum_mel_bins=2, num_spectrogram_bins=5, sample_rate=16000, lower_edge_hertz=0.0, upper_edge_hertz=8000.0, dtype=tf.float64",
    "tf.signal.mfccs_from_log_mel_spectrograms": _M,
}
