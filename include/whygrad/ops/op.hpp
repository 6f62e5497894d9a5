// The op record: everything that the engine, the explanations, the documentation and the bindings know of an op stands in one OpDef.
//
// NOTE [no op without a gradient or a reason]
// Every input of every op carries an answer: Differentiable, NotDifferentiable{why, remedy} or NotImplemented{why, remedy}. The default is a fourth,
// undeclared, which define_op refuses at compile time, as it refuses a record without a doc line, a shape rule or a kernel.
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

// ---- What an op answers for each input ----

// Values that a gradient rule reads, as a set: input(0) | output(0). Only these are kept alive by a tape, and only these can the rule ask for.
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
  const char* type = nullptr;  // TensorFlow's op type, where it is not the name in camel case: "Mean" of reduce_mean
  ShortList<InputDef, 8> inputs = {};
  bool variadic = false;  // the last input may be given any number of times, at least once
  ShortList<const char*, 8> outputs = {"output"};
  ShortList<AttrDef, 8> attrs = {};

  // Shape and dtype rule: throws ShapeError, DTypeError, ... or sets every output. It sees specs only, unless `shape_reads` says otherwise.
  void (*infer)(InferContext&) = nullptr;
  // Computes the outputs, which are allocated. Exactly one of `kernel` and `view` is given.
  void (*kernel)(KernelContext&) = nullptr;
  // Lays an output out over the first input's elements, without a copy; called once for each output.
  void (*view)(ViewContext&) = nullptr;
  // Of an op that draws random numbers: puts the place in the process's stream into the attributes, where they leave it open. Called when the op is
  // executed, and the record keeps what was drawn; a call with abstract inputs draws nothing.
  void (*draw)(void* attrs) = nullptr;
  // Gradient rule, written with ops: gives dx for every input that needs one.
  void (*vjp)(VjpContext&) = nullptr;
  // What its numbers can do to a gradient: base/gradient_flow.hpp.
  ZeroGradient zero = {};
  NonFinite nonfinite = {};
  IntegerResults integers = {};
  OpKind kind = OpKind::kCompute;
  // Inputs of which it adds up products, as a set: input(0) | input(1). They are the factors of a matrix product or a convolution.
  Uses factors = 0;
  // Inputs on whose elements the shape of a result depends, as a set: input(0). Such an op cannot be called with these abstract.
  Uses shape_reads = 0;
  // True for an op that has no inputs or none that carries a gradient at all, such as random numbers and constants.
  bool source = false;
  // True where the outputs depend on more than the inputs (a counter of random numbers); such an op is never replayed blindly.
  bool stateful = false;
  // True where it compares, adds up, averages or only lays out: what the metrics of training are made of, and no loss punishes by alone.
  bool in_metrics = false;
  // True where the rule is one that the user gives beside a result of other ops. Its last inputs, one for each output, are what these ops made, and
  // the outputs repeat them. Where a tape knows of a gradient of an input before them, the rule stands for these ops, and may give an input of any
  // dtype a gradient; else the gradient goes to what they made.
  bool users_rule = false;
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

// What holds for every record; true where some input is differentiable. Throws a sentence.
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

// Refuses an incomplete record at compile time; the message of the compiler shows the sentence.
consteval OpDef define_op(OpDef op) {
  internal::check_op_record(op);
  return op;
}

// The record of something that happens to values without being computed (a constant, a host read, an assignment): it stands in the log as an op
// does, but is not in the op table and cannot be applied.
consteval OpDef define_event(OpDef op) {
  internal::check_record(op);
  if (op.infer != nullptr || op.kernel != nullptr || op.view != nullptr) throw "an event is not computed: it has no shape rule, kernel or view";
  return op;
}

// The input declaration at position i, for a variadic op too.
constexpr const InputDef& input_def(const OpDef& op, int i) { return op.inputs[i < op.inputs.count ? i : op.inputs.count - 1]; }

// ---- What the functions of a record are given ----

// Inputs and attributes, as all of them see.
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

// What a shape rule sees of an input: never its elements.
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
  // Input i with its elements, for a rule that declares so in OpDef::shape_reads. Throws ValueError where the input is abstract.
  const Tensor& elements(int i) const;
  // Declares the next output.
  void output(DType dtype, const Shape& shape);

  // Throws the error with this op's name in front.
  [[noreturn]] void shape_error(const std::string& what, const std::string& help) const;
  [[noreturn]] void dtype_error(const std::string& what, const std::string& help) const;
  [[noreturn]] void value_error(const std::string& what, const std::string& help) const;
  // Throws DTypeError unless inputs i and j have one dtype, with the cast to write.
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
  // The first ones. Nothing is written before output() does: to clear them took a tenth of a small op's time.
  union {
    TensorSpec few_[kInline];
  };
  std::vector<TensorSpec>* many_ = nullptr;
  int count_ = 0;
};

// Runs and records ops. `attrs` is a trivially copyable struct, described by OpDef::attrs, or nothing.
struct NoAttrs {};
WG_API void apply(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::size_t attrs_bytes, const Where& where,
                  std::span<Tensor> outputs);
// The same for a number of outputs that the shape rule decides.
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
// Null where no op has that name.
WG_API const OpDef* find_op(std::string_view name);
// TensorFlow's op type: "MatMul" of matmul, "Mean" of reduce_mean.
WG_API std::string type_of(const OpDef& op);

}  // namespace whygrad
