// NOTE [the file]
// Tensors: "model/<path>", "optimizer/<entry>" as Optimizer::state names them, and "progress/epoch", "step", "examples" (i64) and "loss_sum" (f64),
// all scalars. Metadata: "format", and the notes, each with "note/" before its name.
#include <whygrad/base/error.hpp>
#include <whygrad/io/safetensors.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/train/checkpoint.hpp>

#include <fmt/format.h>

#include <string_view>

namespace whygrad::train {
namespace {

constexpr const char* kOp = "Checkpoint";
constexpr const char* kFormat = "whygrad checkpoint 1";
constexpr const char* kOtherModel = "restore it into the model that it was taken of";

template <class Map>
void add_under(const std::string& prefix, const Map& entries, Map& all) {
  for (const auto& [name, value] : entries) all.emplace(prefix + name, value);
}

// The entries whose names begin with `prefix`, without it.
template <class Map>
Map under(std::string_view prefix, const Map& all) {
  Map result;
  for (const auto& [name, value] : all) {
    if (name.starts_with(prefix)) result.emplace(name.substr(prefix.size()), value);
  }
  return result;
}

template <class T>
T scalar(const std::string& path, const std::map<std::string, Tensor>& tensors, const std::string& name) {
  const auto at = tensors.find(name);
  if (at == tensors.end() || at->second.dtype() != dtype_of<T> || at->second.size() != 1) {
    throw IoError(kOp, fmt::format("{}: expected `{}`, one number of type {}", path, name, name_of(dtype_of<T>)), "the file is incomplete");
  }
  return at->second.item<T>();
}

std::string difference(const std::string& path, const Tensor& saved, const Variable& variable) {
  return fmt::format("`{}` is {} in the checkpoint and {}{} in the model", path, saved.signature(), name_of(variable.dtype()),
                     variable.shape().to_string());
}

}  // namespace

Checkpoint::Checkpoint(const nn::Parameters& parameters, const optim::Optimizer& optimizer, const Progress& progress, Notes notes, Where where)
    : optimizer_(optimizer.state(parameters, where)), progress_(progress), notes_(std::move(notes)) {
  for (const auto& [path, variable] : parameters) {
    if (!parameters_.emplace(path, variable.value()).second) {
      throw ValueError(kOp, fmt::format("two parameters are called `{}`", path), "give each parameter a path of its own");
    }
  }
}

Checkpoint Checkpoint::load(const std::string& path, Where where) {
  const io::SafeTensors file = io::load_safetensors(path, where);
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat) {
    throw IoError(kOp, fmt::format("{} is no checkpoint: its format is not \"{}\"", path, kFormat), "load_safetensors reads other safetensors files");
  }
  Checkpoint result;
  result.parameters_ = under("model/", file.tensors);
  result.optimizer_ = under("optimizer/", file.tensors);
  result.notes_ = under("note/", file.metadata);
  result.progress_ = {.epoch = scalar<std::int64_t>(path, file.tensors, "progress/epoch"),
                      .step = scalar<std::int64_t>(path, file.tensors, "progress/step"),
                      .examples = scalar<std::int64_t>(path, file.tensors, "progress/examples"),
                      .loss_sum = scalar<double>(path, file.tensors, "progress/loss_sum")};
  return result;
}

void Checkpoint::save(const std::string& path, Where where) const {
  Tensors tensors;
  add_under("model/", parameters_, tensors);
  add_under("optimizer/", optimizer_, tensors);
  tensors["progress/epoch"] = constant(progress_.epoch, int64, where);
  tensors["progress/step"] = constant(progress_.step, int64, where);
  tensors["progress/examples"] = constant(progress_.examples, int64, where);
  tensors["progress/loss_sum"] = constant(progress_.loss_sum, float64, where);
  Notes metadata = {{"format", kFormat}};
  add_under("note/", notes_, metadata);
  io::save_safetensors(path, tensors, metadata, where);
}

void Checkpoint::check(const nn::Parameters& parameters) const {
  for (const auto& [path, variable] : parameters) {
    const auto at = parameters_.find(path);
    if (at == parameters_.end()) throw ValueError(kOp, fmt::format("it has no parameter `{}`", path), kOtherModel);
    const Tensor& saved = at->second;
    if (saved.dtype() != variable.dtype()) throw DTypeError(kOp, difference(path, saved, variable), kOtherModel);
    if (saved.shape() != variable.shape()) throw ShapeError(kOp, difference(path, saved, variable), kOtherModel);
  }
  if (parameters.size() != parameters_.size()) {
    throw ValueError(kOp, fmt::format("it has {} parameters and the model {}", parameters_.size(), parameters.size()), kOtherModel);
  }
}

void Checkpoint::restore(const nn::Parameters& parameters, Where where) const {
  check(parameters);
  for (const auto& [path, variable] : parameters) variable.assign(parameters_.at(path), where);
}

void Checkpoint::restore(const nn::Parameters& parameters, optim::Optimizer& optimizer, Where where) const {
  check(parameters);
  optimizer.load_state(parameters, optimizer_);
  restore(parameters, where);
}

}  // namespace whygrad::train
