// Where what a command renders goes.
#pragma once

#include <string>

namespace whygrad::cli {

// A format, and the file to write: "-" is the standard output. Empty: likewise, and for html a file in the present folder, whose name is printed.
struct Output {
  std::string format = "text";
  std::string file;

  bool is_standard() const { return file == "-" || (file.empty() && format != "html"); }
  // `shown`: the file that was rendered. Throws IoError in the name of `command`.
  void deliver(const std::string& text, const std::string& shown, const char* command) const;
};

}  // namespace whygrad::cli
