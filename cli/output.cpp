// Where what a command renders goes.
#include "output.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace whygrad::cli {
namespace {

void write(const std::string& path, const std::string& text, const char* command) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw IoError(command, fmt::format("{} cannot be written: {}", path, std::strerror(errno)), "check the folder and its permissions");
}

}  // namespace

void Output::deliver(const std::string& text, const std::string& shown, const char* command) const {
  if (is_standard()) {
    fmt::print("{}", text);
  } else if (!file.empty()) {
    write(file, text, command);
  } else {  // a page is nothing for a terminal
    const std::filesystem::path page = std::filesystem::absolute(std::filesystem::path(shown).stem().string() + ".whygrad.html");
    write(page.string(), text, command);
    fmt::print(stderr, "whygrad: the page is {}\n", page.string());
  }
}

}  // namespace whygrad::cli
