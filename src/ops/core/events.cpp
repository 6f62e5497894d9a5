// The records of events: constants and host reads.
#include "ops/core/events.hpp"

#include "kernels/movement.hpp"
#include "ops/core/context.hpp"
#include "tensor/data_events.hpp"

#include <fmt/format.h>

#include <cmath>
#include <complex>

namespace whygrad::internal {

constexpr OpDef kConstantEvent = define_event({
    .name = "constant",
    .doc = "A value that came from the host.",
    .type = "Const",
    .attrs = {attr<&ConstantAttrs::print, &Fingerprint::bytes>("bytes", "how many there are; 0: no fingerprint was taken"),
              attr<&ConstantAttrs::print, &Fingerprint::hash>("hash", "of some of the bytes"),
              attr<&ConstantAttrs::written>("written", "one number, before its type rounded it")},
    .kind = OpKind::kConstant,
    .source = true,
});

constexpr OpDef kHostReadEvent = define_event({
    .name = "host_read",
    .doc = "The elements of a tensor were read to the host: item(), to_vector(), span().",
    .inputs = {{"x", NotDifferentiable{"its value was read out of the library, where no gradient is followed",
                                       "compute with tensors instead of the numbers read from them", GradientFlow::kHostRead}}},
    .attrs = {attr<&Fingerprint::bytes>("bytes", "how many were read"), attr<&Fingerprint::hash>("hash", "of some of the bytes")},
    .kind = OpKind::kHostRead,
});

namespace {

constexpr const char* kNewNumbers = "a data set gives out new numbers, which remember nothing of where they came from; no gradient flows through it";

constexpr OpDef kSlicesEvent = define_event({
    .name = "from_tensor_slices",
    .doc = "A data set was made of the slices of a tensor.",
    .type = "TensorSliceDataset",
    .inputs = {{"components",
                NotDifferentiable{kNewNumbers, "take the parts of the tensor itself, by indices, split or unstack, where its gradient is wanted",
                                  GradientFlow::kState}}},
    .kind = OpKind::kFeed,
});
constexpr OpDef kWholeEvent = define_event({
    .name = "from_tensors",
    .doc = "A data set was made of one tensor.",
    .type = "TensorDataset",
    .inputs = {{"components", NotDifferentiable{kNewNumbers, "use the tensor itself where its gradient is wanted", GradientFlow::kState}}},
    .kind = OpKind::kFeed,
});
constexpr OpDef kElementEvent = define_event({
    .name = "element",
    .doc = "An element came out of a data set.",
    .type = "IteratorGetNext",
    .inputs = {{"data_set", NotDifferentiable{kNewNumbers, "call the function in the loop, under the tape, instead of in the data set's map",
                                              GradientFlow::kState}}},
    .kind = OpKind::kFeed,
    .source = true,
});
constexpr OpDef kReducedEvent = define_event({
    .name = "reduce",
    .doc = "A data set was reduced to one value.",
    .type = "ReduceDataset",
    .inputs = {{"state", NotDifferentiable{"a data set runs the function of reduce by itself, where no gradient is recorded",
                                           "write the loop over the data set, and add up under the tape", GradientFlow::kState}}},
    .kind = OpKind::kFeed,
});

}  // namespace

const OpDef& slices_op() { return kSlicesEvent; }
const OpDef& whole_op() { return kWholeEvent; }
const OpDef& element_op() { return kElementEvent; }
const OpDef& reduced_op() { return kReducedEvent; }

const OpDef& host_read_op() { return kHostReadEvent; }
const OpDef& constant_op() { return kConstantEvent; }

namespace {

template <class T>
void store(void* at, double value) {
  *static_cast<T*>(at) = static_cast<T>(value);
}

// Whether an integer type can hold the number. Where a double rounds up to one above the highest integer, the exact number decides.
bool holds(DType dtype, const Operand& bare) {
  const double value = bare.number(), above = std::ldexp(1.0, 8 * static_cast<int>(size_of(dtype)) - (is_unsigned(dtype) ? 0 : 1));
  if (bare.fractional() || value < static_cast<double>(lowest_integer(dtype))) return false;
  return value < above || (value == above && size_of(dtype) == 8 && (bare.whole() > 0) == !is_unsigned(dtype));
}

}  // namespace

void store_number(DType dtype, void* at, double value) {
  switch (dtype) {
    case DType::kBool: return store<bool>(at, value);
    case DType::kU8: return store<std::uint8_t>(at, value);
    case DType::kI8: return store<std::int8_t>(at, value);
    case DType::kU16: return store<std::uint16_t>(at, value);
    case DType::kI16: return store<std::int16_t>(at, value);
    case DType::kU32: return store<std::uint32_t>(at, value);
    case DType::kI32: return store<std::int32_t>(at, value);
    case DType::kU64: return store<std::uint64_t>(at, value);
    case DType::kI64: return store<std::int64_t>(at, value);
    case DType::kF16: *static_cast<Half*>(at) = Half(static_cast<float>(value)); return;
    case DType::kBF16: *static_cast<BFloat16*>(at) = BFloat16(static_cast<float>(value)); return;
    case DType::kF32: return store<float>(at, value);
    case DType::kF64: return store<double>(at, value);
    case DType::kC64: *static_cast<std::complex<float>*>(at) = static_cast<float>(value); return;
    case DType::kC128: *static_cast<std::complex<double>*>(at) = value; return;
  }
}

Tensor filled_scalar(DType dtype, double value) {
  std::complex<double> element;  // of any type
  store_number(dtype, &element, value);
  Tensor t = make_tensor(dtype, {});
  fill_elements(t, &element);
  return t;
}

// Literal numbers often coincide. One with this many digits hardly does, so it is recognised if it was read to the host before.
static bool is_distinctive(double value) {
  constexpr double kDigits = 1 << 12;
  int exponent = 0;
  const double digits = std::frexp(value, &exponent) * kDigits;
  return std::isfinite(value) && digits != std::floor(digits);
}

Tensor number(const Operand& bare, DType dtype, const char* op, const Where& where) {
  const double value = bare.number();
  if (!is_differentiable(dtype)) {
    if (dtype == DType::kBool || !holds(dtype, bare)) {
      throw DTypeError(op, fmt::format("the number {} meets a tensor of {}", value, name_of(dtype)),
                       fmt::format("a bare number takes the tensor's type and {} cannot hold it; cast the tensor first", name_of(dtype)));
    }
  }
  std::complex<double> element;  // of any type
  const std::int64_t whole = bare.whole();
  const bool exact = is_integer(dtype) && size_of(dtype) == 8;  // a double would round it
  const void* stored = exact ? static_cast<const void*>(&whole) : &element;
  if (!exact) store_number(dtype, &element, value);
  const Fingerprint print = is_distinctive(value) ? fingerprint(stored, size_of(dtype)) : Fingerprint{};
  Tensor t = make_tensor(dtype, {});
  fill_elements(t, stored);
  t.impl()->activity.store(TensorImpl::kNobodys, std::memory_order_relaxed);
  log_constant(t, {print, value}, where);
  return t;
}

Tensor zeros_for_gradient(DType dtype, const Shape& shape) {
  Tensor t = make_tensor(dtype, shape);
  alignas(16) const char zero[16] = {};
  kernels::fill(view_of(t), zero);
  log_constant(t, {}, {});
  return t;
}

}  // namespace whygrad::internal
