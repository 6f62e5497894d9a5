// What is known about one gradient that is missing, zero, not finite or not whole. Knows nothing of tapes, so that the verdicts about any graph have
// this form.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/reason.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace whygrad {

// A place in the user's program, in words. `line` and `column` count from 1; 0 and empty texts say unknown.
struct Place {
  std::string file;
  std::string function;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  // Who called this line, nearest first, as far as it tells one value from another: up to where the program asked for the gradient. From C++ unknown.
  std::vector<Place> callers = {};
  // Lines of installed packages between this line and the op, innermost first.
  std::vector<Place> inside = {};

  bool known() const noexcept { return !file.empty(); }
  // "train.py:12"; of a notebook's cell, which is no file, "cell [3], line 12". Empty where it is not known.
  WG_API std::string short_text() const;
};

// How sure a finding is: `proven` by what was recorded, `likely` where values left the library and were seen again, `unknown` where records are
// missing.
enum class Confidence : std::uint8_t { kProven, kLikely, kUnknown };

// One op, or the source, on the way to the target.
struct Step {
  // kZero: what arrives here is not zero, what it passes on is. kNonFinite: what arrives is finite, what it passes on is not.
  enum class Status : std::uint8_t { kSource, kFlows, kStops, kStopsAsWell, kZero, kNonFinite };
  Status status = Status::kFlows;
  std::string name;
  std::string scope;      // the name scope that the op was called in, "encoder/block_3"
  std::string signature;  // of what it made, "f32[128, 10]"
  std::string note;       // what stands in place of the status' own words, such as "computed before the tape"
  Place place;
  bool beside = false;                // no op on the way from the source: the next step uses what it made
  std::size_t left_out = 0;           // ops before this step that are not listed
  std::uint32_t index = 0xffffffffu;  // of the op in the graph, if there is one
};

// A further break on the same path, which would still stop the gradient once the first is mended.
struct OtherBreak {
  Cause cause = Cause::kUnknown;
  std::string op;
  Place place;
};

// What there is to say about one source.
struct Finding {
  // What the gradient is: none, all zeros, not finite, or a value to which some paths contribute nothing.
  enum class Status : std::uint8_t { kAbsent, kZero, kNan, kInf, kPartial };
  Status status = Status::kAbsent;
  std::string target;  // what made it: the function that the program called, or the op
  Place target_place;
  std::string source;            // "variable `w`", "tensor made by `constant`"
  std::string source_name;       // `w`; empty for a tensor
  std::string source_signature;  // "f32[784, 10]"
  Cause cause = Cause::kUnknown;
  std::vector<Cause> also;  // other names for what happened, best first
  std::string op;           // at fault; empty where no op is
  std::string called;       // the function that the program called there, where that is another: "norm", which called `sqrt`
  std::string op_type;      // as TensorFlow's graphs name it
  std::string scope;        // its name scope
  Place place;              // of the fault
  std::vector<Step> path;   // from the source to the target; empty where nothing connects them
  std::vector<std::string> evidence;
  std::string why;
  std::string remedy;
  std::vector<OtherBreak> others;
  Confidence confidence = Confidence::kProven;
  std::size_t asked = 0;  // as many variables, or tensors if the source is one, were asked about at once; 0: not known

  const char* code() const noexcept { return reason(cause).code; }
  // The same text for all findings that have one cause in common: with the same status, cause, op and place, about the same target. Opaque, and the
  // same in every run of one program, so that reports can tell of such findings together.
  WG_API std::string group() const;
};

}  // namespace whygrad
