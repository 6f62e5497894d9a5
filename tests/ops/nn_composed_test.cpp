// Activations, losses, moments, convolutions of rows and of single channels, which are made of ops: the values of TensorFlow 2.21, gradients against
// central differences, what they refuse.
#include "ops/composed.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/norm.hpp>

namespace whygrad {
namespace {

using samples::Inputs;
using testing::expect_composed;
using ::testing::HasSubstr;
using testing::message_of;

Tensor d(const std::vector<double>& values, const Shape& shape) { return constant(values, shape); }
Tensor counting(const Shape& shape) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<double>(i));
  return d(values, shape);
}

const Tensor kX = d({1, -2, .5, 3, -1, 2}, {2, 3}), kLabels = d({1, 0, .5, 0, 1, .25}, {2, 3});

TEST(ComposedActivation, HasTensorFlowsValuesAndTheGradientOfDifferences) {
  expect_composed({
      {"swish",
       {kX},
       [](const Inputs& in) { return nn::swish(in[0], 0.5); },
       {2, 3},
       {0.6224593312018546, -0.5378828427399902, 0.28108825044289903, 2.452723428580931, -0.37754066879814546, 1.4621171572600098}},
      {"swish, beta a tensor",
       {kX, d({.5}, {})},
       [](const Inputs& in) { return nn::swish(in[0], in[1]); },
       {2, 3},
       {0.6224593312018546, -0.5378828427399902, 0.28108825044289903, 2.452723428580931, -0.37754066879814546, 1.4621171572600098}},
      {"crelu", {kX}, [](const Inputs& in) { return nn::crelu(in[0]); }, {2, 6}, {1, 0, .5, 0, 2, 0, 3, 0, 2, 0, 1, 0}},
      {"crelu, along another axis", {kX}, [](const Inputs& in) { return nn::crelu(in[0], 0); }, {4, 3}, {1, 0, .5, 3, 0, 2, 0, 2, 0, 0, 1, 0}},
      {"embedding_lookup",
       {d({3, 4, .5, .5, 1, 0.25}, {3, 2})},
       [](const Inputs& in) {
         return nn::embedding_lookup(in[0], constant({0, 1}), 1);
       },
       {2, 2},
       {.6, .8, .5, .5}},
      {"dropout of nothing", {kX}, [](const Inputs& in) { return nn::dropout(in[0], 0); }, {2, 3}, {1, -2, .5, 3, -1, 2}},
  });
  EXPECT_EQ(nn::swish(kX).to_vector<double>(), nn::silu(kX).to_vector<double>());
  EXPECT_EQ(nn::swish(cast(kX, complex128)).dtype(), complex128);
}

TEST(Dropout, KeepsSomeAndScalesThem) {
  const Tensor x = fill({1000}, 3.0, float32);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = nn::dropout(x, 0.25, {.seed = 7});
  int dropped = 0;
  const std::vector<float> values = y.to_vector<float>(), slopes = tape.gradient(y, x)->to_vector<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    dropped += values[i] == 0 ? 1 : 0;
    EXPECT_FLOAT_EQ(values[i], values[i] == 0 ? 0 : 4);
    EXPECT_FLOAT_EQ(slopes[i], values[i] == 0 ? 0 : 4 / 3.0f);
  }
  EXPECT_NEAR(dropped, 250, 60);
  EXPECT_EQ(nn::dropout(x, fill({}, 0.25, float32), {.seed = 7}).to_vector<float>(), values) << "a rate that is a tensor";
  const std::vector<float> rows = nn::dropout(ones({4, 3}), 0.5, {.noise_shape = Shape{4, 1}, .seed = 1}).to_vector<float>();
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], rows[i / 3 * 3]) << "whole rows";
}

TEST(Dropout, SaysWhatItCannotDo) {
  EXPECT_EQ(message_of<ValueError>([] { nn::dropout(kX, 1); }),
            "[dropout] the rate is 1\nhelp: rate must be a scalar tensor or a number in [0, 1): the part that is dropped");
  EXPECT_THAT(message_of<ValueError>([] { nn::dropout(kX, -0.5); }), HasSubstr("the rate is -0.5"));
  EXPECT_THAT(message_of<DTypeError>([] { nn::dropout(constant({1, 2}), 0.5); }), HasSubstr("[dropout] x is i32[2]"));
  EXPECT_THAT(message_of<ValueError>([] { nn::dropout(Tensor(), 0.5); }), HasSubstr("empty handle"));
}

TEST(ComposedLoss, HasTensorFlowsValuesAndTheGradientOfDifferences) {
  const Tensor counts = d({.25, .5, .75, 2, 3, 5}, {2, 3});
  expect_composed({
      {"log_poisson_loss",
       {d({0, .5, 1, 2, 3, 5}, {2, 3}), kX},
       [](const Inputs& in) { return nn::log_poisson_loss(in[0], in[1]); },
       {2, 3},
       {2.7182818284590455, 1.1353352832366128, 1.1487212707001282, 14.085536923187668, 3.3678794411714423, -2.6109439010693496}},
      {"log_poisson_loss, full",
       {counts, kX},
       [](const Inputs& in) { return nn::log_poisson_loss(in[0], in[1], true); },
       {2, 3},
       {2.4682818284590455, 1.1353352832366128, 1.2737212707001282, 14.737343407792205, 5.1319609847145, 2.159903150522875}},
      {"weighted_cross_entropy_with_logits",
       {kLabels, kX},
       [](const Inputs& in) { return nn::weighted_cross_entropy_with_logits(in[0], in[1], 2); },
       {2, 3},
       {0.6265233750364456, 0.1269280110429727, 0.96111547627016, 3.048587351573742, 2.6265233750364456, 1.6586600138037155}},
      {"weighted_cross_entropy_with_logits, by class",
       {kLabels, kX, d({1, 2, 3}, {3})},
       [](const Inputs& in) { return nn::weighted_cross_entropy_with_logits(in[0], in[1], in[2]); },
       {2, 3},
       {0.3132616875182228, 0.1269280110429727, 1.1981539683602134, 3.048587351573742, 2.6265233750364456, 1.6903920165644588}},
      {"softmax_cross_entropy_with_logits along the first axis",
       {d({1, 0, .5, 0, 1, .5}, {2, 3}), kX},
       [](const Inputs& in) { return nn::softmax_cross_entropy_with_logits(in[0], in[1], 0); },
       {3},
       {2.1269280110429727, 0.31326168751822286, 0.9514132779827525}},
  });
  EXPECT_EQ(nn::softmax_cross_entropy_with_logits(kLabels, kX, 1).to_vector<double>(),
            nn::softmax_cross_entropy_with_logits(kLabels, kX).to_vector<double>());
  EXPECT_THAT(message_of<IndexError>([] { nn::softmax_cross_entropy_with_logits(kLabels, kX, 2); }), HasSubstr("softmax_cross_entropy_with_logits"));
  EXPECT_EQ(message_of<ShapeError>([] {
              nn::log_poisson_loss(ones({3}), ones({2, 3}));
            }),
            "[log_poisson_loss] targets are f32[3] and log_input f32[2, 3]\nhelp: they go together one by one, so they need one shape: broadcasting "
            "here is nearly always a mistake");
  EXPECT_THAT(message_of<ShapeError>([] {
                nn::weighted_cross_entropy_with_logits(ones({3}), ones({2, 3}), 2);
              }),
              HasSubstr("labels are f32[3] and logits f32[2, 3]"));
}

TEST(ComposedMoments, HaveTensorFlowsValuesAndTheGradientOfDifferences) {
  const Tensor shift = d({1, 2}, {2}), weights = d({1, 2, 0.5}, {3});
  const auto statistics = [](const Tensor& x, const Tensor& by) { return sufficient_statistics(x, {0, 1}, by); };
  expect_composed({
      {"normalize",
       {kX},
       [](const Inputs& in) { return normalize(in[0], 1).values; },
       {2, 3},
       {0.4364357804719848, -0.8728715609439696, 0.2182178902359924, 0.8017837257372732, -0.2672612419124244, 0.5345224838248488}},
      {"normalize, the norm", {kX}, [](const Inputs& in) { return normalize(in[0], {}, {.ord = 1}).norm; }, {1, 1}, {9.5}},
      {"sufficient_statistics, sum", {kX}, [](const Inputs& in) { return sufficient_statistics(in[0], 0).sum; }, {3}, {4, -3, 2.5}},
      {"sufficient_statistics, squares", {kX}, [](const Inputs& in) { return sufficient_statistics(in[0], 0).sum_of_squares; }, {3}, {10, 5, 4.25}},
      {"sufficient_statistics, shifted", {kX, d({.5}, {})}, [&](const Inputs& in) { return statistics(in[0], in[1]).sum; }, {}, {.5}},
      {"sufficient_statistics, shifted squares",
       {kX, d({.5}, {})},
       [&](const Inputs& in) { return statistics(in[0], in[1]).sum_of_squares; },
       {},
       {17.25}},
      {"normalize_moments, mean",
       {d({4}, {}), d({6, 2}, {2}), d({20, 5}, {2}), shift},
       [](const Inputs& in) {
         return normalize_moments({in[0], in[1], in[2], in[3]}).mean;
       },
       {2},
       {2.5, 2.5}},
      {"normalize_moments, variance",
       {d({4}, {}), d({6, 2}, {2}), d({20, 5}, {2})},
       [](const Inputs& in) {
         return normalize_moments({in[0], in[1], in[2], {}}).variance;
       },
       {2},
       {2.75, 1}},
      {"weighted_moments, mean",
       {kX, weights},
       [](const Inputs& in) { return weighted_moments(in[0], 1, in[1]).mean; },
       {2},
       {-0.7857142857142857, 0.5714285714285714}},
      {"weighted_moments, variance",
       {kX, weights},
       [](const Inputs& in) { return weighted_moments(in[0], 1, in[1], true).variance; },
       {2, 1},
       {1.9897959183673468, 3.387755102040816}},
  });
  const SufficientStatistics whole = sufficient_statistics(kX, {0, -1});
  EXPECT_EQ(whole.count.item<double>(), 6);
  EXPECT_FALSE(whole.shift.defined());
  EXPECT_EQ(weighted_moments(kX, 1, zeros({3}, float64)).mean.to_vector<double>(), (std::vector<double>{0, 0}));
  EXPECT_THROW(sufficient_statistics(kX, 2), IndexError);
  EXPECT_THROW(normalize_moments({}), ValueError);
}

TEST(ComposedConvolution, HasTensorFlowsValuesAndTheGradientOfDifferences) {
  const Tensor rows = counting({1, 6, 2}), filters = d({1, -1, .5, 2, 0, 1, -2, 1}, {2, 2, 2}), image = counting({1, 3, 3, 2});
  const Tensor own = d({1, -1, .5, 2, 0, 1, -2, 1, 1, 2, 3, -1, .5, .25, 2, 1}, {2, 2, 2, 2});
  expect_composed({
      {"conv1d",
       {rows, filters},
       [](const Inputs& in) { return nn::conv1d(in[0], in[1]); },
       {1, 5, 2},
       {-5.5, 7, -6.5, 13, -7.5, 19, -8.5, 25, -9.5, 31}},
      {"conv1d, strided and padded",
       {rows, filters},
       [](const Inputs& in) { return nn::conv1d(in[0], in[1], {.stride = 2, .padding = nn::same}); },
       {1, 3, 2},
       {-5.5, 7, -7.5, 19, -9.5, 31}},
      {"conv1d, dilated",
       {rows, filters},
       [](const Inputs& in) { return nn::conv1d(in[0], in[1], {.dilation = 2}); },
       {1, 4, 2},
       {-9.5, 11, -10.5, 17, -11.5, 23, -12.5, 29}},
      {"conv1d of two batch axes",
       {reshape(rows, {1, 2, 3, 2}), filters},
       [](const Inputs& in) { return nn::conv1d(in[0], in[1]); },
       {1, 2, 2, 2},
       {-5.5, 7, -6.5, 13, -8.5, 25, -9.5, 31}},
      {"max_pool1d", {rows}, [](const Inputs& in) { return nn::max_pool1d(in[0], 2); }, {1, 3, 2}, {2, 3, 6, 7, 10, 11}},
      {"avg_pool1d",
       {rows},
       [](const Inputs& in) { return nn::avg_pool1d(in[0], 3, {.stride = 2, .padding = nn::same}); },
       {1, 3, 2},
       {2, 3, 6, 7, 9, 10}},
      {"depthwise_conv2d",
       {image, own},
       [](const Inputs& in) { return nn::depthwise_conv2d(in[0], in[1]); },
       {1, 2, 2, 4},
       {10, 16, 33.5, 7, 15, 20.5, 40.5, 13, 25, 29.5, 54.5, 25, 30, 34, 61.5, 31}},
      {"separable_conv2d",
       {image, own, d({1, 0, -1, 2}, {1, 1, 4, 1})},
       [](const Inputs& in) { return nn::separable_conv2d(in[0], in[1], in[2]); },
       {1, 2, 2, 1},
       {-9.5, .5, 20.5, 30.5}},
  });
}

TEST(ComposedConvolution, SaysWhatDoesNotGoTogether) {
  EXPECT_EQ(message_of<ShapeError>([] {
              nn::conv1d(ones({6, 2}), ones({2, 2, 2}));
            }),
            "[conv1d] x is f32[6, 2]\nhelp: rows are [batch, width, channels]");
  EXPECT_EQ(message_of<ShapeError>([] {
              nn::conv1d(ones({1, 6, 2}), ones({2, 2}));
            }),
            "[conv1d] the filters are f32[2, 2]\nhelp: they are [width, channels, results]");
  EXPECT_THAT(message_of<ShapeError>([] { nn::max_pool1d(ones({6}), 2); }), HasSubstr("[max_pool1d] x is f32[6]"));
  // Filters of four channels would go into two groups.
  EXPECT_EQ(
      message_of<ShapeError>([] {
        nn::depthwise_conv2d(ones({1, 3, 3, 2}), ones({2, 2, 4, 1}));
      }),
      "[depthwise_conv2d] x is f32[1, 3, 3, 2] and the filters are f32[2, 2, 4, 1]\nhelp: x is [batch, height, width, channels] and the filters "
      "are [height, width, channels, multiplier]");
  EXPECT_THAT(message_of<ShapeError>([] {
                nn::separable_conv2d(ones({1, 3, 3, 2}), ones({2, 2, 2, 1}), ones({2, 1, 2, 1}));
              }),
              HasSubstr("the pointwise filters are f32[2, 1, 2, 1]"));
  EXPECT_THAT(message_of<ShapeError>([] {
                nn::separable_conv2d(ones({1, 3, 3, 2}), ones({2, 2, 2, 1}), ones({1, 1, 1, 3}));
              }),
              HasSubstr("there are 2 channels, and the pointwise filters are f32[1, 1, 1, 3]"));
  for (const auto& refused : {+[] { nn::conv1d(Tensor(), ones({2, 2, 2})); }, +[] { nn::depthwise_conv2d(ones({1, 3, 3, 2}), Tensor()); }}) {
    EXPECT_THAT(message_of<ValueError>(refused), HasSubstr("empty handle"));
  }
}

}  // namespace
}  // namespace whygrad
