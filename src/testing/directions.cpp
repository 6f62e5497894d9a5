// Checks of forward mode: it agrees with the tape, which is compared with central differences.
#include "testing/op_checks.hpp"

#include <whygrad/autodiff/forward.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>

#include <algorithm>

namespace whygrad::testing {
namespace {

Tensor numbers(const Shape& shape, std::uint64_t seed) {
  return random::uniform(shape, {.minval = -1.0, .maxval = 1.0, .dtype = float64, .stream = {{seed, 7}}});
}

// Numbers between -1 and 1 for each tensor that can carry a gradient, the same at each run.
std::vector<Tensor> directions(const std::vector<Tensor>& like, std::uint64_t seed) {
  std::vector<Tensor> all;
  all.reserve(like.size());
  for (const Tensor& t : like) {
    seed += 2;
    if (!is_differentiable(t.dtype())) {
      all.emplace_back();
    } else if (is_complex(t.dtype())) {
      all.push_back(cast(complex(numbers(t.shape(), seed), numbers(t.shape(), seed + 1)), t.dtype()));
    } else {
      all.push_back(cast(numbers(t.shape(), seed), t.dtype()));
    }
  }
  return all;
}

// The gradients of the outputs, each weighted by numbers of its own.
Gradients weighted_gradients(GradientTape& tape, const std::vector<Tensor>& ys, const Inputs& sources) {
  std::vector<Watchable> targets;
  GradientOptions options;
  const std::vector<Tensor> weights = directions(ys, 100);
  for (std::size_t k = 0; k < ys.size(); ++k) {
    if (!weights[k].defined()) continue;
    targets.emplace_back(ys[k]);
    options.output_gradients.emplace_back(weights[k]);
  }
  return tape.gradient(Targets(targets), Sources(sources), options);
}

// The sum of the real products of elements; a missing gradient counts as 0.
double product(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!a[i].defined() || !b[i].defined()) continue;
    const Array x = to_array(a[i]), y = to_array(b[i]);
    for (std::size_t k = 0; k < x.values.size(); ++k) sum += x.values[k] * y.values[k];
  }
  return sum;
}

template <class Values>
std::vector<Tensor> present(const Values& gradients) {
  std::vector<Tensor> all;
  all.reserve(gradients.size());
  for (const Gradient& g : gradients) all.push_back(g ? *g : Tensor());
  return all;
}

// <w, J v> is <J^T w, v>: the gradients themselves are compared with central differences.
void check_first_direction(const Sample& sample, const Inputs& sources, const std::vector<Tensor>& vs, Problems& problems) {
  GradientTape tape;
  for (const Tensor& x : sources) tape.watch(x);
  ForwardAccumulator forward(std::vector<Watchable>(sources.begin(), sources.end()), vs);
  const std::vector<Tensor> ys = sample.run(sample.inputs);
  std::vector<Gradient> tangents;
  tangents.reserve(ys.size());
  for (const Tensor& y : ys) tangents.push_back(forward.jvp(y));
  forward.exit();
  const double forwards = product(directions(ys, 100), present(tangents));
  const double backwards = product(present(weighted_gradients(tape, ys, sources)), vs);
  if (!is_near(forwards, backwards, 1e-9)) problems.push_back(text("forwards the derivative is ", forwards, ", and backwards ", backwards));
}

// The derivative of the gradients in the direction of vs, forwards over backwards and backwards over both.
void check_second_direction(const Sample& sample, const Inputs& sources, const std::vector<Tensor>& vs, Problems& problems) {
  const std::vector<Watchable> all(sources.begin(), sources.end());
  GradientTape outer({.persistent = true});
  for (const Tensor& x : sources) outer.watch(x);
  std::vector<Tensor> gradients, tangents, forwards;
  std::vector<Seed> seeds;
  {
    ForwardAccumulator forward(all, vs);
    GradientTape inner;
    for (const Tensor& x : sources) inner.watch(x);
    const std::vector<Tensor> ys = sample.run(sample.inputs);
    for (const Tensor& y : ys) tangents.push_back(*forward.jvp(y, UnconnectedGradients::zero));
    gradients = present(weighted_gradients(inner, ys, sources));
    for (const Tensor& g : gradients) forwards.push_back(g.defined() ? *forward.jvp(g, UnconnectedGradients::zero) : Tensor());
  }
  std::vector<Watchable> targets;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) continue;
    targets.emplace_back(gradients[i]);
    seeds.emplace_back(vs[i]);
  }
  const std::vector<Tensor> twice = present(outer.gradient(Targets(targets), Sources(all), {seeds, UnconnectedGradients::zero}));
  const std::vector<Tensor> mixed = present(weighted_gradients(outer, tangents, sources));
  const std::vector<Tensor> ws = directions(sources, 300);
  const double expected = product(ws, twice), over = product(ws, forwards), under = product(ws, mixed);
  if (!is_near(over, expected, 1e-8))
    problems.push_back(text("forwards over backwards the second derivative is ", over, ", and backwards over backwards ", expected));
  if (!is_near(under, expected, 1e-8))
    problems.push_back(text("backwards over forwards the second derivative is ", under, ", and backwards over backwards ", expected));
}

}  // namespace

Problems check_directions(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [&op](const Sample& sample, Problems& problems) {
    const std::vector<int> chosen = differentiated(op, sample);
    if (sample.order == 0 || chosen.empty()) return;
    Inputs sources;
    for (const int i : chosen) {
      const Tensor& x = sample.inputs.at(static_cast<std::size_t>(i));
      if (std::none_of(sources.begin(), sources.end(), [&x](const Tensor& s) { return s.id() == x.id(); })) sources.push_back(x);
    }
    const std::vector<Tensor> vs = directions(sources, 200);
    check_first_direction(sample, sources, vs, problems);
    if (sample.order > 1) check_second_direction(sample, sources, vs, problems);
  });
}

}  // namespace whygrad::testing
