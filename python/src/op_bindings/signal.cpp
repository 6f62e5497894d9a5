// Signal processing. What takes a window function in Python gets the window itself here.
#include <whygrad/ops/signal.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, Where)>
nb::object of_one(nb::handle x, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  return wrap(unlocked(t.size(), [&] { return F(t, where); }));
}

template <Tensor (*F)(const Tensor&, const Ints&, Where)>
nb::object of_numbers(nb::handle x, nb::handle numbers, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const Ints list(to_ints(numbers));
  return wrap(unlocked(t.size(), [&] { return F(t, list, where); }));
}

Tensor window_of(nb::handle window, const Where& where) { return window.is_none() ? Tensor() : to_tensor(window, where); }

nb::object framed(nb::handle signal, nb::handle frame_length, nb::handle frame_step, bool pad_end, nb::handle pad_value, nb::handle axis,
                  nb::handle) {
  const Where where = caller();
  const signal::FrameOptions options{.pad_end = pad_end, .pad_value = to_number(pad_value, where), .axis = to_int(axis)};
  return wrap(signal::frame(to_tensor(signal, where), to_int(frame_length), to_int(frame_step), options, where));
}

nb::object added(nb::handle signal, nb::handle frame_step, nb::handle) {
  const Where where = caller();
  return wrap(signal::overlap_and_add(to_tensor(signal, where), to_int(frame_step), where));
}

template <Tensor (*F)(std::int64_t, const signal::WindowOptions&, Where)>
nb::object raised_cosine(nb::handle window_length, bool periodic, nb::handle dtype, nb::handle) {
  return wrap(F(to_int(window_length), {.periodic = periodic, .dtype = to_dtype(dtype)}, caller()));
}
template <Tensor (*F)(std::int64_t, double, DType, Where)>
nb::object kaiser(nb::handle window_length, nb::handle beta, nb::handle dtype, nb::handle) {
  return wrap(F(to_int(window_length), to_double(beta), to_dtype(dtype), caller()));
}
nb::object vorbis(nb::handle window_length, nb::handle dtype, nb::handle) {
  return wrap(signal::vorbis_window(to_int(window_length), to_dtype(dtype), caller()));
}

nb::object spectra(nb::handle signals, nb::handle frame_length, nb::handle frame_step, nb::handle window, nb::handle fft_length, bool pad_end) {
  const Where where = caller();
  const signal::StftOptions options{.fft_length = fft_length.is_none() ? 0 : to_int(fft_length), .pad_end = pad_end};
  return wrap(signal::stft(to_tensor(signals, where), to_int(frame_length), to_int(frame_step), window_of(window, where), options, where));
}
nb::object signal_of(nb::handle stfts, nb::handle frame_length, nb::handle frame_step, nb::handle window, nb::handle fft_length) {
  const Where where = caller();
  return wrap(signal::inverse_stft(to_tensor(stfts, where), to_int(frame_length), to_int(frame_step), window_of(window, where),
                                   fft_length.is_none() ? 0 : to_int(fft_length), where));
}
nb::object inverse_window(nb::handle window, nb::handle frame_step) {
  const Where where = caller();
  return wrap(signal::inverse_stft_window(to_tensor(window, where), to_int(frame_step), where));
}

bool is_ortho(const char* op, nb::handle norm) {
  if (norm.is_none()) return false;
  if (norm.equal(nb::str("ortho"))) return true;
  throw ValueError(op, fmt::format("norm is {}", nb::repr(norm).c_str()), "it is None or \"ortho\"");
}

template <Tensor (*F)(const Tensor&, const signal::DctOptions&, Where)>
nb::object cosine(const char* op, nb::handle input, int type, nb::handle n, nb::handle axis, nb::handle norm) {
  const Where where = caller();
  require_default(op, "axis", axis, nb::int_(-1), "move the axis to the end with transpose");
  signal::DctOptions options{.type = type, .ortho = is_ortho(op, norm)};
  if (!n.is_none()) {
    options.n = to_int(n);
    if (options.n < 1) throw ValueError(op, fmt::format("n is {}", options.n), "give a length of at least 1, or None");
  }
  return wrap(F(to_tensor(input, where), options, where));
}
nb::object forward_cosine(nb::handle input, int type, nb::handle n, nb::handle axis, nb::handle norm, nb::handle) {
  return cosine<signal::dct>("dct", input, type, n, axis, norm);
}
nb::object inverse_cosine(nb::handle input, int type, nb::handle n, nb::handle axis, nb::handle norm, nb::handle) {
  return cosine<signal::idct>("idct", input, type, n, axis, norm);
}

nb::object modified_cosine(nb::handle signals, nb::handle frame_length, nb::handle window, bool pad_end, nb::handle norm) {
  const Where where = caller();
  const signal::MdctOptions options{.pad_end = pad_end, .ortho = is_ortho("mdct", norm)};
  return wrap(signal::mdct(to_tensor(signals, where), to_int(frame_length), window_of(window, where), options, where));
}
nb::object inverse_modified_cosine(nb::handle mdcts, nb::handle window, nb::handle norm) {
  const Where where = caller();
  return wrap(signal::inverse_mdct(to_tensor(mdcts, where), window_of(window, where), is_ortho("inverse_mdct", norm), where));
}

nb::object mel_matrix(nb::handle num_mel_bins, nb::handle num_spectrogram_bins, nb::handle sample_rate, nb::handle lower_edge_hertz,
                      nb::handle upper_edge_hertz, nb::handle dtype, nb::handle) {
  return wrap(signal::linear_to_mel_weight_matrix({.mel_bins = to_int(num_mel_bins),
                                                   .spectrogram_bins = to_int(num_spectrogram_bins),
                                                   .sample_rate = to_double(sample_rate),
                                                   .lower_edge_hertz = to_double(lower_edge_hertz),
                                                   .upper_edge_hertz = to_double(upper_edge_hertz),
                                                   .dtype = to_dtype(dtype)},
                                                  caller()));
}

void bind_windows(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_cosine = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("window_length"), arg("periodic") = true, arg("dtype") = wrap(float32), arg("name") = none, doc);
  };
  bind_cosine("hann_window", raised_cosine<signal::hann_window>, "The window 0.5 - 0.5 cos(2 pi t / n).");
  bind_cosine("hamming_window", raised_cosine<signal::hamming_window>, "The window 0.54 - 0.46 cos(2 pi t / n).");
  const auto bind_kaiser = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("window_length"), arg("beta") = 12.0, arg("dtype") = wrap(float32), arg("name") = none, doc);
  };
  bind_kaiser("kaiser_window", kaiser<signal::kaiser_window>, "Kaiser's window, a ratio of Bessel functions.");
  bind_kaiser("kaiser_bessel_derived_window", kaiser<signal::kaiser_bessel_derived_window>,
              "The window made of sums of Kaiser's, whose squares half a window apart add up to 1.");
  m.def("vorbis_window", vorbis, arg("window_length"), arg("dtype") = wrap(float32), arg("name") = none,
        "The window sin(pi / 2 sin^2(pi (t + 0.5) / n)).");
}

void bind_transforms(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_complex = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("name") = none, doc);
  };
  bind_complex("fft", of_one<signal::fft>, "The discrete Fourier transform of the last axis.");
  bind_complex("fft2d", of_one<signal::fft2d>, "The discrete Fourier transform of the last two axes.");
  bind_complex("fft3d", of_one<signal::fft3d>, "The discrete Fourier transform of the last three axes.");
  bind_complex("ifft", of_one<signal::ifft>, "The inverse Fourier transform of the last axis.");
  bind_complex("ifft2d", of_one<signal::ifft2d>, "The inverse Fourier transform of the last two axes.");
  bind_complex("ifft3d", of_one<signal::ifft3d>, "The inverse Fourier transform of the last three axes.");
  const auto bind_real = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input_tensor"), arg("fft_length") = none, arg("name") = none, doc);
  };
  bind_real("rfft", of_numbers<signal::rfft>, "The first half of the Fourier transform of real numbers along the last axis.");
  bind_real("rfft2d", of_numbers<signal::rfft2d>, "The first half of the Fourier transform of real numbers along two axes.");
  bind_real("rfft3d", of_numbers<signal::rfft3d>, "The first half of the Fourier transform of real numbers along three axes.");
  bind_real("irfft", of_numbers<signal::irfft>, "The real numbers of which rfft gives the input.");
  bind_real("irfft2d", of_numbers<signal::irfft2d>, "The real numbers of which rfft2d gives the input.");
  bind_real("irfft3d", of_numbers<signal::irfft3d>, "The real numbers of which rfft3d gives the input.");
  const auto bind_shift = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("x"), arg("axes") = none, arg("name") = none, doc);
  };
  bind_shift("fftshift", of_numbers<signal::fftshift>, "The element of index 0 moved to the middle of the axes.");
  bind_shift("ifftshift", of_numbers<signal::ifftshift>, "The inverse of fftshift.");
  const auto bind_dct = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("type") = 2, arg("n") = none, arg("axis") = -1, arg("norm") = none, arg("name") = none, doc);
  };
  bind_dct("dct", forward_cosine, "The discrete cosine transform of the last axis.");
  bind_dct("idct", inverse_cosine, "The cosine transform that undoes this type of dct, up to the factor 2 n.");
}

}  // namespace

void bind_signal(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  bind_transforms(m);
  bind_windows(m);
  m.def("frame", framed, arg("signal"), arg("frame_length"), arg("frame_step"), arg("pad_end") = false, arg("pad_value") = 0, arg("axis") = -1,
        arg("name") = none, "Frames along an axis: [..., n, ...] gives [..., frames, frame_length, ...].");
  m.def("overlap_and_add", added, arg("signal"), arg("frame_step"), arg("name") = none,
        "The sum of frames [..., frames, frame_length] that begin every frame_step elements.");
  m.def("stft", spectra, arg("signals"), arg("frame_length"), arg("frame_step"), arg("window").none(), arg("fft_length").none(), arg("pad_end"),
        "The spectra of the frames of signals.");
  m.def("inverse_stft", signal_of, arg("stfts"), arg("frame_length"), arg("frame_step"), arg("window").none(), arg("fft_length").none(),
        "The signals of spectra.");
  m.def("inverse_stft_window", inverse_window, arg("window"), arg("frame_step"), "The window with which inverse_stft undoes an stft with `window`.");
  m.def("mdct", modified_cosine, arg("signals"), arg("frame_length"), arg("window").none(), arg("pad_end"), arg("norm").none(),
        "The modified cosine transform of frames that overlap by half.");
  m.def("inverse_mdct", inverse_modified_cosine, arg("mdcts"), arg("window").none(), arg("norm").none(),
        "The signals of their modified cosine transforms.");
  m.def("linear_to_mel_weight_matrix", mel_matrix, arg("num_mel_bins") = 20, arg("num_spectrogram_bins") = 129, arg("sample_rate") = 8000,
        arg("lower_edge_hertz") = 125.0, arg("upper_edge_hertz") = 3800.0, arg("dtype") = wrap(float32), arg("name") = none,
        "The matrix that brings a spectrogram to the mel scale.");
  m.def("mfccs_from_log_mel_spectrograms", of_one<signal::mfccs_from_log_mel_spectrograms>, arg("log_mel_spectrograms"), arg("name") = none,
        "Mel frequency cepstral coefficients of logarithms of mel spectrograms.");
}

}  // namespace whygrad::python
