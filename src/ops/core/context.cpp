// The contexts of kernels and gradient rules: checks of what an op asks for.
#include "ops/core/context.hpp"

#include "kernels/movement.hpp"
#include "ops/core/events.hpp"

#include <fmt/format.h>

namespace whygrad {
namespace internal {

void refuse_record(const OpDef& op, const std::string& what, const std::string& help) {
  // Events have no shape rule, and all of them are the library's own.
  if (op.infer == nullptr || find_op(op.name) == &op) throw InternalError(op.name, what);
  throw ValueError(op.name, what, help);
}

}  // namespace internal

namespace {

// Whether the kernel may read or write the tensor's elements as `dtype`.
bool is_accessible(const Tensor& t, DType dtype) { return t.dtype() == dtype && t.device() == Device{}; }

[[noreturn]] void refuse_access(const OpDef& op, const std::string& name, const char* function, const Tensor& t, DType dtype) {
  if (t.dtype() != dtype) {
    throw DTypeError(
        op.name, fmt::format("its kernel takes {} as {}, and it is {}", name, name_of(dtype), t.signature()),
        fmt::format("branch on dtype() and ask for {}() of that type, or refuse the dtype in the shape rule, with dtype_error()", function));
  }
  throw UnsupportedError(op.name, fmt::format("its kernel runs on the CPU, and {} is on another device", name),
                         "bring the tensors to the CPU before; a kernel for that device has to be written with the device's own functions");
}

}  // namespace

void OpContext::refuse_index(int i) const {
  throw IndexError(op().name, fmt::format("it asks for input {} of {}", i, input_count()), "inputs are counted from 0");
}

const void* KernelContext::read_in_place(int i, DType dtype) const {
  const Tensor& t = input(i);
  if (!is_accessible(t, dtype)) refuse_access(op(), fmt::format("`{}`", input_def(op(), i).name), "elements", t, dtype);
  return internal::elements_of(t);
}

const void* KernelContext::read(int i, DType dtype) const {
  const void* in_place = read_in_place(i, dtype);
  if (input(i).is_contiguous()) return in_place;
  const Tensor copy = internal::make_tensor(dtype, input(i).shape());
  kernels::copy(in(i), view_of(copy));
  if (copies_ == nullptr) copies_ = new std::vector<Tensor>;
  return internal::elements_of(copies_->emplace_back(copy));
}

void* KernelContext::write(int k, DType dtype) const {
  if (k < 0 || k >= output_count()) {
    throw IndexError(op().name, fmt::format("its kernel writes output {} of {}", k, output_count()),
                     "outputs are counted from 0; the shape rule declares them by output()");
  }
  if (!is_accessible(output(k), dtype)) refuse_access(op(), fmt::format("output {}", k), "result", output(k), dtype);
  return internal::elements_of(output(k));
}

void KernelContext::free_copies() { delete copies_; }

const OpDef& RuleContext::op() const { return *record_.op; }
DType RuleContext::input_dtype(int i) const { return record_.dtype(static_cast<int>(check_input(i))); }
Shape RuleContext::input_shape(int i) const { return record_.shape(static_cast<int>(check_input(i))); }
Shape RuleContext::output_shape(int k) const { return record_.shape(record_.inputs + static_cast<int>(check_output(k))); }
const void* RuleContext::attributes() const { return record_.attrs(); }
internal::SavedObject* RuleContext::saved_object() const { return record_.saved_object; }

const Tensor& VjpContext::make_dy(int k) const {
  internal::DenseOrRows& dy = dys_[static_cast<std::size_t>(k)];
  if (!dy.is_rows()) dy = internal::zeros_for_gradient(record_.dtype(record_.inputs + k), output_shape(k));
  return dy.dense();
}

void RuleContext::refuse(const char* what, int i, std::size_t count) const {
  internal::refuse_record(op(), fmt::format("its gradient rule asks for {} {} of {}", what, i, count), "inputs and outputs are counted from 0");
}

void RuleContext::refuse_saved(std::size_t bit) const {
  const std::string value = bit < 16 ? fmt::format("input({})", bit) : fmt::format("output({})", bit - 16);
  if (bit < 32 && (record_.saved_mask >> bit & 1) != 0)
    throw InternalError(op().name, fmt::format("its gradient rule reads {}, which was already released", value));
  internal::refuse_record(
      op(), fmt::format("its gradient rule reads {}, which its record does not declare", value),
      fmt::format("list it with every input whose gradient reads it, as in Differentiable{{{}}}; the tape keeps no other value", value));
}

Tensor RuleContext::saved(std::size_t bit) const {
  internal::TensorImpl* impl = bit < 32 && (record_.saved_mask >> bit & 1) != 0 ? record_.saved_at(static_cast<int>(bit)) : nullptr;
  if (impl == nullptr) [[unlikely]]
    refuse_saved(bit);
  impl->references.fetch_add(1, std::memory_order_relaxed);
  return Tensor::adopt(impl);
}

}  // namespace whygrad
