// Findings that have one cause in common, to be told of together.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/render.hpp>

#include <string>
#include <vector>

namespace whygrad::internal {

// Of one group(), in the order in which they were found. Never empty.
using Group = std::vector<const Finding*>;
// In the order of their first findings.
std::vector<Group> groups_of(const Explanations& explanations);

// "4 of 8 variables"; without the 8 where it is not known.
std::string count_text(const Group& group);
// "`w1` f32[784, 10], `b1` f32[10], and 5 more": at most `most` by name.
std::string sources_text(const Group& group, std::size_t most);
// Each different text of the findings once. Where texts differ by nothing but their source's name, the first one stands for all.
std::vector<std::string> merged_texts(const Group& group, std::vector<std::string> (*texts_of)(const Finding&));
// The way that all have in common, behind one step for all sources; empty where they share none on which something stops the gradient.
std::vector<Step> common_path(const Group& group);

}  // namespace whygrad::internal
