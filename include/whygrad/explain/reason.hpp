// The reasons for a missing gradient, as a catalogue: stable codes with a page each in docs/reasons.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace whygrad {

// What happened. The order is that of the codes.
enum class Cause : std::uint8_t {
  kNotWatched,
  kNonTrainable,
  kNondiffOp,
  kNoGradientRegistered,
  kIntDtype,
  kStopGradient,
  kStateful,
  kTapeConsumed,
  kTapePaused,
  kTapeReset,
  kOutsideTape,
  kRebound,
  kUnused,
  kWrongSource,
  kWrongTarget,
  kLeftFramework,
  kCustomGradient,
  kControlFlow,
  kMetricAsLoss,
  kUnknown,
};

struct Reason {
  Cause cause;
  const char* code;    // "WG103"
  const char* name;    // "NONDIFF_OP"
  const char* title;   // one clause
  const char* page;    // in the repository
  const char* remedy;  // what to do where nothing more exact is known
};

// All reasons, by code.
WG_API std::span<const Reason> reasons() noexcept;
WG_API const Reason& reason(Cause cause) noexcept;
// By code or by name; null where there is none.
WG_API const Reason* find_reason(std::string_view code_or_name) noexcept;

}  // namespace whygrad
