// Sequential: layers applied one after the other.
#pragma once

#include <whygrad/nn/layer.hpp>

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace whygrad::nn {

// Each layer is applied to the result of the previous one.
//
//   nn::Sequential model({28, 28, 1}, {nn::Conv2D(32, 5, {.activation = nn::relu}), nn::MaxPool2D(2), nn::Flatten(), nn::Dense(10)});
//   Tensor logits = model(images);
//
// The model states the shape of its input, [28, 28, 1] here, and infers all others. So every parameter exists from the start and can be listed,
// counted or loaded, and a layer that does not fit is refused in the line that constructs the model. Copies share the parameters.
class WG_API Sequential : public Layer {
 public:
  // Any layer that is not built yet, by value. Each model builds its own layers from it.
  class Item {
   public:
    template <std::derived_from<Layer> L>
    Item(L layer) : make_([layer = std::move(layer)] { return std::make_shared<L>(layer); }) {}
    std::shared_ptr<Layer> make() const { return make_(); }

   private:
    std::function<std::shared_ptr<Layer>()> make_;
  };

  // Builds the model for inputs of shape [batch, input...]. Throws ShapeError if a layer does not fit.
  Sequential(const Shape& input, std::initializer_list<Item> layers, const BuildOptions& options = {}, Where where = Where::here());
  // A part of another model, which builds it.
  explicit Sequential(std::initializer_list<Item> layers);

  // All parameters by path, such as "conv2d_1/kernel". Empty for a part that another model built, which lists them.
  const Parameters& parameters() const { return parameters_; }
  std::vector<Variable> trainable_variables() const;
  // Without the batch axis.
  const Shape& input_shape() const { return input_; }
  const Shape& output_shape() const { return output_; }
  // A table: path, shape of the result and number of parameters of each layer.
  std::string summary() const;

  std::string_view kind() const override { return "sequential"; }
  Shape build(const Shape& input, const Builder& builder) override;
  // Throws ShapeError unless x is [batch, input...], ValueError for a part that was never built.
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  struct Step {
    std::string path;
    Shape output;
    std::shared_ptr<const Layer> layer;
  };

  std::vector<Item> items_;
  std::vector<Step> steps_;  // one per item once built
  Shape input_, output_;
  bool built_ = false;
  Parameters parameters_;
};

}  // namespace whygrad::nn
