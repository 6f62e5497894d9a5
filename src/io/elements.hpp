// Conversion between tensors and the bytes of a file.
#pragma once

#include "io/source.hpp"

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace whygrad::io {

// The elements of a tensor in row-major order, for writing. Throws ValueError for an empty handle. The log records a host read.
class Elements {
 public:
  Elements(const char* op, const Tensor& tensor, const Where& where);
  std::span<const char> bytes() const { return bytes_; }

 private:
  Tensor tensor_;           // keeps the bytes alive
  std::vector<char> copy_;  // a copy, for a view with gaps
  std::span<const char> bytes_;
};

// The shape that a file declares for `subject`. Throws IoError at `offset` if extents are negative or more than Shape::kMaxRank, or if the elements
// are not exactly the `available` bytes; so a damaged file cannot cause a large allocation.
Shape checked_shape(const Source& source, std::uint64_t offset, const std::string& subject, std::span<const std::int64_t> extents, DType dtype,
                    std::uint64_t available);

// A tensor with the elements at `offset`, not yet in the log. Throws IoError if a bool is neither 0 nor 1.
Tensor read_elements(const Source& source, std::uint64_t offset, DType dtype, const Shape& shape);

// Records a tensor that came from a file.
Tensor from_file(Tensor tensor, const Where& where);

}  // namespace whygrad::io
