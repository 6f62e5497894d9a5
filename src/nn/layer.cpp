// Layer: names, variables and children.
#include <whygrad/base/error.hpp>
#include <whygrad/nn/layer.hpp>

#include <fmt/format.h>

namespace whygrad::nn {

struct Builder::Shared {
  BuildOptions options;
  Where where;
  std::uint64_t seeds = 0;
  std::map<std::string, int> parts;  // number of parts by path without number
  Parameters parameters;
};

Builder::Builder(const BuildOptions& options, Where where) : shared_(std::make_shared<Shared>()) {
  shared_->options = options;
  shared_->where = where;
}

std::string Builder::below(std::string_view name) const { return path_.empty() ? std::string(name) : fmt::format("{}/{}", path_, name); }

Builder Builder::part(std::string_view kind) const {
  const std::string path = below(kind);
  const int before = shared_->parts[path]++;
  return Builder(shared_, before == 0 ? path : fmt::format("{}_{}", path, before));
}

Variable Builder::parameter(std::string_view name, const Shape& shape, const Initializer& initializer) const {
  const Tensor initial = initializer(shape, dtype(), next_seed());
  if (initial.shape() != shape || initial.dtype() != dtype()) {
    throw ShapeError(below(name),
                     fmt::format("was to be {}{}, and its initializer made {}", name_of(dtype()), shape.to_string(), initial.signature()),
                     "an initializer returns a tensor of the shape and dtype that it is given");
  }
  return add(name, initial, true);
}

Variable Builder::state(std::string_view name, const Tensor& initial) const { return add(name, initial, false); }

Variable Builder::add(std::string_view name, const Tensor& initial, bool trainable) const {
  const std::string path = below(name);
  Variable variable(initial, path, {.trainable = trainable}, shared_->where);
  shared_->parameters.emplace_back(path, variable);
  return variable;
}

std::uint64_t Builder::next_seed() const {
  // splitmix64 (Steele, Lea, Flood 2014), so that neighbouring seeds give unrelated numbers.
  std::uint64_t z = shared_->options.seed + ++shared_->seeds * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

DType Builder::dtype() const { return shared_->options.dtype; }
const Parameters& Builder::parameters() const { return shared_->parameters; }

}  // namespace whygrad::nn
