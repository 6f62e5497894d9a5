// `whygrad ops`: the op table as text, as JSON and as a page of the documentation.
#include "commands.hpp"
#include "nearest.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
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

// ---- For programs ----

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

const char* type_of(const AttrDef& attr) {
  constexpr const char* kTypes[] = {"bool", "int", "float", "number", "dtype", "ints", "string", "place"};
  alignas(std::max_align_t) std::byte attrs[2048];
  if (attr.bytes > sizeof(attrs)) return "ints";
  attr.make(attrs);
  return kTypes[static_cast<std::size_t>(attr.get(attrs).type)];
}

const char* role_of(const InputDef& input) {
  constexpr const char* kRoles[] = {"data", "index", "condition", "seed", "shape"};
  return kRoles[static_cast<std::size_t>(input.role)];
}

std::string json_of(const InputDef& input) {
  const GradientAnswer& g = input.gradient;
  const std::string reason = g.differentiable() ? "" : fmt::format(", \"why\": {}, \"remedy\": {}", quoted(g.why), quoted(g.remedy));
  return fmt::format("{{\"name\": {}, \"role\": {}, \"gradient\": {}{}}}", quoted(input.name), quoted(role_of(input)), quoted(answer(g)), reason);
}

std::string json_of(const OpDef& op) {
  std::vector<std::string> inputs, attributes, outputs;
  for (const InputDef& input : op.inputs) inputs.push_back(json_of(input));
  for (const AttrDef& attr : op.attrs) {
    attributes.push_back(fmt::format("{{\"name\": {}, \"type\": {}, \"required\": {}, \"doc\": {}}}", quoted(attr.name), quoted(type_of(attr)),
                                     attr.required, quoted(attr.doc)));
  }
  for (const char* output : op.outputs) outputs.push_back(quoted(output));
  const bool zero = op.zero.kind != ZeroGradient::kNever, nonfinite = op.nonfinite.kind != NonFinite::kNever;
  return fmt::format(
      "{{\"name\": {}, \"type\": {}, \"doc\": {}, \"inputs\": [{}], \"variadic\": {}, \"attributes\": [{}], \"outputs\": [{}], "
      "\"zero_gradient\": {}, \"not_finite\": {}, \"stateful\": {}}}",
      quoted(op.name), quoted(whygrad::type_of(op)), quoted(op.doc), fmt::join(inputs, ", "), op.variadic, fmt::join(attributes, ", "),
      fmt::join(outputs, ", "), zero ? quoted(op.zero.remedy) : "null", nonfinite ? quoted(op.nonfinite.remedy) : "null", op.stateful);
}

void print_json(std::span<const OpDef* const> ops) {
  for (std::size_t i = 0; i < ops.size(); ++i) fmt::print("{}{}{}\n", i == 0 ? "[" : " ", json_of(*ops[i]), i + 1 == ops.size() ? "]" : ",");
}

// ---- docs/ops.md ----

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

void print_markdown() {
  fmt::print(
      "# Operations\n\nMade from the records by `whygrad ops --markdown`; `whygrad ops --json` says the same to programs, and `whygrad ops NAME` one "
      "in "
      "full. Functions that are made of several ops have no record of their own: their gradients are those of the ops.\n\n"
      "{} ops. Inputs in brackets carry no gradient; below it is said why.\n\n"
      "| op | TensorFlow's type | inputs | attributes | what it computes |\n|---|---|---|---|---|\n",
      op_table().size());
  for (const OpDef* op : op_table()) {
    std::vector<const char*> attributes;
    for (const AttrDef& attr : op->attrs) attributes.push_back(attr.name);
    fmt::print("| `{}` | {} | {} | {} | {} |\n", op->name, whygrad::type_of(*op), cell(inputs_of(*op)), fmt::join(attributes, ", "), cell(op->doc));
  }
  fmt::print("\n## Inputs without a gradient\n\n| op | input | why | instead |\n|---|---|---|---|\n");
  for (const OpDef* op : op_table()) {
    for (const InputDef& input : op->inputs) {
      if (input.gradient.differentiable()) continue;
      fmt::print("| `{}` | {} | {} | {} |\n", op->name, input.name, cell(input.gradient.why), cell(input.gradient.remedy));
    }
  }
  fmt::print("\n## Numbers that harm a gradient\n\n| op | harm | instead |\n|---|---|---|\n");
  for (const OpDef* op : op_table()) {
    if (op->zero.kind != ZeroGradient::kNever) fmt::print("| `{}` | it can pass on 0 | {} |\n", op->name, cell(op->zero.remedy));
    if (op->nonfinite.kind != NonFinite::kNever) fmt::print("| `{}` | NaN or Inf | {} |\n", op->name, cell(op->nonfinite.remedy));
  }
}

}  // namespace

int list_ops(const OpsOptions& options) {
  const std::string& name = options.name;
  if (options.markdown) {
    print_markdown();
    return kDone;
  }
  std::vector<std::string> names;
  std::size_t width = 0, inputs_width = 0;
  for (const OpDef* op : op_table()) {
    names.emplace_back(op->name);
    width = std::max(width, names.back().size());
    inputs_width = std::max(inputs_width, inputs_of(*op).size());
  }
  if (name.empty()) {
    if (options.json) {
      print_json(op_table());
      return kDone;
    }
    for (const OpDef* op : op_table()) fmt::print("{:<{}}  {:<{}}  {}\n", op->name, width, inputs_of(*op), inputs_width, op->doc);
    fmt::print("\n{} ops. Inputs in brackets carry no gradient; `whygrad ops NAME` says why and what to do.\n", names.size());
    return kDone;
  }
  const OpDef* op = find_op(name);
  if (op == nullptr) {
    const std::string near = nearest(name, names);
    throw ValueError("ops", "there is no op `" + name + "`", near.empty() ? "`whygrad ops` lists all" : "did you mean `" + near + "`?");
  }
  if (options.json) {
    print_json({&op, 1});
  } else {
    print_one(*op);
  }
  return kDone;
}

}  // namespace whygrad::cli
