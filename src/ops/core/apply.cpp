// The call of an op: infer, execute, record.
#include "device/float_mode.hpp"
#include "device/memory.hpp"
#include "ops/core/context.hpp"
#include "ops/core/events.hpp"
#include "ops/core/profiler.hpp"
#include "tensor/tracer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace whygrad {
namespace {

using internal::Log;

// NOTE [one op in three steps]
// infer: checks the inputs and finds the spec of each output. It sees only specs, so it is the same with and without elements.
// execute: allocates the outputs and computes them. An op of random numbers first draws its position in the stream. Skipped if an input is abstract.
// record: writes the call to the log. The entry is the same with and without elements.
struct Call {
  const OpDef& op;
  std::span<const Tensor* const> inputs;
  const void* attrs;
  std::size_t attrs_bytes;
  const Where& where;
};

std::string list_inputs(const OpContext& c) {
  std::string text;
  for (int i = 0; i < c.input_count(); ++i) {
    text += fmt::format("{}{} is {}", i == 0 ? "" : ", ", input_def(c.op(), i).name, c.input(i).signature());
  }
  return text;
}

bool has_tail(const OpDef& op) {
  return std::any_of(op.attrs.begin(), op.attrs.end(), [](const AttrDef& a) { return a.tail; });
}

[[gnu::noinline]] void check_devices(const OpDef& op, std::span<const Tensor* const> inputs) {
  const auto place = [&](std::size_t i) {
    const Device device = inputs[i]->device();
    return fmt::format("{} is on {}:{}", input_def(op, static_cast<int>(i)).name, device::name_of(device), device.index);
  };
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (inputs[i]->device() == inputs[0]->device()) continue;
    throw ValueError(op.name, fmt::format("{}, {}", place(0), place(i)), "an op computes where its inputs are; make them on one device");
  }
}

[[noreturn]] void refuse_incomplete(const OpDef& op) {
  throw ValueError(op.name != nullptr ? op.name : "op", "its record has no shape rule, or neither a kernel nor a view",
                   "make the record with define_op, which lets no incomplete one compile");
}

// Whether an input is abstract.
bool check_inputs(const OpDef& op, std::span<const Tensor* const> inputs, std::size_t attrs_bytes) {
  if (op.infer == nullptr || (op.kernel == nullptr && op.view == nullptr)) [[unlikely]]
    refuse_incomplete(op);
  const int count = static_cast<int>(inputs.size());
  if (op.variadic ? count < op.inputs.count : count != op.inputs.count) {
    throw ValueError(op.name, fmt::format("{} inputs given", count), fmt::format("it takes {}{}", op.variadic ? "at least " : "", op.inputs.count));
  }
  if (count > 0xffff) throw ValueError(op.name, fmt::format("{} inputs given", count), "it takes at most 65,535; work in groups");
  bool abstract = false;
  for (int i = 0; i < count; ++i) {
    const Tensor& input = *inputs[static_cast<std::size_t>(i)];
    if (!input.defined()) {
      throw ValueError(op.name, fmt::format("{} is an empty handle", input_def(op, i).name),
                       "a default-made or moved-from Tensor holds no value; assign one before it is used");
    }
    // Explanations treat it like any other value that was never logged.
    if (input.id() == 0) [[unlikely]]
      throw InternalError(op.name, fmt::format("{} was made without a record in the log", input_def(op, i).name));
    abstract |= input.is_abstract();
  }
  if (device::has_further_kinds()) [[unlikely]]
    check_devices(op, inputs);
  // An undescribed member would be lost wherever attributes are read by name.
  const std::size_t described = op.attrs.count == 0 ? 0 : op.attrs.items[0].bytes;
  if (attrs_bytes < described || (attrs_bytes != described && !has_tail(op))) [[unlikely]]
    internal::refuse_record(op, fmt::format("called with {} bytes of attributes; its record describes {}", attrs_bytes, described),
                            "pass the struct whose members `.attrs` of the record describes, and no other");
  return abstract;
}

// The number of values that a mask can hold.
Uses first_bits(std::size_t count) { return count < 16 ? (Uses{1} << count) - 1 : Uses{0xffff}; }

// Which values the tapes must save for the gradient of this op. If no tape can ask for it, the result is 0 and *active is false.
Uses uses_of(const Log& log, const OpDef& op, std::span<const Tensor* const> inputs, bool* active) {
  Uses uses = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const GradientAnswer& answer = input_def(op, static_cast<int>(i)).gradient;
    const std::uint64_t mark = Log::mark_of(*inputs[i]);
    if (!answer.differentiable() || !is_differentiable(inputs[i]->dtype()) || mark == internal::TensorImpl::kNobodys) continue;
    uses |= answer.uses;
    *active |= log.is_active(mark);
  }
  return *active ? uses : 0;
}

[[noreturn]] [[gnu::noinline]] void refuse_shape(const OpDef& op, const Shape& shape) {
  throw ShapeError(op.name, fmt::format("a result would be {}, which has more elements than can be counted", shape.to_string()),
                   "look at the sizes among the arguments: a tensor has at most 2^62 elements");
}

// Of a result for which no memory is asked.
void check_shape(const OpDef& op, const Shape& shape) {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || (extent > 0 && __builtin_mul_overflow(size, extent, &size))) [[unlikely]]
      refuse_shape(op, shape);
  }
}

void lay_out(const Call& call, const InferContext& inferred, std::span<Tensor> outputs) {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const Shape& shape = inferred.spec(static_cast<int>(k)).shape;
    check_shape(call.op, shape);
    ViewContext view(call.op, call.inputs, call.attrs, shape, static_cast<int>(k));
    call.op.view(view);
    outputs[k] = internal::make_view(*call.inputs[0], shape, view.strides, view.offset);
  }
}

void execute(const Call& call, const InferContext& inferred, std::span<Tensor> outputs) {
  const OpDef& op = call.op;
  if (op.view != nullptr) return lay_out(call, inferred, outputs);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const TensorSpec& spec = inferred.spec(static_cast<int>(k));
    outputs[k] = internal::make_tensor(spec.dtype, spec.shape);
  }
  KernelContext kernel(op, call.inputs, call.attrs, outputs);
  const device::FloatModeScope scope = device::FloatModeScope::flushing();
  const internal::ProfiledCall profiled(op, call.where, call.inputs, outputs);
  op.kernel(kernel);
}

// In the place of execute() where an input has no elements. How a view lies is known all the same: what can be done without a copy goes by it.
void leave_abstract(const Call& call, const InferContext& inferred, std::span<Tensor> outputs) {
  if (call.op.view != nullptr && call.inputs[0]->is_abstract()) return lay_out(call, inferred, outputs);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const TensorSpec& spec = inferred.spec(static_cast<int>(k));
    check_shape(call.op, spec.shape);
    outputs[k] = internal::make_abstract(spec);
  }
}

void record(const Call& call, std::span<Tensor> outputs) {
  Log& log = Log::mine();
  Uses uses = 0;
  if (log.saves()) {
    if (log.keep_values || log.tracer != nullptr) uses = first_bits(call.inputs.size()) | first_bits(outputs.size()) << 16;
    bool active = false;
    uses |= uses_of(log, call.op, call.inputs, &active);
    if (active) {
      for (const Tensor& out : outputs) {
        if (is_differentiable(out.dtype())) log.mark_active(out);
      }
    }
  }
  log.append({.op = &call.op,
              .where = &call.where,
              .inputs = call.inputs.data(),
              .input_count = static_cast<int>(call.inputs.size()),
              .outputs = outputs.data(),
              .output_count = static_cast<int>(outputs.size()),
              .attrs = call.attrs,
              .attrs_bytes = call.attrs_bytes,
              .saved_mask = uses});
}

// Draws the position in the random stream, then runs execute() and record().
void draw_and_run(Call call, const InferContext& inferred, std::span<Tensor> outputs) {
  constexpr std::size_t kMost = 256;
  if (call.attrs_bytes > kMost) throw InternalError(call.op.name, "its attributes are too many for an op that draws");
  alignas(std::max_align_t) std::byte drawn[kMost];
  std::memcpy(drawn, call.attrs, call.attrs_bytes);
  call.op.draw(drawn);
  call.attrs = drawn;
  execute(call, inferred, outputs);
  record(call, outputs);
}

// Calls f(). A shortage of memory is the op's, and so is a shape that cannot be.
template <class F>
void in_the_ops_name(const OpDef& op, const F& f) {
  try {
    internal::in_the_name_of(op.name, f);
  } catch (const ShapeError& error) {
    if (error.op() != "Shape") throw;
    const std::string_view what = error.what();
    throw ShapeError(op.name, std::string(what.substr(0, what.find("\nhelp: ")).substr(std::string_view("[Shape] ").size())), error.help());
  }
}

// Outside of every trace an abstract tensor of a trace is of no use.
[[gnu::noinline]] void refuse_leaks(const Call& call) {
  for (const Tensor* input : call.inputs) {
    if (input->is_abstract() && !Log::mine().owns(input->id())) internal::refuse_leaked(call.op.name, *input);
  }
}

// Whether the result is a few numbers that shapes alone decide on, which abstract tensors have (tf.shape).
bool tells_shapes(const Call& call, const InferContext& inferred) {
  if (call.inputs.empty()) return false;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    if (input_def(call.op, static_cast<int>(i)).role != Role::kShape) return false;
  }
  return inferred.spec(0).shape.size() <= Shape::kMaxRank;
}

// While a function is traced: what comes from outside of it is replaced by its stand-in, and an op is executed only if all that it reads is known
// now and will be the same at each run.
template <class MakeOutputs>
[[gnu::noinline]] void apply_traced(internal::Tracer& tracer, const Call& given, const MakeOutputs& make_outputs) {
  std::vector<Tensor> inputs;
  inputs.reserve(given.inputs.size());
  bool abstract = given.op.draw != nullptr || given.op.stateful;
  for (std::size_t i = 0; i < given.inputs.size(); ++i) {
    inputs.push_back(tracer.inside(*given.inputs[i]));
    if (i < 16 && (given.op.shape_reads >> i & 1) != 0 && inputs.back().is_abstract()) {
      if (Tensor known = tracer.settle(inputs.back()); known.defined()) inputs.back() = std::move(known);
    }
    abstract |= inputs.back().is_abstract();
  }
  for (const Tensor& input : inputs) {
    if (abstract && !input.is_abstract()) tracer.use(input);
  }
  const std::vector<const Tensor*> pointers = internal::pointers_to(inputs);
  const Call call{given.op, pointers, given.attrs, given.attrs_bytes, given.where};
  in_the_ops_name(call.op, [&] {
    InferContext inferred(call.op, call.inputs, call.attrs);
    call.op.infer(inferred);
    const std::span<Tensor> outputs = make_outputs(inferred.output_count());
    if (abstract && tells_shapes(call, inferred)) abstract = false;
    abstract ? leave_abstract(call, inferred, outputs) : execute(call, inferred, outputs);
    record(call, outputs);
  });
}

// The three steps. `make_outputs` provides the outputs when their number is known.
template <class MakeOutputs>
void apply_to(const Call& call, const MakeOutputs& make_outputs) {
  const bool abstract = check_inputs(call.op, call.inputs, call.attrs_bytes);
  if (internal::Tracer* tracer = internal::Tracer::mine(); tracer != nullptr) [[unlikely]]
    return apply_traced(*tracer, call, make_outputs);
  if (device::has_further_kinds() && !call.inputs.empty() && call.inputs[0]->device() != device::current()) [[unlikely]] {
    const device::Scope there(call.inputs[0]->device());
    return apply_to(call, make_outputs);
  }
  in_the_ops_name(call.op, [&] {
    InferContext inferred(call.op, call.inputs, call.attrs);
    call.op.infer(inferred);
    const std::span<Tensor> outputs = make_outputs(inferred.output_count());
    if (abstract) {
      refuse_leaks(call);
      tells_shapes(call, inferred) ? execute(call, inferred, outputs) : leave_abstract(call, inferred, outputs);
      return record(call, outputs);
    }
    if (call.op.draw != nullptr) return draw_and_run(call, inferred, outputs);
    execute(call, inferred, outputs);
    record(call, outputs);
  });
}

}  // namespace

void InferContext::output(DType dtype, const Shape& shape) {
  const Device device = inputs_.empty() ? device::current() : inputs_[0]->device();
  if (count_ < kInline) {
    new (&few_[count_++]) TensorSpec{dtype, shape, device};  // constructed in place: copying it would wait for its own stores
    return;
  }
  if (many_ == nullptr) many_ = new std::vector<TensorSpec>;
  many_->push_back({dtype, shape, device});
  ++count_;
}

const Tensor& InferContext::elements(int i) const {
  if ((op().shape_reads >> i & 1) == 0)
    internal::refuse_record(op(), fmt::format("its shape rule reads the elements of `{}`, which its record does not allow", input_def(op(), i).name),
                            fmt::format("write .shape_reads = input({}) if the shape of a result depends on them, else leave them to the kernel", i));
  const Tensor& t = OpContext::input(i);
  if (t.is_abstract()) {
    value_error(fmt::format("{} is abstract, and the shape of the result depends on its elements", input_def(op(), i).name),
                "call it with a real tensor, or use an op whose result has one shape for all elements, such as where(condition, x, y)");
  }
  return t;
}

void InferContext::shape_error(const std::string& what, const std::string& help) const {
  throw ShapeError(op().name, fmt::format("{} ({})", what, list_inputs(*this)), help);
}
void InferContext::dtype_error(const std::string& what, const std::string& help) const {
  throw DTypeError(op().name, fmt::format("{} ({})", what, list_inputs(*this)), help);
}
void InferContext::value_error(const std::string& what, const std::string& help) const {
  throw ValueError(op().name, fmt::format("{} ({})", what, list_inputs(*this)), help);
}

void InferContext::same_dtype(int i, int j) const {
  const DType a = input(i).dtype(), b = input(j).dtype();
  if (a == b) return;
  dtype_error(fmt::format("{} and {} do not mix", name_of(a), name_of(b)),
              fmt::format("no type is converted behind your back: write cast({}, {}.dtype())", input_def(op(), j).name, input_def(op(), i).name));
}

int InferContext::axis(std::int64_t axis, int i) const { return normalize_axis(op().name, axis, input(i).rank()); }

void apply(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::size_t attrs_bytes, const Where& where,
           std::span<Tensor> outputs) {
  apply_to({op, inputs, attrs, attrs_bytes, where}, [&](int count) {
    if (count != static_cast<int>(outputs.size())) [[unlikely]] {
      internal::refuse_record(op,
                              fmt::format("its shape rule declares {} outputs, and {} asked for", count,
                                          outputs.size() == 1 ? "1 is" : fmt::format("{} are", outputs.size())),
                              "call output() once for each output in the shape rule; apply_many() takes as many as it declares");
    }
    return outputs;
  });
}

std::vector<Tensor> apply_many(const OpDef& op, std::span<const Tensor* const> inputs, const void* attrs, std::size_t attrs_bytes,
                               const Where& where) {
  std::vector<Tensor> outputs;
  apply_to({op, inputs, attrs, attrs_bytes, where}, [&](int count) {
    outputs.resize(static_cast<std::size_t>(count));
    return std::span<Tensor>(outputs);
  });
  return outputs;
}

}  // namespace whygrad
