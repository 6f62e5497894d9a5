// The reasons for a gradient that is missing (WG1xx), zero (WG2xx), not finite (WG3xx), or for which there is more to say (WG4xx), as a catalogue:
// stable codes with a page each in docs/reasons.
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
  kSecondOrder,
  kGraphEagerMix,
  kSparse,
  // What PyTorch has of its own.
  kNonLeafGrad,
  kNotRegistered,
  kFrozen,
  kDetached,
  kNoGradMode,
  kInplaceChange,
  kStaleOptimizer,
  kGraphFreed,
  kZeroedAfter,
  kCreateGraph,
  kUnknown,
  kDisconnectedZero,
  kZeroDeadUnit,
  kZeroSaturated,
  kZeroClip,
  kZeroFlat,
  kZeroMasked,
  kZeroCancel,
  kVanishing,
  kNanSqrt0,
  kNanLog0,
  kNanDiv0,
  kNanPow,
  kNanTrig,
  kNanWhere,
  kNanOverflow,
  kNanData,
  kNanSpecial,
  kExploding,
  kPartialGradient,
  kComplex,
  kOptimizerNone,
  kJacobian,
};
inline constexpr int kCauseCount = static_cast<int>(Cause::kJacobian) + 1;

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
