// Reads the names of variables and tensors from the lines that created them.
#include "flow/source_names.hpp"

#include "flow/source_line.hpp"
#include "flow/words.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <string_view>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == ';')) text.remove_suffix(1);
  return text;
}

// The identifier at the end of the text, with the object that it is a member of: "model.w" of "auto& model.w".
std::string_view last_name(std::string_view text) {
  text = trimmed(text);
  std::size_t from = text.size();
  while (from > 0 && (in_name(text[from - 1]) || text[from - 1] == '.')) --from;
  text.remove_prefix(from);
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 ? text : std::string_view();
}

// Calls at(position) for each character outside of brackets and string literals.
template <class F>
void each_outside(std::string_view text, const F& at) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      if (depth++ == 0) at(i);
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (depth == 0) {
      at(i);
    }
  }
}

// What the expression as a whole calls: the function of a call that makes up all of it, or its last operator.
std::string outermost(std::string_view expression) {
  expression = trimmed(expression);
  std::size_t sum = expression.npos, product = expression.npos, bracket = expression.npos;
  bool plain = true;  // a single call, as far as there are no operators
  each_outside(expression, [&](std::size_t i) {
    const char c = expression[i];
    const bool binary = i > 0 && i + 1 < expression.size() && expression[i - 1] == ' ' && expression[i + 1] == ' ';
    if (binary && (c == '+' || c == '-')) sum = i;
    if (binary && (c == '*' || c == '/')) product = i;
    if (c == '(') bracket = i;
    plain &= in_name(c) || c == ' ' || c == ':' || c == '(';
  });
  const std::size_t op = sum != expression.npos ? sum : product;
  if (op != expression.npos) {
    const char c = expression[op];
    return c == '+' ? "add" : c == '-' ? "subtract" : c == '*' ? "multiply" : "divide";
  }
  if (bracket == expression.npos || !plain || expression.back() != ')') return {};
  return std::string(last_name(expression.substr(0, bracket)));
}

// The variable's name in a declaration or an assignment: "w" of "Variable w(1.0f);", "const Variable w = ...", "auto w = Variable(...)".
std::string declared_variable(std::string_view line) {
  const std::size_t type = line.rfind("Variable");
  if (type == line.npos) return {};
  const std::string_view before = trimmed(line.substr(0, type));
  if (before.ends_with('=')) return std::string(last_name(before.substr(0, before.size() - 1)));
  if (line.find("Variable") != type) return {};
  const std::string_view behind = trimmed(line.substr(type + 8));
  bool several = false;
  each_outside(behind, [&](std::size_t i) { several |= behind[i] == ','; });
  return several ? std::string() : std::string(last_name(behind.substr(0, behind.find_first_of("({="))));
}

SourceName foreign_name(const Where& where, const ForeignResult& result, bool variable) {
  ForeignName name = foreign_assigned_name(where, result, variable);
  return {std::move(name.name), std::move(name.file), name.line};
}

// Whether an op at the same place used the value: then it is an intermediate value of the call, not its result. Such ops are close together. A loop
// that computes a value from the previous one has only the same op there.
bool is_step_of_call(const FlowGraph& graph, Index value) {
  constexpr Index kNear = 64;
  const Index maker = graph.values[value].op;
  const Where& at = graph.ops[maker].where;
  const Index end = std::min<Index>(static_cast<Index>(graph.ops.size()), maker + kNear);
  for (Index op = maker + 1; op < end; ++op) {
    const Where& where = graph.ops[op].where;
    if (where.file != at.file || where.function != at.function || where.line != at.line || graph.ops[op].def == graph.ops[maker].def) continue;
    if (graph.ops[op].rule_of_def != kNone) continue;
    const auto inputs = graph.inputs_of(op);
    if (std::find(inputs.begin(), inputs.end(), value) != inputs.end()) return true;
  }
  return false;
}

// "line 5, called from line 12".
std::string made_text(const FlowGraph& graph, const Where& where) {
  Place place = place_of(where);
  const Place asked = place_of(graph.tape.asked_at);
  shorten_callers(place, asked);
  return place.known() ? line_text(place, asked) + called_from(place) : std::string();
}

}  // namespace

void tell_variables_apart(FlowGraph& graph, const std::vector<VariableToName>& variables) {
  std::map<std::string, std::vector<Index>> by_name;
  std::vector<std::uint8_t> nameless(graph.variables.size());
  for (const VariableToName& v : variables) {
    FlowGraph::Variable& variable = graph.variables[v.variable];
    if (!v.named) {
      SourceName found = source_name_of_variable(variable.where);
      nameless[v.variable] = found.name.empty() ? 1 : 0;
      if (!found.name.empty()) variable.name = graph.keep(std::move(found.name));
    }
    by_name[variable.name].push_back(v.variable);
  }
  for (const auto& [name, same] : by_name) {
    if (same.size() == 1 && nameless[same[0]] == 0) continue;
    std::map<std::string, std::size_t> made;
    for (const Index v : same) ++made[made_text(graph, graph.variables[v].where)];
    std::map<std::string, std::size_t> count;
    for (const Index v : same) {
      std::string text = made_text(graph, graph.variables[v].where);
      const std::size_t several = made[text], number = ++count[text];
      if (several > 1) text += fmt::format("{}no. {} of {}", text.empty() ? "" : ", ", number, several);
      graph.variables[v].apart = graph.keep(std::move(text));
    }
  }
}

std::string declared_name(const std::string& text, const std::string& function) {
  std::size_t equals = text.npos, found = 0, comment = text.size();
  each_outside(text, [&](std::size_t i) {
    if (text.compare(i, 2, "//") == 0) comment = std::min(comment, i);
  });
  const std::string line = text.substr(0, comment);
  each_outside(line, [&](std::size_t i) {
    if (line[i] != '=') return;
    ++found;
    equals = i;
  });
  if (found != 1 || equals == 0 || std::string_view("+-*/<>!").find(line[equals - 1]) != std::string_view::npos) return {};
  const std::string_view behind = std::string_view(line).substr(equals + 1);
  const std::size_t end = behind.find(';');
  if (end == behind.npos || outermost(behind.substr(0, end)) != function) return {};
  return std::string(last_name(std::string_view(line).substr(0, equals)));
}

std::string only_call(const std::string& line, const std::string& op) {
  constexpr std::string_view kNoFunctions[] = {"if", "for", "while", "switch", "return", "sizeof", "catch"};
  std::string only;
  if (line.find_first_of("+-*/%<>[") != line.npos) return {};  // an operator may have called it as well
  for (std::size_t bracket = line.find('('); bracket != line.npos; bracket = line.find('(', bracket + 1)) {
    const std::string name(last_name(std::string_view(line).substr(0, bracket)));
    if (name.empty() || std::find(std::begin(kNoFunctions), std::end(kNoFunctions), name) != std::end(kNoFunctions)) continue;
    if (!only.empty() || name == op) return {};
    only = name;
  }
  return only;
}

namespace {

// Whether a function of this name is the op: matrix_set_diag is also called set_diag.
bool is_name_of(const std::string& op, const std::string& function) { return op == function || op.ends_with("_" + function); }

}  // namespace

std::string called_instead(const Where& where, const std::string& op) {
  const std::string called = where.file == nullptr ? foreign_called(where) : only_call(source_line(where.file, where.line), op);
  const std::string last = called.substr(called.find_last_of('.') + 1);
  return last.empty() || is_name_of(op, last) ? std::string() : called;
}

std::string as_written(const Where& where, const std::string& op) {
  if (where.file != nullptr) return op;
  const std::string called = foreign_called(where);
  const std::size_t dot = called.find_last_of('.');
  if (dot == called.npos || called.find_first_of("()[] ") != called.npos) return op;  // a method of an expression
  const std::string last = called.substr(dot + 1);
  return is_name_of(op, last) ? called : op;
}

std::string composed_by(const FlowGraph& graph, Index op) {
  const FlowGraph::Op& o = graph.ops[op];
  if (graph.kind_of(op) != OpKind::kCompute || o.where.file != nullptr || o.rule_of_def != kNone || o.scope != kNone) return {};
  if (o.inputs != 0 && graph.answer(op, 0).flow == GradientFlow::kUserRule) return {};
  std::string called = called_instead(o.where, graph.name_of(op));
  const std::size_t dot = called.find('.');
  if (dot == called.npos || called.starts_with('_') || called.starts_with("self.") || called.find_first_of("()[] ") != called.npos) return {};
  return place_of(o.where).inside.empty() ? called : std::string();
}

bool is_one_of_several(const FlowGraph& graph, Index op) {
  constexpr Index kNear = 8;
  const Where& at = graph.ops[op].where;
  const Index begin = op - std::min(op, kNear), end = std::min<Index>(static_cast<Index>(graph.ops.size()), op + kNear);
  for (Index other = begin; other < end; ++other) {
    const Where& where = graph.ops[other].where;
    const bool same = where.file == at.file && where.function == at.function && where.line == at.line && where.column == at.column;
    if (other != op && same && graph.kind_of(other) == OpKind::kCompute && graph.ops[other].rule_of_def == kNone) return true;
  }
  return false;
}

SourceName source_name_of_variable(const Where& made_at) {
  if (made_at.file == nullptr) return foreign_name(made_at, {}, true);
  std::string name = declared_variable(source_line(made_at.file, made_at.line));
  return name.empty() ? SourceName{} : SourceName{std::move(name), made_at.file, made_at.line};
}

SourceName source_name(const FlowGraph& graph, Index value) {
  const Index maker = graph.values[value].op;
  if (maker == kNone || graph.ops[maker].rule_of_def != kNone || graph.def_of(maker).backward_pass) return {};
  const OpKind kind = graph.kind_of(maker);
  if (kind != OpKind::kCompute && kind != OpKind::kConstant) return {};
  if (is_step_of_call(graph, value)) return {};
  const FlowGraph::Op& op = graph.ops[maker];
  if (op.where.file == nullptr) return foreign_name(op.where, {value - op.first_output, op.outputs, graph.values[value].path}, false);
  if (op.outputs != 1) return {};
  std::string name = declared_name(source_line(op.where.file, op.where.line), graph.name_of(maker));
  return name.empty() ? SourceName{} : SourceName{std::move(name), op.where.file, op.where.line};
}

}  // namespace whygrad::internal
