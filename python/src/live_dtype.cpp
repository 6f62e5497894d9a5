// The names of element types.
#include "live.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace whygrad::python {
namespace {

constexpr std::pair<std::string_view, FlowDType> kNames[] = {
    {"bool", FlowDType::kBool},       {"uint8", FlowDType::kU8},    {"int8", FlowDType::kI8},       {"int16", FlowDType::kI16},
    {"int32", FlowDType::kI32},       {"int64", FlowDType::kI64},   {"float16", FlowDType::kF16},   {"bfloat16", FlowDType::kBF16},
    {"float32", FlowDType::kF32},     {"float64", FlowDType::kF64}, {"complex64", FlowDType::kC64}, {"complex128", FlowDType::kC128},
    {"uint16", FlowDType::kU16},      {"uint32", FlowDType::kU32},  {"uint64", FlowDType::kU64},    {"string", FlowDType::kString},
    {"variant", FlowDType::kVariant}, {"other", FlowDType::kOther},
};

}  // namespace

FlowDType dtype_named(std::string_view name) {
  if (name.starts_with("float8")) return FlowDType::kF8;
  const auto* const at = std::find_if(std::begin(kNames), std::end(kNames), [name](const auto& known) { return known.first == name; });
  return at != std::end(kNames) ? at->second : FlowDType::kOther;
}

const char* dtype_name(FlowDType dtype) {
  if (dtype == FlowDType::kF8) return "float8";
  const auto* const at = std::find_if(std::begin(kNames), std::end(kNames), [dtype](const auto& known) { return known.second == dtype; });
  return at != std::end(kNames) ? at->first.data() : "other";
}

}  // namespace whygrad::python
