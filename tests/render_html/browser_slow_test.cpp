// The page in a real browser; the clicking is done by browser.py.
#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/flow/render.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/render_html/html.hpp>
#include <whygrad/tensor/name_scope.hpp>

#include "files.hpp"

#include <cstdlib>

namespace whygrad {
namespace {

using testing::TemporaryFolder;

// Runs browser.py TEST on the page.
void in_browser(const char* test, const std::string& html) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "page.html", html);
  const std::string script = WG_SOURCE_DIR "/tests/render_html/browser.py ";
  const std::string command = "/usr/bin/python3 " + script + test + " " + folder / "page.html" + " > " + folder / "output 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << testing::read_bytes(folder / "output");
}

Explanation accuracy_as_loss() {
  const Tensor x = ones({8, 4}), labels = zeros({8}, int64);
  const Variable w(ones({4, 3}), "w"), b(zeros({3}), "b");
  GradientTape tape;
  Tensor logits;
  {
    const NameScope scope("classifier/dense");
    logits = matmul(x, w) + b;
  }
  const Tensor accuracy = reduce_mean(cast(equal(argmax(logits, 1), labels), float32));
  return tape.gradient(accuracy, w).why();
}

// 5,000 ops in 50 scopes, and the gradient stopped in one of them.
Explanation large() {
  const Variable w(ones({3}), "w");
  GradientTape tape;
  Tensor y = w;
  for (int block = 0; block < 50; ++block) {
    const NameScope scope("block_" + std::to_string(block));
    for (int i = 0; i < 50; ++i) y = block > 25 ? y * 2 + 1 : y * 2 + w;
    if (block == 25) y = round(y);
  }
  return tape.gradient(reduce_sum(y), w).why();
}

TEST(Browser, ShowsNumbersWhereTheyWereLookedAt) {
  const Diagnosis report({.values = true});
  const Variable w(constant({1.0f, 2.0f, 3.0f}), "w");
  GradientTape tape;
  const Tensor loss = reduce_sum(nn::relu(w - 10));
  tape.gradient(loss, w);
  in_browser("numbers", to_html(report.explanations()));
}
TEST(Browser, ShowsThePathAndItsDetails) { in_browser("path", to_html(accuracy_as_loss())); }
TEST(Browser, SearchLeadsToTheOp) { in_browser("search", to_html(accuracy_as_loss())); }
TEST(Browser, KeyboardAlone) { in_browser("keyboard", to_html(accuracy_as_loss())); }
TEST(Browser, ScreenReadersFindRolesAndNames) { in_browser("roles", to_html(accuracy_as_loss())); }
TEST(Browser, FiveThousandOps) { in_browser("large", to_html(large())); }
TEST(Browser, WordsStayInTheirBoxesAndPicturesInTheirWindows) { in_browser("looks", to_html(accuracy_as_loss())); }
TEST(Browser, ShowsTheGraphOfAFunction) {
  const Function step(
      [](const std::vector<Tensor>& in) {
        const Tensor h = tanh(in[0] * 2.0 + 1.0);
        return while_loop([&](const std::vector<Tensor>& v) { return v[0] < in[1]; },
                          [&](const std::vector<Tensor>& v) {
                            return std::vector<Tensor>{v[0] + 1, sin(matmul(v[1], v[1]))};
                          },
                          std::vector<Tensor>{constant(std::int32_t{0}), h});
      },
      {.name = "step"});
  in_browser("function", to_html(step.graph({{float32, {4, 4}, {}}, {int32, {}, {}}})));
}
TEST(Browser, AsksTheNetworkForNothing) { in_browser("offline", to_html(accuracy_as_loss())); }

}  // namespace
}  // namespace whygrad
