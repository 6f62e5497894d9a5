// One array in NumPy's format, wherever its bytes lie.
#pragma once

#include "io/source.hpp"

#include <whygrad/tensor/tensor.hpp>

#include <string>

namespace whygrad::io {

// The array that `source` consists of, not yet in the log. Throws IoError.
Tensor read_npy(const Source& source);

// What stands in front of the elements in a .npy file: magic, version 1.0 and the description, filled up to a multiple of 64 bytes. Throws DTypeError
// naming `op` for a dtype that NumPy lacks.
std::string npy_header(const char* op, DType dtype, const Shape& shape);

}  // namespace whygrad::io
