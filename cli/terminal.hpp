// Properties of the terminal.
#pragma once

#include <string>
#include <string_view>

namespace whygrad::cli {

// One of the program's two output streams.
struct Terminal {
  bool interactive = false;  // connected to a terminal
  bool coloured = false;
  int columns = 80;

  // Of file descriptor 1 or 2. Colours obey NO_COLOR (no-color.org) and TERM=dumb.
  static Terminal of(int descriptor);

  std::string bold(std::string_view text) const { return styled("1", text); }
  std::string dim(std::string_view text) const { return styled("2", text); }
  std::string green(std::string_view text) const { return styled("32", text); }
  std::string red(std::string_view text) const { return styled("31", text); }

 private:
  std::string styled(std::string_view code, std::string_view text) const;
};

}  // namespace whygrad::cli
