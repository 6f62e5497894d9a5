// Sparse matrices.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/sparse.hpp>

namespace whygrad::samples {
namespace {

std::int64_t whole(double x) { return static_cast<std::int64_t>(x); }

// Rows of indices into [3, 4], no two alike.
Tensor rows(const std::vector<std::int64_t>& values) { return constant(values, {static_cast<std::int64_t>(values.size()) / 2, 2}); }

const Samples kSamples([](SampleList& list) {
  list.add({.op = "sparse_to_dense",
            .inputs = {rows({2, 1, 0, 3}), uniform({2})},
            .run =
                [](const Inputs& x) {
                  return outputs(sparse_to_dense({x[0], x[1], {3, 4}}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 4}, [&](const Place& p) {
                    return p[0] == 2 && p[1] == 1 ? at(x[1], {0}) : p[0] == 0 && p[1] == 3 ? at(x[1], {1}) : 0.0;
                  })};
                },
            .dtypes = {float64}});
  list.refuse({.op = "sparse_to_dense", .fragment = "indices[0, 0] is 5", .call = [] { sparse_to_dense({rows({5, 1}), uniform({1}), {3, 4}}); }});
  list.add({.op = "sparse_dense_matmul",
            .inputs = {rows({2, 1, 0, 3, 2, 1, 2, 0}), uniform({4}), uniform({4, 2}, -2, 2, 2)},
            .run =
                [](const Inputs& x) {
                  return outputs(sparse_dense_matmul({x[0], x[1], {3, 4}}, x[2]));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 2}, [&](const Place& p) {
                    double sum = 0;
                    for (std::int64_t i = 0; i < 4; ++i) {
                      if (whole(at(x[0], {i, 0})) == p[0]) sum += at(x[1], {i}) * at(x[2], {whole(at(x[0], {i, 1})), p[1]});
                    }
                    return sum;
                  })};
                },
            .dtypes = {float64}});
  list.refuse({.op = "sparse_dense_matmul", .fragment = "a is [3, 4] and b [3, 2]", .call = [] {
                 sparse_dense_matmul({rows({2, 1}), uniform({1}), {3, 4}}, uniform({3, 2}));
               }});
  list.refuse({.op = "sparse_dense_matmul", .fragment = "[2] values at places [1, 2]", .call = [] {
                 sparse_dense_matmul({rows({2, 1}), uniform({2}), {3, 4}}, uniform({4, 2}));
               }});
  list.refuse({.op = "sparse_dense_matmul", .fragment = "indices[0, 0] is 3, which is not in [0, 3)", .call = [] {
                 sparse_dense_matmul({rows({3, 1}), uniform({1}), {3, 4}}, uniform({4, 2}));
               }});
  list.refuse({.op = "sparse_dense_matmul", .fragment = "indices[0, 1] is 4, which is not in [0, 4)", .call = [] {
                 sparse_dense_matmul({rows({2, 4}), uniform({1}), {3, 4}}, uniform({4, 2}));
               }});
  list.add({.op = "sparse_concat",
            .inputs = {uniform({4}), constant(std::vector<std::int64_t>{2, 0, 3})},
            .run = [](const Inputs& x) { return outputs(sparse_concat(x[0], x[1])); },
            .expected = [](const Arrays& x) { return Arrays{by_place({3}, [&](const Place& p) { return at(x[0], {whole(at(x[1], {p[0]}))}); })}; },
            .dtypes = {float64}});
  list.refuse({.op = "sparse_concat", .fragment = "values are [2, 1]", .call = [] {
                 sparse_concat(uniform({2, 1}), constant(std::vector<std::int64_t>{0}));
               }});
  list.refuse({.op = "sparse_concat", .fragment = "indices[0] is 5, which is not in [0, 2)", .call = [] {
                 sparse_concat(uniform({2}), constant(std::vector<std::int64_t>{5}));
               }});
});

}  // namespace
}  // namespace whygrad::samples
