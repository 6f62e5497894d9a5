// Sequential: layers applied one after the other.
#include <whygrad/base/error.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/tensor/name_scope.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::nn {
namespace {

// "[batch, 28, 28, 1]"
std::string with_batch(const Shape& shape) { return shape.rank() == 0 ? "[batch]" : fmt::format("[batch, {}]", fmt::join(shape, ", ")); }

// The number of elements of the trainable variables whose paths begin with this.
std::int64_t parameters_under(const Parameters& parameters, const std::string& path) {
  std::int64_t count = 0;
  for (const auto& [name, variable] : parameters) {
    if (variable.trainable() && name.starts_with(path)) count += variable.shape().size();
  }
  return count;
}

}  // namespace

Sequential::Sequential(const Shape& input, std::initializer_list<Item> layers, const BuildOptions& options, Where where) : Sequential(layers) {
  const Builder builder(options, where);
  build(input, builder);
  parameters_ = builder.parameters();
}

Sequential::Sequential(std::initializer_list<Item> layers) : items_(layers) {}

std::vector<Variable> Sequential::trainable_variables() const {
  std::vector<Variable> result;
  for (const auto& [path, variable] : parameters_) {
    if (variable.trainable()) result.push_back(variable);
  }
  return result;
}

Shape Sequential::build(const Shape& input, const Builder& builder) {
  if (built_) throw ValueError("Sequential", "it is built already", "make another one for another place in a model");
  input_ = output_ = input;
  for (const Item& item : items_) {
    const std::shared_ptr<Layer> layer = item.make();
    const Builder part = builder.part(layer->kind());
    output_ = layer->build(output_, part);
    steps_.push_back({part.path(), output_, layer});
  }
  built_ = true;
  return output_;
}

Tensor Sequential::call(const Tensor& x, const CallOptions& options, const Where& where) const {
  if (!built_) throw ValueError("Sequential", "it has no parameters yet", "give the shape of its input first: Sequential({784}, {...})");
  if (x.rank() != input_.rank() + 1 || !std::equal(input_.begin(), input_.end(), x.shape().begin() + 1)) {
    throw ShapeError("Sequential", fmt::format("the input is {}, and the model was built for {}", x.signature(), with_batch(input_)),
                     "reshape the input, or build the model for another one");
  }
  Tensor y = x;
  for (const Step& step : steps_) {
    const NameScope scope(std::string_view(step.path).substr(step.path.rfind('/') + 1));
    y = step.layer->call(y, options, where);
  }
  return y;
}

std::string Sequential::summary() const {
  std::size_t width = 5, shape_width = 6;
  for (const Step& step : steps_) {
    width = std::max(width, step.path.size());
    shape_width = std::max(shape_width, with_batch(step.output).size());
  }
  const auto row = [&](std::string_view path, std::string_view shape, const std::string& count) {
    return fmt::format("{:<{}}   {:<{}}   {:>10}\n", path, width, shape, shape_width, count);
  };
  std::string text = row("layer", "result", "parameters");
  for (const Step& step : steps_) text += row(step.path, with_batch(step.output), std::to_string(parameters_under(parameters_, step.path + "/")));
  return text + row("all", "", std::to_string(parameters_under(parameters_, "")));
}

}  // namespace whygrad::nn
