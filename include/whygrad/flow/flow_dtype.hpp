// Element types of values in a flow graph: those of whygrad, and those of other engines.
#pragma once

#include <whygrad/base/dtype.hpp>

#include <cstdint>
#include <string_view>

namespace whygrad {

// The first ones are those of DType, in its order. kF8 stands for every 8-bit format. kVariant is an opaque container of tensors, such as
// TensorFlow's variant of a tensor list; gradients pass through it. kOther is anything else, such as a resource handle; no gradient passes through
// it.
enum class FlowDType : std::uint8_t {
  kBool,
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kU64,
  kI64,
  kF16,
  kBF16,
  kF32,
  kF64,
  kC64,
  kC128,
  kF8,
  kString,
  kVariant,
  kOther
};
inline constexpr int kFlowDTypeCount = 19;

constexpr FlowDType flow_dtype(DType dtype) { return static_cast<FlowDType>(dtype); }
static_assert(flow_dtype(DType::kC128) == FlowDType::kC128 && kDTypeCount == static_cast<int>(FlowDType::kF8));

// Short name as in messages and files: "f32", "string".
constexpr std::string_view name_of(FlowDType dtype) {
  constexpr std::string_view kOthers[kFlowDTypeCount - kDTypeCount] = {"f8", "string", "variant", "other"};
  const int at = static_cast<int>(dtype);
  return at < kDTypeCount ? name_of(static_cast<DType>(at)) : kOthers[at - kDTypeCount];
}
constexpr bool is_complex(FlowDType d) { return d == FlowDType::kC64 || d == FlowDType::kC128; }
// Whether a gradient can flow.
constexpr bool is_differentiable(FlowDType d) {
  return (d >= FlowDType::kF16 && d <= FlowDType::kC128) || d == FlowDType::kF8 || d == FlowDType::kVariant;
}

}  // namespace whygrad
