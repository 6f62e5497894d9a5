// A source place: where in the user's program an op was called.
#pragma once

#include <cstdint>

namespace whygrad {

// Made by the compiler as a default argument, `Where where = Where::here()`, so it costs two pointers to constants and two numbers: no string is
// built. Why not std::source_location: clang 14 with libstdc++ 12 lacks it.
//
// A place of another language (Python's code object and instruction offset) has `file == nullptr`; `function` then carries the foreign handle
// and `line` its offset. Whoever records such places also installs the resolver that turns them into words.
struct Where {
  const char* file = nullptr;
  const char* function = nullptr;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  // Line and column count from 1; 0 says unknown (g++ offers no column).
#if defined(__clang__)
  static constexpr Where here(const char* file = __builtin_FILE(), const char* function = __builtin_FUNCTION(), std::uint32_t line = __builtin_LINE(),
                              std::uint32_t column = __builtin_COLUMN()) noexcept {
    return {file, function, line, column};
  }
#else
  static constexpr Where here(const char* file = __builtin_FILE(), const char* function = __builtin_FUNCTION(),
                              std::uint32_t line = __builtin_LINE()) noexcept {
    return {file, function, line, 0};
  }
#endif
};

}  // namespace whygrad
