// A progress bar for long jobs.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace whygrad::train {

struct ProgressBarOptions {
  // Whether the stream is a terminal: then the line is redrawn in place ten times a second. Otherwise plain lines are written, one every ten seconds.
  bool terminal = false;
  int columns = 80;  // of the terminal
  // A clock in seconds; the steady clock by default.
  std::function<double()> clock = {};
};

// Writes to the given stream, which must outlive it.
//
//   epoch 3/10  ██████████████░░░░░░  71%  0:12, 0:05 left   8,431 images/s   loss 0.3121
class WG_API ProgressBar {
 public:
  // `total` is the number of units of work, below 1 if unknown; `label` comes first.
  ProgressBar(std::ostream& out, std::string label, std::int64_t total, ProgressBarOptions options = {});

  // Whether enough time has passed since the last line. Ask before composing a note.
  bool due() const;
  // Writes the line: `done` units are finished.
  void show(std::int64_t done, std::string_view note);
  // Removes the bar from a terminal, so that other text can be written.
  void clear();
  // Replaces the bar by a final plain line with label, note and duration.
  void finish(std::string_view note);
  // Seconds since the beginning.
  double seconds() const;

 private:
  std::string line(std::int64_t done, std::string_view note) const;

  std::ostream& out_;
  std::string label_;
  std::int64_t total_;
  ProgressBarOptions options_;
  double start_ = 0, shown_ = 0;
};

// "0:07", "12:30", "1:02:03".
WG_API std::string clock_text(double seconds);
// "8,431": digits in groups of three.
WG_API std::string grouped(std::int64_t number);

}  // namespace whygrad::train
