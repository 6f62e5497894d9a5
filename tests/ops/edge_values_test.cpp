// TensorFlow's own values, gradients, second derivatives and gradients of an incoming 0 at the edges (tests/data/edge_values.jsonl, f64). Where a
// column holds null TensorFlow answers None, and ours must be absent too; where it holds a number, ours must be present.
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/norm.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>
#include <whygrad/ops/special.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace whygrad {
namespace {

using Json = nlohmann::json;

const std::map<std::string, Tensor (*)(const Tensor&, Where)> kUnary = {
    {"sqrt", sqrt},
    {"abs", abs},
    {"exp", exp},
    {"sin", sin},
    {"cos", cos},
    {"tan", tan},
    {"asin", asin},
    {"acos", acos},
    {"atan", atan},
    {"sinh", sinh},
    {"cosh", cosh},
    {"tanh", tanh},
    {"asinh", asinh},
    {"acosh", acosh},
    {"atanh", atanh},
    {"sigmoid", sigmoid},
    {"square", square},
    {"sign", sign},
    {"round", round},
    {"floor", floor},
    {"rsqrt", rsqrt},
    {"log", log},
    {"log1p", log1p},
    {"expm1", expm1},
    {"erf", erf},
    {"erfc", erfc},
    {"ceil", ceil},
    {"rint", rint},
    {"relu", nn::relu},
    {"relu6", nn::relu6},
    {"elu", nn::elu},
    {"selu", nn::selu},
    {"silu", nn::silu},
    {"softplus", nn::softplus},
    {"reciprocal", reciprocal},
    {"softsign", nn::softsign},
    {"lgamma", lgamma},
    {"digamma", digamma},
    {"ndtri", ndtri},
    {"erfinv", erfinv},
    {"log_sigmoid", log_sigmoid},
    {"gelu", [](const Tensor& x, Where w) { return nn::gelu(x, false, w); }},
    {"leaky_relu", [](const Tensor& x, Where w) { return nn::leaky_relu(x, 0.2, w); }},
    // Of lists.
    {"reduce_sum", [](const Tensor& x, Where w) { return reduce_sum(x, {}, false, w); }},
    {"reduce_mean", [](const Tensor& x, Where w) { return reduce_mean(x, {}, false, w); }},
    {"reduce_max", [](const Tensor& x, Where w) { return reduce_max(x, {}, false, w); }},
    {"reduce_min", [](const Tensor& x, Where w) { return reduce_min(x, {}, false, w); }},
    {"reduce_prod", [](const Tensor& x, Where w) { return reduce_prod(x, {}, false, w); }},
    {"reduce_logsumexp", [](const Tensor& x, Where w) { return reduce_logsumexp(x, {}, false, w); }},
    {"reduce_std", [](const Tensor& x, Where w) { return reduce_std(x, {}, false, w); }},
    {"reduce_variance", [](const Tensor& x, Where w) { return reduce_variance(x, {}, false, w); }},
    {"reduce_euclidean_norm", [](const Tensor& x, Where w) { return reduce_euclidean_norm(x, {}, false, w); }},
    {"softmax", [](const Tensor& x, Where w) { return nn::softmax(x, -1, w); }},
    {"log_softmax", [](const Tensor& x, Where w) { return nn::log_softmax(x, -1, w); }},
    {"cumsum", [](const Tensor& x, Where w) { return cumsum(x, 0, {}, w); }},
    {"cumprod", [](const Tensor& x, Where w) { return cumprod(x, 0, {}, w); }},
    {"l2_loss", nn::l2_loss},
    {"sort", [](const Tensor& x, Where w) { return sort(x, -1, Direction::kAscending, w); }},
    {"top_k_2", [](const Tensor& x, Where w) { return top_k(x, 2, int32, w).values; }},
    {"norm", [](const Tensor& x, Where w) { return norm(x, {}, {}, w); }},
    {"l2_normalize", [](const Tensor& x, Where w) { return l2_normalize(x, {}, 1e-12, w); }},
    {"clip_by_norm_1", [](const Tensor& x, Where w) { return clip_by_norm(x, 1, {}, w); }},
    {"clip_by_value_0_1", [](const Tensor& x, Where w) { return clip_by_value(x, 0, 1, w); }},
};

const std::map<std::string, Tensor (*)(const Operand&, const Operand&, Where)> kBinary = {
    {"add", add},
    {"subtract", subtract},
    {"multiply", multiply},
    {"divide", divide},
    {"pow", pow},
    {"maximum", maximum},
    {"minimum", minimum},
    {"atan2", atan2},
    {"xlogy", xlogy},
    {"xlog1py", xlog1py},
    {"xdivy", xdivy},
    {"divide_no_nan", divide_no_nan},
    {"floormod", floormod},
    {"floordiv", floordiv},
    {"multiply_no_nan", multiply_no_nan},
    {"squared_difference", squared_difference},
};

// Read whenever the program starts, each test being a run of it, so lines are parsed only by the test that wants them.
const std::map<std::string, std::vector<std::string>>& lines_by_op() {
  static const auto lines = [] {
    constexpr std::string_view kBegin = R"({"op": ")";
    std::map<std::string, std::vector<std::string>> by_op;
    std::ifstream file(WG_SOURCE_DIR "/tests/data/edge_values.jsonl");
    for (std::string line; std::getline(file, line);) {
      std::string op = line.starts_with(kBegin) ? line.substr(kBegin.size(), line.find('"', kBegin.size()) - kBegin.size()) : line;
      by_op[std::move(op)].push_back(std::move(line));
    }
    return by_op;
  }();
  return lines;
}

double number(const Json& v) { return v.is_string() ? std::stod(v.get<std::string>()) : v.get<double>(); }

// TensorFlow caches the tensors of equal Python numbers, so what is recorded for -0.0 was computed from the 0.0 before it.
Tensor argument(const Json& v) {
  const auto positive_zero = [](double x) { return x == 0 ? 0.0 : x; };
  if (!v.is_array()) return constant(positive_zero(number(v)), float64);
  std::vector<double> values;
  for (const Json& x : v) values.push_back(positive_zero(number(x)));
  return constant(values);
}

std::vector<Json> as_list(const Json& v) { return v.is_array() ? v.get<std::vector<Json>>() : std::vector<Json>{v}; }

struct Tolerance {
  double relative = 1e-13;
  double absolute = 0;
};

Tolerance tolerance_of(const Json& line) {
  const std::string op = line["op"];
  // TensorFlow's gelu multiplies f64 by sqrt(1/2) rounded to f32, which shows in the tail.
  if (op == "gelu") return {.relative = 1e-5};
  // TensorFlow takes erfinv(x) from (1 + x) / 2, which rounds small x away.
  if (op == "erfinv") return {.absolute = std::numeric_limits<double>::epsilon()};
  // Where a sigmoid or a tanh y comes close to 1, its derivative is made of 1 - y: the last bits of y are all that is left of it.
  const bool rises = op == "sigmoid" || op == "softplus" || op == "silu" || op == "tanh", falls = op == "log_sigmoid" || op == "tanh";
  const double x = rises || falls ? number(line["x"]) : 0;
  if ((rises && x > 0) || (falls && x < 0)) return {.absolute = 2 * std::numeric_limits<double>::epsilon() * std::min(std::abs(x), 100.0)};
  return {};
}

// Sums over a list cancel, so its results are compared to the size of its largest.
double scale_of(const std::vector<Json>& wants) {
  double scale = 0;
  for (const Json& want : wants) scale = std::max(scale, wants.size() > 1 && std::isfinite(number(want)) ? std::abs(number(want)) : 0);
  return scale;
}

void expect_same(const Tensor& got, const Json& expected, const Tolerance& tolerance, const char* column) {
  const std::vector<Json> wants = as_list(expected);
  const std::vector<double> values = got.to_vector<double>();
  ASSERT_EQ(values.size(), wants.size()) << column;
  const double scale = scale_of(wants);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double want = number(wants[i]), have = values[i];
    const bool same = std::isnan(want)
                          ? std::isnan(have)
                          : have == want || std::abs(have - want) <= tolerance.absolute + tolerance.relative * std::max(std::abs(want), scale);
    EXPECT_TRUE(same) << column << " is " << have << " instead of " << want;
  }
}

void expect_same(const Gradient& got, const Json& expected, const Tolerance& tolerance, const char* column) {
  if (expected == "LookupError") return;  // TensorFlow has no second derivative of softsign
  ASSERT_EQ(got.has_value(), !expected.is_null()) << column << " should be " << expected;
  if (got) expect_same(*got, expected, tolerance, column);
}

GradientOptions from(const Tensor& dy) { return {.output_gradients = {dy}}; }

void check_unary(const Json& line, Tensor (*f)(const Tensor&, Where)) {
  const Tolerance tolerance = tolerance_of(line);
  const Tensor x = argument(line["x"]);
  GradientTape outer({.persistent = true});
  outer.watch(x);
  GradientTape inner({.persistent = true});
  inner.watch(x);
  const Tensor y = f(x, Where::here());
  expect_same(y, line["value"], tolerance, "value");
  const Tensor dy = line.contains("output_gradients") ? reshape(argument(line["output_gradients"]), y.shape()) : ones_like(y);
  const Gradient gradient = inner.gradient(y, x, from(dy));
  expect_same(gradient, line["gradient"], tolerance, "gradient");
  if (line.contains("second")) {
    if (gradient) {
      expect_same(outer.gradient(*gradient, x), line["second"], tolerance, "second");
    } else {
      EXPECT_TRUE(line["second"].is_null());
    }
  }
  expect_same(inner.gradient(y, x, from(zeros_like(y))), line["gradient_of_zero"], tolerance, "gradient_of_zero");
}

void check_binary(const Json& line, Tensor (*f)(const Operand&, const Operand&, Where)) {
  const Tolerance tolerance = tolerance_of(line);
  const Tensor a = argument(line["x"]), b = argument(line["y"]);
  GradientTape tape({.persistent = true});
  tape.watch({a, b});
  const Tensor y = f(a, b, Where::here());
  expect_same(y, line["value"], tolerance, "value");
  const Tensor* const sources[] = {&a, &b};
  for (std::size_t i = 0; i < 2; ++i) {
    SCOPED_TRACE(i == 0 ? "of x" : "of y");
    expect_same(tape.gradient(y, *sources[i]), line["gradient"][i], tolerance, "gradient");
    expect_same(tape.gradient(y, *sources[i], from(zeros_like(y))), line["gradient_of_zero"][i], tolerance, "gradient_of_zero");
  }
}

class EdgeValues : public ::testing::TestWithParam<std::string> {};

std::vector<std::string> recorded_ops() {
  std::vector<std::string> ops;
  for (const auto& [op, lines] : lines_by_op()) ops.push_back(op);
  return ops;
}
INSTANTIATE_TEST_SUITE_P(, EdgeValues, ::testing::ValuesIn(recorded_ops()), [](const auto& p) { return p.param; });

TEST_P(EdgeValues, AreTensorFlows) {
  const std::string& op = GetParam();
  for (const std::string& text : lines_by_op().at(op)) {
    SCOPED_TRACE(text);
    const Json line = Json::parse(text);
    ASSERT_EQ(line.at("op"), op);
    if (const auto unary = kUnary.find(op); unary != kUnary.end()) {
      check_unary(line, unary->second);
    } else {
      const auto binary = kBinary.find(op);
      ASSERT_NE(binary, kBinary.end()) << "recorded, but not checked";
      check_binary(line, binary->second);
    }
  }
}

TEST(RecordedEdgeValues, CoverEveryOp) { EXPECT_EQ(recorded_ops().size(), 79u); }

}  // namespace
}  // namespace whygrad
