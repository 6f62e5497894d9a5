// The attributes of a call as JSON, by the names that the op's record gives them.
#pragma once

#include <whygrad/ops/op.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whygrad::internal {

// An object: {"axis": [0, 2], "keepdims": true}. A number that takes its type from a dtype is {"i64": 3}, and a place is written in words.
std::string attrs_to_json(const OpDef& op, const void* attrs);

// The attribute struct, and behind it a list that has no fixed length, as apply() takes them. What is left out has its default. Throws ValueError, in
// the op's name, for what is no attribute of the op or does not fit it.
std::vector<std::byte> attrs_from_json(const OpDef& op, std::string_view json);

}  // namespace whygrad::internal
