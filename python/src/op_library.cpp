// User ops from a shared library that is loaded into the process.
#include "op_library.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op_library.hpp>

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

namespace whygrad::python {
namespace {

constexpr const char* kName = "load_op_library";
constexpr const char* kFunction = "whygrad_op_library";

// Makes the engine's functions in this module visible to the library, so that there is only one engine. Python loads a module privately.
void offer_engine() {
  Dl_info self{};
  if (dladdr(reinterpret_cast<const void*>(&offer_engine), &self) == 0 || dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) == nullptr)
    throw InternalError(kName, "the module does not find itself");
}

std::string why_not_loaded() {
  const char* error = dlerror();
  return error != nullptr ? error : "the reason is not known";
}

void check_record(const OpDef* op, const std::string& path) {
  if (op == nullptr) throw ValueError(kName, fmt::format("{} lists a null pointer among its ops", path), "list the addresses of the records: &kMyOp");
  try {
    internal::check_op_record(*op);
  } catch (const char* sentence) {
    throw ValueError(kName, fmt::format("the op {} of {} is incomplete: {}", op->name != nullptr ? op->name : "without a name", path, sentence),
                     "make the record with define_op, which lets no incomplete one compile");
  }
}

}  // namespace

std::span<const OpDef* const> load_op_library(const std::string& path) {
  if (!std::filesystem::exists(path))
    throw IoError(kName, fmt::format("there is no file {}", path), "give the path of a shared library, as libshrink.so");
  offer_engine();
  // With a slash, so that dlopen takes this file and does not search the system's folders.
  void* library = dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw IoError(kName, fmt::format("{} cannot be loaded: {}", path, why_not_loaded()),
                  "build it as a shared library with the headers of this version of whygrad; docs/your_own_op.md shows how");
  }
  const auto function = reinterpret_cast<decltype(&whygrad_op_library)>(dlsym(library, kFunction));
  if (function == nullptr) {
    throw ValueError(kName, fmt::format("{} has no function {}()", path, kFunction),
                     "define it as whygrad/ops/op_library.hpp says, and list the ops in it");
  }
  const OpLibrary* offered = function();
  if (offered == nullptr)
    throw ValueError(kName, fmt::format("{}() of {} gives a null pointer", kFunction, path), "return the address of an OpLibrary");
  const OpLibrary own;
  if (offered->version != own.version || offered->record_bytes != own.record_bytes || offered->context_bytes != own.context_bytes) {
    throw ValueError(kName, fmt::format("{} was built for another version of whygrad", path), "build it again with the headers of this version");
  }
  for (const OpDef* op : offered->ops) check_record(op, path);
  return offered->ops;
}

}  // namespace whygrad::python
