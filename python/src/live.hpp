// Functions that the parts of the collectors share.
#pragma once

#include "flow_builder.hpp"

#include <string>
#include <string_view>

namespace whygrad::python {

// Takes the fingerprint of the elements of a constant or a host read. They come from an object with the buffer protocol.
void set_print(FlowBuilder& log, LogId op, nb::handle elements);

// The name that NumPy and the engines use: "float32".
FlowDType dtype_named(std::string_view name);
const char* dtype_name(FlowDType dtype);

}  // namespace whygrad::python
