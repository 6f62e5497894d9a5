// Suggestions for mistyped words.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace whygrad::cli {

// The candidate with the smallest number of insertions, deletions, replacements and swaps of neighbouring letters; empty if more than a third of the
// word would have to change.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace whygrad::cli
