// `whygrad explain`: a saved file in every format.
#include "cli/program.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/flow/render.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>

namespace whygrad::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Explanation rounded() {
  const Variable w(ones({3}), "w");
  GradientTape tape;
  const Tensor loss = reduce_sum(floor(w));
  return tape.gradient(loss, w).why();
}

class Explain : public ::testing::Test {
 protected:
  Explain() { save_flow(rounded(), file_); }
  TemporaryFolder folder_;
  std::string file_ = folder_ / "run.wgflow";
};

TEST_F(Explain, TextWithoutColoursIntoAPipe) {
  const Finished r = run({"explain", file_});
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, to_text(load_flow(file_)));
  EXPECT_THAT(r.out, AllOf(HasSubstr("WG103"), HasSubstr("floor"), Not(HasSubstr("\x1b"))));
}

TEST_F(Explain, JsonAndSarif) {
  EXPECT_EQ(run({"explain", file_, "--format", "json"}).out, to_json(load_flow(file_)));
  const json log = json::parse(run({"explain", file_, "--format", "sarif"}).out);
  EXPECT_EQ(log["runs"][0]["results"][0]["ruleId"], "WG103");
}

TEST_F(Explain, HtmlIntoAFile) {
  const Finished r = run({"explain", file_, "--format", "html", "--output", folder_ / "run.html"});
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_THAT(r.out, IsEmpty());
  EXPECT_THAT(read_bytes(folder_ / "run.html"), AllOf(HasSubstr("<title>run.wgflow</title>"), HasSubstr("</html>")));
}

TEST_F(Explain, HtmlWithoutANameForIt) {
  const std::filesystem::path page = std::filesystem::absolute("run.whygrad.html");
  const Finished r = run({"explain", file_, "--format", "html"});
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_THAT(r.out, IsEmpty());
  EXPECT_THAT(r.err, HasSubstr("whygrad: the page is " + page.string()));
  EXPECT_THAT(read_bytes(page.string()), HasSubstr("</html>"));
  std::filesystem::remove(page);
  EXPECT_THAT(run({"explain", "--output", "-", "--format", "html", file_}).out, HasSubstr("</html>"));
}

TEST_F(Explain, NothingFound) {
  save_flow(Explanation(), file_);
  const Finished r = run({"explain", file_});
  EXPECT_EQ(r.status, 0);
  EXPECT_THAT(r.out, HasSubstr("nothing was found"));
}

TEST_F(Explain, BadInput) {
  const Finished missing = run({"explain", folder_ / "other.wgflow"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, AllOf(HasSubstr("other.wgflow cannot be opened"), HasSubstr("help: ")));
  write_bytes(file_, "not a flow");
  EXPECT_THAT(run({"explain", file_}).err, AllOf(HasSubstr("run.wgflow"), HasSubstr("no JSON")));
  const Finished format = run({"explain", file_, "--format", "pdf"});
  EXPECT_EQ(format.status, 2);
  EXPECT_THAT(format.err, HasSubstr("--format"));
  const Finished output = run({"explain", file_, "--output", folder_ / "no/such/folder"});
  EXPECT_EQ(output.status, 1);
}

TEST_F(Explain, JudgesAFileWithoutFindings) {
  const std::string before = run({"explain", file_}).out;
  json document = json::parse(read_bytes(file_));
  for (json& explanation : document["explanations"]) explanation.erase("findings");
  write_bytes(file_, document.dump());
  EXPECT_EQ(run({"explain", file_}).out, before);
  EXPECT_THAT(before, Not(HasSubstr("nothing was found")));
}

}  // namespace
}  // namespace whygrad::testing
