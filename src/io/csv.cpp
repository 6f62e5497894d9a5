// Comma-separated values as tensors.
#include "io/elements.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/io/csv.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <string_view>

namespace whygrad::io {
namespace {

constexpr const char* kOp = "load_csv";

[[noreturn]] void fail(const std::string& path, std::int64_t line, const std::string& what, const std::string& help) {
  throw IoError(kOp, fmt::format("{}, line {}: {}", path, line, what), help);
}

// Takes a text apart into records of fields. A record is a line, or several where a quoted field holds line ends.
class RecordReader {
 public:
  RecordReader(const std::string& path, std::string_view text, char delimiter) : path_(path), text_(text), delimiter_(delimiter) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  // The next record that is not blank; false at the end of the text.
  bool next(std::vector<std::string>& fields) {
    do {
      if (at_ == text_.size()) return false;
      line_ = next_line_;
      fields.clear();
      do {
        fields.push_back(field(fields.size() + 1));
      } while (take_delimiter());
      end_line();
    } while (fields.size() == 1 && fields[0].empty());
    return true;
  }

  // Where the record began; counts from 1.
  std::int64_t line() const { return line_; }

 private:
  bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }
  bool take_delimiter() {
    if (at_ == text_.size() || text_[at_] != delimiter_) return false;
    ++at_;
    return true;
  }
  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size()) ++at_;
    ++next_line_;
  }

  // Plain text up to the delimiter or the line's end, without blanks around it; or a quoted text.
  std::string field(std::size_t column) {
    if (at_ < text_.size() && text_[at_] == '"') return quoted(column);
    const std::size_t begin = at_;
    while (!at_line_end() && text_[at_] != delimiter_) ++at_;
    const std::string_view plain = text_.substr(begin, at_ - begin);
    const std::size_t first = plain.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string() : std::string(plain.substr(first, plain.find_last_not_of(" \t") - first + 1));
  }

  std::string quoted(std::size_t column) {
    std::string result;
    const std::int64_t opened = next_line_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"' && text_.substr(at_, 2) != "\"\"") {
        ++at_;
        if (!at_line_end() && text_[at_] != delimiter_) {
          fail(path_, next_line_, fmt::format("column {}: expected '{}' or the line's end after a closing quote", column, delimiter_),
               "double the quotes inside a quoted field");
        }
        return result;
      }
      if (text_[at_] == '"') ++at_;
      if (text_[at_] == '\n') ++next_line_;
      result += text_[at_];
    }
    fail(path_, opened, fmt::format("column {}: expected a closing quote before the end of the file", column),
         "close the field, or double the quotes inside it");
  }

  const std::string& path_;
  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  std::int64_t line_ = 0;
  std::int64_t next_line_ = 1;
};

std::string whole_text(const std::string& path) {
  const FileSource file(kOp, path);
  std::string text(file.size(), '\0');
  file.read(0, text.data(), text.size(), "text");
  return text;
}

template <class T>
T number(const std::string& path, std::int64_t line, std::size_t column, const std::string& name, std::string_view text) {
  T value{};
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    fail(path, line, fmt::format("column {} ({}): {} does not fit {}", column, name, text, name_of(dtype_of<T>)),
         "read it as float64, or scale the column");
  }
  if (error != std::errc{} || end != text.data() + text.size()) {
    fail(path, line, fmt::format("column {} ({}): expected a number, found \"{}\"", column, name, text.substr(0, 40)),
         "leave a column of text out by naming the others in `columns`; `delimiter` sets what stands between fields");
  }
  return value;
}

// The positions in a record of the columns that were asked for.
std::vector<std::size_t> chosen(const std::string& path, const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
  std::vector<std::size_t> positions;
  if (wanted.empty()) {
    positions.resize(names.size());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
  }
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw ValueError(kOp, fmt::format("{} has no column \"{}\"", path, name), fmt::format("its columns are {}", fmt::join(names, ", ")));
    positions.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return positions;
}

template <class T>
Csv read(const std::string& path, const CsvOptions& options, const Where& where) {
  const std::string text = whole_text(path);
  RecordReader records(path, text, options.delimiter);
  std::vector<std::string> fields, names;
  bool more = records.next(fields);
  if (!more) fail(path, 1, "expected a table, but the file holds nothing", "check the path");
  if (options.header) {
    names = fields;
    more = records.next(fields);
  } else {
    for (std::size_t i = 0; i < fields.size(); ++i) names.push_back(std::to_string(i));
  }
  const std::vector<std::size_t> columns = chosen(path, names, options.columns);

  std::vector<T> values;
  std::int64_t rows = 0;
  for (; more; more = records.next(fields), ++rows) {
    if (fields.size() != names.size()) {
      fail(path, records.line(), fmt::format("expected {} fields, found {}", names.size(), fields.size()),
           "every line needs as many fields as the first");
    }
    for (const std::size_t i : columns) {
      const bool stands_for = fields[i].empty() && options.empty.has_value();
      values.push_back(stands_for ? static_cast<T>(*options.empty) : number<T>(path, records.line(), i + 1, names[i], fields[i]));
    }
  }
  Csv result;
  for (const std::size_t i : columns) result.columns.push_back(names[i]);
  Tensor tensor = internal::make_host_tensor(dtype_of<T>, {rows, static_cast<std::int64_t>(columns.size())}, "load_csv");
  if (!values.empty()) std::memcpy(tensor.impl()->data, values.data(), values.size() * sizeof(T));
  result.values = from_file(std::move(tensor), where);
  return result;
}

Csv read_file(const std::string& path, const CsvOptions& options, const Where& where) {
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r') {
    throw ValueError(kOp, "a quote or a line end cannot stand between fields", "use ',', ';' or '\\t'");
  }
  if (options.dtype == float32) return read<float>(path, options, where);
  if (options.dtype == float64) return read<double>(path, options, where);
  throw DTypeError(kOp, fmt::format("the dtype is {}; text is read as f32 or f64", name_of(options.dtype)), "read as float64 and cast");
}

}  // namespace

Csv load_csv(const std::string& path, const CsvOptions& options, Where where) {
  return internal::in_the_name_of(kOp, [&] { return read_file(path, options, where); });
}

}  // namespace whygrad::io
