// What the tests of zero and non-finite gradients share.
#pragma once

#include "explain/explain_test.hpp"

#include <whygrad/explain/diagnosis.hpp>

#include <ostream>
#include <string>

namespace whygrad::testing {

// A Diagnosis with a finding about this source ("" for a tensor) of this status, cause, op and line. Prints the report where it has none.
::testing::Matcher<const Diagnosis&> Says(const std::string& source, Finding::Status status, Cause cause, const std::string& op, int line);

}  // namespace whygrad::testing
