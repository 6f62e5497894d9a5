// The checks that check_op() makes, one by one.
#pragma once

#include <whygrad/testing/op_samples.hpp>

#include <span>

namespace whygrad::testing {

using Problems = std::vector<std::string>;

struct OpCheck {
  const char* name;
  Problems (*run)(const OpDef& op, const SampleList& list);
};
std::span<const OpCheck> op_checks();

}  // namespace whygrad::testing
