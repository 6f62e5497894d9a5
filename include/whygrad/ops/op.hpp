// The op record. One OpDef holds everything that the engine, the explanations, the documentation and the bindings know of an op.
//
// NOTE [no op without a gradient or a reason]
// Every input of every op is declared as Differentiable, NotDifferentiable{why, remedy} or NotImplemented{why, remedy}. The default is undeclared,
// which define_op refuses at compile time. It also refuses a record without a doc line, a shape rule or a kernel.
#pragma once

#include <whygrad/base/error.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/base/gradient_flow.hpp>
#include <whygrad/ops/attributes.hpp>
#include <whygrad/tensor/spec.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace whygrad {

struct OpDef;
class InferContext;
class KernelContext;
class ViewContext;
class VjpContext;
class JvpContext;
class BatchContext;

// ---- Gradient declarations of inputs ----

// A set of values: input(0) | output(0). A tape saves only the values that a gradient rule declares, and the rule can read no others.
using Uses = std::uint32_t;
constexpr Uses input(int i) { return Uses{1} << i; }
constexpr Uses output(int i) { return Uses{1} << (16 + i); }

// The op has a gradient for this input; `uses` lists the values that its rule reads.
struct Differentiable {
  Uses uses = 0;
};

// No gradient exists for this input, or none is wanted; `flow` says which. `why` completes "the gradient stops at <op>: ..."; `remedy` says what to
// write instead.
struct NotDifferentiable {
  const char* why;
  const char* remedy;
  GradientFlow flow = GradientFlow::kNoDerivative;
};

// A gradient exists in principle, but whygrad has no rule for it.
struct NotImplemented {
  const char* why;
  const char* remedy;
};

class GradientAnswer {
 public:
  constexpr GradientAnswer() = default;
  constexpr GradientAnswer(Differentiable d) : declared(true), uses(d.uses) {}
  constexpr GradientAnswer(NotDifferentiable n) : declared(true), flow(n.flow), why(n.why), remedy(n.remedy) {}
  constexpr GradientAnswer(NotImplemented n) : declared(true), flow(GradientFlow::kNoRule), why(n.why), remedy(n.remedy) {}

  constexpr bool differentiable() const { return flow == GradientFlow::kFlows; }

  bool declared = false;
  GradientFlow flow = GradientFlow::kFlows;
  Uses uses = 0;
  const char* why = nullptr;
  const char* remedy = nullptr;
};

struct InputDef {
  const char* name = nullptr;
  GradientAnswer gradient = {};
  Role role = Role::kData;
};

// ---- The record ----

// A list of at most N entries, written in braces.
template <class T, int N>
struct ShortList {
  std::array<T, N> items{};
  int count = 0;
  constexpr ShortList() = default;
  constexpr ShortList(std::initializer_list<T> list) {
    for (const T& t : list) items[static_cast<std::size_t>(count++)] = t;
  }
  constexpr const T& operator[](int i) const { return items[static_cast<std::size_t>(i)]; }
  constexpr const T* begin() const { return items.data(); }
  constexpr const T* end() const { return items.data() + count; }
};

struct OpDef {
  const char* name = nullptr;  // TensorFlow's public name
  const char* doc = nullptr;   // one line: what it computes, shapes as [m, k], the formula
  const char* type = nullptr;  // TensorFlow's op type if it is not the name in camel case: "Mean" of reduce_mean
  ShortList<InputDef, 8> inputs = {};
  bool variadic = false;  // the last input may be repeated, at least once
  ShortList<const char*, 8> outputs = {"output"};
  ShortList<AttrDef, 8> attrs = {};

  // The shape and dtype rule. Sets every output, or throws ShapeError, DTypeError and so on. It sees only specs, unless `shape_reads` says otherwise.
  void (*infer)(InferContext&) = nullptr;
  // Computes the outputs, whose memory is allocated. An op has either a `kernel` or a `view`.
  void (*kernel)(KernelContext&) = nullptr;
  // Defines an output as a view of the first input, without a copy. Called once for each output.
  void (*view)(ViewContext&) = nullptr;
  // For an op that draws random numbers: fills in the position in the process's random stream if the attributes leave it open. Called when the op is
  // executed, and the record keeps the position. A call with abstract inputs draws nothing.
  void (*draw)(void* attrs) = nullptr;
  // The gradient rule, written with ops: computes dx for every input that needs one.
  void (*vjp)(VjpContext&) = nullptr;
  // The rule of forward mode: computes the tangent of every output from those of the inputs, and reads the values that `vjp` does. Without one,
  // forward mode transposes `vjp`, which costs a few records more.
  void (*jvp)(JvpContext&) = nullptr;
  // The rule of many rows (jacobian, vectorized_map): computes the outputs for all rows at once, where some inputs have one more axis in front, that
  // of the rows. A rule that gives nothing, as well as none at all, has the op run row by row.
  void (*batch)(BatchContext&) = nullptr;
  // How the op's numbers can harm a gradient: base/gradient_flow.hpp.
  ZeroGradient zero = {};
  NonFinite nonfinite = {};
  IntegerResults integers = {};
  OpKind kind = OpKind::kCompute;
  // The inputs whose products the op adds up, as a set: input(0) | input(1). These are the factors of a matrix product or a convolution.
  Uses factors = 0;
  // The inputs on whose elements the shape of a result depends, as a set. Such an op cannot be called with these inputs abstract.
  Uses shape_reads = 0;
  // True for an op without inputs that can carry a gradient, such as random numbers and constants.
  bool source = false;
  // True if the outputs depend on more than the inputs, such as a counter of random numbers. Explanations do not replay such an op.
  bool stateful = false;
  // True for comparisons, sums, means and layout ops: the ops of which metrics are made. A loss contains at least one other op.
  bool in_metrics = false;
  // True for the record of a user's gradient rule (custom_gradient). Its last inputs, one for each output, are the values that the function computed,
  // and the outputs are the same values. If a tape knows of a gradient of one of the inputs before them, the rule replaces the ops of the function,
  // and may return a gradient for an input of any dtype. Otherwise the gradient flows to the computed values.
  bool users_rule = false;
  // True where it stands for the ops of a body, such as the call of a traced function: its rule gives nothing for an input that no path leads from.
  bool has_body = false;
};

namespace internal {

// See NOTE [attributes are complete].
constexpr void check_attrs(const OpDef& op) {
  int described = 0;
  for (int i = 0; i < op.attrs.count; ++i) {
    const AttrDef& a = op.attrs[i];
    if (a.name == nullptr || *a.name == '\0' || a.doc == nullptr || *a.doc == '\0') throw "every attribute needs a name and a doc line";
    if (a.get == nullptr || a.set == nullptr || a.make == nullptr) throw "every attribute can be read and set: describe it by attr<>";
    if (a.make != op.attrs[0].make) throw "the attributes of an op are members of one struct";
    int parts = 0;
    bool first = true;
    for (int j = 0; j < op.attrs.count; ++j) {
      if (j < i && op.attrs[j].get == a.get) throw "an attribute is described twice";
      if (op.attrs[j].member != a.member) continue;
      ++parts;
      first = first && j >= i;
    }
    if (parts != a.parts) throw "every part of a member of the attribute struct must be described";
    described += first ? 1 : 0;
  }
  if (op.attrs.count != 0 && described != op.attrs[0].members) throw "every member of the attribute struct must be described";
}

// Checks every record at compile time by throwing a sentence. Returns whether some input is differentiable.
constexpr bool check_record(const OpDef& op) {
  const auto missing = [](const char* text) { return text == nullptr || *text == '\0'; };
  if (missing(op.name)) throw "an op needs a name";
  if (missing(op.doc)) throw "an op needs a doc line: what it computes, with shapes and formula";
  if (op.inputs.count == 0 && !op.source) throw "an op without inputs must say that it is a source (.source = true)";
  bool differentiable = false;
  for (const InputDef& in : op.inputs) {
    if (missing(in.name)) throw "every input needs a name";
    if (!in.gradient.declared) throw "every input needs an answer: Differentiable, NotDifferentiable{why, remedy} or NotImplemented{why, remedy}";
    if (in.gradient.differentiable()) {
      differentiable = true;
      continue;
    }
    if (missing(in.gradient.why)) throw "an input without a gradient must say why";
    if (missing(in.gradient.remedy)) throw "an input without a gradient must offer a remedy";
  }
  if (differentiable && op.vjp == nullptr) throw "a differentiable input needs a gradient rule (.vjp)";
  if (!differentiable && op.vjp != nullptr) throw "a gradient rule (.vjp) needs a differentiable input";
  if (op.jvp != nullptr && op.vjp == nullptr) throw "a rule of forward mode (.jvp) stands beside a gradient rule (.vjp)";
  if (op.zero.kind != ZeroGradient::kNever && missing(op.zero.remedy)) throw "an op whose gradient can be 0 by its numbers must offer a remedy";
  if (op.nonfinite.kind != NonFinite::kNever && missing(op.nonfinite.remedy)) throw "an op that can make a NaN must offer a remedy";
  if ((op.shape_reads >> 16) != 0) throw "a shape rule cannot read outputs (.shape_reads lists inputs)";
  check_attrs(op);
  return differentiable;
}

constexpr void check_op_record(const OpDef& op) {
  check_record(op);
  if (op.infer == nullptr) throw "an op needs a shape rule (.infer)";
  if ((op.kernel == nullptr) == (op.view == nullptr)) throw "an op needs a kernel or a view, and not both";
}

}  // namespace internal

// Refuses an incomplete record at compile time. The compiler's message shows the sentence.
consteval OpDef define_op(OpDef op) {
  internal::check_op_record(op);
  return op;
}

// The record of an event that computes nothing, such as a constant, a host read or an assignment. The log records it like an op, but it is not in the
// op table and cannot be applied.
consteval OpDef define_event(OpDef op) {
  internal::check_record(op);
  if (op.infer != nullptr || op.kernel != nullptr || op.view != nullptr) throw "an event is not computed: it has no shape rule, kernel or view";
  return op;
}

// The declaration of input i, also of a variadic op.
constexpr const InputDef& input_def(const OpDef& op, int i) { return op.inputs[i < op.inputs.count ? i : op.inputs.count - 1]; }

// ---- The arguments of a record's functions ----

// Inputs and attributes, common to all contexts.
class WG_API OpContext {
 public:
  OpContext(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs) : op_(op), inputs_(inputs), attrs_(attrs) {}
  const OpDef& op() const { return op_; }
  int input_count() const { return static_cast<int>(inputs_.size()); }
  const Tensor& input(int i) const {
    if (static_cast<std::size_t>(i) >= inputs_.size()) [[unlikely]]
      refuse_index(i);
    return *inputs_[static_cast<std::size_t>(i)];
  }
  template <class T>
  const T& attrs() const {
    return *static_cast<const T*>(attrs_);
  }

 protected:
  [[noreturn]] void refuse_index(int i) const;

  const OpDef& op_;
  std::span<const Tensor* const> inputs_;
  const void* attrs_;
};

// The spec of an input of a shape rule, without its elements.
class InputSpec {
 public:
  explicit InputSpec(const Tensor& input) : input_(input) {}
  DType dtype() const { return input_.dtype(); }
  const Shape& shape() const { return input_.shape(); }
  int rank() const { return input_.rank(); }
  std::int64_t size() const { return input_.size(); }
  std::string signature() const { return input_.signature(); }

 private:
  const Tensor& input_;
};

class WG_API InferContext : public OpContext {
 public:
  InferContext(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs) : OpContext(op, inputs, attrs) {}
  InputSpec input(int i) const { return InputSpec(OpContext::input(i)); }
  // Input i with its elements, if OpDef::shape_reads lists it. Throws ValueError if the input is abstract.
  const Tensor& elements(int i) const;
  // Declares the next output.
  void output(DType dtype, const Shape& shape);

  // Throw the error with the name of this op.
  [[noreturn]] void shape_error(const std::string& what, const std::string& help) const;
  [[noreturn]] void dtype_error(const std::string& what, const std::string& help) const;
  [[noreturn]] void value_error(const std::string& what, const std::string& help) const;
  // Throws DTypeError unless inputs i and j have the same dtype. The help names the cast.
  void same_dtype(int i, int j) const;
  // Maps a user's axis to [0, rank of input i); throws IndexError.
  int axis(std::int64_t axis, int i = 0) const;

  int output_count() const { return count_; }
  const TensorSpec& spec(int k) const { return k < kInline ? few_[k] : (*many_)[static_cast<std::size_t>(k - kInline)]; }
  ~InferContext() { delete many_; }
  InferContext(const InferContext&) = delete;
  InferContext& operator=(const InferContext&) = delete;

 private:
  static constexpr int kInline = 3;
  // The specs of the first outputs, uninitialised until output() writes them: clearing them took a tenth of the time of a small op.
  union {
    TensorSpec few_[kInline];
  };
  std::vector<TensorSpec>* many_ = nullptr;
  int count_ = 0;
};

// Run and record an op. `attrs` is a trivially copyable struct, described by OpDef::attrs, or nothing.
struct NoAttrs {};
WG_API void apply(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::size_t attrs_bytes, const Where& where,
                  std::span<Tensor> outputs);
// The same for an op whose shape rule decides on the number of outputs.
WG_API std::vector<Tensor> apply_many(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::size_t attrs_bytes,
                                      const Where& where);

template <class Attrs = NoAttrs>
Tensor apply(const OpDef& op, std::initializer_list<const Tensor*> inputs, const Where& where, const Attrs& attrs = {}) {
  static_assert(std::is_trivially_copyable_v<Attrs>, "attributes are kept as bytes");
  Tensor out;
  apply(op, std::span(inputs.begin(), inputs.size()), &attrs, std::is_empty_v<Attrs> ? 0 : sizeof(Attrs), where, {&out, 1});
  return out;
}

// All ops of the library, sorted by name. For bindings, documentation and tests.
WG_API std::span<const OpDef* const> op_table();
// Returns null for an unknown name.
WG_API const OpDef* find_op(std::string_view name);
// TensorFlow's op type: "MatMul" of matmul, "Mean" of reduce_mean.
WG_API std::string type_of(const OpDef& op);

}  // namespace whygrad
