// While an op computes, subnormal numbers count as 0, as in TensorFlow, so that both agree on whether a gradient is 0.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace whygrad::device {

// The processor's control register of the calling thread: rounding, traps, subnormals.
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

  // The same with subnormal operands and results replaced by 0.
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

// Uses a mode while it lives. Nearly free inside another scope of the same mode: writing the register takes about ten times as long as reading it.
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
