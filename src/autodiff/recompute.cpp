// recompute_grad: a custom gradient whose rule calls the function again.
#include <whygrad/autodiff/recompute.hpp>

#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/shape.hpp>

#include <algorithm>

namespace whygrad {
namespace {

using Many = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

std::vector<Tensor> values_of(const Gradients& gradients, std::size_t from, std::size_t count) {
  std::vector<Tensor> values;
  values.reserve(count);
  for (std::size_t i = from; i < from + count; ++i) values.push_back(*gradients[i]);
  return values;
}

CustomGradients again(const Many& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& dys, const std::vector<Variable>& variables,
                      const Where& where) {
  std::vector<Tensor> own;
  std::vector<Watchable> sources;
  own.reserve(inputs.size());
  for (const Tensor& x : inputs) own.push_back(identity(x, where));
  GradientTape tape({}, where);
  for (const Tensor& x : own) {
    tape.watch(x, where);
    sources.emplace_back(x);
  }
  sources.insert(sources.end(), variables.begin(), variables.end());
  const std::vector<Tensor> results = f(own);
  const GradientOptions options{.output_gradients = {dys.begin(), dys.end()}, .unconnected_gradients = UnconnectedGradients::zero};
  const Gradients gradients = tape.gradient(Targets(results), Sources(sources), options, where);
  return {values_of(gradients, 0, own.size()), values_of(gradients, own.size(), variables.size())};
}

}  // namespace

std::vector<Tensor> recompute_grad(const Many& f, const std::vector<Watchable>& inputs, Where where) {
  const auto forward = [&f, where](const std::vector<Tensor>& in) {
    CustomResult result;
    {
      const StopRecording stop(where);
      result.outputs = f(in);
    }
    result.backward_with_variables = [f, in, where](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
      return again(f, in, dys, variables, where);
    };
    return result;
  };
  return custom_gradient(forward, inputs, where);
}

Tensor recompute_grad(const std::function<Tensor(const Tensor&)>& f, const Watchable& x, Where where) {
  return recompute_grad([f](const std::vector<Tensor>& in) { return std::vector<Tensor>{f(in[0])}; }, std::vector<Watchable>{x}, where)[0];
}

}  // namespace whygrad
