#include <whygrad/train/progress_bar.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace whygrad::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using train::ProgressBar;

struct Screen {
  std::ostringstream out;
  double now = 100;
  train::ProgressBarOptions options(bool terminal, int columns = 80) {
    return {.terminal = terminal, .columns = columns, .clock = [this] { return now; }};
  }
};

TEST(ProgressBar, OnATerminalIsRedrawnInItsPlace) {
  Screen s;
  ProgressBar bar(s.out, "epoch 1/2", 4, s.options(true));
  s.now += 3;
  bar.show(1, "loss 0.5");
  EXPECT_THAT(s.out.str(), StartsWith("\r\x1b[Kepoch 1/2"));
  EXPECT_THAT(s.out.str(), HasSubstr(" 25%  0:03, 0:09 left   loss 0.5"));
  EXPECT_THAT(s.out.str(), Not(HasSubstr("\n")));
  bar.finish("done");
  EXPECT_THAT(s.out.str(), EndsWith("\r\x1b[Kepoch 1/2  0:03   done\n"));
}

TEST(ProgressBar, NeverFillsTheLastColumnOfATerminal) {
  for (const int columns : {20, 40, 60, 80, 200}) {
    Screen s;
    ProgressBar bar(s.out, "epoch 1/2", 4, s.options(true, columns));
    bar.show(2, "1,234 images/s   loss 0.5");
    const std::string line = s.out.str().substr(4);
    const auto width = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
    EXPECT_LT(width, columns) << line;
  }
}

TEST(ProgressBar, ElsewhereWritesPlainLines) {
  Screen s;
  ProgressBar bar(s.out, "epoch 1/2", 4, s.options(false));
  s.now += 70;
  bar.show(3, "loss 0.5");
  bar.finish("done");
  EXPECT_EQ(s.out.str(), "epoch 1/2   75%  1:10, 0:23 left   loss 0.5\nepoch 1/2  1:10   done\n");
}

TEST(ProgressBar, IsDueTenTimesASecondOnATerminalAndEveryTenSecondsElsewhere) {
  for (const bool terminal : {true, false}) {
    Screen s;
    ProgressBar bar(s.out, "x", 4, s.options(terminal));
    const double period = terminal ? 0.125 : 10;
    EXPECT_FALSE(bar.due());
    s.now += period;
    EXPECT_TRUE(bar.due());
    bar.show(1, "");
    EXPECT_FALSE(bar.due());
  }
}

TEST(ProgressBar, WithoutATotalTellsTheTime) {
  Screen s;
  ProgressBar bar(s.out, "reading", -1, s.options(false));
  s.now += 5;
  bar.show(17, "17 files");
  EXPECT_EQ(s.out.str(), "reading  0:05   17 files\n");
}

TEST(ProgressBar, NumbersAreEasyToRead) {
  EXPECT_EQ(train::clock_text(0.9), "0:00");
  EXPECT_EQ(train::clock_text(61), "1:01");
  EXPECT_EQ(train::clock_text(3723), "1:02:03");
  EXPECT_EQ(train::grouped(0), "0");
  EXPECT_EQ(train::grouped(999), "999");
  EXPECT_EQ(train::grouped(-1000), "-1,000");
  EXPECT_EQ(train::grouped(-100), "-100");
  EXPECT_EQ(train::grouped(12345678), "12,345,678");
}

}  // namespace
}  // namespace whygrad::testing
