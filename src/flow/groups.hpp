// Combines findings that have the same cause.
#pragma once

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/render.hpp>

#include <string>
#include <vector>

namespace whygrad::internal {

// Findings with the same group(), in the order in which they were found. Never empty.
using Group = std::vector<const Finding*>;
// In the order of their first findings.
std::vector<Group> groups_of(const Explanations& explanations);

// "4 of 8 variables"; without the 8 if it is unknown.
std::string count_text(const Group& group);
// "`w1` f32[784, 10], `b1` f32[10], and 5 more": at most `most` by name.
std::string sources_text(const Group& group, std::size_t most);
// The distinct texts of the findings. If texts differ only in the name of their source, the first one stands for all.
std::vector<std::string> merged_texts(const Group& group, std::vector<std::string> (*texts_of)(const Finding&));
// The common end of the paths, after one step for all sources; empty if nothing on it stops the gradient.
std::vector<Step> common_path(const Group& group);

}  // namespace whygrad::internal
