#include "explain/pages.hpp"

#include <whygrad/explain/reason.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

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
const std::set<Cause> kElsewhere = {Cause::kGraphEagerMix, Cause::kSparse, Cause::kJacobian};

TEST(Catalogue, every_page_has_its_two_programs) {
  std::multiset<std::string> programs;
  for (const PageProgram& p : page_programs()) programs.insert(p.code);
  for (const Reason& r : reasons()) {
    if (kElsewhere.contains(r.cause)) continue;
    EXPECT_EQ(programs.count(r.code), 2u) << r.code;
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
