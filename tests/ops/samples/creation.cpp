// Tensors of regular content.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>

namespace whygrad::samples {
namespace {

// A tensor without inputs, and what its elements are.
void add_source(SampleList& list, const char* op, DType dtype, const std::function<Tensor()>& make, const Array& expected) {
  list.add({.op = op,
            .run = [make](const Inputs&) { return outputs(make()); },
            .expected = [expected](const Arrays&) { return Arrays{expected}; },
            .dtypes = {dtype}});
}

void add_regular(SampleList& list) {
  add_source(list, "zeros", float32, [] { return zeros({2, 2}); }, {{2, 2}, {0, 0, 0, 0}});
  add_source(list, "ones", int64, [] { return ones({3}, int64); }, {{3}, {1, 1, 1}});
  add_source(list, "fill", float32, [] { return fill({2}, 2.5); }, {{2}, {2.5, 2.5}});
  add_source(list, "fill", int32, [] { return fill({}, 7); }, {{}, {7}});
  add_source(list, "fill", bool_, [] { return fill({2}, true); }, {{2}, {1, 1}});
  add_source(list, "fill", float64, [] { return fill({0, 2}, 1, float64); }, {{0, 2}, {}});
  list.refuse({.op = "fill", .fragment = "i8 cannot hold the number 300", .call = [] { fill({2}, 300, int8); }});
  list.refuse({.op = "fill", .fragment = "i32 cannot hold the number 2.5", .call = [] { fill({2}, 2.5, int32); }});

  add_source(list, "range", int32, [] { return range(4); }, {{4}, {0, 1, 2, 3}});
  add_source(list, "range", int64, [] { return range(10, 1, -4, int64); }, {{3}, {10, 6, 2}});
  add_source(list, "range", float64, [] { return range(0.0, 1.0, 0.25, float64); }, {{4}, {0, 0.25, 0.5, 0.75}});
  add_source(list, "range", int32, [] { return range(3, 3); }, {{0}, {}});
  add_source(list, "range", float32,
             [] { return range(0.1, 1.1, 0.1, float32); },  // As TensorFlow's are, which is not always the float nearest to the sum.
             {{10}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.70000005f, 0.8f, 0.90000004f, 1.0f}});
  add_source(list, "range", float32, [] { return range(0.0, 0.3, 0.1, float32); }, {{3}, {0, 0.1f, 0.2f}});
  list.refuse({.op = "range", .fragment = "delta leads away from limit (start is 3, limit 1, delta 1)", .call = [] { range(3, 1); }});
  list.refuse({.op = "range", .fragment = "delta leads away from limit", .call = [] { range(0.5, 3.0, -1); }});
  list.refuse({.op = "range", .fragment = "delta is 0 (start is 0, limit 3, delta 0)", .call = [] { range(0, 3, 0); }});
  list.refuse({.op = "range", .fragment = "bool numbers cannot be counted through", .call = [] { range(true); }});

  add_source(list, "linspace", float64, [] { return linspace(-1, 1, 5, float64); }, {{5}, {-1, -0.5, 0, 0.5, 1}});
  add_source(list, "linspace", float32, [] { return linspace(3, 9, 1); }, {{1}, {3}});
  list.refuse({.op = "linspace", .fragment = "count is -1", .call = [] { linspace(0, 1, -1); }});
  list.refuse({.op = "linspace", .fragment = "i32 is no floating type", .call = [] { linspace(0, 1, 2, int32); }});

  add_source(list, "eye", float32, [] { return eye(2); }, {{2, 2}, {1, 0, 0, 1}});
  add_source(list, "eye", int32, [] { return eye(2, 3, int32); }, {{2, 3}, {1, 0, 0, 0, 1, 0}});
  add_source(list, "eye", float32, [] { return eye(3, 1); }, {{3, 1}, {1, 0, 0}});

  const auto filled = [](double value) {
    return [value](const Arrays& x) { return Arrays{by_place(x[0].shape, [value](const Place&) { return value; })}; };
  };
  list.add(
      {.op = "zeros_like", .inputs = {uniform({2, 3})}, .run = [](const Inputs& x) { return outputs(zeros_like(x[0])); }, .expected = filled(0)});
  list.add(
      {.op = "ones_like", .inputs = {integers({3}, 0, 9)}, .run = [](const Inputs& x) { return outputs(ones_like(x[0])); }, .expected = filled(1)});
  list.refuse({.op = "zeros_like", .fragment = "empty handle", .call = [] { zeros_like({}); }});
  list.refuse({.op = "ones_like", .fragment = "empty handle", .call = [] { ones_like({}); }});
}

const Samples kSamples([](SampleList& list) { add_regular(list); });

}  // namespace
}  // namespace whygrad::samples
