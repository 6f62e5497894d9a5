#include <whygrad/explain/diagnosis.hpp>

#include "autodiff/custom_gradient.hpp"
#include "autodiff/observer.hpp"
#include "explain/analysis.hpp"
#include "explain/tape_adapter.hpp"
#include "explain/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace whygrad {
namespace {

using internal::GradientObserver;

bool same_place(const Place& a, const Place& b) { return a.line == b.line && a.column == b.column && a.file == b.file; }

// Whether one would say the same about both, as in two steps of one training loop.
bool same_finding(const Finding& a, const Finding& b) {
  return a.status == b.status && a.cause == b.cause && a.op == b.op && a.target == b.target && a.source == b.source &&
         a.source_signature == b.source_signature && same_place(a.place, b.place) && same_place(a.target_place, b.target_place);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

class Diagnosis::Scope final : public GradientObserver {
 public:
  explicit Scope(DiagnosisOptions options) : options_(options) { keep_values(); }
  ~Scope() {
    options_ = {};
    keep_values();
  }

  void answered(const internal::Answer& answer) override {
    std::vector<std::size_t> missing;
    for (std::size_t s = 0; s < answer.gradients.size(); ++s) {
      if (!answer.gradients[s]) missing.push_back(s);
    }
    if (missing.empty()) return;
    auto graph = std::make_shared<const FlowGraph>(internal::flow_graph_of(*answer.facts, missing));
    std::vector<Finding> findings = internal::analyse(*graph, internal::Outcome::kAbsent);
    add_to_all(Explanation(std::move(findings), std::move(graph)));
  }

  void used_up(const internal::TapeState& tape, const std::vector<Watchable>& sources, const Where& asked_at) override {
    std::vector<Finding> findings;
    for (const Watchable& source : sources) {
      Finding f;
      f.cause = Cause::kTapeConsumed;
      f.place = internal::place_of(asked_at);
      f.source = source.is_variable() ? fmt::format("variable `{}`", source.variable().name()) : "a tensor";
      if (source.is_variable()) f.source_name = source.variable().name();
      if (const Tensor t = internal::tensor_of(source); t.defined()) f.source_signature = t.signature();
      f.why = fmt::format("the tape had answered{} already and, not being persistent, let go of what it had recorded",
                          internal::at_place(tape.consumed_at()));
      f.remedy = reason(f.cause).remedy;
      findings.push_back(std::move(f));
    }
    add_to_all(Explanation(std::move(findings)));
  }

  void rule_threw(const internal::Record& record, const std::exception& error) override {
    if (record.op != &internal::kCustomGradientEvent) return;
    Finding f;
    f.cause = Cause::kCustomGradient;
    f.op = record.op->name;
    f.place = internal::place_of(record.where);
    f.source = "the inputs of a custom gradient";
    f.why = fmt::format("its backward function failed: {}", first_line(error.what()));
    f.remedy = reason(f.cause).remedy;
    add_to_all(Explanation({std::move(f)}));
  }

  void add_to_all(const Explanation& explanation) {
    for (Scope* scope = this; scope != nullptr; scope = scope->outer()) scope->add(explanation);
  }

  void add(const Explanation& explanation) {
    std::vector<Finding> fresh;
    for (const Finding& f : explanation.findings()) {
      if (!knows(f)) fresh.push_back(f);
    }
    if (!fresh.empty()) explanations_.emplace_back(std::move(fresh), explanation.graph());
  }

  const std::vector<Explanation>& explanations() const { return explanations_; }

  // No other class observes.
  static Scope* mine() { return static_cast<Scope*>(GradientObserver::mine()); }

 private:
  Scope* outer() const { return static_cast<Scope*>(GradientObserver::outer()); }

  bool knows(const Finding& finding) const {
    const auto same = [&finding](const Finding& f) { return same_finding(f, finding); };
    return std::any_of(explanations_.begin(), explanations_.end(),
                       [&same](const Explanation& e) { return std::any_of(e.findings().begin(), e.findings().end(), same); });
  }

  static void keep_values() {
    bool wanted = false;
    for (const Scope* scope = mine(); scope != nullptr; scope = scope->outer()) wanted |= scope->options_.values;
    internal::Log::mine().keep_values = wanted;
  }

  DiagnosisOptions options_;
  std::vector<Explanation> explanations_;
};

Diagnosis::Diagnosis(DiagnosisOptions options) : scope_(std::make_unique<Scope>(options)) {}
Diagnosis::~Diagnosis() = default;

std::vector<Finding> Diagnosis::findings() const {
  std::vector<Finding> all;
  for (const Explanation& e : scope_->explanations()) all.insert(all.end(), e.findings().begin(), e.findings().end());
  return all;
}

bool Diagnosis::empty() const noexcept { return scope_->explanations().empty(); }
const std::vector<Explanation>& Diagnosis::explanations() const noexcept { return scope_->explanations(); }
void Diagnosis::add(Finding finding) { scope_->add(Explanation({std::move(finding)})); }
std::string Diagnosis::to_string() const { return Explanation(findings()).to_string(); }

std::ostream& operator<<(std::ostream& out, const Diagnosis& diagnosis) { return out << diagnosis.to_string(); }

void Diagnosis::report(const Finding& finding) {
  if (Scope* scope = Scope::mine(); scope != nullptr) scope->add_to_all(Explanation({finding}));
}

}  // namespace whygrad
