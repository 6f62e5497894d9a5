// Connectionist temporal classification, against the sum over all alignments one by one.
#include "ops/ctc.hpp"
#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <cmath>
#include <vector>

namespace whygrad::samples {
namespace {

// The classes of a path through the frames without repetitions and blanks.
std::vector<int> collapsed(const std::vector<int>& path, int blank) {
  std::vector<int> labels;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) labels.push_back(path[t]);
  }
  return labels;
}

// -log of the sum of the probabilities of all paths that spell the labels: labels, logits [t, b, c], label_length, logit_length.
Arrays by_all_paths(const Arrays& x, int blank) {
  const Array &labels = x[0], &logits = x[1];
  const auto batch = logits.shape[1], classes = logits.shape[2];
  Array loss{{batch}, {}};
  for (std::int64_t b = 0; b < batch; ++b) {
    const auto frames = static_cast<std::size_t>(x[3].values[static_cast<std::size_t>(b)]);
    std::vector<int> wanted;
    for (int i = 0; i < static_cast<int>(x[2].values[static_cast<std::size_t>(b)]); ++i) {
      wanted.push_back(static_cast<int>(labels.values[static_cast<std::size_t>(b * labels.shape[1] + i)]));
    }
    const auto logit = [&](std::size_t t, std::int64_t c) {
      return logits.values[static_cast<std::size_t>((static_cast<std::int64_t>(t) * batch + b) * classes + c)];
    };
    double total = 0;
    std::vector<int> path(frames, 0);
    for (bool more = true; more;) {
      if (collapsed(path, blank) == wanted) {
        double log_p = 0;
        for (std::size_t t = 0; t < frames; ++t) {
          double sum = 0;
          for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(logit(t, c));
          log_p += logit(t, path[t]) - std::log(sum);
        }
        total += std::exp(log_p);
      }
      more = false;
      for (std::size_t t = 0; t < frames && !more; ++t) {
        more = ++path[t] < classes;
        if (!more) path[t] = 0;
      }
    }
    loss.values.push_back(-std::log(total));
  }
  return {loss};
}

Tensor whole(const Shape& shape, const std::vector<double>& values);

// By differences of the gradient: labels, logits, label_length, logit_length, direction.
Arrays by_differences(const Arrays& x) {
  constexpr double kStep = 1e-6;
  Array slope{x[1].shape, std::vector<double>(x[1].values.size())};
  for (const double sign : {1.0, -1.0}) {
    std::vector<double> moved = x[1].values;
    for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += sign * kStep * x[4].values[i];
    const Tensor logits = numbers(x[1].shape, moved);
    GradientTape tape;
    tape.watch(logits);
    const Tensor loss = nn::ctc_loss(whole(x[0].shape, x[0].values), logits, whole(x[2].shape, x[2].values), whole(x[3].shape, x[3].values));
    const std::vector<double> gradient = tape.gradient(loss, logits)->to_vector<double>();
    for (std::size_t i = 0; i < gradient.size(); ++i) slope.values[i] += sign * gradient[i] / (2 * kStep);
  }
  return {slope};
}

Tensor whole(const Shape& shape, const std::vector<double>& values) { return cast(numbers(shape, values), int32); }

const Samples kSamples([](SampleList& list) {
  const Tensor labels = whole({2, 3}, {1, 1, 2, 2, 0, 9}), lengths = whole({2}, {3, 1}), frames = whole({2}, {5, 3});
  const auto loss = [](const Tensor& x, const Inputs& rest, std::int64_t blank) {
    return nn::ctc_loss(rest[0], x, rest[2], rest[3], {.blank = blank});
  };
  list.add({.op = "ctc_loss",
            .inputs = {labels, uniform({5, 2, 4}), lengths, frames},
            .run = [=](const Inputs& x) { return outputs(loss(x[1], x, 3)); },
            .expected = [](const Arrays& x) { return by_all_paths(x, 3); },
            .dtypes = {float64},
            .tolerance = 1e-11});
  list.add({.op = "ctc_loss",
            .inputs = {whole({1, 2}, {1, 2}), uniform({4, 1, 3}), whole({1}, {2}), whole({1}, {4})},
            .run = [=](const Inputs& x) { return outputs(loss(x[1], x, 0)); },
            .expected = [](const Arrays& x) { return by_all_paths(x, 0); },
            .dtypes = {float64},
            .tolerance = 1e-11});
  list.add({.op = "ctc_loss_grad",
            .inputs = {whole({1, 2}, {1, 2}), uniform({4, 1, 3}), whole({1}, {2}), whole({1}, {4}), uniform({4, 1, 3}, -1, 1, 2)},
            .run = [](const Inputs& x) { return outputs(internal::ctc_curvature(x[0], x[1], x[2], x[3], x[4], {})); },
            .expected = by_differences,
            .dtypes = {float64},
            .tolerance = 1e-8});
  list.refuse({.op = "ctc_loss_grad", .fragment = "another shape than the logits", .call = [] {
                 internal::ctc_curvature(whole({1, 1}, {1}), uniform({4, 1, 3}), whole({1}, {1}), whole({1}, {4}), uniform({4, 1, 2}), {});
               }});
  const auto call = [](const Tensor& l, const Tensor& x, const Tensor& n, const Tensor& t, std::int64_t blank = 0) {
    return [=] { nn::ctc_loss(l, x, n, t, {.blank = blank}); };
  };
  const Tensor logits = uniform({5, 2, 4}), good = whole({2, 3}, {1, 1, 2, 2, 0, 0});
  list.refuse({.op = "ctc_loss",
               .fragment = "label 4 of row 0 lies outside [0, 4)",
               .call = call(whole({2, 1}, {4, 1}), logits, whole({2}, {1, 1}), frames)});
  list.refuse({.op = "ctc_loss", .fragment = "label_length 4 of row 1", .call = call(good, logits, whole({2}, {3, 4}), frames)});
  list.refuse({.op = "ctc_loss", .fragment = "logit_length 6 of row 0", .call = call(good, logits, lengths, whole({2}, {6, 1}))});
  list.refuse({.op = "ctc_loss", .fragment = "blank 4 lies outside [0, 4)", .call = call(good, logits, lengths, frames, 4)});
  list.refuse({.op = "ctc_loss", .fragment = "labels of f64", .call = call(uniform({2, 3}), logits, lengths, frames)});
  list.refuse({.op = "ctc_loss", .fragment = "logits of i64", .call = call(good, integers({5, 2, 4}, 0, 1), lengths, frames)});
  list.refuse({.op = "ctc_loss", .fragment = "a batch of 2 in the logits", .call = call(good, logits, whole({1}, {1}), frames)});
  list.refuse({.op = "ctc_loss", .fragment = "labels [batch, most labels]", .call = call(good, uniform({5, 2}), lengths, frames)});
});

}  // namespace
}  // namespace whygrad::samples
