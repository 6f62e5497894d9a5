// Conversion of a call's attributes to and from JSON, by the names in the op's record.
#pragma once

#include <whygrad/ops/op.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whygrad::internal {

// An object: {"axis": [0, 2], "keepdims": true}. A number whose type follows a dtype is {"i64": 3}; a place is text.
std::string attrs_to_json(const OpDef& op, const void* attrs);

// The attribute struct, followed by the list of variable length if it has one, as apply() takes them. Missing attributes have their defaults. Throws
// ValueError of the op for an unknown attribute or a value that does not fit.
std::vector<std::byte> attrs_from_json(const OpDef& op, std::string_view json);

}  // namespace whygrad::internal
