// The interface of a shared library of ops that a program loads at run time, such as by Python's whygrad.load_op_library().
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/ops/op_context.hpp>

#include <cstdint>
#include <span>

namespace whygrad {

struct OpLibrary {
  std::span<const OpDef* const> ops;
  // Identify a library that was compiled against other headers than its loader. Do not change them.
  std::uint32_t version = kVersion, record_bytes = sizeof(OpDef), context_bytes = sizeof(KernelContext);

  static constexpr std::uint32_t kVersion = 1;
};

}  // namespace whygrad

// The function that the loader calls once. The library defines it; the result must stay valid as long as the library.
extern "C" WG_API const whygrad::OpLibrary* whygrad_op_library();
