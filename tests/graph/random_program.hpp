// Programs of random ops, to hold one way to run them against another.
#pragma once

#include <whygrad/whygrad.hpp>

#include <random>
#include <vector>

namespace whygrad::internal {

// A program of random ops on values of one shape and on such as broadcast to it.
class RandomProgram {
 public:
  // `order` are the axes of the last input, laid out as the others.
  RandomProgram(unsigned seed, const Ints& order) : seed_(seed), order_(order) {}

  std::vector<Tensor> operator()(const std::vector<Tensor>& inputs) const {
    std::mt19937 draws(seed_);
    const auto draw = [&](std::size_t n) { return static_cast<std::size_t>(draws() % n); };
    std::vector<Tensor> values = inputs, results;
    values.back() = transpose(values.back(), order_);
    const auto any = [&]() -> const Tensor& { return values[draw(values.size())]; };
    const std::size_t ops = 4 + draw(30);
    for (std::size_t i = 0; i < ops; ++i) {
      const Tensor& a = any();
      const Tensor& b = any();
      const Axes last = a.rank() == 0 ? Axes() : Axes{-1};
      switch (draw(20)) {
        case 0: values.push_back(a + b); break;
        case 1: values.push_back(a * b); break;
        case 2: values.push_back(a - b); break;
        case 3: values.push_back(tanh(a)); break;
        case 4: values.push_back(sigmoid(a)); break;
        case 5: values.push_back(where(a > b, a, b * 0.5)); break;
        case 6: values.push_back(maximum(a, b)); break;
        case 7: values.push_back(exp(-square(a))); break;
        case 8: values.push_back(a * 0.25 + 1); break;
        case 9: values.push_back(nn::relu(a)); break;
        case 10: values.push_back(reduce_sum(a, last, true)); break;
        case 11: values.push_back(reduce_mean(a, {}, true)); break;
        case 12: values.push_back(reduce_max(a * square(a), last, true)); break;
        case 13: values.push_back(nn::softplus(a)); break;
        case 15: values.push_back(pow(a, 3) * 0.1); break;
        case 14: values.push_back(a / (1 + square(b))); break;
        case 16: values.push_back(sin(a) - 0.1 * cos(b)); break;
        case 17: values.push_back(-a * a); break;
        case 18: values.push_back(1 - minimum(a, b)); break;
        default: results.push_back(a * 2); break;
      }
    }
    results.push_back(values.back());
    results.push_back(reduce_sum(square(values.back())));
    return results;
  }

 private:
  unsigned seed_;
  Ints order_;
};

}  // namespace whygrad::internal
