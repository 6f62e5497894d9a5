// Layer: what models are built from. Whoever needs another one derives from it.
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

// The variables of a model under their paths, such as "dense_1/kernel", in the order in which they were made; those that are not trainable are
// states. A variable's own name is its path, below the name scopes that were open when the model was built.
using Parameters = std::vector<std::pair<std::string, Variable>>;

struct BuildOptions {
  std::uint64_t seed = 0;  // equal seeds give equal first values
  DType dtype = float32;   // of the parameters
};

// Makes the parameters of a model and knows their paths.
class WG_API Builder {
 public:
  explicit Builder(const BuildOptions& options = {}, Where where = Where::here());

  // For a part called `kind` within this one: "dense" the first time, then "dense_1", "dense_2".
  Builder part(std::string_view kind) const;
  // Makes a parameter of this part. Throws ShapeError where the initializer makes something else than it is asked for.
  Variable parameter(std::string_view name, const Shape& shape, const Initializer& initializer) const;
  // Makes a variable of this part that is not trained, but belongs to what a checkpoint keeps.
  Variable state(std::string_view name, const Tensor& initial) const;
  // A seed that depends on the model's seed and on how many were drawn before.
  std::uint64_t next_seed() const;

  DType dtype() const;
  // "" for the whole model.
  const std::string& path() const { return path_; }
  // All parameters and states made so far, in all parts.
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
  bool training = false;  // Dropout drops only then
};

// A function with parameters. A layer is described first (what it computes) and built later, when the shape of its input is known; Sequential
// does that. Copies of a layer that is built share its parameters.
class WG_API Layer {
 public:
  virtual ~Layer() = default;

  // Its name in paths: "dense".
  virtual std::string_view kind() const = 0;
  // Makes the parameters for inputs of shape [batch, input...] and returns the shape of the results, also without the batch axis. Called once, before
  // the first call. Throws ShapeError for an input that does not fit.
  virtual Shape build(const Shape& input, const Builder& builder) = 0;
  // The result for x [batch, input...]. `where` is the place of the user's call and belongs to every op in it.
  virtual Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const = 0;

  Tensor operator()(const Tensor& x, Where where = Where::here()) const { return call(x, {}, where); }
  Tensor operator()(const Tensor& x, const CallOptions& options, Where where = Where::here()) const { return call(x, options, where); }

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

}  // namespace whygrad::nn
