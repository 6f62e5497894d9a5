// Models as a whole: paths, shapes, sharing, gradients.
#include "nn/nn_test.hpp"

#include <whygrad/autodiff/gradcheck.hpp>

namespace whygrad::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

nn::Sequential classifier(nn::BuildOptions options = {}) {
  return {{8, 8, 1},
          {nn::Conv2D(3, 3, {.padding = nn::same, .activation = nn::relu}), nn::MaxPool2D(2), nn::Conv2D(4, 3, {.activation = nn::tanh}),
           nn::Flatten(), nn::Dense(5), nn::Dense(2)},
          options};
}

TEST(Sequential, NamesItsParametersByPath) {
  const nn::Sequential model = classifier();
  EXPECT_THAT(paths(model), ElementsAre("conv2d/kernel", "conv2d/bias", "conv2d_1/kernel", "conv2d_1/bias", "dense/kernel", "dense/bias",
                                        "dense_1/kernel", "dense_1/bias"));
  for (const auto& [path, variable] : model.parameters()) EXPECT_EQ(variable.name(), path);
  EXPECT_EQ(model.trainable_variables().size(), 8u);
}

TEST(Sequential, WorksOutAllShapes) {
  const nn::Sequential model = classifier();
  EXPECT_EQ(model.output_shape(), Shape({2}));
  EXPECT_EQ(parameter(model, "dense/kernel").shape(), Shape({2 * 2 * 4, 5}));
  EXPECT_EQ(model(zeros({7, 8, 8, 1})).shape(), Shape({7, 2}));
}

TEST(Sequential, SummaryCountsParameters) {
  EXPECT_EQ(nn::Sequential({4}, {nn::Dense(10), nn::Dropout(0.5), nn::Dense(3)}).summary(),
            "layer     result        parameters\n"
            "dense     [batch, 10]           50\n"
            "dropout   [batch, 10]            0\n"
            "dense_1   [batch, 3]            33\n"
            "all                             83\n");
}

TEST(Sequential, VariablesComeFromTheLineThatMadeTheModel) {
  const nn::Sequential model({1}, {nn::Dense(1)});
  const std::uint32_t line = __LINE__ - 1;
  EXPECT_EQ(parameter(model, "dense/kernel").where().line, line);
}

TEST(Sequential, CopiesShareParameters) {
  const nn::Sequential model({1}, {nn::Dense(1)});
  const nn::Sequential copy = model;
  parameter(copy, "dense/kernel").assign(constant({{7.0}}));
  EXPECT_THAT(floats(model(constant({{2.0}}))), ElementsAre(14));
}

TEST(Sequential, SeedsDecideTheFirstValues) {
  const auto kernel = [](std::uint64_t seed) { return floats(parameter(classifier({.seed = seed}), "dense/kernel")); };
  EXPECT_EQ(kernel(1), kernel(1));
  EXPECT_NE(kernel(1), kernel(2));
  const nn::Sequential twice({4}, {nn::Dense(4), nn::Dense(4)});
  EXPECT_NE(floats(parameter(twice, "dense/kernel")), floats(parameter(twice, "dense_1/kernel")));
}

TEST(Sequential, CanBeAPartOfAnother) {
  const nn::Sequential block({nn::Dense(3), nn::Dense(3)});
  const nn::Sequential model({3}, {block, nn::Dense(2), block});
  EXPECT_THAT(paths(model), ElementsAre("sequential/dense/kernel", "sequential/dense/bias", "sequential/dense_1/kernel", "sequential/dense_1/bias",
                                        "dense/kernel", "dense/bias", "sequential_1/dense/kernel", "sequential_1/dense/bias",
                                        "sequential_1/dense_1/kernel", "sequential_1/dense_1/bias"));
  EXPECT_EQ(model(ones({4, 3})).shape(), Shape({4, 3}));
  EXPECT_NE(floats(parameter(model, "sequential/dense/kernel")), floats(parameter(model, "sequential_1/dense/kernel")));
  EXPECT_THAT(message_of<ValueError>([&] { block(ones({4, 3})); }), HasSubstr("has no parameters yet"));
}

// A layer as a user writes one: x + f(x).
class Residual : public nn::Layer {
 public:
  explicit Residual(nn::Sequential inner) : inner_(std::move(inner)) {}
  std::string_view kind() const override { return "residual"; }
  Shape build(const Shape& input, const nn::Builder& builder) override { return inner_.build(input, builder); }
  Tensor call(const Tensor& x, const nn::CallOptions& options, const Where& where) const override { return x + inner_(x, options, where); }

 private:
  nn::Sequential inner_;
};

TEST(Sequential, TakesLayersOfOthers) {
  const nn::Sequential model({2}, {Residual(nn::Sequential({nn::Dense(2, {.kernel_initializer = nn::initializers::ones()})})), nn::Dense(1)});
  EXPECT_THAT(paths(model), ElementsAre("residual/dense/kernel", "residual/dense/bias", "dense/kernel", "dense/bias"));
  parameter(model, "dense/kernel").assign(ones({2, 1}));
  EXPECT_THAT(floats(model(constant({{1.0, 10.0}}))), ElementsAre(1 + 10 + 2 * 11));
}

TEST(Sequential, RefusesInputsOfAnotherShape) {
  const nn::Sequential model = classifier();
  EXPECT_THAT(message_of<ShapeError>([&] { model(zeros({7, 64})); }), AllOf(HasSubstr("f32[7, 64]"), HasSubstr("[batch, 8, 8, 1]")));
  EXPECT_THROW(model(zeros({7, 8, 8, 2})), ShapeError);
  EXPECT_THROW(model(zeros({8, 8, 1})), ShapeError);
}

TEST(Sequential, RefusesALayerThatDoesNotFit) {
  EXPECT_THAT(message_of<ShapeError>([] {
                nn::Sequential({28, 28, 1}, {nn::Flatten(), nn::Conv2D(1, 3)});
              }),
              HasSubstr("[conv2d] its input is [784]"));
}

TEST(Sequential, RefusesInitializersOfAnotherShape) {
  const nn::Initializer wrong = [](const Shape&, DType dtype, std::uint64_t) { return zeros({1}, dtype); };
  EXPECT_THAT(message_of<ShapeError>([&] { nn::Sequential({2}, {nn::Dense(3, {.kernel_initializer = wrong})}); }),
              AllOf(HasSubstr("[dense/kernel]"), HasSubstr("f32[2, 3]"), HasSubstr("f32[1]")));
}

TEST(Sequential, GradientsReachEveryParameter) {
  const nn::Sequential model = classifier();
  GradientTape tape;
  const Tensor loss = nn::sparse_categorical_crossentropy(constant({0, 1, 1}), model(random::normal({3, 8, 8, 1}, {.seed = 5})));
  for (const Gradient& g : tape.gradient(loss, model.trainable_variables())) EXPECT_TRUE(g.has_value());
}

TEST(Sequential, GradientsByInputAndByParametersAreRight) {
  const nn::Sequential model = classifier({.seed = 4, .dtype = float64});
  const Tensor images = random::normal({3, 8, 8, 1}, {.dtype = float64, .seed = 5});
  const auto loss = [&](const Tensor& x) { return nn::sparse_categorical_crossentropy(constant({0, 1, 1}), model(x)); };
  const GradcheckResult by_input = gradcheck([&](const std::vector<Tensor>& in) { return std::vector<Tensor>{loss(in[0])}; }, {images});
  EXPECT_TRUE(by_input) << by_input.message;

  GradientTape tape;
  const Gradients gradients = tape.gradient(loss(images), model.trainable_variables());
  std::size_t i = 0;
  for (const auto& [path, variable] : model.parameters()) {
    const Tensor value = variable.value(), direction = random::normal(variable.shape(), {.dtype = float64, .seed = 6});
    const auto at = [&](double h) {
      variable.assign(value + h * direction);
      return loss(images).item<double>();
    };
    constexpr double kStep = 1e-5;
    const double expected = (at(kStep) - at(-kStep)) / (2 * kStep);
    variable.assign(value);
    EXPECT_NEAR(reduce_sum(*gradients[i++] * direction).item<double>(), expected, 1e-7 * (1 + std::abs(expected))) << path;
  }
}

}  // namespace
}  // namespace whygrad::testing
