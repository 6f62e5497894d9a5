// The catalogue of reasons for a gradient that is missing (WG1xx), zero (WG2xx), not finite (WG3xx), or noteworthy otherwise (WG4xx). Each has a
// stable code with a page in docs/reasons.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace whygrad {

// The causes, in the order of their codes.
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
  // PyTorch's own.
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
  const char* remedy;  // the remedy if no better one is known
};

// All reasons, by code.
WG_API std::span<const Reason> reasons() noexcept;
WG_API const Reason& reason(Cause cause) noexcept;
// By code or by name; null if there is none.
WG_API const Reason* find_reason(std::string_view code_or_name) noexcept;

}  // namespace whygrad
