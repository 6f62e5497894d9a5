// The single record of a backward pass that no tape records.
#include "autodiff/gradient_event.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>

namespace whygrad::internal {

constexpr OpDef kGradientEvent = define_event({
    .name = "gradient",
    .doc = "Gradients that a tape computed while no other tape recorded.",
    .inputs = {{"targets and sources", Differentiable{}}},
    .variadic = true,
    .vjp = [](VjpContext&) { throw InternalError("gradient", "a pass that no tape recorded is asked for its derivative"); },
});

void log_gradients(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources, std::vector<DenseOrRows>& values, ValueId begin,
                   const Where& where) {
  // The number of values that one record can hold; further ones are left out.
  constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
  Log& log = Log::mine();
  std::vector<Tensor> asked, made;
  asked.reserve(targets.size() + sources.size());
  for (const auto* several : {&targets, &sources}) {
    for (const Watchable& w : *several) asked.push_back(tensor_of(w));
  }
  // A gradient may be the caller's seed unchanged, and two sources may share one tensor.
  made.reserve(values.size());
  for (DenseOrRows& v : values) {
    const Tensor value = v.is_rows() ? v.rows().values() : v.tensor();
    if (value.defined() && log.owns(value.id()) && value.id() >= begin) made.push_back(value);
  }
  std::sort(made.begin(), made.end(), [](const Tensor& a, const Tensor& b) { return a.id() < b.id(); });
  made.erase(std::unique(made.begin(), made.end(), [](const Tensor& a, const Tensor& b) { return a.id() == b.id(); }), made.end());
  if (made.empty()) return;
  std::vector<const Tensor*> inputs;
  inputs.reserve(asked.size());
  for (const Tensor& t : asked) inputs.push_back(&t);
  log.append({.op = &kGradientEvent,
              .where = &where,
              .inputs = inputs.data(),
              .input_count = static_cast<int>(std::min(inputs.size(), kMost)),
              .outputs = made.data(),
              .output_count = static_cast<int>(std::min(made.size(), kMost))});
}

}  // namespace whygrad::internal
