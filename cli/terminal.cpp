// Facts about the terminal: width, colours, whether there is one.
#include "terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace whygrad::cli {

Terminal Terminal::of(int descriptor) {
  Terminal terminal;
  if (isatty(descriptor) == 0) return terminal;
  const auto variable = [](const char* name) {
    const char* text = std::getenv(name);
    return std::string_view(text == nullptr ? "" : text);
  };
  terminal.interactive = variable("TERM") != "dumb";
  terminal.coloured = terminal.interactive && variable("NO_COLOR").empty();
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.columns = size.ws_col;
  return terminal;
}

std::string Terminal::styled(std::string_view code, std::string_view text) const {
  return coloured ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace whygrad::cli
