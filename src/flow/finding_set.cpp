// A set of findings about several questions, without repetitions.
#include "flow/finding_set.hpp"

#include "flow/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace whygrad::internal {
namespace {

bool same_place(const Place& a, const Place& b) {
  return a.line == b.line && a.column == b.column && a.file == b.file &&
         std::equal(a.callers.begin(), a.callers.end(), b.callers.begin(), b.callers.end(), same_place);
}

bool same_finding(const Finding& a, const Finding& b) {
  return a.status == b.status && a.cause == b.cause && a.op == b.op && a.target == b.target && a.source == b.source &&
         a.source_signature == b.source_signature && same_place(a.place, b.place) && same_place(a.target_place, b.target_place);
}

// About the gradients that were missing when the optimizer refused: either of one variable, whose finding is known, or of all variables in the
// request.
bool is_about(const Finding& refusal, const Finding& f) {
  if (f.status != Finding::Status::kAbsent || f.cause == Cause::kOptimizerNone) return false;
  if (refusal.also.empty()) return !f.source_name.empty();
  Finding once_more = refusal;
  once_more.cause = refusal.also.front();
  return same_finding(f, once_more);
}

}  // namespace

void FindingSet::add(const Explanation& explanation) {
  std::vector<Finding> fresh;
  for (const Finding& f : explanation.findings()) {
    if (knows(f) || (f.cause == Cause::kOptimizerNone && told_with_the_cause(f))) continue;
    fresh.push_back(f);
    spell(fresh.back());
  }
  if (!fresh.empty()) explanations_.emplace_back(std::move(fresh), explanation.graph());
}

bool FindingSet::told_with_the_cause(const Finding& refusal) {
  Finding said = refusal;
  spell(said);
  for (std::size_t e = explanations_.size(); e-- > 0;) {
    std::vector<Finding> findings = explanations_[e].findings();
    std::vector<Finding*> about;
    for (Finding& f : findings) {
      if (is_about(refusal, f)) about.push_back(&f);
    }
    // A refusal of all variables belongs to the last question if that asked about as many and answered none.
    const bool all = !refusal.also.empty() || about.size() == refusal.asked;
    if (refusal.also.empty() && !all) return false;
    if (about.empty()) continue;
    for (Finding* f : about) {
      if (std::find(f->also.begin(), f->also.end(), Cause::kOptimizerNone) != f->also.end()) continue;
      f->also.push_back(Cause::kOptimizerNone);
      f->evidence.push_back(said.evidence.back());
      if (said.remedy.starts_with(f->remedy)) f->remedy = said.remedy;
    }
    explanations_[e] = Explanation(std::move(findings), explanations_[e].graph());
    return true;
  }
  return false;
}

bool FindingSet::knows(const Finding& finding) const {
  const auto same = [&finding](const Finding& f) { return same_finding(f, finding); };
  return std::any_of(explanations_.begin(), explanations_.end(),
                     [&same](const Explanation& e) { return std::any_of(e.findings().begin(), e.findings().end(), same); });
}

// Empty if there is none.
Finding FindingSet::last_not_finite() const {
  Finding last;
  for (const Explanation& e : explanations_) {
    for (const Finding& f : e.findings()) {
      if (f.status == Finding::Status::kNan || f.status == Finding::Status::kInf) last = f;
    }
  }
  return last;
}

Finding FindingSet::spread(const Where& where) const {
  Finding f = last_not_finite();
  if (f.cause == Cause::kUnknown) {
    f.place = place_of(where);
    f.remedy = reason(Cause::kExploding).remedy;
  } else {
    f.also.insert(f.also.begin(), f.cause);
  }
  f.status = Finding::Status::kNan;
  f.cause = Cause::kExploding;
  f.why = fmt::format("one gradient is not finite{}, and{} all were divided by their common norm, which is not finite either",
                      f.op.empty() ? std::string() : fmt::format(", through `{}`", f.op), at_place(where));
  f.source = "gradients that were clipped together";
  f.source_name.clear();
  f.source_signature.clear();
  return f;
}

}  // namespace whygrad::internal
