// The samples of every op against TensorFlow's answers, which tests/golden/record.py has recorded: values, gradients, tangents and second
// derivatives.
#include "ops/golden/programs.hpp"

#include <whygrad/base/environment.hpp>
#include <whygrad/base/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace whygrad::samples {
namespace {

// With this variable the programs go to the file that it names, for tests/golden/record.py, and nothing is compared.
constexpr const char* kCalls = "WHYGRAD_GOLDEN_CALLS";
constexpr double kInF64 = 1e-10, kInF32 = 1e-5;

// By op and number of the sample, "f64" first; or {-1: why there is nothing}.
const std::map<std::string, std::map<int, std::vector<Json>>>& recorded() {
  static const auto all = [] {
    std::map<std::string, std::map<int, std::vector<Json>>> lines;
    std::ifstream file(WG_SOURCE_DIR "/tests/golden/tensorflow.jsonl");
    EXPECT_TRUE(file.good()) << "tests/golden/tensorflow.jsonl is missing";
    for (std::string line; std::getline(file, line);) {
      Json json = Json::parse(line);
      const int sample = json.contains("absent") ? -1 : json["sample"].get<int>();
      std::string op = json["op"];
      lines[std::move(op)][sample].push_back(std::move(json));
    }
    return lines;
  }();
  return all;
}

double number_in(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  if (json == "nan") return std::numeric_limits<double>::quiet_NaN();
  return json == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

struct Expected {
  const Json& line;
  double tolerance;

  // On |difference| / (1 + |expected|), as for samples. Absent and 0 are one derivative.
  void compare(const char* what, std::size_t k, const Tensor& got, const Json& want) const {
    if (want.contains("why")) return;
    const Array have = got.defined() ? to_array(got) : Array();
    if (!got.defined() || !want.contains("values")) {
      for (const double v : have.values) ASSERT_EQ(v, 0) << place(what, k) << " is absent in TensorFlow";
      for (const Json& v : want.value("values", Json::array())) ASSERT_EQ(v, 0) << place(what, k) << " is absent";
      return;
    }
    ASSERT_EQ(Json(have.shape.extents()), want["shape"]) << place(what, k);
    for (std::size_t i = 0; i < have.values.size(); ++i) {
      const double a = have.values[i], b = number_in(want["values"][i]);
      if (a == b || (std::isnan(a) && std::isnan(b))) continue;
      ASSERT_LE(std::abs(a - b) / (1 + std::abs(b)), tolerance) << place(what, k) << ", element " << i << ": " << a << ", not " << b;
    }
  }
  void compare(const char* what, const std::vector<Tensor>& got) const {
    if (!line.contains(what)) return;
    ASSERT_EQ(got.size(), line[what].size()) << place(what, 0);
    for (std::size_t k = 0; k < got.size(); ++k) compare(what, k, got[k], line[what][k]);
  }

 private:
  std::string place(const char* what, std::size_t k) const {
    return line["op"].get<std::string>() + ", sample " + line["sample"].dump() + " in " + line["dtype"].get<std::string>() + ", " + what + " " +
           std::to_string(k);
  }
};

void compare(const OpDef& op, const Sample& sample, int number, const Json& line) {
  const bool single = line["dtype"] == "f32";
  const Inputs inputs = inputs_in(sample, single);
  ASSERT_EQ(fingerprint(program_of(op, sample, number, inputs)), line["program"])
      << "sample " << number << " of " << op.name << " is another one than was recorded: run tests/golden/record.py";
  const Answers answers = answers_of(op, sample, inputs, line.value("outputs", std::vector<int>()));
  const Expected expected{line, line.value("tolerance", single ? kInF32 : kInF64)};
  expected.compare("value", answers.value);
  expected.compare("first", answers.first);
  expected.compare("tangent", answers.tangent);
  expected.compare("second", answers.second);
}

void write_programs(const OpDef& op, const char* path) {
  std::ofstream file(path, std::ios::app);
  int number = 0;
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name) continue;
    for (const bool single : {false, true}) {
      if (single && !sample.in_f32) continue;
      Json program = program_of(op, sample, number, inputs_in(sample, single));
      const std::string name = fingerprint(program);
      program["dtype"] = single ? "f32" : "f64";
      program["program"] = name;
      file << program.dump() << "\n";
    }
    ++number;
  }
}

class Golden : public ::testing::TestWithParam<const OpDef*> {};

TEST_P(Golden, AnswersAreTensorFlows) {
  const OpDef& op = *GetParam();
  if (const char* path = std::getenv(kCalls)) return write_programs(op, path);
  const auto lines = recorded().find(op.name);
  ASSERT_NE(lines, recorded().end()) << op.name
                                     << " has no answers of TensorFlow: run tests/golden/record.py, where calls.py says how TensorFlow computes it";
  if (lines->second.contains(-1)) return;
  int number = 0;
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name) continue;
    ASSERT_TRUE(lines->second.contains(number)) << "sample " << number << " of " << op.name << " is not recorded: run tests/golden/record.py";
    for (const Json& line : lines->second.at(number)) compare(op, sample, number, line);
    ++number;
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Golden, ::testing::ValuesIn(op_table().begin(), op_table().end()),
                         [](const auto& parameter) { return std::string(parameter.param->name); });

}  // namespace
}  // namespace whygrad::samples
