// Recurrent layers against values and gradients of TensorFlow 2.21.
#include "nn/nn_test.hpp"

#include <cmath>
#include <functional>
#include <vector>

namespace whygrad::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

// sin(0.7 i + start) / 2 for element i.
Tensor filled(const Shape& shape, double start) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(std::sin(0.7 * static_cast<double>(i) + start) / 2);
  return constant(values, shape);
}

struct Case {
  const char* name;
  std::function<nn::Sequential()> make;
  std::vector<double> last;       // the last six elements of the result
  std::vector<double> gradients;  // of the sum of squares with respect to the input and the parameters, each as its product with filled(.., 0.9)
};

template <class L>
std::function<nn::Sequential()> only(L layer) {
  return [layer] { return nn::Sequential({3, 2}, {layer}, {.dtype = float64}); };
}

TEST(Recurrent, AgreesWithTensorFlow) {
  const Case cases[] = {
      {"SimpleRNN",
       only(nn::SimpleRNN(3, {.return_sequences = true})),
       {0.32396163645652454, 0.31434403356969143, 0.1602359349601655, 0.5998816408970101, 0.6187061041692883, 0.39089473798359836},
       {0.8694988972450445, 0.3444922483744617, 0.18522898063837165, 4.811517584643972}},
      {"LSTM",
       only(nn::LSTM(3, {.return_sequences = true})),
       {-0.1437327311237456, -0.06438934793924407, 0.04359517166656535, -0.2476245236990057, -0.09511836393914168, 0.09832586302560774},
       {0.09204198766358566, 0.00799622273025842, -0.05428593106130357, 0.6904137074986993}},
      {"GRU",
       only(nn::GRU(3, {.return_sequences = true})),
       {-0.2221176046356815, -0.03783877574221446, 0.14848471980901032, -0.3932328434439567, -0.1554387917860685, 0.10663528369006824},
       {0.0005496205791735587, -0.14358379290012127, -0.021621096926090887, 0.3658527576555841}},
      {"GRU, reset before",
       only(nn::GRU(3, {.reset_after = false, .return_sequences = true})),
       {-0.15143416852254282, -0.008723574182223526, 0.14340306630421384, -0.35503992578916344, -0.16496770878252423, 0.08395228334825335},
       {0.1556810123109433, 0.0018074180767432488, -0.06758328528077955, 0.5969671783225168}},
      {"LSTM, backwards",
       only(nn::LSTM(3, {.go_backwards = true})),
       {-0.238966210965923, -0.1034813677304157, 0.07609672399339451, -0.1400120520406744, -0.08902535000442488, 0.007070915978380316},
       {0.01576470106152078, -0.03735919901251748, -0.02237856075870344, 0.23926143577831022}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const nn::Sequential model = c.make();
    std::vector<Variable> parameters = model.trainable_variables();
    double start = 0.3;
    for (Variable& p : parameters) {
      p.assign(filled(p.shape(), start));
      start += 0.3;
    }
    const Tensor x = filled({2, 3, 2}, 0.1);
    GradientTape tape({.persistent = true});
    tape.watch(x);
    const Tensor y = model(x), loss = reduce_sum(y * y);
    std::vector<double> values(static_cast<std::size_t>(y.size()));
    y.copy_to(std::span<double>(values));
    EXPECT_THAT(std::vector<double>(values.end() - 6, values.end()), Pointwise(DoubleNear(1e-14), c.last));
    const auto product = [](const Tensor& g) { return reduce_sum(g * filled(g.shape(), 0.9)).item<double>(); };
    std::vector<double> gradients = {product(*tape.gradient(loss, x))};
    for (const Variable& p : parameters) gradients.push_back(product(*tape.gradient(loss, p)));
    EXPECT_THAT(gradients, Pointwise(DoubleNear(1e-13), c.gradients));
  }
}

TEST(Recurrent, ATracedLayerGivesTheSame) {
  const nn::Sequential model({5, 4}, {nn::GRU(6, {.return_sequences = true}), nn::LSTM(3)});
  const auto traced = function([&](const Tensor& x) { return model(x); });
  const Tensor x = random::normal({2, 5, 4});
  EXPECT_EQ(floats(traced(x)), floats(model(x)));
}

TEST(Recurrent, TheForgetGateBeginsOpen) {
  const nn::Sequential model({5, 4}, {nn::LSTM(2)});
  EXPECT_EQ(floats(parameter(model, "lstm/bias").value()), (std::vector<float>{0, 0, 1, 1, 0, 0, 0, 0}));
}

TEST(Recurrent, OrthogonalKernelsAreOrthogonal) {
  for (const Shape& shape : {Shape{6, 6}, Shape{8, 3}, Shape{3, 8}, Shape{2, 3, 4}}) {
    const Tensor q = reshape(nn::initializers::orthogonal(2)(shape, float64, 7), {-1, shape.back(0)});
    const bool wide = q.shape()[1] > q.shape()[0];
    const Tensor product = wide ? matmul(q, q, {.transpose_b = true}) : matmul(q, q, {.transpose_a = true});
    EXPECT_LT(reduce_max(abs(product - 4.0 * eye(product.shape()[0], product.shape()[0], float64))).item<double>(), 1e-12);
  }
}

TEST(Recurrent, RefusesWhatDoesNotFit) {
  EXPECT_THAT(message_of<ShapeError>([] { nn::Sequential({4}, {nn::LSTM(2)}); }), HasSubstr("[batch, steps, features]"));
  EXPECT_THROW(nn::GRU(0), ValueError);
  EXPECT_THAT(message_of<ShapeError>([] {
                nn::lstm_step(ones({2, 7}), {ones({2, 2}), ones({2, 2})}, ones({2, 8}), nn::ActivationFunction(nn::tanh),
                              nn::ActivationFunction(nn::sigmoid));
              }),
              HasSubstr("[n, 4 units]"));
}

}  // namespace
}  // namespace whygrad::testing
