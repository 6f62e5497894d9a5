// What the program says to wrong words and missing files.
#include "cli/pictures.hpp"
#include "cli/program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace whygrad::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The run was refused as wrong usage, and `err` says so.
void expect_usage(const std::vector<std::string>& arguments, const std::string& says, const std::string& help) {
  const Finished r = run(arguments);
  EXPECT_EQ(r.status, 2) << r.err;
  EXPECT_THAT(r.out, IsEmpty());
  EXPECT_THAT(r.err, AllOf(HasSubstr(says), HasSubstr(help)));
}

TEST(Usage, UnknownWordsSuggestTheNearest) {
  expect_usage({"trian", "x"}, "unknown command `trian`", "did you mean `train`?");
  expect_usage({"train", "x", "--epoch", "3"}, "unknown option `--epoch`", "did you mean `--epochs`?");
  expect_usage({"train", "x", "--bathc=3"}, "unknown option `--bathc=3`", "did you mean `--batch`?");
  expect_usage({"--verison"}, "unknown option `--verison`", "did you mean `--version`?");
  expect_usage({"demo", "--something-else"}, "unknown option `--something-else`", "`whygrad demo --help`");
}

TEST(Usage, UnusableValuesAreRefused) {
  expect_usage({"train", "x", "--epochs", "zero"}, "--epochs", "--help");
  expect_usage({"train", "x", "--batch", "0"}, "--batch", "--help");
  expect_usage({"train", "x", "--model", "transformer"}, "--model", "--help");
  expect_usage({"train"}, "DIR", "--help");
  expect_usage({}, "say what to do", "whygrad demo");
}

TEST(Usage, HelpAndVersionAreAnswers) {
  const Finished help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("demo"), HasSubstr("train"), HasSubstr("ops"), HasSubstr("Exit status")));
  EXPECT_THAT(run({"train", "--help"}).out, AllOf(HasSubstr("--epochs"), HasSubstr("--resume"), HasSubstr("{cnn,mlp,small}=cnn")));
  const Finished version = run({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, ::testing::MatchesRegex("whygrad [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Usage, AMissingFolderNamesThePackage) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"train", "/no/such/folder"}, {"demo", "--data", "/no/such/folder"}}) {
    const Finished r = run(arguments);
    EXPECT_EQ(r.status, 1);
    EXPECT_THAT(r.err,
                AllOf(HasSubstr("/no/such/folder"), HasSubstr("apt install dataset-fashion-mnist"), HasSubstr("/usr/share/datasets/fashion-mnist")));
  }
}

TEST(Usage, ADamagedFileIsNamed) {
  const PictureFolder pictures;
  const std::string file = pictures / "train-images-idx3-ubyte";
  write_bytes(file, read_bytes(file).substr(0, 1000));
  const Finished r = run({"train", pictures.path()});
  EXPECT_EQ(r.status, 1);
  EXPECT_THAT(r.err, HasSubstr(file));
}

TEST(Ops, AreListedWithTheirAnswers) {
  const Finished all = run({"ops"});
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.out, AllOf(HasSubstr("argmax"), HasSubstr("matmul"), HasSubstr("(x)"), HasSubstr("Inputs in brackets carry no gradient")));
  const Finished one = run({"ops", "argmax"});
  EXPECT_EQ(one.status, 0);
  EXPECT_THAT(one.out, AllOf(HasSubstr("input x: no gradient"), HasSubstr("why  "), HasSubstr("fix  "), HasSubstr("attribute axis")));
  const Finished none = run({"ops", "argmx"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("did you mean `argmax`?"));
}

TEST(Ops, ThePageOfTheDocumentationIsMadeFromTheRecords) {
  const Finished page = run({"ops", "--markdown"});
  EXPECT_EQ(page.status, 0);
  EXPECT_EQ(page.out, read_bytes(WG_SOURCE_DIR "/docs/ops.md")) << "run whygrad ops --markdown > docs/ops.md";
}

TEST(Ops, AreToldToPrograms) {
  const Finished all = run({"ops", "--json"}), one = run({"ops", "--json", "argmax"});
  EXPECT_EQ(all.status, 0);
  const nlohmann::json ops = nlohmann::json::parse(all.out), argmax = nlohmann::json::parse(one.out).at(0);
  EXPECT_GT(ops.size(), 250U);
  EXPECT_EQ(argmax.at("name"), "argmax");
  EXPECT_EQ(argmax.at("type"), "ArgMax");
  EXPECT_EQ(argmax.at("inputs").at(0).at("gradient"), "no gradient");
  EXPECT_FALSE(argmax.at("inputs").at(0).at("remedy").get<std::string>().empty());
  EXPECT_NE(std::find(ops.begin(), ops.end(), argmax), ops.end());
  EXPECT_EQ(run({"ops", "--json", "--markdown"}).status, 2);
}

}  // namespace
}  // namespace whygrad::testing
