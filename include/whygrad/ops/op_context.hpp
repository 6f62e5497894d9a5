// The contexts of the kernel, the layout and the gradient rule of an op record. See docs/your_own_op.md.
#pragma once

#include <whygrad/ops/indexed_slices.hpp>
#include <whygrad/ops/op.hpp>

#include <cstdint>
#include <utility>
#include <vector>

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

namespace internal {

// NOTE [dense or rows]
// A gradient on its way through a backward pass is a tensor or slices of one. Contributions of slices are collected and only concatenated, so that
// what a batch took from a large table costs the batch. A rule that asks for dy() gets a tensor; a rule that hands slices on asks for dy_rows().
// It is one pointer, because a pass moves some of them for each op: slices are on the heap, and the lowest bit of their address is set.
class WG_API DenseOrRows {
 public:
  DenseOrRows() noexcept : dense_() {}
  DenseOrRows(Tensor dense) noexcept : dense_(std::move(dense)) {}
  explicit DenseOrRows(const IndexedSlices& rows) : bits_(own({rows})) {}
  DenseOrRows(const DenseOrRows& o) : dense_() {
    if (o.is_rows()) {
      bits_ = own(*o.list());
    } else {
      dense_ = o.dense_;
    }
  }
  DenseOrRows(DenseOrRows&& o) noexcept : bits_(std::exchange(o.bits_, 0)) {}
  DenseOrRows& operator=(DenseOrRows o) noexcept {
    std::swap(bits_, o.bits_);
    return *this;
  }
  ~DenseOrRows() { is_rows() ? delete list() : dense_.~Tensor(); }

  bool defined() const { return bits_ != 0; }
  bool is_rows() const { return (bits_ & 1) != 0; }
  // The gradient, or an empty tensor if there is none. Not for slices.
  const Tensor& tensor() const { return dense_; }
  Tensor& tensor() { return dense_; }
  // The gradient as one tensor, which it is from then on.
  const Tensor& dense() { return is_rows() ? densify() : dense_; }
  // All contributions in one; defined only for slices.
  const IndexedSlices& rows();
  void add_rows(const DenseOrRows& more);
  Shape shape() const;
  DType dtype() const;

 private:
  using Rows = std::vector<IndexedSlices>;  // at least one
  static std::uintptr_t own(Rows rows) { return reinterpret_cast<std::uintptr_t>(new Rows(std::move(rows))) | 1; }
  Rows* list() const { return reinterpret_cast<Rows*>(bits_ & ~std::uintptr_t{1}); }  // NOLINT(performance-no-int-to-ptr): as own() made it
  const Tensor& densify();

  union {
    Tensor dense_;
    std::uintptr_t bits_;
  };
};
static_assert(sizeof(DenseOrRows) == sizeof(Tensor));

}  // namespace internal

// What the rules of backward and of forward mode read of a recorded call.
class WG_API RuleContext {
 public:
  const OpDef& op() const;
  int input_count() const { return static_cast<int>(inputs_); }
  int output_count() const { return static_cast<int>(outputs_); }
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

  // For the library's own rules.
  internal::SavedObject* saved_object() const;
  const internal::Record& record() const { return record_; }

 protected:
  RuleContext(const internal::Record& record, std::size_t inputs, std::size_t outputs) : record_(record), inputs_(inputs), outputs_(outputs) {}
  ~RuleContext() = default;
  std::size_t check_input(int i) const {
    if (static_cast<std::size_t>(i) >= inputs_) [[unlikely]]
      refuse("input", i, inputs_);
    return static_cast<std::size_t>(i);
  }
  std::size_t check_output(int k) const {
    if (static_cast<std::size_t>(k) >= outputs_) [[unlikely]]
      refuse("output", k, outputs_);
    return static_cast<std::size_t>(k);
  }

  const internal::Record& record_;

 private:
  [[noreturn]] void refuse(const char* what, int i, std::size_t count) const;
  Tensor saved(std::size_t bit) const;
  [[noreturn]] void refuse_saved(std::size_t bit) const;
  const void* attributes() const;

  std::size_t inputs_, outputs_;
};

// The backward call of an op. The tape provides the incoming gradients; the gradient rule returns those of the inputs with give().
class WG_API VjpContext : public RuleContext {
 public:
  VjpContext(const internal::Record& record, std::span<internal::DenseOrRows> dys, const bool* needs, std::span<internal::DenseOrRows> given)
      : RuleContext(record, given.size(), dys.size()), dys_(dys), needs_(needs), given_(given) {}

  // Whether a source depends on input i. A rule need not compute the gradients of other inputs.
  bool needs(int i) const { return needs_[check_input(i)]; }

  // The incoming gradient of output k; zeros if there is none.
  const Tensor& dy(int k = 0) const {
    const internal::DenseOrRows& dy = dys_[check_output(k)];
    return dy.defined() && !dy.is_rows() ? dy.tensor() : make_dy(k);
  }
  bool has_dy(int k) const { return dys_[check_output(k)].defined(); }
  // The incoming gradient of output k if it is slices of a tensor; else null.
  const IndexedSlices* dy_rows(int k = 0) const {
    internal::DenseOrRows& dy = dys_[check_output(k)];
    return dy.is_rows() ? &dy.rows() : nullptr;
  }
  // Sets the gradient of input i, which must have that input's shape and dtype.
  void give(int i, Tensor dx) { given_[check_input(i)] = std::move(dx); }
  void give(int i, const IndexedSlices& dx) { given_[check_input(i)] = internal::DenseOrRows(dx); }

 private:
  const Tensor& make_dy(int k) const;

  std::span<internal::DenseOrRows> dys_;
  const bool* needs_;
  std::span<internal::DenseOrRows> given_;
};

// The forward call of an op. The accumulator provides the tangents of inputs, at least one; the rule returns those of the outputs with give().
class WG_API JvpContext : public RuleContext {
 public:
  JvpContext(const internal::Record& record, std::span<const Tensor> tangents, std::span<Tensor> given)
      : RuleContext(record, tangents.size(), given.size()), tangents_(tangents), given_(given) {}

  // Whether input i has a tangent. One that has none does not move.
  bool moves(int i) const { return tangents_[check_input(i)].defined(); }
  // The tangent of an input that moves.
  const Tensor& tangent(int i) const { return tangents_[check_input(i)]; }
  // Sets the tangent of output k, which must have that output's shape and dtype.
  void give(int k, Tensor dy) { given_[check_output(k)] = std::move(dy); }

 private:
  std::span<const Tensor> tangents_;
  std::span<Tensor> given_;
};

}  // namespace whygrad
