// A source location: where the user's program called an op.
#pragma once

#include <cstdint>

namespace whygrad {

// Made by the compiler as a default argument, `Where where = Where::here()`, so it costs two pointers to constants and two numbers, and builds no
// string. std::source_location does not work with clang 14 and libstdc++ 12.
//
// A place in another language (Python's code object and instruction offset) has `file == nullptr`. `function` then holds the foreign handle, and
// `line` the offset. Whoever records such places also installs the resolver that converts them to text.
struct Where {
  const char* file = nullptr;
  const char* function = nullptr;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  // Line and column count from 1; 0 means unknown (g++ gives no column).
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
