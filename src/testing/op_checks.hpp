// The checks that check_op() makes, one by one.
#pragma once

#include <whygrad/testing/op_samples.hpp>

#include <exception>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

namespace whygrad::testing {

using Problems = std::vector<std::string>;

struct OpCheck {
  const char* name;
  Problems (*run)(const OpDef& op, const SampleList& list);
};
std::span<const OpCheck> op_checks();

// ---- What checks share ----

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Calls f(sample, problems) for each sample of the op. An exception becomes a problem of that sample.
template <class F>
Problems for_each_sample(const OpDef& op, const SampleList& list, const F& f) {
  Problems problems;
  int number = 0;
  for (const Sample& sample : list.samples()) {
    if (sample.op == nullptr || sample.op != std::string_view(op.name)) continue;
    Problems mine;
    try {
      f(sample, mine);
    } catch (const std::exception& error) {
      mine.push_back(text("it throws ", error.what()));
    }
    for (const std::string& problem : mine) problems.push_back(text("sample ", number, ": ", problem));
    ++number;
  }
  return problems;
}

bool is_near(double have, double want, double tolerance);
// The inputs of a sample that are differentiated.
std::vector<int> differentiated(const OpDef& op, const Sample& sample);

// Forward mode against the tape.
Problems check_directions(const OpDef& op, const SampleList& list);

}  // namespace whygrad::testing
