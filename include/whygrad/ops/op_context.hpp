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

// The call of an op for many rows at once. Some inputs have one axis more than in the call of one row: the first one, which counts the rows. The
// others are the same in all rows. The rule gives every output with that axis, or nothing: then the op runs row by row.
class WG_API BatchContext : public OpContext {
 public:
  struct Call {
    const OpDef& op;
    std::span<const Tensor* const> inputs;
    std::span<const char> has_rows;  // by input
    const void* attrs;
    std::size_t attrs_bytes;
    std::span<const TensorSpec> outputs;  // of one row
    std::int64_t rows;
    const Where& where;
    const internal::SavedObject* saved_object;
  };
  BatchContext(const Call& call, std::span<Tensor> given) : OpContext(call.op, call.inputs, call.attrs), call_(call), given_(given) {}

  std::int64_t rows() const { return call_.rows; }
  bool has_rows(int i) const { return call_.has_rows[static_cast<std::size_t>(i)] != 0; }
  bool all_have_rows() const;
  // Shapes of one row.
  Shape input_shape(int i) const;
  int input_rank(int i) const { return input(i).rank() - (has_rows(i) ? 1 : 0); }
  int output_count() const { return static_cast<int>(call_.outputs.size()); }
  const Shape& output_shape(int k = 0) const { return call_.outputs[static_cast<std::size_t>(k)].shape; }
  // `row` with the axis of the rows in front.
  Shape with_rows(const Shape& row) const;
  // Input i with the axis of the rows, repeated along it if it is the same in all of them.
  Tensor input_rows(int i) const;
  // Input i, whose axes behind that of the rows are filled up from the left to `rank` ones: [rows, 1.., a, b]. It broadcasts as it does in one row.
  // As it is if it is the same in all rows.
  Tensor input_aligned(int i, int rank) const;
  std::vector<Tensor> all_input_rows() const;
  const Where& where() const { return call_.where; }

  // Sets output k, which has the axis of the rows.
  void give(int k, Tensor output) { given_[static_cast<std::size_t>(k)] = std::move(output); }
  const Tensor& given(int k) const { return given_[static_cast<std::size_t>(k)]; }
  // Calls the op with these inputs and gives all its outputs.
  void give_call(const std::vector<Tensor>& inputs) { give_call(inputs, call_.attrs, call_.attrs_bytes); }
  void give_call(const std::vector<Tensor>& inputs, const void* attrs, std::size_t attrs_bytes);
  template <class Attrs>
  void give_call(const std::vector<Tensor>& inputs, const Attrs& attrs) {
    static_assert(std::is_trivially_copyable_v<Attrs>, "attributes are kept as bytes");
    give_call(inputs, &attrs, sizeof(attrs));
  }
  // Calls the op for one row after the other, and gives the stacked outputs.
  void give_each() { give_each(call_.attrs, call_.attrs_bytes); }
  void give_each(const void* attrs, std::size_t attrs_bytes);
  // Makes [rows, n, ..] of given outputs that are [rows * n, ..].
  void unfold_given();

  // For the library's own rules.
  const internal::SavedObject* saved_object() const { return call_.saved_object; }

 private:
  const Call& call_;
  std::span<Tensor> given_;
};

}  // namespace whygrad
