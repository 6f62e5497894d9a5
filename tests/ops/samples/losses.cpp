// Losses.
#include "ops/samples/samples.hpp"

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/losses.hpp>

#include <cmath>
#include <numeric>

namespace whygrad::samples {
namespace {

using Values = std::vector<double>;

double log_sum_exp(const Values& v) {
  double total = 0;
  for (const double x : v) total += std::exp(x);
  return std::log(total);
}
Values log_softmax_of(const Values& v) {
  Values y = v;
  for (double& x : y) x -= log_sum_exp(v);
  return y;
}

// -sum(labels * log_softmax(logits)) along the last axis.
Arrays cross_entropy_of(const Array& labels, const Array& logits) {
  const int last = logits.shape.rank() - 1;
  const Array terms = map([](double a, double b) { return -a * b; }, labels, along(log_softmax_of, logits, last));
  return {fold([](const Values& v) { return std::accumulate(v.begin(), v.end(), 0.0); }, terms, {last})};
}

void add_l2_loss(SampleList& list) {
  for (const Shape& shape : {Shape{3, 4}, Shape{}, Shape{0}, Shape{2, 3, 4}}) {
    list.add({.op = "l2_loss",
              .inputs = {uniform(shape)},
              .run = [](const Inputs& x) { return outputs(nn::l2_loss(x[0])); },
              .expected =
                  [](const Arrays& x) {
                    const Values& v = x[0].values;
                    return Arrays{{{}, {std::inner_product(v.begin(), v.end(), v.begin(), 0.0) / 2}}};
                  }});
  }
  list.refuse({.op = "l2_loss", .fragment = "floating numbers", .call = [] { nn::l2_loss(integers({2}, 0, 1)); }});
}

void add_losses(SampleList& list) {
  add_l2_loss(list);
  const char* dense = "softmax_cross_entropy_with_logits";
  for (const Shape& shape : {Shape{3, 4}, Shape{4}, Shape{2, 3, 4}}) {
    // The gradient of the logits is exact for labels that sum to 1, so labels and logits are not moved together.
    const Tensor labels = nn::softmax(uniform(shape, -2, 2, 7)), logits = uniform(shape);
    for (const int which : {0, 1}) {
      list.add({.op = dense,
                .inputs = {labels, logits},
                .run = [](const Inputs& x) { return outputs(nn::softmax_cross_entropy_with_logits(x[0], x[1])); },
                .expected = [](const Arrays& x) { return cross_entropy_of(x[0], x[1]); },
                .differentiate = {which}});
    }
  }
  list.refuse({.op = dense, .fragment = "labels and logits differ in shape", .call = [] {
                 nn::softmax_cross_entropy_with_logits(uniform({4}), uniform({3, 4}));
               }});
  list.refuse({.op = dense, .fragment = "a scalar has no classes", .call = [] { nn::softmax_cross_entropy_with_logits(uniform({}), uniform({})); }});
  list.refuse({.op = dense, .fragment = "there are no classes", .call = [] {
                 nn::softmax_cross_entropy_with_logits(uniform({2, 0}), uniform({2, 0}));
               }});
  list.refuse({.op = dense, .fragment = "logits of i64", .call = [] { nn::softmax_cross_entropy_with_logits(uniform({2}), integers({2}, 0, 1)); }});
  list.refuse({.op = dense, .fragment = "do not mix", .call = [] { nn::softmax_cross_entropy_with_logits(integers({2}, 0, 1), uniform({2})); }});

  const char* sparse = "sparse_softmax_cross_entropy_with_logits";
  for (const Shape& rows : {Shape{3}, Shape{}, Shape{2, 3}, Shape{0}}) {
    Shape shape = rows;
    shape.push_back(4);
    for (const DType dtype : {int32, int64}) {
      list.add({.op = sparse,
                .inputs = {cast(integers(rows, 0, 3), dtype), uniform(shape)},
                .run = [](const Inputs& x) { return outputs(nn::sparse_softmax_cross_entropy_with_logits(x[0], x[1])); },
                .expected =
                    [](const Arrays& x) {
                      Array one_hot{x[1].shape, Values(x[1].values.size())};
                      for (std::size_t i = 0; i < x[0].values.size(); ++i) one_hot.values[i * 4 + static_cast<std::size_t>(x[0].values[i])] = 1;
                      return cross_entropy_of(one_hot, x[1]);
                    },
                .dtypes = {float64}});
    }
  }
  const auto loss = [](const Tensor& labels, const Tensor& logits) {
    return [labels, logits] { nn::sparse_softmax_cross_entropy_with_logits(labels, logits); };
  };
  list.refuse({.op = sparse, .fragment = "label 4 of row 0 lies outside [0, 4)", .call = loss(integers({2}, 4, 4), uniform({2, 4}))});
  list.refuse({.op = sparse, .fragment = "label -1 of row 0", .call = loss(cast(integers({2}, -1, -1), int32), uniform({2, 4}))});
  list.refuse({.op = sparse, .fragment = "labels [3] do not fit logits [2, 4]", .call = loss(integers({3}, 0, 1), uniform({2, 4}))});
  list.refuse({.op = sparse, .fragment = "labels of f64", .call = loss(uniform({2}), uniform({2, 4}))});
  list.refuse({.op = sparse, .fragment = "logits of i64", .call = loss(integers({2}, 0, 1), integers({2, 4}, 0, 1))});
}

const Samples kSamples([](SampleList& list) { add_losses(list); });

}  // namespace
}  // namespace whygrad::samples
