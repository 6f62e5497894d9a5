// The page in a real browser; the clicking is done by browser.py.
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/flow/render.hpp>
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
void in_browser(const char* test, const Explanations& explanations) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "page.html", to_html(explanations));
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
  in_browser("numbers", report.explanations());
}
TEST(Browser, ShowsThePathAndItsDetails) { in_browser("path", accuracy_as_loss()); }
TEST(Browser, SearchLeadsToTheOp) { in_browser("search", accuracy_as_loss()); }
TEST(Browser, KeyboardAlone) { in_browser("keyboard", accuracy_as_loss()); }
TEST(Browser, ScreenReadersFindRolesAndNames) { in_browser("roles", accuracy_as_loss()); }
TEST(Browser, FiveThousandOps) { in_browser("large", large()); }
TEST(Browser, WordsStayInTheirBoxesAndPicturesInTheirWindows) { in_browser("looks", accuracy_as_loss()); }
TEST(Browser, AsksTheNetworkForNothing) { in_browser("offline", accuracy_as_loss()); }

}  // namespace
}  // namespace whygrad
