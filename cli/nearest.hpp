// Guessing what a mistyped word was meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace whygrad::cli {

// The candidate with the fewest letters inserted, left out, replaced or swapped with their neighbour; empty where none is near: more than a third of
// the word would have to change.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace whygrad::cli
