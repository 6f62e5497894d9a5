// Checks an op from samples of it: inputs, a plain reference for the value, and calls that must fail. For ops of the library and for your own
// (docs/your_own_op.md); it needs no test framework. In the installed package it is a library of its own, the target whygrad::testing.
//
//   testing::SampleList list;
//   list.add({.op = "hard_shrink",
//             .inputs = {uniform({3, 4}, -2, 2, 1, {-0.5, 0.5}), numbers({}, {0.5})},  // f64, away from kinks
//             .run = [](const Inputs& x) { return outputs(hard_shrink(x[0], x[1])); },
//             .expected = [](const Arrays& x) { return Arrays{map(shrunk, x[0])}; }});
//   list.refuse({.op = "hard_shrink", .fragment = "scalar", .call = [] { hard_shrink(ones({2}), ones({2})); }});
//   for (const std::string& problem : testing::check_op(kHardShrink, list)) std::puts(problem.c_str());
#pragma once

#include <whygrad/ops/op.hpp>

#include <functional>
#include <string>
#include <vector>

namespace whygrad::testing {

// Plain numbers in row-major order. A complex tensor is an array with one more axis, of 2, for its parts.
struct Array {
  Shape shape;
  std::vector<double> values;
};
using Arrays = std::vector<Array>;
using Inputs = std::vector<Tensor>;

struct Sample {
  const char* op = nullptr;
  Inputs inputs = {};
  std::function<std::vector<Tensor>(const Inputs&)> run = nullptr;
  // Computes the expected outputs from the inputs.
  std::function<Arrays(const Arrays&)> expected = nullptr;
  // Dtypes of the outputs; by default that of the first input.
  std::vector<DType> dtypes = {};
  // On |difference| / (1 + |expected|).
  double tolerance = 1e-12;
  // Inputs to differentiate; by default all f64 and c128 inputs that the record declares differentiable.
  std::vector<int> differentiate = {};
  // 2 also checks the gradient of the gradient, 0 checks neither.
  int order = 2;
  // Inputs whose elements `run` reads before it calls the op, for instance the number of segments.
  std::vector<int> reads = {};
  // Also run with f32 instead of f64, to 1e-5.
  bool in_f32 = true;
};

// A call that must throw a whygrad::Error of that op, whose message contains `fragment` and has a help line.
struct Refusal {
  const char* op = nullptr;
  const char* fragment = nullptr;
  std::function<void()> call = nullptr;
};

class SampleList {
 public:
  void add(Sample sample) { samples_.push_back(std::move(sample)); }
  void refuse(Refusal refusal) { refusals_.push_back(std::move(refusal)); }
  const std::vector<Sample>& samples() const { return samples_; }
  const std::vector<Refusal>& refusals() const { return refusals_; }

 private:
  std::vector<Sample> samples_;
  std::vector<Refusal> refusals_;
};

// ---- Checks ----

// Returns the problems of the op, one sentence each; empty if there are none. Checks for each of its samples: the value and dtype of the outputs,
// also for inputs that are strided views and in f32; that the shape rule gives the same without elements; the gradient and its gradient against
// central differences, without elements, and for inputs that a tape watches late. Also checks that each refusal throws an Error with help, and that
// each differentiable input has a sample. Samples of other ops in the list are ignored.
std::vector<std::string> check_op(const OpDef& op, const SampleList& list);

// ---- Inputs: the same numbers in each run; `seed` distinguishes two inputs of one sample ----

// f64, evenly distributed over (low, high) but at least 0.05 away from each of `kinks`.
Tensor uniform(const Shape& shape, double low = -2, double high = 2, int seed = 1, const std::vector<double>& kinks = {});
// f64, a shuffled ladder from low to high: no two elements are closer than (high - low) / size.
Tensor distinct(const Shape& shape, double low = -2, double high = 2, int seed = 1);
// i64 in [low, high].
Tensor integers(const Shape& shape, std::int64_t low, std::int64_t high, int seed = 1);
// c128 with parts in (-2, 2).
Tensor complex_numbers(const Shape& shape, int seed = 1);
Tensor booleans(const Shape& shape, int seed = 1);
// f64 with the given elements.
Tensor numbers(const Shape& shape, const std::vector<double>& values);

Array to_array(const Tensor& t);
inline std::vector<Tensor> outputs(const Tensor& t) { return {t}; }

// ---- References ----

// f of each element, or of each pair with NumPy broadcasting.
Array map(double (*f)(double), const Array& a);
Array map(double (*f)(double, double), const Array& a, const Array& b);
// f of the elements along the given axes (not negative, ascending), which are dropped or kept with extent 1.
Array fold(const std::function<double(const std::vector<double>&)>& f, const Array& a, const std::vector<int>& axes, bool keepdims = false);
// f of each row along one axis, which returns a row of the same length.
Array along(const std::function<std::vector<double>(const std::vector<double>&)>& f, const Array& a, int axis);

}  // namespace whygrad::testing
