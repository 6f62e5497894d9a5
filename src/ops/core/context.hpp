// What kernels and gradient rules of an op record are given.
#pragma once

#include "kernels/view.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad {

inline kernels::View view_of(const Tensor& t) {
  internal::TensorImpl* impl = t.impl();
  if (impl->data == nullptr) [[unlikely]]
    internal::refuse_abstract(t);
  return {impl->data, impl->shape.begin(), impl->strides, impl->shape.rank(), impl->dtype, impl->storage->device};
}

class KernelContext : public OpContext {
 public:
  KernelContext(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::span<Tensor> outputs)
      : OpContext(op, inputs, attrs), outputs_(outputs) {}
  kernels::View in(int i) const { return view_of(input(i)); }
  // Contiguous.
  kernels::View out(int k = 0) const { return view_of(outputs_[static_cast<std::size_t>(k)]); }
  Tensor& output(int k = 0) const { return outputs_[static_cast<std::size_t>(k)]; }
  int output_count() const { return static_cast<int>(outputs_.size()); }

 private:
  std::span<Tensor> outputs_;
};

class ViewContext : public OpContext {
 public:
  ViewContext(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, const Shape& shape, int index)
      : OpContext(op, inputs, attrs), shape_(shape), index_(index) {}
  // Of the output to be laid out.
  const Shape& shape() const { return shape_; }
  int index() const { return index_; }
  const std::int64_t* input_strides() const { return input(0).impl()->strides; }
  std::int64_t strides[Shape::kMaxRank] = {};  // to be set, in elements
  std::int64_t offset = 0;                     // from the input's first element

 private:
  const Shape& shape_;
  int index_;
};

// One record on its way back. The tape fills it; the rule reads it and gives.
class VjpContext {
 public:
  VjpContext(const internal::Record& record, std::span<Tensor> dys, const bool* needs, std::span<Tensor> given)
      : record_(record), dys_(dys), needs_(needs), given_(given) {}

  const OpDef& op() const { return *record_.op; }
  int input_count() const { return record_.inputs; }
  int output_count() const { return record_.outputs; }
  // True where a source is reached through input i.
  bool needs(int i) const { return needs_[i]; }
  // The value itself; the op must have declared it in `uses` of an input that needs a gradient.
  Tensor input(int i) const { return saved(i); }
  Tensor output(int k = 0) const { return saved(16 + k); }
  DType input_dtype(int i) const { return record_.dtype(i); }
  Shape input_shape(int i) const { return record_.shape(i); }
  Shape output_shape(int k = 0) const { return record_.shape(record_.inputs + k); }
  template <class T>
  const T& attrs() const {
    return *static_cast<const T*>(record_.attrs());
  }
  internal::Kept* kept() const { return record_.kept; }
  const internal::Record& record() const { return record_; }

  // The incoming gradient of output k; zeros where nothing came.
  const Tensor& dy(int k = 0) const;
  bool has_dy(int k) const { return dys_[static_cast<std::size_t>(k)].defined(); }
  // Sets the gradient of input i, which must have that input's shape.
  void give(int i, Tensor dx) { given_[static_cast<std::size_t>(i)] = std::move(dx); }

 private:
  Tensor saved(int bit) const;

  const internal::Record& record_;
  std::span<Tensor> dys_;
  const bool* needs_;
  std::span<Tensor> given_;
};

}  // namespace whygrad
