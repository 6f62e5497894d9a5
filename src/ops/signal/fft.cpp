// Fourier transforms. They are linear, so the rule of each is another transform of the gradient: its transposed conjugate.
#include "kernels/fft.hpp"

#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/signal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace whygrad {
namespace internal {
namespace {

using Transform = Tensor (*)(const Tensor&, Where);

constexpr std::array<const char*, 4> kAxes{"", "axis", "two axes", "three axes"};

// The last Rank axes of input 0, of which none may be missing.
template <int Rank>
void check_rank(const InferContext& c) {
  if (c.input(0).rank() < Rank) c.shape_error("x has too few axes", fmt::format("the op transforms the last {}", Rank == 1 ? "axis" : kAxes[Rank]));
}

// The product of the last `rank` extents.
std::int64_t transformed(const Shape& shape, int rank) {
  std::int64_t size = 1;
  for (int i = 0; i < rank; ++i) size *= shape.back(i);
  return size;
}

template <int Rank>
void infer_fft(InferContext& c) {
  if (!is_complex(c.input(0).dtype())) {
    if (c.input(0).dtype() == DType::kF32 || c.input(0).dtype() == DType::kF64) {
      c.dtype_error("the op takes complex numbers", "use rfft for real numbers, or cast(x, complex64)");
    }
    refuse_dtype(c, "complex numbers");
  }
  check_rank<Rank>(c);
  c.output(c.input(0).dtype(), c.input(0).shape());
}

// Inverse transforms divide by the number of elements, so that the transposed conjugate of a transform is its inverse times that number.
template <int Rank, bool Inverse>
consteval OpDef fft_op(const char* name, const char* type, const char* doc, void (*vjp)(VjpContext&)) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = type,
      .inputs = {{"x", Differentiable{}}},
      .infer = infer_fft<Rank>,
      .kernel = [](KernelContext& g) { kernels::fft(g.in(0), Rank, Inverse, g.out()); },
      .vjp = vjp,
      .batch = batch_last_axes,
  });
}
template <int Rank, Transform F>
void scaled_up(VjpContext& g) {
  g.give(0, multiply(static_cast<double>(transformed(g.input_shape(0), Rank)), F(g.dy(), Where::here())));
}
template <int Rank, Transform F>
void scaled_down(VjpContext& g) {
  g.give(0, divide(F(g.dy(), Where::here()), static_cast<double>(std::max<std::int64_t>(1, transformed(g.input_shape(0), Rank)))));
}

constexpr OpDef kFft =
    fft_op<1, false>("fft", "FFT", "The discrete Fourier transform of the last axis; complex. dx = n * ifft(dy).", scaled_up<1, signal::ifft>);
constexpr OpDef kFft2d = fft_op<2, false>("fft2d", "FFT2D", "The discrete Fourier transform of the last two axes; complex. dx = n * ifft2d(dy).",
                                          scaled_up<2, signal::ifft2d>);
constexpr OpDef kFft3d = fft_op<3, false>("fft3d", "FFT3D", "The discrete Fourier transform of the last three axes; complex. dx = n * ifft3d(dy).",
                                          scaled_up<3, signal::ifft3d>);
constexpr OpDef kIfft =
    fft_op<1, true>("ifft", "IFFT", "The inverse Fourier transform of the last axis; complex. dx = fft(dy) / n.", scaled_down<1, signal::fft>);
constexpr OpDef kIfft2d = fft_op<2, true>("ifft2d", "IFFT2D", "The inverse Fourier transform of the last two axes; complex. dx = fft2d(dy) / n.",
                                          scaled_down<2, signal::fft2d>);
constexpr OpDef kIfft3d = fft_op<3, true>("ifft3d", "IFFT3D", "The inverse Fourier transform of the last three axes; complex. dx = fft3d(dy) / n.",
                                          scaled_down<3, signal::fft3d>);

// ---- Of real numbers ----

template <int Rank>
void infer_rfft(InferContext& c) {
  const DType dtype = c.input(0).dtype();
  if (dtype != DType::kF32 && dtype != DType::kF64) refuse_dtype(c, "float32 or float64");
  check_rank<Rank>(c);
  Shape shape = c.input(0).shape();
  shape[shape.rank() - 1] = shape.back() == 0 ? 0 : shape.back() / 2 + 1;
  c.output(dtype == DType::kF32 ? DType::kC64 : DType::kC128, shape);
}

struct IrfftAttrs {
  std::int64_t length = 0;
};

template <int Rank>
void infer_irfft(InferContext& c) {
  if (!is_complex(c.input(0).dtype())) refuse_dtype(c, "complex numbers");
  check_rank<Rank>(c);
  const std::int64_t length = c.attrs<IrfftAttrs>().length;
  Shape shape = c.input(0).shape();
  if (length < 0 || shape.back() != (length == 0 ? 0 : length / 2 + 1)) {
    c.shape_error(fmt::format("the elements of the last axis of x do not belong to {} real numbers", length), "it has length / 2 + 1 elements");
  }
  shape[shape.rank() - 1] = length;
  c.output(c.input(0).dtype() == DType::kC64 ? DType::kF32 : DType::kF64, shape);
}

// `edge` for elements that stand for themselves alone, `inside` for those that stand for their conjugates too.
Tensor weights(std::int64_t n, double edge, double inside, DType dtype) {
  const std::int64_t doubled = (n - 1) / 2, last = n % 2 == 0 ? 1 : 0;
  const DType real_dtype = dtype == DType::kC64 ? float32 : float64;
  return cast(pad(fill({doubled}, inside, real_dtype), {{1, last}}, {.constant_value = edge}), dtype);
}

using Irfft = Tensor (*)(const Tensor&, const Ints&, Where);

template <int Rank>
Ints last_extents(const Shape& shape) {
  Ints extents;
  for (int i = Rank - 1; i >= 0; --i) extents.push_back(shape.back(i));
  return extents;
}

template <int Rank, Irfft Inverse>
void rfft_vjp(VjpContext& g) {
  const Shape shape = g.input_shape(0);
  if (shape.size() == 0) return g.give(0, zeros(shape, g.input_dtype(0)));
  const Tensor halved = multiply(g.dy(), weights(shape.back(), 1, 0.5, g.dy().dtype()));
  g.give(0, multiply(static_cast<double>(transformed(shape, Rank)), Inverse(halved, last_extents<Rank>(shape), Where::here())));
}
template <int Rank, Irfft Forward>
void irfft_vjp(VjpContext& g) {
  const Shape shape = g.output_shape();
  if (shape.size() == 0) return g.give(0, zeros(g.input_shape(0), g.input_dtype(0)));
  const double scale = 1 / static_cast<double>(transformed(shape, Rank));
  const Tensor whole = Forward(g.dy(), {}, Where::here());
  g.give(0, multiply(whole, weights(shape.back(), scale, 2 * scale, whole.dtype())));
}

template <int Rank, Irfft Inverse>
consteval OpDef rfft_op(const char* name, const char* type, const char* doc) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = type,
      .inputs = {{"x", Differentiable{}}},
      .infer = infer_rfft<Rank>,
      .kernel = [](KernelContext& g) { kernels::rfft(g.in(0), Rank, g.out()); },
      .vjp = rfft_vjp<Rank, Inverse>,
      .batch = batch_last_axes,
  });
}
template <int Rank, Irfft Forward>
consteval OpDef irfft_op(const char* name, const char* type, const char* doc) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = type,
      .inputs = {{"x", Differentiable{}}},
      .attrs = {attr<&IrfftAttrs::length>("length", "how many real numbers the last axis gives", Attr::kResolved)},
      .infer = infer_irfft<Rank>,
      .kernel = [](KernelContext& g) { kernels::irfft(g.in(0), Rank, g.out()); },
      .vjp = irfft_vjp<Rank, Forward>,
      .batch = batch_last_axes,
  });
}

constexpr OpDef kRfft = rfft_op<1, signal::irfft>(
    "rfft", "RFFT",
    "The first n / 2 + 1 elements of the Fourier transform of real x [.., n]. dx = n * irfft(dy, where each but the ends is halved).");
constexpr OpDef kRfft2d = rfft_op<2, signal::irfft2d>(
    "rfft2d", "RFFT2D", "The first half of the Fourier transform of the last two axes of a real x. dx as that of rfft, by irfft2d.");
constexpr OpDef kRfft3d = rfft_op<3, signal::irfft3d>(
    "rfft3d", "RFFT3D", "The first half of the Fourier transform of the last three axes of a real x. dx as that of rfft, by irfft3d.");
constexpr OpDef kIrfft = irfft_op<1, signal::rfft>(
    "irfft", "IRFFT",
    "The real numbers [.., n] whose Fourier transform begins with x [.., n / 2 + 1]. dx = rfft(dy) / n, each but the ends doubled.");
constexpr OpDef kIrfft2d = irfft_op<2, signal::rfft2d>(
    "irfft2d", "IRFFT2D", "The real numbers whose Fourier transform along two axes has x as its first half. dx as that of irfft, by rfft2d.");
constexpr OpDef kIrfft3d = irfft_op<3, signal::rfft3d>(
    "irfft3d", "IRFFT3D", "The real numbers whose Fourier transform along three axes has x as its first half. dx as that of irfft, by rfft3d.");

constexpr const OpDef* kOps[] = {&kFft, &kFft2d, &kFft3d, &kIfft, &kIfft2d, &kIfft3d, &kRfft, &kRfft2d, &kRfft3d, &kIrfft, &kIrfft2d, &kIrfft3d};

// x with these lengths of its last axes: cut off, or filled up with zeros.
Tensor with_lengths(const char* op, const Tensor& x, const Ints& lengths, const Where& where) {
  const int first = x.rank() - lengths.count;
  Ints begin, size;
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank()), {0, 0});
  bool cuts = false, fills = false;
  for (int i = 0; i < x.rank(); ++i) {
    const std::int64_t has = x.shape()[i], wanted = i < first ? has : lengths[i - first];
    if (wanted < 0) throw ValueError(op, fmt::format("fft_length holds {}", wanted), "a length is 0 or more");
    begin.push_back(0);
    size.push_back(std::min(has, wanted));
    paddings[static_cast<std::size_t>(i)][1] = std::max<std::int64_t>(0, wanted - has);
    cuts = cuts || wanted < has;
    fills = fills || wanted > has;
  }
  const Tensor cut = cuts ? slice(x, begin, size, where) : x;
  return fills ? pad(cut, paddings, {}, where) : cut;
}

void check_lengths(const char* op, const Tensor& x, const Ints& fft_length, int rank) {
  require_defined(op, x);
  if (fft_length.count != 0 && fft_length.count != rank) {
    throw ShapeError(op, fmt::format("fft_length has {} numbers", fft_length.count), fmt::format("give {}, one for each axis", rank));
  }
}

template <int Rank>
Tensor real_transform(const OpDef& op, const Tensor& x, const Ints& fft_length, const Where& where) {
  check_lengths(op.name, x, fft_length, Rank);
  if (x.rank() < Rank || fft_length.count == 0) return apply(op, {&x}, where);
  const Tensor whole = with_lengths(op.name, x, fft_length, where);
  return apply(op, {&whole}, where);
}

template <int Rank>
Tensor real_inverse(const OpDef& op, const Tensor& x, const Ints& fft_length, const Where& where) {
  check_lengths(op.name, x, fft_length, Rank);
  IrfftAttrs attrs;
  if (x.rank() < Rank) return apply(op, {&x}, where, attrs);
  attrs.length = fft_length.count != 0 ? fft_length[Rank - 1] : std::max<std::int64_t>(0, 2 * (x.shape().back() - 1));
  Ints lengths = fft_length.count != 0 ? fft_length : last_extents<Rank>(x.shape());
  lengths.values[Rank - 1] = attrs.length <= 0 ? attrs.length : attrs.length / 2 + 1;
  const Tensor whole = with_lengths(op.name, x, lengths, where);
  return apply(op, {&whole}, where, attrs);
}

}  // namespace

OpFamily fft_ops() { return kOps; }

}  // namespace internal

using namespace internal;

namespace signal {

Tensor fft(const Tensor& x, Where where) { return apply(kFft, {&x}, where); }
Tensor fft2d(const Tensor& x, Where where) { return apply(kFft2d, {&x}, where); }
Tensor fft3d(const Tensor& x, Where where) { return apply(kFft3d, {&x}, where); }
Tensor ifft(const Tensor& x, Where where) { return apply(kIfft, {&x}, where); }
Tensor ifft2d(const Tensor& x, Where where) { return apply(kIfft2d, {&x}, where); }
Tensor ifft3d(const Tensor& x, Where where) { return apply(kIfft3d, {&x}, where); }
Tensor rfft(const Tensor& x, const Ints& fft_length, Where where) { return real_transform<1>(kRfft, x, fft_length, where); }
Tensor rfft2d(const Tensor& x, const Ints& fft_length, Where where) { return real_transform<2>(kRfft2d, x, fft_length, where); }
Tensor rfft3d(const Tensor& x, const Ints& fft_length, Where where) { return real_transform<3>(kRfft3d, x, fft_length, where); }
Tensor irfft(const Tensor& x, const Ints& fft_length, Where where) { return real_inverse<1>(kIrfft, x, fft_length, where); }
Tensor irfft2d(const Tensor& x, const Ints& fft_length, Where where) { return real_inverse<2>(kIrfft2d, x, fft_length, where); }
Tensor irfft3d(const Tensor& x, const Ints& fft_length, Where where) { return real_inverse<3>(kIrfft3d, x, fft_length, where); }

}  // namespace signal
}  // namespace whygrad
