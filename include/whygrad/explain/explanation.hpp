// Why a gradient is missing: the cause, the op, the source line, the path and the remedy.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/explain/reason.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace whygrad {

class GradientTape;
class Sources;
class Targets;

// A place in the user's program, in words. `line` and `column` count from 1; 0 and empty texts say unknown.
struct Place {
  std::string file;
  std::string function;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  bool known() const noexcept { return !file.empty(); }
};

// How sure a finding is: `proven` by what was recorded, `likely` where values left the library and were seen again, `unknown` where records are missing.
enum class Confidence : std::uint8_t { kProven, kLikely, kUnknown };

// One op, or the source, on the way to the target.
struct Step {
  enum class Status : std::uint8_t { kSource, kFlows, kStops, kStopsAsWell };
  Status status = Status::kFlows;
  std::string name;
  std::string signature;  // of what it made, "f32[128, 10]"
  std::string note;       // what stands in place of the status' own words, such as "computed before the tape"
  Place place;
  std::size_t left_out = 0;  // ops before this step that are not listed, all of which let the gradient through
};

// A further break on the same path, which would still stop the gradient once the first is mended.
struct OtherBreak {
  Cause cause = Cause::kUnknown;
  std::string op;
  Place place;
};

// What there is to say about one source.
struct Finding {
  enum class Status : std::uint8_t { kAbsent };
  Status status = Status::kAbsent;
  std::string target;            // the op that made the target
  Place target_place;
  std::string source;            // "variable `w`", "tensor made by `constant`"
  std::string source_name;       // `w`; empty for a tensor
  std::string source_signature;  // "f32[784, 10]"
  Cause cause = Cause::kUnknown;
  std::vector<Cause> also;  // other names for what happened, best first
  std::string op;           // at fault; empty where no op is
  Place place;              // of the fault
  std::vector<Step> path;   // from the source to the target; empty where nothing connects them
  std::vector<std::string> evidence;
  std::string why;
  std::string remedy;
  std::vector<OtherBreak> others;
  Confidence confidence = Confidence::kProven;

  const char* code() const noexcept { return reason(cause).code; }
};

// The findings of one question, one per source that has no gradient.
class WG_API Explanation {
 public:
  Explanation() = default;
  explicit Explanation(std::vector<Finding> findings) : findings_(std::move(findings)) {}

  // Empty where every source has a gradient.
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  bool empty() const noexcept { return findings_.empty(); }
  // Plain text of at most 100 columns where names and places allow.
  std::string to_string() const;

 private:
  std::vector<Finding> findings_;
};
WG_API std::ostream& operator<<(std::ostream& out, const Explanation& explanation);

// What stands between the targets and each source on this tape, without differentiating anything: the tape is left as it is, and may be used up. Throws
// ValueError for an empty handle, TapeError when called from another thread than the tape's.
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, const Watchable& source, Where where = Where::here());
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, std::initializer_list<Watchable> sources, Where where = Where::here());
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, const Sources& sources, Where where = Where::here());

}  // namespace whygrad
