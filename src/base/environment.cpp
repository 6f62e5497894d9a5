// Environment variables, checked.
#include <whygrad/base/environment.hpp>
#include <whygrad/base/error.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

namespace whygrad {

bool environment_flag(const char* name, bool fallback) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return fallback;
  std::string value(text);
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* yes : {"1", "on", "true", "yes"}) {
    if (value == yes) return true;
  }
  for (const char* no : {"0", "off", "false", "no"}) {
    if (value == no) return false;
  }
  throw ValueError("environment", std::string(name) + "=" + text + " is not a switch", "set it to 1 or 0");
}

}  // namespace whygrad
