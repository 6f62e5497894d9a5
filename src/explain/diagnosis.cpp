// Diagnosis: observes the gradients that are taken in its scope and explains faulty ones.
#include <whygrad/explain/diagnosis.hpp>

#include "autodiff/custom_gradient.hpp"
#include "autodiff/observer.hpp"
#include "autodiff/variable_impl.hpp"
#include "explain/numbers.hpp"
#include "explain/op_definition.hpp"
#include "explain/relevant_records.hpp"
#include "explain/tape_adapter.hpp"
#include "explain/tape_numbers.hpp"
#include "flow/finding_set.hpp"
#include "flow/passed_edges.hpp"
#include "flow/source_names.hpp"
#include "flow/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ostream>

namespace whygrad {
namespace {

using internal::GradientObserver;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// As the variable_text of a graph, but without a graph: includes the line if the variable has no name.
std::string variable_text(const internal::VariableImpl& variable) {
  if (variable.named) return fmt::format("`{}`", variable.name);
  const internal::SourceName found = internal::source_name_of_variable(variable.where);
  if (!found.name.empty()) return fmt::format("`{}`", found.name);
  const std::string place = internal::short_place(variable.where);
  return place.empty() ? fmt::format("`{}`", variable.name) : fmt::format("`{}` ({})", variable.name, place);
}

// The message of an error without the op's name.
std::string without_name(const std::string& line) {
  const std::size_t end = line.find("] ");
  return line.starts_with('[') && end != std::string::npos ? line.substr(end + 2) : line;
}

}  // namespace

class Diagnosis::Scope final : public GradientObserver {
 public:
  explicit Scope(DiagnosisOptions options) : options_(options) { keep_values(); }
  ~Scope() override {
    options_ = {};
    keep_values();
  }

  void answered(const internal::Answer& answer) override {
    count_question();
    std::vector<std::size_t> wanting, whole;
    AnswerNumbers numbers(answer.gradients.size());
    bool by_numbers = false;
    for (std::size_t s = 0; s < answer.gradients.size(); ++s) {
      const Gradient& g = answer.gradients[s];
      const bool replaced = answer.replaced[s] != 0;
      if (log_.keep_values && g) numbers[s] = internal::numbers_of(*g);
      const bool wrong = numbers[s] && !replaced && (numbers[s]->all_zero() || !numbers[s]->finite());
      by_numbers |= wrong;
      if (!g || wrong || (replaced && log_.keep_values)) {
        wanting.push_back(s);
      } else if (!replaced) {
        whole.push_back(s);
      }
    }
    if (!wanting.empty()) look_at(answer, wanting, by_numbers ? &numbers : nullptr);
    if (!whole.empty() && wants_partial()) {
      FlowGraph graph = internal::flow_graph_of(*answer.facts, whole);
      graph.tape.question = FlowGraph::Question::kPartial;
      add_to_all(explain(std::move(graph)));
    }
  }

  void used_up(const internal::TapeState& tape, const std::vector<Watchable>& sources, const Where& asked_at) override {
    count_question();
    std::vector<Finding> findings;
    for (const Watchable& source : sources) {
      Finding f;
      f.cause = Cause::kTapeConsumed;
      f.place = internal::place_of(asked_at);
      f.source = source.is_variable() ? "variable " + variable_text(source.variable().impl()) : "a tensor";
      if (source.is_variable()) f.source_name = source.variable().name();
      f.asked = sources.size();
      if (const Tensor t = internal::tensor_of(source); t.defined()) f.source_signature = t.signature();
      f.why = fmt::format("the tape had answered{} already and, not being persistent, let go of what it had recorded",
                          internal::at_place(tape.consumed_at()));
      f.remedy = reason(f.cause).remedy;
      findings.push_back(std::move(f));
    }
    add_to_all(Explanation(std::move(findings)));
  }

  void rule_threw(const internal::Record& record, const std::exception& error) override {
    if (record.op != &internal::kCustomGradientEvent) return blame_derivative(record, error);
    const auto returns_at = internal::attrs_of<Where>(record);
    blame_rule(returns_at.function != nullptr ? returns_at : record.where, fmt::format("its backward function failed: {}", first_line(error.what())),
               reason(Cause::kCustomGradient).remedy);
  }

  // For an op whose derivative does not exist at its operands, such as the determinant of a singular matrix.
  void blame_derivative(const internal::Record& record, const std::exception& error) {
    const NonFinite& nonfinite = record.op->nonfinite;
    if (nonfinite.kind == NonFinite::kNever) return;
    Finding f;
    f.cause = internal::cause_of(nonfinite.kind);
    f.op = record.op->name;
    f.op_type = type_of(*record.op);
    f.called = internal::called_instead(record.where, f.op);
    f.place = internal::place_of(record.where);
    f.source = "what led to it";
    f.source_signature = record.inputs == 0 ? std::string() : fmt::format("{}{}", name_of(record.dtype(0)), record.shape(0).to_string());
    f.why = fmt::format("the derivative of `{}` does not exist at this value: {}", record.op->name, without_name(first_line(error.what())));
    if (!f.called.empty()) f.evidence.push_back(fmt::format("`{}` was called by `{}`", f.op, f.called));
    f.remedy = nonfinite.remedy;
    add_to_all(Explanation({std::move(f)}));
  }

  void rule_refused(const Where& at, const Error& error) override { blame_rule(at, first_line(error.what()), error.help()); }

  void blame_rule(const Where& at, std::string why, std::string remedy) {
    count_question();
    Finding f;
    f.cause = Cause::kCustomGradient;
    f.op = internal::kCustomGradientEvent.name;
    f.place = internal::place_of(at);
    f.source = "the inputs of a custom gradient";
    f.why = std::move(why);
    f.remedy = std::move(remedy);
    add_to_all(Explanation({std::move(f)}));
  }

  void add_to_all(const Explanation& explanation) {
    for (Scope* scope = this; scope != nullptr; scope = scope->outer()) scope->add(explanation);
  }

  void add(const Explanation& explanation) { found_.add(explanation); }

  void count_question() {
    for (Scope* scope = this; scope != nullptr; scope = scope->outer()) ++scope->asked_;
  }
  std::size_t asked() const { return asked_; }
  const std::vector<Explanation>& explanations() const { return found_.explanations(); }

  Finding spread(const Where& where) const { return found_.spread(where); }

  // This is the only observer class.
  static Scope* mine() { return static_cast<Scope*>(GradientObserver::mine()); }

 private:
  // For each gradient with a value.
  using AnswerNumbers = std::vector<std::optional<FlowGraph::Numbers>>;

  void look_at(const internal::Answer& answer, const std::vector<std::size_t>& sources, const AnswerNumbers* numbers) {
    std::vector<const internal::Record*> records;
    auto graph = std::make_shared<FlowGraph>(internal::flow_graph_of(*answer.facts, sources, numbers != nullptr ? &records : nullptr));
    for (std::size_t i = 0; i < sources.size(); ++i) {
      graph->sources[i].replaced = answer.replaced[sources[i]] != 0;
      if (answer.zeros_by != nullptr) graph->sources[i].replaced_by = graph->keep(answer.zeros_by);
    }
    if (numbers != nullptr) look_at_numbers(answer, *numbers, sources, records, *graph);
    graph->tape.question = FlowGraph::Question::kAbsent;
    add_to_all(explain(std::move(graph)));
  }

  bool wants_partial() const {
    bool wanted = false;
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer()) wanted |= scope->options_.partial;
    return wanted;
  }

  static void look_at_numbers(const internal::Answer& answer, const AnswerNumbers& answered, const std::vector<std::size_t>& sources,
                              const std::vector<const internal::Record*>& records, FlowGraph& graph) {
    internal::TapeNumbers numbers(graph, records);
    numbers.look_at_values();
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (answered[sources[i]]) graph.sources[i].gradient = numbers.add(*answered[sources[i]]);
    }
    try {
      answer.replay([&numbers](const internal::Record& record, std::span<const Tensor> arrived, std::span<const Tensor> passed) {
        numbers.look_at_step(record, arrived, passed);
      });
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a custom gradient that works once only leaves the rest unknown
    }
  }

  Scope* outer() const { return static_cast<Scope*>(GradientObserver::outer()); }

  void keep_values() {
    log_.keep_values = false;
    for (const Scope* scope = mine(); scope != nullptr; scope = scope->outer()) log_.keep_values |= scope->options_.values;
  }

  internal::Log& log_ = internal::Log::mine();
  DiagnosisOptions options_;
  internal::FindingSet found_;
  std::size_t asked_ = 0;
};

Diagnosis::Diagnosis(DiagnosisOptions options) : scope_(std::make_unique<Scope>(options)) {}
Diagnosis::~Diagnosis() = default;

std::vector<Finding> Diagnosis::findings() const {
  std::vector<Finding> all;
  for (const Explanation& e : scope_->explanations()) all.insert(all.end(), e.findings().begin(), e.findings().end());
  return all;
}

std::size_t Diagnosis::asked() const noexcept { return scope_->asked(); }
bool Diagnosis::empty() const noexcept { return scope_->explanations().empty(); }
const std::vector<Explanation>& Diagnosis::explanations() const noexcept { return scope_->explanations(); }
void Diagnosis::add(Finding finding) { scope_->add(Explanation({std::move(finding)})); }
void Diagnosis::report_spread(Where where) {
  Scope* scope = Scope::mine();
  if (scope == nullptr) return;
  scope->add_to_all(Explanation({scope->spread(where)}));
}

std::string Diagnosis::to_string() const { return Explanation(findings()).to_string(); }

std::ostream& operator<<(std::ostream& out, const Diagnosis& diagnosis) { return out << diagnosis.to_string(); }

void Diagnosis::report(const Finding& finding) {
  if (Scope* scope = Scope::mine(); scope != nullptr) scope->add_to_all(Explanation({finding}));
}

}  // namespace whygrad
