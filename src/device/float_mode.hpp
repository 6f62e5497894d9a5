// Numbers too small for a full mantissa (subnormals) count as 0 while an op computes, as in TensorFlow: whether a gradient is 0 is then the same
// answer in both.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace whygrad::device {

// How the calling thread's processor rounds, traps and treats subnormals: its control register.
class FloatMode {
 public:
  static FloatMode mine() {
    FloatMode mode;
#if defined(__SSE2__)
    mode.bits_ = _mm_getcsr();
#elif defined(__aarch64__)
    asm volatile("mrs %0, fpcr" : "=r"(mode.bits_));
#endif
    return mode;
  }

  // The same, but subnormals are 0, read or made.
  FloatMode flushing() const {
    FloatMode mode;
#if defined(__SSE2__)
    mode.bits_ = bits_ | 0x8040;  // flush to zero, denormals are zero
#elif defined(__aarch64__)
    mode.bits_ = bits_ | std::uint64_t{1} << 24;
#endif
    return mode;
  }

  bool operator==(const FloatMode&) const = default;

  void use() const {
#if defined(__SSE2__)
    _mm_setcsr(bits_);
#elif defined(__aarch64__)
    asm volatile("msr fpcr, %0" : : "r"(bits_));
#endif
  }

 private:
#if defined(__aarch64__)
  std::uint64_t bits_ = 0;
#else
  std::uint32_t bits_ = 0;
#endif
};

// Uses a mode while it lives. Costs next to nothing inside of another scope of the same mode: to set the register takes some ten times as long as to
// read it.
class FloatModeScope {
 public:
  explicit FloatModeScope(FloatMode mode) : FloatModeScope(FloatMode::mine(), mode) {}
  ~FloatModeScope() {
    if (changed_) before_.use();
  }
  static FloatModeScope flushing() {
    const FloatMode mine = FloatMode::mine();
    return FloatModeScope(mine, mine.flushing());
  }
  FloatModeScope(const FloatModeScope&) = delete;
  FloatModeScope& operator=(const FloatModeScope&) = delete;

 private:
  FloatModeScope(FloatMode before, FloatMode mode) : before_(before), changed_(before != mode) {
    if (changed_) mode.use();
  }

  const FloatMode before_;
  const bool changed_;
};

}  // namespace whygrad::device
