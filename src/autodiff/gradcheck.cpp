// Gradients checked against central differences.
#include <whygrad/autodiff/gradcheck.hpp>

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <iterator>
#include <random>

namespace whygrad {
namespace {

using Complex = std::complex<double>;
using Values = std::vector<Complex>;

bool checked(const Tensor& t) { return is_differentiable(t.dtype()); }

Values to_host(const Tensor& t) {
  if (t.dtype() == DType::kC128) return t.to_vector<Complex>();
  if (t.dtype() != DType::kF64) {
    throw DTypeError("gradcheck", fmt::format("a value is {}", t.signature()), "differences need double precision: pass float64 or complex128");
  }
  const std::vector<double> v = t.to_vector<double>();
  return {v.begin(), v.end()};
}

Tensor from_host(const Values& values, DType dtype, const Shape& shape) {
  std::vector<double> reals;
  std::transform(values.begin(), values.end(), std::back_inserter(reals), [](const Complex& value) { return value.real(); });
  Tensor t = internal::make_tensor(dtype, shape, "gradcheck");
  internal::fill_elements(t, dtype == DType::kC128 ? static_cast<const void*>(values.data()) : reals.data());
  const Where where = Where::here();
  internal::Log::mine().append({.op = &internal::constant_op(), .where = &where, .outputs = &t, .output_count = 1});
  return t;
}

// Re sum conj(a) b: the change that a step b causes by a gradient a; for real numbers their dot product.
double dot(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (std::conj(a[i]) * b[i]).real();
  return sum;
}

class Check {
 public:
  Check(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options)
      : f_(f), inputs_(inputs), options_(options), random_(options.seed) {
    for (const Tensor& t : inputs) directions_.push_back(checked(t) ? draw(t.dtype(), t.size()) : Values());
  }

  GradcheckResult run() {
    for (const Tensor& y : f_(inputs_))
      weights_.push_back(checked(y) ? Tensor(from_host(draw(y.dtype(), y.size()), y.dtype(), y.shape())) : Tensor());
    GradcheckResult result = compare(1);
    if (result.ok && options_.order >= 2) {
      for (const Tensor& t : inputs_)
        second_weights_.push_back(checked(t) ? Tensor(from_host(draw(t.dtype(), t.size()), t.dtype(), t.shape())) : Tensor());
      result = compare(2);
    }
    return result;
  }

 private:
  Values draw(DType dtype, std::int64_t n) {
    std::normal_distribution<double> normal;
    Values v(static_cast<std::size_t>(n));
    for (Complex& c : v) c = {normal(random_), dtype == DType::kC128 ? normal(random_) : 0.0};
    return v;
  }

  // Gradients of the weighted sum of outputs, on the tapes that are open. Empty where there is no path.
  std::vector<Tensor> first_gradients(const std::vector<Tensor>& x) const {
    GradientTape tape;
    for (const Tensor& t : x) tape.watch(t);
    const std::vector<Tensor> y = f_(x);
    std::vector<Watchable> targets;
    GradientOptions options;
    for (std::size_t k = 0; k < y.size(); ++k) {
      if (!checked(y[k])) continue;
      targets.emplace_back(y[k]);
      options.output_gradients.emplace_back(weights_[k]);
    }
    std::vector<Tensor> result;
    for (const Gradient& g : tape.gradient(targets, Sources(x), options)) result.push_back(g ? *g : Tensor());
    return result;
  }

  // The scalar whose derivative is checked.
  double scalar(int order, const std::vector<Tensor>& x) const {
    double sum = 0;
    const std::vector<Tensor> values = order == 1 ? f_(x) : first_gradients(x);
    const std::vector<Tensor>& weights = order == 1 ? weights_ : second_weights_;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (values[k].defined() && checked(values[k])) sum += dot(to_host(weights[k]), to_host(values[k]));
    }
    return sum;
  }

  std::vector<Tensor> gradients(int order) const {
    if (order == 1) return first_gradients(inputs_);
    GradientTape tape;
    for (const Tensor& t : inputs_) tape.watch(t);
    const std::vector<Tensor> first = first_gradients(inputs_);
    std::vector<Watchable> targets;
    GradientOptions options;
    for (std::size_t k = 0; k < first.size(); ++k) {
      if (!first[k].defined()) continue;
      targets.emplace_back(first[k]);
      options.output_gradients.emplace_back(second_weights_[k]);
    }
    std::vector<Tensor> result;
    for (const Gradient& g : tape.gradient(targets, Sources(inputs_), options)) result.push_back(g ? *g : Tensor());
    return result;
  }

  std::vector<Tensor> moved(std::size_t input, double step) const {
    std::vector<Tensor> x = inputs_;
    Values v = to_host(x[input]);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] += step * directions_[input][i];
    x[input] = from_host(v, x[input].dtype(), x[input].shape());
    return x;
  }

  GradcheckResult compare(int order) const {
    const std::vector<Tensor> found = gradients(order);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!checked(inputs_[i]) || inputs_[i].size() == 0) continue;
      const double h = options_.step;
      const double expected = (scalar(order, moved(i, h)) - scalar(order, moved(i, -h))) / (2 * h);
      // An absent gradient claims that the function does not depend on that input.
      const double got = found[i].defined() ? dot(to_host(found[i]), directions_[i]) : 0.0;
      if (!(std::abs(got - expected) <= options_.tolerance * (1 + std::abs(expected)))) {
        return {false, fmt::format("order {}, input {} {}: the gradient{} gives {:.10g} along the direction, central differences give {:.10g}", order,
                                   i, inputs_[i].signature(), found[i].defined() ? "" : " (absent)", got, expected)};
      }
    }
    return {};
  }

  const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f_;
  const std::vector<Tensor>& inputs_;
  GradcheckOptions options_;
  std::mt19937_64 random_;
  std::vector<Values> directions_;
  std::vector<Tensor> weights_, second_weights_;
};

}  // namespace

GradcheckResult gradcheck(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  return Check(f, inputs, options).run();
}

}  // namespace whygrad
