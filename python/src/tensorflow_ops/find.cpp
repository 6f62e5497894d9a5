// Looks records of TensorFlow's op types up.
#include "find.hpp"

#include <cctype>
#include <unordered_map>

namespace whygrad::python {
namespace {

using Table = std::unordered_map<std::string_view, FoundType>;

std::vector<std::span<const TypeRecord>> families() {
  return {number_types(), matrix_types(), array_types(), sparse_types(), network_types(),
          image_types(),  random_types(), state_types(), text_types(),   device_types()};
}

// f(word) for each word between spaces.
template <class F>
void each_word(std::string_view words, F&& f) {
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    f(words.substr(0, end));
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
}

Table make_table() {
  Table table;
  for (const std::span<const TypeRecord> family : families()) {
    for (const TypeRecord& record : family) {
      each_word(record.types, [&](std::string_view word) {
        const std::size_t named = word.find('=');
        const std::string_view type = word.substr(0, named);
        std::string name = named != std::string_view::npos ? std::string(word.substr(named + 1)) : "";
        if (name.empty() && *record.like == '\0') name = in_snake_case(type);
        table.emplace(type, FoundType{&record, std::move(name)});
      });
    }
  }
  return table;
}

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string_view without_version(std::string_view type) {
  std::size_t end = type.size();
  while (end > 0 && is_digit(type[end - 1])) --end;
  return end > 1 && end < type.size() && type[end - 1] == 'V' ? type.substr(0, end - 1) : type;
}

}  // namespace

const FoundType* find_type(std::string_view type) {
  static const Table table = make_table();
  const auto at = table.find(type);
  return at != table.end() ? &at->second : nullptr;
}

std::string in_snake_case(std::string_view type) {
  type = without_version(type);
  std::string name;
  for (std::size_t i = 0; i < type.size(); ++i) {
    const char c = type[i], before = i > 0 ? type[i - 1] : '_', after = i + 1 < type.size() ? type[i + 1] : '_';
    const bool begins = is_upper(c) && (is_lower(before) || ((is_upper(before) || is_digit(before)) && is_lower(after)));
    if (begins) name += '_';
    if (c != '_' || !name.empty()) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

std::vector<std::string> type_texts() {
  std::vector<std::string> texts;
  for (const std::span<const TypeRecord> family : families()) {
    for (const TypeRecord& r : family) {
      texts.insert(texts.end(), {r.why, r.remedy, r.zero.remedy, r.nonfinite.remedy, r.nonfinite.out_of_domain});
    }
  }
  return texts;
}

}  // namespace whygrad::python
