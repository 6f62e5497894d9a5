// `whygrad ops`: the op table as text or JSON.
#include "commands.hpp"
#include "nearest.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace whygrad::cli {
namespace {

const char* answer(const GradientAnswer& gradient) {
  if (gradient.differentiable()) return "gradient";
  return gradient.flow == GradientFlow::kNoRule ? "no rule yet" : "no gradient";
}

void print_one(const OpDef& op) {
  fmt::print("{}\n  {}\n", op.name, op.doc);
  for (const InputDef& input : op.inputs) {
    fmt::print("\n  input {}{}: {}\n", input.name, op.variadic && &input == op.inputs.end() - 1 ? "..." : "", answer(input.gradient));
    if (input.gradient.differentiable()) continue;
    fmt::print("    why  {}\n    fix  {}\n", input.gradient.why, input.gradient.remedy);
  }
  for (const AttrDef& attr : op.attrs) fmt::print("\n  attribute {}: {}\n", attr.name, attr.doc);
  fmt::print("\n  outputs: {}\n", fmt::join(op.outputs, ", "));
}

// "x, shape" with those that carry no gradient in brackets.
std::string inputs_of(const OpDef& op) {
  std::vector<std::string> names;
  for (const InputDef& input : op.inputs) {
    names.push_back(input.gradient.differentiable() ? input.name : fmt::format("({})", input.name));
  }
  return fmt::format("{}{}", fmt::join(names, ", "), op.variadic ? ", ..." : "");
}

}  // namespace

int list_ops(const std::string& name) {
  std::vector<std::string> names;
  std::size_t width = 0, inputs_width = 0;
  for (const OpDef* op : op_table()) {
    names.emplace_back(op->name);
    width = std::max(width, names.back().size());
    inputs_width = std::max(inputs_width, inputs_of(*op).size());
  }
  if (name.empty()) {
    for (const OpDef* op : op_table()) fmt::print("{:<{}}  {:<{}}  {}\n", op->name, width, inputs_of(*op), inputs_width, op->doc);
    fmt::print("\n{} ops. Inputs in brackets carry no gradient; `whygrad ops NAME` says why and what to do.\n", names.size());
    return kDone;
  }
  const OpDef* op = find_op(name);
  if (op == nullptr) {
    const std::string near = nearest(name, names);
    throw ValueError("ops", "there is no op `" + name + "`", near.empty() ? "`whygrad ops` lists all" : "did you mean `" + near + "`?");
  }
  print_one(*op);
  return kDone;
}

}  // namespace whygrad::cli
