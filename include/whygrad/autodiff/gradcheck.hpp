// Checks gradients against central differences.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <functional>
#include <string>
#include <vector>

namespace whygrad {

struct GradcheckOptions {
  int order = 1;            // 2 checks the second derivatives as well
  double step = 1e-5;       // relative to 1 + |x|, along a random direction of length 1 per element
  double tolerance = 1e-6;  // on |difference| / (1 + |expected|)
  std::uint64_t seed = 7;
};

struct GradcheckResult {
  bool ok = true;
  std::string message;  // what was compared, with the numbers, if it failed
  explicit operator bool() const { return ok; }
};

// Compares the tape's directional derivative of sum(f(inputs) * random weights) with (F(x + h d) - F(x - h d)) / 2h, one random direction d per
// input; at order 2 the same for the gradient's own product with random weights. Inputs f64 or c128 (others throw DTypeError), away from kinks;
// integer and bool inputs are passed through. f must give the same result each time.
WG_API GradcheckResult gradcheck(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f, const std::vector<Tensor>& inputs,
                                 const GradcheckOptions& options = {});

}  // namespace whygrad
