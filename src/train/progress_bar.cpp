// A progress bar for terminals and logs.
#include <whygrad/train/progress_bar.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ostream>

namespace whygrad::train {
namespace {

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Width on the screen: one column per character of UTF-8.
int columns_of(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// The beginning of `text`, at most this many columns wide.
std::string_view cut(std::string_view text, int columns) {
  std::size_t end = 0;
  for (int seen = 0; end < text.size(); ++end) {
    if ((text[end] & 0xc0) != 0x80 && ++seen > columns) break;
  }
  return text.substr(0, end);
}

std::string bar(double part, int width) {
  const int full = static_cast<int>(std::lround(part * width));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "░";
  return text;
}

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::string clock_text(double seconds) {
  const auto s = static_cast<std::int64_t>(seconds);
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::int64_t>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

ProgressBar::ProgressBar(std::ostream& out, std::string label, std::int64_t total, ProgressBarOptions options)
    : out_(out), label_(std::move(label)), total_(total), options_(std::move(options)) {
  if (!options_.clock) options_.clock = steady_seconds;
  start_ = shown_ = options_.clock();
}

double ProgressBar::seconds() const { return options_.clock() - start_; }

bool ProgressBar::due() const { return options_.clock() - shown_ >= (options_.terminal ? 0.1 : 10.0); }

std::string ProgressBar::line(std::int64_t done, std::string_view note) const {
  if (total_ < 1) return fmt::format("{}  {}   {}", label_, clock_text(seconds()), note);
  const double part = std::clamp(static_cast<double>(done) / static_cast<double>(total_), 0.0, 1.0);
  const std::string left = part > 0 ? fmt::format(", {} left", clock_text(seconds() * (1 - part) / part)) : "";
  const std::string tail = fmt::format("{:3.0f}%  {}{}   {}", std::floor(part * 100), clock_text(seconds()), left, note);
  if (!options_.terminal) return fmt::format("{}  {}", label_, tail);
  // The bar takes the space that the text leaves.
  const int room = std::min(options_.columns - 1 - columns_of(label_) - columns_of(tail) - 4, 40);
  return room < 5 ? fmt::format("{}  {}", label_, tail) : fmt::format("{}  {}  {}", label_, bar(part, room), tail);
}

void ProgressBar::show(std::int64_t done, std::string_view note) {
  shown_ = options_.clock();
  const std::string text = line(done, note);
  if (options_.terminal) {  // a line that wraps cannot be drawn again
    out_ << kClearLine << cut(text, options_.columns - 1) << std::flush;
  } else {
    out_ << text << '\n' << std::flush;
  }
}

void ProgressBar::clear() {
  if (options_.terminal) out_ << kClearLine << std::flush;
}

void ProgressBar::finish(std::string_view note) {
  clear();
  out_ << fmt::format("{}  {}   {}", label_, clock_text(seconds()), note) << '\n' << std::flush;
}

}  // namespace whygrad::train
