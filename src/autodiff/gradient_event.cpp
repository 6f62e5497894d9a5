#include "autodiff/gradient_event.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>

namespace whygrad::internal {

constexpr OpDef kGradientEvent = define_event({
    .name = "gradient",
    .doc = "Gradients that a tape computed while no other tape recorded.",
    .inputs = {{"targets and sources", Differentiable{}}},
    .variadic = true,
    .vjp = [](VjpContext&) { throw InternalError("gradient", "a pass that no tape recorded is asked for its derivative"); },
});

void log_gradients(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources, std::vector<Tensor>& values, ValueId begin,
                   const Where& where) {
  std::vector<Tensor> asked, made;
  asked.reserve(targets.size() + sources.size());
  for (const auto* several : {&targets, &sources}) {
    for (const Watchable& w : *several) asked.push_back(tensor_of(w));
  }
  made.reserve(values.size());
  for (const Tensor& v : values) {
    const auto same = [&v](const Tensor& other) { return other.impl() == v.impl(); };
    // A seed that came through unchanged is the caller's, and two sources may share one gradient.
    if (v.defined() && v.id() >= begin && std::none_of(made.begin(), made.end(), same)) made.push_back(v);
  }
  if (made.empty()) return;
  std::vector<const Tensor*> inputs;
  inputs.reserve(asked.size());
  for (const Tensor& t : asked) inputs.push_back(&t);
  Log::mine().append({.op = &kGradientEvent,
                      .where = &where,
                      .inputs = inputs.data(),
                      .input_count = static_cast<int>(inputs.size()),
                      .outputs = made.data(),
                      .output_count = static_cast<int>(made.size())});
}

}  // namespace whygrad::internal
