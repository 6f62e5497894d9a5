// The user's source line, for showing.
#pragma once

#include <whygrad/flow/finding.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace whygrad::internal {

// The text of a line; empty where the file cannot be read or has no such line any more.
std::string source_line(const std::string& path, std::uint32_t number);
// The line at `place` with its number and, where `op` is called on it by name or the column is known, a caret beneath; at most `columns` wide. Empty
// where the file cannot be read or has no such line any more.
std::string source_excerpt(const Place& place, const std::string& op, std::size_t columns);

}  // namespace whygrad::internal
