// Where memory goes in a training step.
#include "memory_report.hpp"

#include <whygrad/device/memory_use.hpp>

#include <fmt/format.h>

#include <cstdint>

namespace whygrad::cli {
namespace {

constexpr std::size_t kMostRows = 12;  // of values kept by one op at one line

std::uint64_t bytes_of(const Tensor& t) { return static_cast<std::uint64_t>(t.size()) * size_of(t.dtype()); }

std::string row(const std::string& what, std::uint64_t bytes, const std::string& note) {
  return fmt::format("  {:<44} {:>10.2f} MiB   {}\n", what, static_cast<double>(bytes) / (1 << 20), note);
}

std::string kept_text(const std::vector<KeptValues>& kept) {
  std::uint64_t sum = 0, values = 0, rest = 0;
  for (const KeptValues& k : kept) {
    sum += k.bytes;
    values += k.values;
  }
  std::string text = row("kept for the gradient", sum, fmt::format("{} values", values));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i < kMostRows) {
      text += row("  " + kept[i].op, kept[i].bytes, kept[i].scope.empty() ? kept[i].place : kept[i].scope);
    } else {
      rest += kept[i].bytes;
    }
  }
  return kept.size() > kMostRows ? text + row("  others", rest, fmt::format("{} ops", kept.size() - kMostRows)) : text;
}

}  // namespace

void MemoryReport::on_tape(const train::TapeReport& report) {
  if (!done_) kept_ = kept_values(report.tape);
}

std::string MemoryReport::on_step(const train::StepReport& report, const nn::Sequential& model, const optim::Optimizer& optimizer) {
  if (done_) return {};
  done_ = true;
  std::uint64_t parameters = 0, gradients = 0, slots = 0;
  const optim::NamedVariables& variables = model.parameters();
  for (const auto& [name, variable] : variables) parameters += bytes_of(variable.value());
  for (const Gradient& g : report.gradients) gradients += g ? bytes_of(*g) : 0;
  for (const auto& [name, slot] : optimizer.state(variables)) slots += bytes_of(slot);
  std::string text = "memory of a step:\n";
  text += row("parameters", parameters, fmt::format("{} variables", variables.size()));
  text += row("gradients", gradients, "");
  text += row("state of the optimizer", slots, "");
  text += kept_text(kept_);
  return text + row("most at once", memory_use().most, "of tensors and workspaces from 64 KiB on, so far");
}

}  // namespace whygrad::cli
