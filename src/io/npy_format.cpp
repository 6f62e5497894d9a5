// NumPy's array format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: magic, version, length of the description, the
// description as a Python dictionary, the elements.
#include "io/npy_format.hpp"

#include "io/elements.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace whygrad::io {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::uint32_t kMaxHeader = 1 << 16;  // NumPy itself refuses more than 10,000 bytes

struct TypeName {
  DType dtype;
  std::string_view name;  // without the byte order
};
constexpr TypeName kTypes[] = {{DType::kBool, "b1"}, {DType::kU8, "u1"},  {DType::kI8, "i1"},  {DType::kI16, "i2"},  {DType::kU16, "u2"},
                               {DType::kU32, "u4"},  {DType::kU64, "u8"}, {DType::kI32, "i4"}, {DType::kI64, "i8"},  {DType::kF16, "f2"},
                               {DType::kF32, "f4"},  {DType::kF64, "f8"}, {DType::kC64, "c8"}, {DType::kC128, "c16"}};

struct Description {
  DType dtype{};
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> extents;
};

// Reads the dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class DescriptionReader {
 public:
  DescriptionReader(const Source& source, std::uint64_t offset, std::string_view text) : source_(source), offset_(offset), text_(text) {}

  Description read() {
    Description d;
    bool seen[3] = {};
    expect('{');
    while (!take('}')) {
      const std::uint64_t key_offset = here();
      const std::string_view key = quoted();
      expect(':');
      const int which = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : -1;
      if (which < 0 || std::exchange(seen[which], true))
        source_.fail(key_offset, fmt::format("expected 'descr', 'fortran_order' and 'shape' once each, found '{}'", key));
      if (which == 0) read_type(d);
      if (which == 1) d.fortran_order = boolean();
      if (which == 2) d.extents = numbers();
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    if (!seen[0] || !seen[1] || !seen[2]) source_.fail(here(), "expected a description with 'descr', 'fortran_order' and 'shape'");
    skip_space();
    if (at_ != text_.size()) source_.fail(here(), "expected the end of the description");
    return d;
  }

 private:
  std::uint64_t here() const { return offset_ + at_; }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) source_.fail(here(), fmt::format("expected '{}' in the description", c));
  }
  std::string_view quoted() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) source_.fail(here(), "expected a closing quote");
    const std::string_view inner = text_.substr(at_, end - at_);
    at_ = end + 1;
    return inner;
  }
  bool boolean() {
    skip_space();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    source_.fail(here(), "expected True or False");
  }
  std::vector<std::int64_t> numbers() {
    std::vector<std::int64_t> result;
    expect('(');
    while (!take(')')) {
      skip_space();
      std::int64_t n = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
      if (error != std::errc{}) source_.fail(here(), "expected a whole number of the shape");
      at_ = static_cast<std::size_t>(end - text_.data());
      result.push_back(n);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }
  void read_type(Description& d) {
    skip_space();
    const std::uint64_t offset = here();
    if (at_ < text_.size() && text_[at_] == '[')
      source_.fail(offset, "the array has named fields, which whygrad has no type for", "save each field as an array of its own");
    const std::string_view text = quoted();
    const std::string_view name = text.empty() ? text : text.substr(1);
    const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [name](const TypeName& t) { return t.name == name; });
    if (type == std::end(kTypes) || std::string_view("<>=|").find(text[0]) == std::string_view::npos) {
      source_.fail(offset, fmt::format("the elements are of NumPy's type '{}', which whygrad lacks", text),
                   "convert them in NumPy first, with array.astype('int64') for example");
    }
    d.dtype = type->dtype;
    d.big_endian = text[0] == '>';
  }

  const Source& source_;
  std::uint64_t offset_;  // of the text
  std::string_view text_;
  std::size_t at_ = 0;
};

void swap_bytes(Tensor& tensor) {
  const std::size_t element = size_of(tensor.dtype()) / (is_complex(tensor.dtype()) ? 2 : 1);
  char* at = tensor.impl()->data;
  char* end = at + static_cast<std::size_t>(tensor.size()) * size_of(tensor.dtype());
  for (; at != end; at += element) std::reverse(at, at + element);
}

// The elements of `tensor` lie in Fortran order: first axis fastest.
Tensor from_fortran_order(const Tensor& tensor, const Shape& shape) {
  std::int64_t strides[Shape::kMaxRank];
  std::int64_t step = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    strides[i] = step;
    step *= shape[i];
  }
  Tensor result = internal::make_host_tensor(tensor.dtype(), shape, "load_npy");
  internal::copy_elements(internal::make_view(tensor, shape, strides, 0), result.impl()->data);
  return result;
}

}  // namespace

Tensor read_npy(const Source& source) {
  std::array<char, 8> start{};
  source.read(0, start.data(), start.size(), "NumPy's magic bytes and version");
  if (std::string_view(start.data(), kMagic.size()) != kMagic) source.fail(0, "expected NumPy's magic bytes, \\x93NUMPY", "this is no .npy file");
  const int major = static_cast<unsigned char>(start[6]), minor = static_cast<unsigned char>(start[7]);
  if (major < 1 || major > 3 || minor != 0) source.fail(6, fmt::format("expected format 1.0, 2.0 or 3.0, found {}.{}", major, minor));
  std::uint32_t length = 0;
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  source.read(8, &length, length_bytes, "the length of the description");
  if (length > kMaxHeader) source.fail(8, fmt::format("expected a description of at most {} bytes, found {}", kMaxHeader, length));
  const std::uint64_t text_offset = 8 + length_bytes, data_offset = text_offset + length;
  std::string text(length, '\0');
  source.read(text_offset, text.data(), length, "the description");

  const Description d = DescriptionReader(source, text_offset, text).read();
  const Shape shape = checked_shape(source, data_offset, "the array", d.extents, d.dtype, source.size() - data_offset);
  Tensor tensor = read_elements(source, data_offset, d.dtype, shape);
  if (d.big_endian) swap_bytes(tensor);
  return d.fortran_order && shape.rank() > 1 ? from_fortran_order(tensor, shape) : tensor;
}

std::string npy_header(const char* op, DType dtype, const Shape& shape) {
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [dtype](const TypeName& t) { return t.dtype == dtype; });
  if (type == std::end(kTypes)) {
    throw DTypeError(op, fmt::format("NumPy has no {}", name_of(dtype)), "cast to float32 first, or save as safetensors, which keeps the type");
  }
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}", size_of(dtype) == 1 ? '|' : '<', type->name,
                                 fmt::join(shape, ", "), shape.rank() == 1 ? "," : "");
  constexpr std::size_t kBeforeText = 10, kAlignment = 64;
  const std::size_t total = (kBeforeText + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.resize(total - kBeforeText - 1, ' ');
  text += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

}  // namespace whygrad::io
