// Memory for the length of a call, and operands brought into oneDNN's form.
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/table.hpp"

#include "kernels/movement.hpp"

namespace whygrad::kernels::cpu {

ContiguousLayout::ContiguousLayout(const View& like) : rank(like.rank) {
  std::int64_t stride = 1;
  for (int i = rank - 1; i >= 0; --i) {
    shape[i] = like.shape[i];
    strides[i] = stride;
    stride *= shape[i];
  }
}

Staged::Staged(const View& x, DType dtype) : layout_(x), view_(x) {
  if (x.dtype == dtype && x.contiguous()) return;
  copy_.emplace(static_cast<std::size_t>(x.size()) * size_of(dtype));
  view_ = layout_.view(copy_->data(), dtype);
  cpu::cast(x, view_);
}

StagedResult::StagedResult(const View& out, DType dtype) : layout_(out), out_(out), view_(out) {
  if (out.dtype == dtype) return;
  copy_.emplace(static_cast<std::size_t>(out.size()) * size_of(dtype));
  view_ = layout_.view(copy_->data(), dtype);
}

void StagedResult::finish() {
  if (copy_) cpu::cast(view_, out_);
}

}  // namespace whygrad::kernels::cpu
