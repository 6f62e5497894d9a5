// NumPy's .npz archives.
#include "io/atomic_file.hpp"
#include "io/elements.hpp"
#include "io/npy_format.hpp"
#include "io/zip.hpp"
#include "tensor/build.hpp"

#include <whygrad/io/npy.hpp>

#include <fmt/format.h>

#include <string_view>

namespace whygrad::io {
namespace {
constexpr std::string_view kSuffix = ".npy";
}

namespace {

std::map<std::string, Tensor> read_npz(const char* op, const std::string& path, const Where& where) {
  const FileSource archive(op, path);
  std::map<std::string, Tensor> tensors;
  for (const ZipMember& member : zip_members(archive)) {
    if (!member.name.ends_with(kSuffix)) {
      archive.fail(member.entry, fmt::format("member {} is no array, for its name does not end in .npy", member.name), "take it out of the archive");
    }
    const std::vector<char> contents = zip_read(archive, member);
    const bool added = tensors
                           .emplace(member.name.substr(0, member.name.size() - kSuffix.size()),
                                    from_file(read_npy(MemorySource(op, fmt::format("{}, member {}", path, member.name), contents)), where))
                           .second;
    if (!added) archive.fail(member.entry, fmt::format("member {} is there twice", member.name));
  }
  return tensors;
}

}  // namespace

std::map<std::string, Tensor> load_npz(const std::string& path, Where where) {
  constexpr const char* kOp = "load_npz";
  return internal::in_the_name_of(kOp, [&] { return read_npz(kOp, path, where); });
}

void save_npz(const std::string& path, const std::map<std::string, Tensor>& tensors, Where where) {
  constexpr const char* kOp = "save_npz";
  AtomicFile file(kOp, path);
  ZipWriter archive(kOp, file);
  for (const auto& [name, tensor] : tensors) {
    const Elements elements(kOp, tensor, where);
    const std::string header = npy_header(kOp, tensor.dtype(), tensor.shape());
    const std::span<const char> parts[] = {header, elements.bytes()};
    archive.add(name + std::string(kSuffix), parts);
  }
  archive.finish();
  file.commit();
}

}  // namespace whygrad::io
