// Views for the library's own kernels, from the contexts of ops/op_context.hpp.
#pragma once

#include "kernels/view.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op_context.hpp>

namespace whygrad {

inline kernels::View view_of(const Tensor& t) {
  internal::TensorImpl* impl = t.impl();
  if (impl->data == nullptr) [[unlikely]]
    internal::refuse_abstract(t);
  return {impl->data, impl->shape.begin(), impl->strides, impl->shape.rank(), impl->dtype, impl->storage->device};
}

inline kernels::View KernelContext::in(int i) const { return view_of(input(i)); }
inline kernels::View KernelContext::out(int k) const { return view_of(outputs_[static_cast<std::size_t>(k)]); }

namespace internal {

// Throws an error about an op's record: an InternalError if the record is the library's own, otherwise a ValueError with help for the author of the
// op.
[[noreturn]] void refuse_record(const OpDef& op, const std::string& what, const std::string& help);

}  // namespace internal

}  // namespace whygrad
