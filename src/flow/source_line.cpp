// Reads lines of the user's source files.
#include "flow/source_line.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>

namespace whygrad::internal {
namespace {

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The position of `word` in the line as a whole word; npos if it does not occur, or more than once.
std::size_t find_word(const std::string& line, const std::string& word) {
  std::size_t found = std::string::npos;
  if (word.empty()) return found;
  for (std::size_t at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at != 0 && in_word(line[at - 1])) || (end < line.size() && in_word(line[end]))) continue;
    if (found != std::string::npos) return std::string::npos;
    found = at;
  }
  return found;
}

}  // namespace

std::string source_line(const std::string& path, std::uint32_t number) {
  std::ifstream file(path);
  std::string line;
  for (std::uint32_t n = 0; n < number; ++n) {
    if (std::getline(file, line)) continue;
    line = foreign_source_line(path, number);  // the cell of a notebook is no file
    break;
  }
  std::replace(line.begin(), line.end(), '\t', ' ');
  line.erase(line.find_last_not_of(" \r") + 1);
  return line;
}

std::string source_excerpt(const Place& place, const std::string& op, std::size_t columns) {
  if (!place.known()) return {};
  std::string line = source_line(place.file, place.line);
  if (line.empty()) return {};
  std::size_t caret = find_word(line, op), length = op.size();
  if (caret == std::string::npos && place.column > 0 && place.column <= line.size()) {
    caret = place.column - 1;
    length = 1;
  }
  const std::string number = fmt::format("  {} | ", place.line);
  const std::size_t indent = line.find_first_not_of(' '), room = columns - number.size();
  // A long line is shown from its beginning, or from a little before the caret.
  std::size_t from = indent;
  if (caret != std::string::npos && caret + length > from + room) from = caret - std::min(caret - indent, room / 3);
  std::string shown = line.substr(from, room);
  if (from > indent) shown.replace(0, 3, "...");
  if (line.size() > from + room) shown.replace(shown.size() - 3, 3, "...");
  std::string text = number + shown + "\n";
  if (caret == std::string::npos) return text;
  return text + fmt::format("{:>{}}| {}^{}\n", "", number.size() - 2, std::string(caret - from, ' '), std::string(length - 1, '~'));
}

}  // namespace whygrad::internal
