// NumPy's .npy files.
#include "io/atomic_file.hpp"
#include "io/elements.hpp"
#include "io/npy_format.hpp"

#include <whygrad/io/npy.hpp>

namespace whygrad::io {

Tensor load_npy(const std::string& path, Where where) { return from_file(read_npy(FileSource("load_npy", path)), where); }

void save_npy(const std::string& path, const Tensor& tensor, Where where) {
  constexpr const char* kOp = "save_npy";
  const Elements elements(kOp, tensor, where);
  const std::string header = npy_header(kOp, tensor.dtype(), tensor.shape());
  AtomicFile file(kOp, path);
  file.write(header.data(), header.size());
  file.write(elements.bytes().data(), elements.bytes().size());
  file.commit();
}

}  // namespace whygrad::io
