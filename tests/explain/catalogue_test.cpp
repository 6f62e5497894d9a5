#include "explain/pages.hpp"

#include <whygrad/flow/reason.hpp>
#include <whygrad/ops/op.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>

namespace whygrad {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Catalogue, every_code_has_a_page_and_every_page_a_code) {
  std::set<std::string> pages, codes;
  for (const auto& entry : std::filesystem::directory_iterator(WG_SOURCE_DIR "/docs/reasons")) pages.insert(entry.path().stem().string());
  for (const Reason& r : reasons()) {
    codes.insert(r.code);
    EXPECT_EQ(std::string(r.page), std::string("docs/reasons/") + r.code + ".md");
    EXPECT_THAT(slurp(std::string(WG_SOURCE_DIR "/") + r.page), StartsWith(std::string("# ") + r.code + " " + r.name + ": " + r.title + "\n"));
  }
  EXPECT_EQ(pages, codes);
}

TEST(Catalogue, finds_by_code_and_by_name) {
  for (const Reason& r : reasons()) {
    EXPECT_EQ(find_reason(r.code), &reason(r.cause));
    EXPECT_EQ(find_reason(r.name), &reason(r.cause));
  }
  EXPECT_EQ(find_reason("WG000"), nullptr);
}

// Reasons that no C++ program meets: only the Python face has what they are about.
const std::set<Cause> kElsewhere = {Cause::kGraphEagerMix, Cause::kSparse,      Cause::kJacobian,   Cause::kNonLeafGrad,   Cause::kNotRegistered,
                                    Cause::kFrozen,        Cause::kDetached,    Cause::kNoGradMode, Cause::kInplaceChange, Cause::kStaleOptimizer,
                                    Cause::kGraphFreed,    Cause::kZeroedAfter, Cause::kCreateGraph};

TEST(Catalogue, every_page_has_its_two_programs) {
  std::multiset<std::string> programs;
  for (const PageProgram& p : page_programs()) programs.insert(p.code);
  for (const Reason& r : reasons()) {
    if (kElsewhere.contains(r.cause)) continue;
    EXPECT_EQ(programs.count(r.code), 2u) << r.code;
  }
}

// Their remedies are those of ops that are run, or cannot be run by hand.
const std::set<std::string> kNotRun = {
    "dense zero",
    "dense nonfinite",
    "dense_relu zero",
    "dense_relu nonfinite",  // as matmul and relu
    "conv2d_bias zero",
    "conv2d_bias nonfinite",
    "conv2d_bias_relu zero",
    "conv2d_bias_relu nonfinite",  // as conv2d
    "sparse_dense_matmul zero",
    "sparse_dense_matmul nonfinite",  // as matmul
    "tan nonfinite",                  // no floating number lies on a pole
    "floordiv nonfinite",             // has no gradient
    "reduce_mean nonfinite",          // of nothing: there is nothing to differentiate
    "cholesky nonfinite",             // throws before its derivative is asked for
};

// The remedies themselves are run in Python, where programs are text.
TEST(Catalogue, every_remedy_of_a_record_is_run) {
  const std::string tests = slurp(WG_SOURCE_DIR "/python/tests/test_remedies.py");
  for (const OpDef* op : op_table()) {
    const std::string name = op->name;
    if (name.ends_with("_grad")) continue;  // a step of a gradient: it speaks in the name of its op
    for (const auto& [declared, how] :
         {std::pair(op->zero.kind != ZeroGradient::kNever, "zero"), std::pair(op->nonfinite.kind != NonFinite::kNever, "nonfinite")}) {
      if (!declared || kNotRun.contains(name + " " + how)) continue;
      EXPECT_THAT(tests, HasSubstr("(\"" + name + "\", \"" + how + "\"):"));
    }
  }
}

class Pages : public ::testing::TestWithParam<PageProgram> {};

TEST_P(Pages, do_what_they_say) {
  const PageProgram& program = GetParam();
  ::testing::internal::CaptureStdout();
  program.run();
  const std::string output = ::testing::internal::GetCapturedStdout();
  EXPECT_FALSE(output.empty());
  if (program.broken) {
    EXPECT_THAT(output, HasSubstr(std::string("[") + program.code + "]"));
  } else {
    EXPECT_THAT(output, Not(HasSubstr("[WG")));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Pages, ::testing::ValuesIn(page_programs()),
                         [](const auto& page) { return std::string(page.param.code) + (page.param.broken ? "_broken" : "_repaired"); });

}  // namespace
}  // namespace whygrad
