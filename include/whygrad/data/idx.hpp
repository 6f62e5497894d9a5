// IDX: the format of the MNIST files, one array of up to 255 axes each.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <string>

namespace whygrad::data {

// The array in an IDX file, plain or gzipped (told by its first bytes, not by its name), of type u8, i8, i16, i32, f32 or f64. Throws IoError, naming
// file, offset (of the unpacked bytes) and what was expected there, for a file that cannot be read or is damaged.
WG_API Tensor load_idx(const std::string& path, Where where = Where::here());

}  // namespace whygrad::data
