// Prints arrays in NumPy's layout, as array2string does with the default options.
#include <whygrad/tensor/tensor.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <complex>
#include <ostream>
#include <string_view>

namespace whygrad {
namespace {

constexpr std::int64_t kThreshold = 1000;  // arrays with more elements are summarised
constexpr std::int64_t kEdge = 3;          // elements shown at each end of an axis
constexpr std::size_t kLineWidth = 75;
constexpr std::size_t kPrecision = 8;  // digits after the point, at most
constexpr std::int64_t kGap = -1;

using Words = std::vector<std::string>;

std::string padded(const std::string& text, std::size_t width) { return std::string(width > text.size() ? width - text.size() : 0, ' ') + text; }

// ---- Floating numbers ----

template <class... Args>
std::string chars(Args... args) {
  char buffer[512];  // the largest double has 309 digits
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), args...).ptr;
  return {buffer, end};
}

// The double with the fewest digits that rounds to the half `value`, for its digits.
template <class H>
double fewest_digits(double value) {
  const H half(static_cast<float>(value));
  for (int digits = 0;; ++digits) {
    const std::string text = chars(value, std::chars_format::scientific, digits);
    double read = 0;
    std::from_chars(text.data(), text.data() + text.size(), read);
    if (H(static_cast<float>(read)).bits == half.bits) return read;
  }
}

// The shortest text that reads back as `value`, an element of a `dtype` tensor.
std::string shortest(double value, DType dtype, std::chars_format format) {
  switch (dtype) {
    case DType::kF16: return chars(fewest_digits<Half>(value), format);
    case DType::kBF16: return chars(fewest_digits<BFloat16>(value), format);
    case DType::kF32: return chars(static_cast<float>(value), format);
    default: return chars(value, format);
  }
}

// A number in pieces: "-12" "5" "", or "-1" "25" "e-07".
struct Pieces {
  std::string whole, fraction, exponent;
};
Pieces split(const std::string& text) {
  const std::size_t e = std::min(text.find('e'), text.size()), point = std::min(text.find('.'), e);
  return {text.substr(0, point), text.substr(std::min(point + 1, e), e - std::min(point + 1, e)), text.substr(e)};
}

// The shortest text, but at most `precision` digits behind the point.
Pieces pieces_of(double value, DType dtype, std::chars_format format, std::size_t precision) {
  Pieces p = split(shortest(value, dtype, format));
  if (p.fraction.size() > precision) p = split(chars(value, format, static_cast<int>(precision)));
  p.fraction.resize(p.fraction.find_last_not_of('0') + 1);
  return p;
}

std::string special(double value, bool plus) {
  const char* sign = std::signbit(value) && !std::isnan(value) ? "-" : plus ? "+" : "";
  return std::string(sign) + (std::isnan(value) ? "nan" : "inf");
}

// Numbers of at least this size have more digits than their type holds, and are not written in full.
double cutoff_of(DType dtype, double of_double) {
  return dtype == DType::kBF16 ? 1e2 : dtype == DType::kF16 ? 1e3 : dtype == DType::kF32 ? 1e6 : of_double;
}

// Whether the numbers are too large, too small or too different in size to be shown in full.
bool wants_exponents(const std::vector<double>& values, DType dtype) {
  double least = HUGE_VAL, most = 0;
  for (const double v : values) {
    if (!std::isfinite(v) || v == 0) continue;
    least = std::min(least, std::abs(v));
    most = std::max(most, std::abs(v));
  }
  return most > 0 && (most >= cutoff_of(dtype, 1e8) || least < 1e-4 || most / least > 1000);
}

// Formats all numbers with one width and aligned points. `plus` puts a sign before positive ones.
Words float_words(const std::vector<double>& values, DType dtype, bool plus = false) {
  const bool exponents = wants_exponents(values, dtype);
  std::vector<Pieces> pieces(values.size());
  std::size_t whole = 0, fraction = 0, exponent = 0;
  bool all_finite = true, negative_infinity = plus;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      all_finite = false;
      negative_infinity = negative_infinity || values[i] < 0;
      continue;
    }
    pieces[i] = pieces_of(values[i], dtype, exponents ? std::chars_format::scientific : std::chars_format::fixed, kPrecision);
    if (plus && !std::signbit(values[i])) pieces[i].whole.insert(0, 1, '+');
    whole = std::max(whole, pieces[i].whole.size());
    fraction = std::max(fraction, pieces[i].fraction.size());
    exponent = std::max(exponent, pieces[i].exponent.size());
  }
  std::size_t width = whole + 1 + fraction + exponent;
  if (!all_finite) width = std::max<std::size_t>(width, negative_infinity ? 4 : 3);
  whole = width - 1 - fraction - exponent;

  Words words(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Pieces& p = pieces[i];
    if (!std::isfinite(values[i])) {
      words[i] = padded(special(values[i], plus), width);
      continue;
    }
    if (exponents) {  // all with the same number of digits
      const Pieces exact = split(chars(values[i], std::chars_format::scientific, static_cast<int>(fraction)));
      p = {plus && !std::signbit(values[i]) ? "+" + exact.whole : exact.whole, exact.fraction, exact.exponent};
      p.exponent.insert(2, exponent - p.exponent.size(), '0');
    }
    p.fraction.resize(fraction, ' ');
    words[i] = padded(p.whole, whole) + "." + p.fraction + p.exponent;
  }
  return words;
}

// Formats a single number with all its digits: "1.0", "1e-05".
std::string scalar_text(double value, DType dtype) {
  constexpr std::size_t kAllDigits = 512;
  if (!std::isfinite(value)) return special(value, false);
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= cutoff_of(dtype, 1e16))) {
    const Pieces p = pieces_of(value, dtype, std::chars_format::scientific, kAllDigits);
    return p.whole + (p.fraction.empty() ? "" : "." + p.fraction) + p.exponent;
  }
  const Pieces p = pieces_of(value, dtype, std::chars_format::fixed, kAllDigits);
  return p.whole + "." + (p.fraction.empty() ? "0" : p.fraction);
}

// ---- Elements of any type ----

template <class T, class To = double>
std::vector<To> values_at(const void* data, const std::vector<std::int64_t>& offsets) {
  std::vector<To> values;
  values.reserve(offsets.size());
  for (const std::int64_t offset : offsets) values.push_back(static_cast<To>(static_cast<const T*>(data)[offset]));
  return values;
}

template <class T>
Words integer_words(const void* data, const std::vector<std::int64_t>& offsets) {
  Words words;
  std::size_t width = 0;
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  for (const Wide value : values_at<T, Wide>(data, offsets)) {
    words.push_back(std::to_string(value));
    width = std::max(width, words.back().size());
  }
  for (std::string& word : words) word = padded(word, width);
  return words;
}

// The real and the imaginary parts of complex elements.
struct Parts {
  std::vector<double> real, imaginary;
  DType dtype;
};
template <class T>
Parts parts_at(const void* data, const std::vector<std::int64_t>& offsets) {
  Parts parts{{}, {}, dtype_of<T>};
  for (const std::int64_t offset : offsets) {
    const std::complex<T> value = static_cast<const std::complex<T>*>(data)[offset];
    parts.real.push_back(value.real());
    parts.imaginary.push_back(value.imag());
  }
  return parts;
}

Words complex_words(const Parts& parts) {
  Words words = float_words(parts.real, parts.dtype);
  const Words imaginary = float_words(parts.imaginary, parts.dtype, true);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = imaginary[i].find_last_not_of(' ') + 1;
    words[i] += imaginary[i].substr(0, end) + "j" + imaginary[i].substr(end);
  }
  return words;
}

// Halves need an explicit conversion by way of float.
template <class H>
std::vector<double> halves_at(const void* data, const std::vector<std::int64_t>& offsets) {
  const std::vector<float> values = values_at<H, float>(data, offsets);
  return {values.begin(), values.end()};
}

std::vector<double> floats_at(DType dtype, const void* data, const std::vector<std::int64_t>& offsets) {
  switch (dtype) {
    case DType::kF16: return halves_at<Half>(data, offsets);
    case DType::kBF16: return halves_at<BFloat16>(data, offsets);
    case DType::kF32: return values_at<float>(data, offsets);
    default: return values_at<double>(data, offsets);
  }
}

// The elements at these offsets, all of one width.
Words element_words(DType dtype, const void* data, const std::vector<std::int64_t>& offsets) {
  switch (dtype) {
    case DType::kBool: {
      Words words;
      for (const std::int64_t offset : offsets) words.emplace_back(static_cast<const bool*>(data)[offset] ? " True" : "False");
      return words;
    }
    case DType::kU8: return integer_words<std::uint8_t>(data, offsets);
    case DType::kI8: return integer_words<std::int8_t>(data, offsets);
    case DType::kU16: return integer_words<std::uint16_t>(data, offsets);
    case DType::kI16: return integer_words<std::int16_t>(data, offsets);
    case DType::kU32: return integer_words<std::uint32_t>(data, offsets);
    case DType::kI32: return integer_words<std::int32_t>(data, offsets);
    case DType::kU64: return integer_words<std::uint64_t>(data, offsets);
    case DType::kI64: return integer_words<std::int64_t>(data, offsets);
    case DType::kC64: return complex_words(parts_at<float>(data, offsets));
    case DType::kC128: return complex_words(parts_at<double>(data, offsets));
    default: return float_words(floats_at(dtype, data, offsets), dtype);
  }
}

// Formats a complex number as Python does: "(1+2j)", "2j".
std::string complex_text(const Parts& parts) {
  const auto text_of = [&parts](double value) {
    const std::string text = scalar_text(value, parts.dtype);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
  };
  const double real = parts.real.front();
  std::string j = text_of(parts.imaginary.front()) + "j";
  if (real == 0 && !std::signbit(real)) return j;
  return "(" + text_of(real) + (j.front() == '-' ? "" : "+") + j + ")";
}

std::string scalar_word(const internal::TensorImpl& impl) {
  const DType dtype = impl.dtype;
  if (dtype == DType::kBool) return *reinterpret_cast<const bool*>(impl.data) ? "True" : "False";
  if (is_floating(dtype)) return scalar_text(floats_at(dtype, impl.data, {0}).front(), dtype);
  if (dtype == DType::kC64) return complex_text(parts_at<float>(impl.data, {0}));
  if (dtype == DType::kC128) return complex_text(parts_at<double>(impl.data, {0}));
  return element_words(dtype, impl.data, {0}).front();
}

// ---- Rows and brackets ----

// The positions of each axis that are shown; kGap stands for those left out.
std::vector<std::vector<std::int64_t>> shown_positions(const internal::TensorImpl& impl) {
  std::vector<std::vector<std::int64_t>> shown(static_cast<std::size_t>(impl.shape.rank()));
  for (int axis = 0; axis < impl.shape.rank(); ++axis) {
    auto& positions = shown[static_cast<std::size_t>(axis)];
    const std::int64_t extent = impl.shape[axis];
    const bool summarise = impl.size > kThreshold && extent > 2 * kEdge;
    for (std::int64_t i = 0; i < (summarise ? kEdge : extent); ++i) positions.push_back(i);
    if (!summarise) continue;
    positions.push_back(kGap);
    for (std::int64_t i = extent - kEdge; i < extent; ++i) positions.push_back(i);
  }
  return shown;
}

std::vector<std::int64_t> shown_offsets(const internal::TensorImpl& impl, const std::vector<std::vector<std::int64_t>>& shown) {
  std::vector<std::int64_t> offsets = {0};
  for (std::size_t axis = 0; axis < shown.size(); ++axis) {
    std::vector<std::int64_t> next;
    for (const std::int64_t offset : offsets) {
      for (const std::int64_t i : shown[axis]) {
        if (i != kGap) next.push_back(offset + i * impl.strides[axis]);
      }
    }
    offsets = std::move(next);
  }
  return offsets;
}

// One row in brackets, broken into lines where necessary.
std::string row_text(const std::vector<std::int64_t>& shown, Words::const_iterator& word, std::size_t rank) {
  const std::size_t width = kLineWidth - rank;  // room for the closing brackets after the last element
  std::string text, line(rank, ' ');
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string_view next = shown[i] == kGap ? std::string_view("...") : std::string_view(*word++);
    if (line.size() + next.size() > width && line.size() > rank) {
      line.resize(line.find_last_not_of(' ') + 1);
      text += line + "\n";
      line.assign(rank, ' ');
    }
    line += next;
    if (i + 1 < shown.size()) line += ' ';
  }
  text += line;
  return "[" + text.substr(rank) + "]";
}

std::string array_text(const internal::TensorImpl& impl) {
  const std::size_t rank = static_cast<std::size_t>(impl.shape.rank());
  const auto shown = shown_positions(impl);
  const Words words = element_words(impl.dtype, impl.data, shown_offsets(impl, shown));
  auto word = words.begin();
  std::string text(rank - 1, '[');
  std::vector<std::size_t> at(rank - 1, 0);  // the row's position on the outer axes
  const auto break_before = [&](std::size_t axis) { text += std::string(rank - 1 - axis, '\n') + std::string(axis + 1, ' '); };
  for (;;) {
    text += row_text(shown.back(), word, rank);
    std::size_t axis = rank - 1;
    while (axis > 0 && ++at[axis - 1] == shown[axis - 1].size()) {
      at[--axis] = 0;
      text += ']';
    }
    if (axis == 0) return text;
    break_before(--axis);
    if (shown[axis][at[axis]] == kGap) {
      text += "...";
      ++at[axis];
      break_before(axis);
    }
    text.append(rank - 2 - axis, '[');
  }
}

}  // namespace

std::string Tensor::to_string() const {
  if (!defined()) return "empty";
  if (is_abstract()) return "abstract " + signature();
  if (size() == 0) return "[]";
  return rank() == 0 ? scalar_word(*impl_) : array_text(*impl_);
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << tensor.to_string(); }

}  // namespace whygrad
