// safetensors: named tensors and a few strings in one file, as Hugging Face's library of that name defines it. whygrad's checkpoints are such files.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <map>
#include <string>

namespace whygrad::io {

struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Everything in a safetensors file. Throws IoError, naming file, offset and what was expected there, for a file that cannot be read, is damaged
// (overlapping tensors, gaps between them, sizes that do not fit), or holds a type that whygrad lacks.
WG_API SafeTensors load_safetensors(const std::string& path, Where where = Where::here());

// Writes the file. The same tensors give the same bytes. What stood at `path` before is replaced at once or, after an error or a crash of the program
// or the machine, left alone. Throws IoError where the file cannot be written, DTypeError for c128, which the format lacks, and ValueError for names
// or metadata that are no UTF-8 and for the reserved name "__metadata__".
WG_API void save_safetensors(const std::string& path, const std::map<std::string, Tensor>& tensors,
                             const std::map<std::string, std::string>& metadata = {}, Where where = Where::here());

}  // namespace whygrad::io
