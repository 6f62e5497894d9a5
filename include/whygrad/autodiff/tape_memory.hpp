// What a tape keeps in memory for the gradient.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace whygrad {

// The values that the gradient rules of one op at one line and in one name scope keep.
struct KeptValues {
  std::string op;
  std::string scope;  // "encoder/dense"
  std::string place;  // "model.cpp:12"; empty if it is not known
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;
};

// What the tape keeps now, by op, name scope and line, the largest first. What several ops keep counts once, for the first of them. Values of the
// variables that the tape watches are not counted, since the variables have them.
WG_API std::vector<KeptValues> kept_values(const GradientTape& tape);

}  // namespace whygrad
