// A sample as a program that another engine can run: the calls of ops that it makes, and the values that enter them.
#pragma once

#include "ops/samples/samples.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace whygrad::samples {

using Json = nlohmann::ordered_json;

// A call of an op: what apply() is given.
struct OpCall {
  const OpDef* op;
  std::vector<Tensor> inputs;
  std::vector<std::byte> attrs;
};
// The calls that a sample makes.
std::vector<OpCall> calls_of(const Sample& sample);

// {"op", "sample", "inputs": [tensor], "differentiate": [index], "order", "steps": [{"op", "attributes", "inputs": [from]}], "outputs": [from]}
// where a tensor is {"dtype", "shape", "values"}, a complex number two values, and `from` one of {"input": i}, {"step": j, "output": k} and a tensor.
Json program_of(const OpDef& op, const Sample& sample, int number, const Inputs& inputs);

// Tells programs apart: of the calls, and of the values to six digits, which are the same with any mathematical library.
std::string fingerprint(const Json& program);

// The sample's inputs, or the same in single precision.
Inputs inputs_in(const Sample& sample, bool single);

// What is asked of a program. Empty tensors stand for what is absent.
struct Answers {
  std::vector<Tensor> value, first, tangent, second;
};
// `outputs` are those that are looked at; empty for all. The first derivative is the gradient of the outputs weighted by weights_of(output, k), the
// tangent that of source j moving by weights_of(source, j + 1), and the second derivative the gradient of the first ones weighted alike.
Answers answers_of(const OpDef& op, const Sample& sample, const Inputs& inputs, const std::vector<int>& outputs);

// 1, 2, 3, 4, 1 .. from place `offset` on, and half of i more where numbers are complex.
Tensor weights_of(const Tensor& like, int offset);

}  // namespace whygrad::samples
