// What the collectors' parts share.
#pragma once

#include "flow_builder.hpp"

#include <string>
#include <string_view>

namespace whygrad::python {

// Takes the fingerprint of a constant's or a host read's elements, which an object of the buffer protocol gives.
void set_print(FlowBuilder& log, LogId op, nb::handle elements);

// As NumPy and the engines call it: "float32".
FlowDType dtype_named(std::string_view name);
const char* dtype_name(FlowDType dtype);

}  // namespace whygrad::python
