// `whygrad graph`: a saved graph in every format.
#include "cli/program.hpp"

#include <whygrad/flow/function_graph.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/render_html/html.hpp>

#include <gmock/gmock.h>

#include <filesystem>

namespace whygrad::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class GraphCommand : public ::testing::Test {
 protected:
  GraphCommand() { save_graph(graph_, file_); }
  TemporaryFolder folder_;
  std::string file_ = folder_ / "step.wggraph";
  FunctionGraph graph_ =
      Function([](const std::vector<Tensor>& in) { return std::vector<Tensor>{tanh(in[0] * 2.0)}; }, {.name = "step"}).graph({{float32, {8}, {}}});
};

TEST_F(GraphCommand, EveryFormat) {
  EXPECT_EQ(run({"graph", file_}).out, graph_.to_string());
  EXPECT_EQ(run({"graph", file_, "--compiled"}).out, graph_.to_string(true));
  EXPECT_EQ(run({"graph", file_, "--format", "dot"}).out, to_dot(graph_));
  EXPECT_EQ(run({"graph", file_, "--format", "dot", "--compiled"}).out, to_dot(graph_, true));
  EXPECT_EQ(run({"graph", file_, "--format", "json"}).out, to_json(graph_));
  EXPECT_EQ(run({"graph", file_, "--format", "html", "--output", "-"}).out, to_html(graph_));
}

TEST_F(GraphCommand, IntoAFile) {
  const Finished r = run({"graph", file_, "--output", folder_ / "step.txt"});
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(read_bytes(folder_ / "step.txt"), graph_.to_string());
  const std::filesystem::path page = std::filesystem::absolute("step.whygrad.html");
  EXPECT_THAT(run({"graph", file_, "--format", "html"}).err, HasSubstr("whygrad: the page is " + page.string()));
  std::filesystem::remove(page);
}

TEST_F(GraphCommand, BadInput) {
  const Finished missing = run({"graph", folder_ / "other.wggraph"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, AllOf(HasSubstr("other.wggraph cannot be opened"), HasSubstr("help: ")));
  write_bytes(file_, "{}");
  EXPECT_THAT(run({"graph", file_}).err, AllOf(HasSubstr("[load_graph]"), HasSubstr("is not of format")));
  EXPECT_EQ(run({"graph", file_, "--format", "sarif"}).status, 2);
  EXPECT_THAT(run({"graph", file_, "--compile"}).err, HasSubstr("did you mean `--compiled`?"));
}

}  // namespace
}  // namespace whygrad::testing
