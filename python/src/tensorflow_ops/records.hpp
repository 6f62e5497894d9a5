// Records of TensorFlow's op types that no op of ours computes: what to say where one passes no gradient, and what its numbers can do to it. One file
// for each family. Whether a gradient passes stands nowhere here, since TensorFlow is asked.
#pragma once

#include <whygrad/base/gradient_flow.hpp>

#include <span>
#include <string_view>

namespace whygrad::python {

struct TypeRecord {
  // Types that share all but their names, between spaces. An op is called by its type in snake case without a version, "Conv3D=conv3d" says
  // otherwise.
  std::string_view types;
  const char* why = "";     // of the inputs that pass no gradient
  const char* remedy = "";  // likewise
  ZeroGradient zero = {};
  NonFinite nonfinite = {};
  GradientFlow flow = GradientFlow::kNoDerivative;  // of all inputs, where it is another
  // The op of ours of which these types are versions: all else is said of it.
  const char* like = "";
};

// Refuses an incomplete table when it is compiled.
template <std::size_t N>
consteval std::span<const TypeRecord> checked(const TypeRecord (&records)[N]) {
  for (const TypeRecord& r : records) {
    if (r.types.empty()) throw "a record without a type";
    const bool silent = *r.why == '\0';
    if (silent != (*r.remedy == '\0')) throw "a reason and a remedy come together";
    if (*r.like != '\0' && !silent) throw "words of its own, and those of another op";
    if (r.flow != GradientFlow::kNoDerivative && silent) throw "a reason is missing";
    if (r.zero.kind != ZeroGradient::kNever && *r.zero.remedy == '\0') throw "an op whose gradient can be 0 by its numbers must offer a remedy";
    if (r.nonfinite.kind != NonFinite::kNever && *r.nonfinite.remedy == '\0') throw "an op that can make a NaN must offer a remedy";
  }
  return records;
}

std::span<const TypeRecord> number_types();
std::span<const TypeRecord> matrix_types();
std::span<const TypeRecord> array_types();
std::span<const TypeRecord> sparse_types();
std::span<const TypeRecord> network_types();
std::span<const TypeRecord> image_types();
std::span<const TypeRecord> random_types();
std::span<const TypeRecord> state_types();
std::span<const TypeRecord> text_types();
std::span<const TypeRecord> device_types();

}  // namespace whygrad::python
