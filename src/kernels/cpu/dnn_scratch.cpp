// Memory for the length of a call, and operands brought into oneDNN's form.
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/table.hpp"

#include "kernels/movement.hpp"

namespace whygrad::kernels::cpu {

Staged::Staged(const View& x, DType dtype) : layout_(x), view_(x) {
  if (x.dtype == dtype && x.contiguous()) return;
  copy_.emplace(static_cast<std::size_t>(x.size()) * size_of(dtype));
  layout_ = Layout::contiguous(x, copy_->data(), dtype);
  view_ = layout_;
  cpu::cast(x, view_);
}

StagedResult::StagedResult(const View& out, DType dtype) : out_(out), layout_(out), view_(out) {
  if (out.dtype == dtype) return;
  copy_.emplace(static_cast<std::size_t>(out.size()) * size_of(dtype));
  layout_ = Layout::contiguous(out, copy_->data(), dtype);
  view_ = layout_;
}

void StagedResult::finish() {
  if (copy_) cpu::cast(view_, out_);
}

}  // namespace whygrad::kernels::cpu
