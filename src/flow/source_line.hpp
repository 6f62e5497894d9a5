// The user's source lines for display.
#pragma once

#include <whygrad/flow/finding.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace whygrad::internal {

// The text of a line; empty if the file cannot be read or no longer has such a line.
std::string source_line(const std::string& path, std::uint32_t number);
// The line at `place` with its number and, if `op` is called in it by name or the column is known, a caret below; at most `columns` wide. Empty if
// the file cannot be read or no longer has such a line.
std::string source_excerpt(const Place& place, const std::string& op, std::size_t columns);

}  // namespace whygrad::internal
