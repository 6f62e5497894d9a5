// Looks records of TensorFlow's op types up.
#pragma once

#include "records.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whygrad::python {

struct FoundType {
  const TypeRecord* record = nullptr;
  std::string name;  // the op's, as programs write it; empty where that of `record->like` is meant
};

// Null where the type has no record.
const FoundType* find_type(std::string_view type);

// "Conv3DBackpropFilterV2" as "conv3d_backprop_filter".
std::string in_snake_case(std::string_view type);

// Every sentence of the records.
std::vector<std::string> type_texts();

}  // namespace whygrad::python
