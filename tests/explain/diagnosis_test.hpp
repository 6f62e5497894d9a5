// What the tests of zero and non-finite gradients share.
#pragma once

#include "explain/explain_test.hpp"

#include <whygrad/explain/diagnosis.hpp>

#include <ostream>
#include <string>

namespace whygrad::testing {

// A Diagnosis with a finding about this source ("" for a tensor) of this status, cause, op and line. Prints the report where it has none.
MATCHER_P5(Says, source, status, cause, op, line,
           std::string("says that of `") + source + "` because of " + reason(cause).name + " by `" + op + "` in line " + std::to_string(line)) {
  *result_listener << "it says\n" << arg.to_string();
  const std::vector<Finding> all = arg.findings();
  return std::any_of(all.begin(), all.end(), [&](const Finding& f) {
    return f.source_name == source && f.status == status && f.cause == cause && f.op == op && f.place.line == static_cast<std::uint32_t>(line);
  });
}

}  // namespace whygrad::testing
