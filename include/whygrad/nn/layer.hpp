// Layer: the base class of the parts of a model. Derive from it to write another one.
#pragma once

#include <whygrad/autodiff/variable.hpp>
#include <whygrad/nn/initializers.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whygrad::nn {

// The variables of a model by path, such as "dense_1/kernel", in the order of their construction; those that are not trainable are states. A
// variable's own name is its path, below the name scopes that were open when the model was built.
using Parameters = std::vector<std::pair<std::string, Variable>>;

struct BuildOptions {
  std::uint64_t seed = 0;  // equal seeds give equal initial values
  DType dtype = float32;   // of the parameters
};

// Creates the parameters of a model and assigns their paths.
class WG_API Builder {
 public:
  explicit Builder(const BuildOptions& options = {}, Where where = Where::here());

  // The builder of a part called `kind` within this one: "dense" the first time, then "dense_1", "dense_2".
  Builder part(std::string_view kind) const;
  // Creates a parameter of this part. Throws ShapeError if the initializer returns another shape.
  Variable parameter(std::string_view name, const Shape& shape, const Initializer& initializer) const;
  // Creates a variable of this part that is not trained, but is part of a checkpoint.
  Variable state(std::string_view name, const Tensor& initial) const;
  // A seed that depends on the model's seed and on the number of earlier calls.
  std::uint64_t next_seed() const;

  DType dtype() const;
  // "" for the whole model.
  const std::string& path() const { return path_; }
  // All parameters and states created so far, in all parts.
  const Parameters& parameters() const;

 private:
  struct Shared;
  Builder(std::shared_ptr<Shared> shared, std::string path) : shared_(std::move(shared)), path_(std::move(path)) {}
  Variable add(std::string_view name, const Tensor& initial, bool trainable) const;
  std::string below(std::string_view name) const;

  std::shared_ptr<Shared> shared_;
  std::string path_;
};

struct CallOptions {
  bool training = false;  // Dropout is active only in training
};

// A function with parameters. A layer is first described and built later, when the shape of its input is known; Sequential does that. Copies of a
// layer that is built share its parameters.
class WG_API Layer {
 public:
  virtual ~Layer() = default;

  // Its name in paths: "dense".
  virtual std::string_view kind() const = 0;
  // Creates the parameters for inputs of shape [batch, input...] and returns the shape of the results, also without the batch axis. Called once,
  // before the first call. Throws ShapeError for an input that does not fit.
  virtual Shape build(const Shape& input, const Builder& builder) = 0;
  // The result for x [batch, input...]. `where` is the place of the user's call and is passed to every op.
  virtual Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const = 0;

  Tensor operator()(const Tensor& x, Where where = Where::here()) const { return call(x, {}, where); }
  Tensor operator()(const Tensor& x, const CallOptions& options, Where where = Where::here()) const { return call(x, options, where); }

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

}  // namespace whygrad::nn
