// Signal processing: Fourier and cosine transforms, windows, frames, spectrograms. TensorFlow's tf.signal.
#pragma once

#include <whygrad/ops/number.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad::signal {

// ---- Fourier transforms of the last one, two or three axes, of any lengths. c64 and c128. y_k = sum over t of x_t e^(-2 pi i k t / n); the inverses
// divide by the number of elements. Gradients are those of TensorFlow: dx of fft is n ifft(dy), that of ifft is fft(dy) / n. Throw DTypeError,
// ShapeError. ----
WG_API Tensor fft(const Tensor& x, Where where = Where::here());
WG_API Tensor fft2d(const Tensor& x, Where where = Where::here());
WG_API Tensor fft3d(const Tensor& x, Where where = Where::here());
WG_API Tensor ifft(const Tensor& x, Where where = Where::here());
WG_API Tensor ifft2d(const Tensor& x, Where where = Where::here());
WG_API Tensor ifft3d(const Tensor& x, Where where = Where::here());

// Of real x [.., n] (f32 or f64) the n / 2 + 1 elements that say everything: the others are their conjugates. With `fft_length`, one number for each
// axis of the transform, x is cut off or filled up with zeros first.
WG_API Tensor rfft(const Tensor& x, const Ints& fft_length = {}, Where where = Where::here());
WG_API Tensor rfft2d(const Tensor& x, const Ints& fft_length = {}, Where where = Where::here());
WG_API Tensor rfft3d(const Tensor& x, const Ints& fft_length = {}, Where where = Where::here());
// The inverses: complex x [.., m] gives real numbers, 2 (m - 1) of them unless `fft_length` says otherwise, for which x is cut off or filled up.
WG_API Tensor irfft(const Tensor& x, const Ints& fft_length = {}, Where where = Where::here());
WG_API Tensor irfft2d(const Tensor& x, const Ints& fft_length = {}, Where where = Where::here());
WG_API Tensor irfft3d(const Tensor& x, const Ints& fft_length = {}, Where where = Where::here());

// ---- Composed of other ops: gradients are those of the ops ----

// The element of index 0 moved to the middle of each of the axes (all of them if none are given), and back.
WG_API Tensor fftshift(const Tensor& x, const Ints& axes = {}, Where where = Where::here());
WG_API Tensor ifftshift(const Tensor& x, const Ints& axes = {}, Where where = Where::here());

// Frames of `length` elements along an axis, one every `step`: [.., n, ..] gives [.., frames, length, ..]. With pad_end also the frames that reach
// over the end, filled up with pad_value. Throws ValueError, ShapeError, IndexError.
struct FrameOptions {
  bool pad_end = false;
  Number pad_value = 0;
  std::int64_t axis = -1;
};
WG_API Tensor frame(const Tensor& x, std::int64_t length, std::int64_t step, const FrameOptions& options = {}, Where where = Where::here());
// The sum of frames [.., frames, length] that begin every `step` elements: [.., (frames - 1) step + length].
WG_API Tensor overlap_and_add(const Tensor& x, std::int64_t step, Where where = Where::here());

// Windows of `length` elements, floating. A periodic window of an even length is one element short of a symmetric one.
struct WindowOptions {
  bool periodic = true;
  DType dtype = float32;
};
WG_API Tensor hann_window(std::int64_t length, const WindowOptions& options = {}, Where where = Where::here());
WG_API Tensor hamming_window(std::int64_t length, const WindowOptions& options = {}, Where where = Where::here());
WG_API Tensor kaiser_window(std::int64_t length, double beta = 12, DType dtype = float32, Where where = Where::here());
WG_API Tensor kaiser_bessel_derived_window(std::int64_t length, double beta = 12, DType dtype = float32, Where where = Where::here());
WG_API Tensor vorbis_window(std::int64_t length, DType dtype = float32, Where where = Where::here());
// The window with which inverse_stft undoes an stft with `window`.
WG_API Tensor inverse_stft_window(const Tensor& window, std::int64_t frame_step, Where where = Where::here());

// Spectra of the frames of x [.., n], f32 or f64: [.., frames, fft_length / 2 + 1]. An empty handle is no window; the transform's length is the next
// power of 2 unless it is given.
struct StftOptions {
  std::int64_t fft_length = 0;
  bool pad_end = false;
};
WG_API Tensor stft(const Tensor& x, std::int64_t frame_length, std::int64_t frame_step, const Tensor& window, const StftOptions& options = {},
                   Where where = Where::here());
// The signal of spectra [.., frames, bins].
WG_API Tensor inverse_stft(const Tensor& spectra, std::int64_t frame_length, std::int64_t frame_step, const Tensor& window,
                           std::int64_t fft_length = 0, Where where = Where::here());

// The discrete cosine transforms of types 1 to 4 along the last axis, f32 or f64, of which n elements are taken if n is given. `ortho` scales them to
// be orthogonal, which type 1 has not. idct is the transform that undoes the type, up to the factor 2 n.
struct DctOptions {
  int type = 2;
  std::int64_t n = 0;
  bool ortho = false;
};
WG_API Tensor dct(const Tensor& x, const DctOptions& options = {}, Where where = Where::here());
WG_API Tensor idct(const Tensor& x, const DctOptions& options = {}, Where where = Where::here());
// The modified one: frames of x [.., n] that overlap by half give [.., frames, frame_length / 2]. An empty handle is the window 1 / sqrt(2).
struct MdctOptions {
  bool pad_end = false;
  bool ortho = false;
};
WG_API Tensor mdct(const Tensor& x, std::int64_t frame_length, const Tensor& window, const MdctOptions& options = {}, Where where = Where::here());
WG_API Tensor inverse_mdct(const Tensor& x, const Tensor& window, bool ortho = false, Where where = Where::here());

// The matrix [spectrogram_bins, mel_bins] by which a spectrogram is multiplied to bring it to the mel scale.
struct MelOptions {
  std::int64_t mel_bins = 20, spectrogram_bins = 129;
  double sample_rate = 8000, lower_edge_hertz = 125, upper_edge_hertz = 3800;
  DType dtype = float32;
};
WG_API Tensor linear_to_mel_weight_matrix(const MelOptions& options = {}, Where where = Where::here());
// Mel frequency cepstral coefficients of logarithms of mel spectrograms [.., mel_bins].
WG_API Tensor mfccs_from_log_mel_spectrograms(const Tensor& x, Where where = Where::here());

}  // namespace whygrad::signal
