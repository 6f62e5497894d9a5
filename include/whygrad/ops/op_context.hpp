// The contexts of the kernel, the layout and the gradient rule of an op record. See docs/your_own_op.md.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

namespace internal {
class SavedObject;
struct Record;
}  // namespace internal
namespace kernels {
struct View;
}

// The call of an op that is computed: inputs, attributes, and outputs to be filled.
class WG_API KernelContext : public OpContext {
 public:
  KernelContext(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::span<Tensor> outputs)
      : OpContext(op, inputs, attrs), outputs_(outputs) {}
  KernelContext(const KernelContext&) = delete;
  KernelContext& operator=(const KernelContext&) = delete;
  ~KernelContext() {
    if (copies_ != nullptr) free_copies();
  }

  int output_count() const { return static_cast<int>(outputs_.size()); }
  Tensor& output(int k = 0) const { return outputs_[static_cast<std::size_t>(k)]; }

  // The elements of input i in row-major order; a copy if the tensor's layout differs, as after a transpose. Throws IndexError if there is no such
  // input, DTypeError if T is not its dtype, UnsupportedError if its elements are not in the CPU's memory.
  template <Element T>
  std::span<const T> elements(int i) const {
    return {static_cast<const T*>(read(i, dtype_of<T>)), static_cast<std::size_t>(input(i).size())};
  }
  // The elements of output k in row-major order, to be written. Their initial values are undefined. Throws as elements().
  template <Element T>
  std::span<T> result(int k = 0) const {
    return {static_cast<T*>(write(k, dtype_of<T>)), static_cast<std::size_t>(output(k).size())};
  }
  // The elements of input i without a copy, for kernels that can handle strides: element (a, b, ..) is data[a * strides[0] + b * strides[1] + ..]. A
  // stride is 0 along a broadcast axis. Throws as elements().
  template <Element T>
  struct Strided {
    const T* data;
    const Shape& shape;
    std::span<const std::int64_t> strides;
  };
  template <Element T>
  Strided<T> strided(int i) const {
    const void* data = read_in_place(i, dtype_of<T>);
    return {static_cast<const T*>(data), input(i).shape(), {input(i).impl()->strides, static_cast<std::size_t>(input(i).rank())}};
  }

  // Views for the library's own kernels, which work on any device (ops/core/context.hpp). Outputs are contiguous.
  kernels::View in(int i) const;
  kernels::View out(int k = 0) const;

 private:
  const void* read(int i, DType dtype) const;
  const void* read_in_place(int i, DType dtype) const;
  void* write(int k, DType dtype) const;
  void free_copies();

  std::span<Tensor> outputs_;
  mutable std::vector<Tensor>* copies_ = nullptr;
};

// The call of an op whose output is a view: the elements of the first input under another layout.
class ViewContext : public OpContext {
 public:
  ViewContext(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, const Shape& shape, int index)
      : OpContext(op, inputs, attrs), shape_(shape), index_(index) {}
  // The shape and the number of the output.
  const Shape& shape() const { return shape_; }
  int index() const { return index_; }
  const std::int64_t* input_strides() const { return input(0).impl()->strides; }
  std::int64_t strides[Shape::kMaxRank] = {};  // to be set, in elements
  std::int64_t offset = 0;                     // from the input's first element

 private:
  const Shape& shape_;
  int index_;
};

// The backward call of an op. The tape provides the incoming gradients; the gradient rule returns those of the inputs with give().
class WG_API VjpContext {
 public:
  VjpContext(const internal::Record& record, std::span<Tensor> dys, const bool* needs, std::span<Tensor> given)
      : record_(record), dys_(dys), needs_(needs), given_(given) {}

  const OpDef& op() const;
  int input_count() const { return static_cast<int>(given_.size()); }
  int output_count() const { return static_cast<int>(dys_.size()); }
  // Whether a source depends on input i. A rule need not compute the gradients of other inputs.
  bool needs(int i) const { return needs_[check_input(i)]; }
  // The value of an input. The op record must list it in `uses` of an input that needs a gradient.
  Tensor input(int i) const { return saved(check_input(i)); }
  Tensor output(int k = 0) const { return saved(16 + check_output(k)); }
  DType input_dtype(int i) const;
  Shape input_shape(int i) const;
  Shape output_shape(int k = 0) const;
  template <class T>
  const T& attrs() const {
    return *static_cast<const T*>(attributes());
  }

  // The incoming gradient of output k; zeros if there is none.
  const Tensor& dy(int k = 0) const {
    const Tensor& dy = dys_[check_output(k)];
    return dy.defined() ? dy : zero_dy(k);
  }
  bool has_dy(int k) const { return dys_[check_output(k)].defined(); }
  // Sets the gradient of input i, which must have that input's shape and dtype.
  void give(int i, Tensor dx) { given_[check_input(i)] = std::move(dx); }

  // For the library's own rules.
  internal::SavedObject* saved_object() const;
  const internal::Record& record() const { return record_; }

 private:
  std::size_t check_input(int i) const {
    if (static_cast<std::size_t>(i) >= given_.size()) [[unlikely]]
      refuse("input", i, given_.size());
    return static_cast<std::size_t>(i);
  }
  std::size_t check_output(int k) const {
    if (static_cast<std::size_t>(k) >= dys_.size()) [[unlikely]]
      refuse("output", k, dys_.size());
    return static_cast<std::size_t>(k);
  }
  [[noreturn]] void refuse(const char* what, int i, std::size_t count) const;
  Tensor saved(std::size_t bit) const;
  [[noreturn]] void refuse_saved(std::size_t bit) const;
  const void* attributes() const;
  const Tensor& zero_dy(int k) const;

  const internal::Record& record_;
  std::span<Tensor> dys_;
  const bool* needs_;
  std::span<Tensor> given_;
};

}  // namespace whygrad
