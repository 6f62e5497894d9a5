// Attributes by name: those of every call that the samples and a few programs record, through JSON and back.
#include "ops/core/attr_json.hpp"
#include "ops/samples/samples.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/random.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <stdexcept>

namespace whygrad::samples {
namespace {

using internal::Log;
using internal::Record;
using ::testing::HasSubstr;

// The records made while one of these lives, with all values saved.
class Recorded {
 public:
  Recorded() : first_(log_.next_id()) {
    log_.pin(first_);
    log_.start_recording();
    log_.keep_values = true;
  }
  ~Recorded() {
    log_.keep_values = false;
    log_.stop_recording();
    log_.unpin(first_);
  }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  std::set<const Record*> records() const {
    std::set<const Record*> found;
    for (ValueId id = first_; id < log_.next_id(); ++id) {
      if (const Record* r = log_.find(id); r != nullptr) found.insert(r);
    }
    return found;
  }

 private:
  Log& log_ = Log::mine();
  ValueId first_;
};

Tensor saved_by(const Record& r, int bit) {
  if ((r.saved_mask >> bit & 1) == 0 || r.saved_at(bit) == nullptr) return {};
  internal::TensorImpl* impl = r.saved_at(bit);
  impl->references.fetch_add(1, std::memory_order_relaxed);
  return Tensor::adopt(impl);
}

void expect_same(const Tensor& got, const Tensor& expected) {
  EXPECT_EQ(got.dtype(), expected.dtype());
  ASSERT_EQ(got.shape(), expected.shape());
  const Array a = to_array(got), b = to_array(expected);
  for (std::size_t i = 0; i < a.values.size(); ++i) EXPECT_TRUE(a.values[i] == b.values[i] || a.values[i] != a.values[i]) << "element " << i;
}

// Through JSON and back; the attributes that came back.
std::vector<std::byte> sent(const Record& r) {
  const std::string json = internal::attrs_to_json(*r.op, r.attrs());
  std::vector<std::byte> back = internal::attrs_from_json(*r.op, json);
  EXPECT_EQ(back.size(), r.attrs_bytes) << json;
  if (back.size() == r.attrs_bytes) {
    EXPECT_EQ(internal::attrs_to_json(*r.op, back.data()), json);
  }
  return back;
}

// The same op with these attributes gives what the record says; false where it did not keep all inputs.
bool runs_again(const Record& r, const std::vector<std::byte>& attrs) {
  std::vector<Tensor> inputs;
  for (int i = 0; i < r.inputs; ++i) {
    inputs.push_back(i < 16 ? saved_by(r, i) : Tensor());
    if (!inputs.back().defined()) return false;
  }
  std::vector<const Tensor*> pointers;
  for (const Tensor& t : inputs) pointers.push_back(&t);
  const std::vector<Tensor> got = apply_many(*r.op, pointers, attrs.data(), attrs.size(), {});
  EXPECT_EQ(got.size(), r.outputs);
  for (int k = 0; k < std::min<int>(r.outputs, 16); ++k) expect_same(got[static_cast<std::size_t>(k)], saved_by(r, 16 + k));
  return true;
}

class AttributesOf : public ::testing::TestWithParam<const OpDef*> {};
INSTANTIATE_TEST_SUITE_P(, AttributesOf, ::testing::ValuesIn(op_table().begin(), op_table().end()),
                         [](const auto& p) { return std::string(p.param->name); });

TEST_P(AttributesOf, ComeBackFromJson) {
  const OpDef& op = *GetParam();
  int seen = 0;
  for (const Sample& sample : all_samples().samples()) {
    if (sample.op != std::string_view(op.name)) continue;
    const Recorded recorded;
    const std::vector<Tensor> outputs = sample.run(sample.inputs);
    for (const Record* r : recorded.records()) {
      if (r->op != &op) continue;
      SCOPED_TRACE(internal::attrs_to_json(op, r->attrs()));
      seen += runs_again(*r, sent(*r)) ? 1 : 0;
    }
  }
  EXPECT_GT(seen, 0) << "no sample of " << op.name << " was run again";
}

TEST(Attributes, OfNumbersAreExact) {
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  const Recorded recorded;
  fill({2}, large);
  fill({2}, std::complex<double>(1, -2));
  one_hot(constant({0, 2}), 3, {.on_value = large, .off_value = -large, .dtype = int64});
  range(0, -4, -2);
  random::uniform({3}, {.minval = -large, .maxval = large, .dtype = int64});
  int seen = 0;
  for (const Record* r : recorded.records()) {
    if (r->op->kernel == nullptr) continue;
    SCOPED_TRACE(r->op->name);
    EXPECT_TRUE(runs_again(*r, sent(*r)));
    ++seen;
  }
  EXPECT_EQ(seen, 5);
}

std::vector<std::byte> read(const char* op, const char* json) {
  const OpDef* def = find_op(op);
  if (def == nullptr) throw std::invalid_argument(op);
  return internal::attrs_from_json(*def, json);
}

TEST(Attributes, ThatDoNotFitAreRefused) {
  const auto refuses = [](const char* op, const char* json, const char* fragment) {
    try {
      read(op, json);
      ADD_FAILURE() << op << " takes " << json;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(fragment));
    }
  };
  refuses("cumsum", R"({"axes": 1})", "it has no attribute axes");
  refuses("cumsum", R"({"axis": 1.5})", "attribute axis cannot be 1.5");
  refuses("cumsum", R"({"exclusive": "yes"})", R"(attribute exclusive cannot be "yes")");
  refuses("cumsum", "[]", "no JSON object");
  refuses("cumsum", "{", "no JSON object");
  refuses("cast", R"({"dtype": "f99"})", R"(attribute dtype cannot be "f99")");
  refuses("conv2d", R"({"padding": "some"})", R"(attribute padding cannot be "some")");
  refuses("conv2d", R"({"strides": [1]})", "attribute strides cannot be [1]");
  refuses("one_hot", R"({"on_value": 3})", "attribute on_value cannot be 3");
  refuses("matrix_band_part", "{}", "attribute num_lower is missing");
  refuses("reduce_sum", R"({"axis": [9]})", "9");
}

TEST(Random, DrawsWhenItIsExecuted) {
  random::set_seed(7);
  const OpDef& normal = *find_op("random_normal");
  const std::vector<std::byte> open = internal::attrs_from_json(normal, R"({"shape": [4], "mean": 0, "stddev": 1, "dtype": "f32"})");
  const auto run = [&] { return apply_many(normal, {}, open.data(), open.size(), {})[0].to_vector<float>(); };
  const std::vector<float> first = run(), second = run();
  EXPECT_NE(first, second);
  random::set_seed(7);
  EXPECT_EQ(random::normal({4}).to_vector<float>(), first);
  EXPECT_EQ(run(), second);
}

// Recorded before random numbers were drawn at the execution of an op.
TEST(Random, SeedsGiveTheNumbersOfEarlierVersions) {
  using ::testing::ElementsAre;
  random::set_seed(7);
  EXPECT_THAT(random::normal({2}).to_vector<float>(), ElementsAre(-0.7457289695739746F, 1.0533500909805298F));
  EXPECT_THAT(random::uniform({2}).to_vector<float>(), ElementsAre(0.5500845909118652F, 0.17530351877212524F));
  EXPECT_THAT(random::uniform({4}, {.minval = 0, .maxval = 100, .dtype = int32}).to_vector<std::int32_t>(), ElementsAre(57, 32, 51, 81));
  EXPECT_THAT(random::truncated_normal({2}).to_vector<float>(), ElementsAre(0.4616865813732147F, 0.04843626543879509F));
  EXPECT_THAT(random::shuffle(range(6)).to_vector<std::int32_t>(), ElementsAre(1, 0, 4, 2, 3, 5));
  EXPECT_THAT(random::categorical(constant({{0.0, 1.0, 2.0}}), 3).to_vector<std::int64_t>(), ElementsAre(2, 2, 2));
  EXPECT_THAT(random::poisson({6}, constant(3.0)).to_vector<float>(), ElementsAre(2, 4, 5, 2, 4, 2));
  EXPECT_THAT(random::normal({2}, {.seed = 3}).to_vector<float>(), ElementsAre(-1.0614817142486572F, 0.08843066543340683F));
}

}  // namespace
}  // namespace whygrad::samples
