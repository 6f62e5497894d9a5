// Elements of tensors as bytes of a file.
#include "io/elements.hpp"

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>

namespace whygrad::io {

static_assert(std::endian::native == std::endian::little, "the formats hold little-endian elements, which are copied as they are");

Elements::Elements(const char* op, const Tensor& tensor, const Where& where) : tensor_(tensor) {
  if (!tensor.defined()) throw ValueError(op, "an empty handle has no elements", "assign a tensor to it before saving it");
  const std::size_t bytes = static_cast<std::size_t>(tensor.size()) * size_of(tensor.dtype());
  if (tensor.is_contiguous()) {
    bytes_ = {internal::elements_of(tensor), bytes};
  } else {
    copy_.resize(bytes);
    internal::copy_elements(tensor, copy_.data());
    bytes_ = copy_;
  }
  internal::Log::mine().host_read(tensor, bytes_.data(), bytes, where);
}

Shape checked_shape(const Source& source, std::uint64_t offset, const std::string& subject, std::span<const std::int64_t> extents, DType dtype,
                    std::uint64_t available) {
  if (extents.size() > Shape::kMaxRank) {
    source.fail(offset, fmt::format("{} has {} axes; whygrad has at most {}", subject, extents.size(), Shape::kMaxRank), "merge axes before saving");
  }
  const std::string signature = fmt::format("{}[{}]", name_of(dtype), fmt::join(extents, ", "));
  // Extents of 0 are left out of the product: strides are computed from the others all the same.
  std::int64_t bytes = static_cast<std::int64_t>(size_of(dtype));
  bool none = false;
  for (const std::int64_t extent : extents) {
    if (extent < 0) source.fail(offset, fmt::format("{} is {}; expected extents of 0 or more", subject, signature));
    if (extent == 0) none = true;
    if (extent > 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      source.fail(offset, fmt::format("{} is {}, which has more elements than can be counted", subject, signature));
    }
  }
  if (none) bytes = 0;
  if (static_cast<std::uint64_t>(bytes) != available) {
    source.fail(offset, fmt::format("{} is {} and takes {} bytes, but there are {}", subject, signature, bytes, available));
  }
  return Shape(extents);
}

Tensor read_elements(const Source& source, std::uint64_t offset, DType dtype, const Shape& shape) {
  Tensor tensor = internal::make_host_tensor(dtype, shape, source.op());
  char* data = tensor.impl()->data;
  const std::size_t bytes = static_cast<std::size_t>(shape.size()) * size_of(dtype);
  source.read(offset, data, bytes, "elements");
  if (dtype == DType::kBool) {
    for (std::size_t i = 0; i < bytes; ++i) {
      if ((data[i] & ~1) != 0) source.fail(offset + i, fmt::format("expected a bool, 0 or 1, found {}", static_cast<unsigned char>(data[i])));
    }
  }
  return tensor;
}

Tensor from_file(Tensor tensor, const Where& where) {
  const auto bytes = static_cast<std::size_t>(tensor.size()) * size_of(tensor.dtype());
  internal::log_constant(tensor, {internal::fingerprint(tensor.impl()->data, bytes)}, where);
  return tensor;
}

}  // namespace whygrad::io
