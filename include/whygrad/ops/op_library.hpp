// How a shared library offers its ops to a program that loads it at run time, such as Python's whygrad.load_op_library().
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/ops/op_context.hpp>

#include <cstdint>
#include <span>

namespace whygrad {

struct OpLibrary {
  std::span<const OpDef* const> ops;
  // By these a loader knows a library that was compiled against other headers than its own. To be left as they are.
  std::uint32_t version = kVersion, record_bytes = sizeof(OpDef), context_bytes = sizeof(KernelContext);

  static constexpr std::uint32_t kVersion = 1;
};

}  // namespace whygrad

// The function that the loader looks for. The library defines it; it is called once, and what it gives must live as long as the library.
extern "C" WG_API const whygrad::OpLibrary* whygrad_op_library();
