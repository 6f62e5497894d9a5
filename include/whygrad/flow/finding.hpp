// Finding: what is known of one gradient that is missing, zero, not finite or incomplete. It is independent of tapes, so verdicts about any graph
// have this form.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/reason.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace whygrad {

// A place in the user's program as text. `line` and `column` count from 1; 0 and empty texts mean unknown.
struct Place {
  std::string file;
  std::string function;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  // Callers of this line, innermost first, up to the line that asked for the gradient, as far as they distinguish one value from another. Unknown for
  // C++.
  std::vector<Place> callers = {};
  // Lines of installed packages between this line and the op, innermost first.
  std::vector<Place> inside = {};

  bool known() const noexcept { return !file.empty(); }
  // "train.py:12"; for the cell of a notebook, which is no file, "cell [3], line 12". Empty if unknown.
  WG_API std::string short_text() const;
};

// How certain a finding is: `proven` by the records, `likely` if it relies on recognising a value that had left the library, `unknown` if records are
// missing.
enum class Confidence : std::uint8_t { kProven, kLikely, kUnknown };

// A step of the path to the target: the source, or an op.
struct Step {
  // kZero: the incoming gradient is not zero, the outgoing one is. kNonFinite: the incoming gradient is finite, the outgoing one is not.
  enum class Status : std::uint8_t { kSource, kFlows, kStops, kStopsAsWell, kZero, kNonFinite };
  Status status = Status::kFlows;
  std::string name;
  std::string scope;      // the op's name scope, "encoder/block_3"
  std::string signature;  // of the op's result, "f32[128, 10]"
  std::string note;       // replaces the text of the status, such as "computed before the tape"
  Place place;
  bool beside = false;                // not on the path from the source: the next step uses its result
  std::size_t left_out = 0;           // ops before this step that are not listed
  std::uint32_t index = 0xffffffffu;  // of the op in the graph, if there is one
};

// A further fault on the same path: after the first one is mended, it would still stop the gradient, make it 0 or make it not finite. Of a gradient
// that lacks parts, a cut on another path.
struct OtherBreak {
  Cause cause = Cause::kUnknown;
  std::string op;
  Place place;
  std::string name = {};    // of the op as the program wrote it
  std::string remedy = {};  // empty if the remedy of the finding, or of a break before this one, takes this one away as well
};

// All that is known about one source.
struct Finding {
  // What the gradient is: absent, all zeros, not finite, or a value to which some paths contribute nothing.
  enum class Status : std::uint8_t { kAbsent, kZero, kNan, kInf, kPartial };
  Status status = Status::kAbsent;
  std::string target;  // what computed it: the function that the program called, or the op
  Place target_place;
  std::string source;            // "variable `w`", "tensor made by `constant`"
  std::string source_name;       // `w`; empty for a tensor
  std::string source_signature;  // "f32[784, 10]"
  Cause cause = Cause::kUnknown;
  std::vector<Cause> also;  // other reasons that apply, best first
  std::string op;           // at fault; empty if it is no op
  std::string called;       // the function that the program called, if it differs from the op: "norm", which called `sqrt`
  std::string op_type;      // as TensorFlow's graphs name it
  std::string scope;        // its name scope
  Place place;              // of the fault
  std::vector<Step> path;   // from the source to the target; empty if they are not connected
  std::vector<std::string> evidence;
  std::string why;
  std::string remedy;
  std::vector<OtherBreak> others;
  Confidence confidence = Confidence::kProven;
  std::size_t asked = 0;  // the number of variables, or of tensors if the source is one, in the same request; 0 if unknown

  const char* code() const noexcept { return reason(cause).code; }
  // Equal for all findings with the same cause: the same status, reason, op, place and target. Opaque, and reproducible between runs of one program,
  // so that reports can combine such findings.
  WG_API std::string group() const;
};

}  // namespace whygrad
