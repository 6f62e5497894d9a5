// NumPy's files: .npy holds one array, .npz a zip archive of them.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <map>
#include <string>

namespace whygrad::io {

// The array in a .npy file (formats 1.0, 2.0 and 3.0; either byte order; Fortran order is transposed into row-major order). Throws IoError, naming
// file, offset and what was expected there, for a file that cannot be read, is damaged, or holds a type that whygrad lacks (text, objects).
WG_API Tensor load_npy(const std::string& path, Where where = Where::here());

// Writes `tensor` as a .npy file of format 1.0. What stood at `path` before is replaced at once or, after an error, left alone. Throws IoError where
// the file cannot be written, and DTypeError for bf16, which NumPy lacks.
WG_API void save_npy(const std::string& path, const Tensor& tensor, Where where = Where::here());

// All arrays of a .npz file, stored or compressed, by their names without ".npy". Throws IoError as load_npy does, and for an encrypted archive or
// one in the zip64 format (over 4 GiB).
WG_API std::map<std::string, Tensor> load_npz(const std::string& path, Where where = Where::here());

// Writes the tensors as a .npz file without compression, in the order of their names. Throws as save_npy does, and IoError beyond 4 GiB or 65,534
// arrays.
WG_API void save_npz(const std::string& path, const std::map<std::string, Tensor>& tensors, Where where = Where::here());

}  // namespace whygrad::io
