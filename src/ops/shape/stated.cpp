// Shapes that a program states: checked against a tensor's, and broadcast without one.
#include "ops/core/defined.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace {

std::string words(const Ints& shape) {
  std::string all;
  for (const std::int64_t extent : shape) all += fmt::format("{}{}", all.empty() ? "" : ", ", extent < 0 ? "?" : std::to_string(extent));
  return "[" + all + "]";
}

}  // namespace

Tensor ensure_shape(const Tensor& x, const Ints& shape, Where where) {
  internal::require_defined("ensure_shape", x);
  bool fits = shape.size() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = shape[i] == kAnyExtent || shape[i] == x.shape()[i];
  if (!fits) {
    throw ShapeError("ensure_shape", fmt::format("Shape of tensor x, {}, is not compatible with expected shape {}", x.signature(), words(shape)),
                     "reshape it, or look where it got another shape than the program counts on");
  }
  return identity(x, where);
}

Ints broadcast_static_shape(const Ints& a, const Ints& b) {
  const Ints& longer = a.size() >= b.size() ? a : b;
  const Ints& shorter = a.size() >= b.size() ? b : a;
  Ints result = longer;
  for (int i = 0; i < shorter.size(); ++i) {
    std::int64_t& m = result[longer.size() - 1 - i];
    const std::int64_t n = shorter[shorter.size() - 1 - i];
    if (m == kAnyExtent || n == kAnyExtent) {
      m = std::max(m, n) > 1 ? std::max(m, n) : kAnyExtent;
    } else if (m == 1) {
      m = n;
    } else if (n != 1 && n != m) {
      throw ShapeError("broadcast_static_shape", fmt::format("Incompatible shapes for broadcasting: {} and {}", words(a), words(b)),
                       "axes are aligned at the end; they must be equal or 1");
    }
  }
  return result;
}

}  // namespace whygrad
