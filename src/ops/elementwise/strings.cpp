// Numbers as text, and text as numbers.
#include <whygrad/ops/strings.hpp>

#include "kernels/movement.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>

namespace whygrad {
namespace internal {
namespace {

using strings::kWidth;

struct TextAttrs {
  std::int64_t precision = -1;
  bool scientific = false;
  bool shortest = false;
};

std::string text_of(const TextAttrs& a, double value) {
  const int precision = a.precision < 0 ? 6 : static_cast<int>(a.precision);
  return a.shortest     ? fmt::format("{:.{}g}", value, precision)
         : a.scientific ? fmt::format("{:.{}e}", value, precision)
                        : fmt::format("{:.{}f}", value, precision);
}

// The element at i of x, whose other types were brought to i64 or f64.
std::string text_at(const TextAttrs& a, const kernels::View& wide, DType dtype, std::int64_t i) {
  if (wide.dtype == DType::kF64) return text_of(a, wide.as<double>()[i]);
  const std::int64_t value = wide.as<std::int64_t>()[i];
  return dtype == DType::kBool ? (value != 0 ? "true" : "false") : fmt::format("{}", value);
}

constexpr OpDef kAsString = define_op({
    .name = "as_string",
    .doc = "Each number of x [..] as text: uint8 [.., 32], filled up with zeros.",
    .inputs = {{"x", NotDifferentiable{"the result is text, and text does not move a little when its number does",
                                       "compute the loss from the numbers, and make text of them for people to read"}}},
    .attrs = {attr<&TextAttrs::precision>("precision", "digits after the point; -1: six"),
              attr<&TextAttrs::scientific>("scientific", "with an exponent"), attr<&TextAttrs::shortest>("shortest", "whichever form is shorter")},
    .infer =
        [](InferContext& c) {
          if (is_complex(c.input(0).dtype())) refuse_dtype(c, "bool and real numbers");
          if (c.attrs<TextAttrs>().precision >= kWidth)
            c.value_error(fmt::format("precision is {}", c.attrs<TextAttrs>().precision), "ask for less than 32 digits");
          Shape shape = c.input(0).shape();
          shape.push_back(kWidth);
          c.output(DType::kU8, shape);
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor& x = g.input(0);
          const Tensor wide = make_tensor(is_floating(x.dtype()) ? DType::kF64 : DType::kI64, x.shape());
          kernels::cast(g.in(0), view_of(wide));
          std::memset(g.out().data, 0, static_cast<std::size_t>(g.output().size()));
          for (std::int64_t i = 0; i < x.size(); ++i) {
            const std::string text = text_at(g.attrs<TextAttrs>(), view_of(wide), x.dtype(), i);
            if (static_cast<std::int64_t>(text.size()) >= kWidth) {
              throw ValueError(g.op().name, fmt::format("{}.. has {} characters", text.substr(0, 12), text.size()),
                               "a text holds 31; ask for fewer digits, or for the shortest form");
            }
            std::memcpy(g.out().as<char>() + i * kWidth, text.data(), text.size());
          }
        },
});

struct NumberAttrs {
  DType out_type = DType::kF32;
};

long long read_integer(const char* text, char** end) { return std::strtoll(text, end, 10); }

// read() is one of the family of strtod.
template <class T, class Read>
void parse_all(KernelContext& g, Read read) {
  const Packed text(g.input(0));
  const auto width = static_cast<std::size_t>(g.input(0).shape().back());
  for (std::int64_t i = 0; i < g.output().size(); ++i) {
    const char* begin = text.view().as<char>() + i * static_cast<std::int64_t>(width);
    const std::string one(begin, strnlen(begin, width));
    char* end = nullptr;
    errno = 0;
    const auto value = read(one.c_str(), &end);
    const bool leaves_type = std::is_integral_v<T> && (errno == ERANGE || static_cast<T>(value) != value);
    if (one.empty() || *end != '\0' || leaves_type) {
      throw ValueError(g.op().name, fmt::format("'{}' is no {}", one, name_of(dtype_of<T>)),
                       "each text must be one number, with nothing else around it");
    }
    g.out().as<T>()[i] = static_cast<T>(value);
  }
}

constexpr OpDef kToNumber = define_op({
    .name = "string_to_number",
    .doc = "Each text of uint8 [.., width] as a number: [..].",
    .inputs = {{"text", NotDifferentiable{"text carries no gradient", "compute with the numbers that the text was made of"}}},
    .attrs = {attr<&NumberAttrs::out_type>("out_type", "float32, float64, int32 or int64")},
    .infer =
        [](InferContext& c) {
          const DType dtype = c.attrs<NumberAttrs>().out_type;
          const InputSpec text = c.input(0);
          if (text.dtype() != DType::kU8 || text.rank() == 0) c.dtype_error("this is no text", "text is uint8 [.., width], as as_string makes it");
          if (dtype != DType::kF32 && dtype != DType::kF64 && dtype != DType::kI32 && dtype != DType::kI64) {
            c.dtype_error(fmt::format("text as {}", name_of(dtype)), "out_type is float32, float64, int32 or int64");
          }
          c.output(dtype, Shape(text.shape().extents().first(static_cast<std::size_t>(text.rank() - 1))));
        },
    .kernel =
        [](KernelContext& g) {
          switch (g.output().dtype()) {
            case DType::kF32: return parse_all<float>(g, std::strtof);
            case DType::kF64: return parse_all<double>(g, std::strtod);
            case DType::kI32: return parse_all<std::int32_t>(g, read_integer);
            default: return parse_all<std::int64_t>(g, read_integer);
          }
        },
});

constexpr const OpDef* kOps[] = {&kAsString, &kToNumber};

}  // namespace

OpFamily string_ops() { return kOps; }

}  // namespace internal

namespace strings {

Tensor as_string(const Tensor& x, const AsStringOptions& options, Where where) {
  return apply(internal::kAsString, {&x}, where, internal::TextAttrs{options.precision, options.scientific, options.shortest});
}
Tensor to_number(const Tensor& text, DType dtype, Where where) { return apply(internal::kToNumber, {&text}, where, internal::NumberAttrs{dtype}); }

}  // namespace strings
}  // namespace whygrad
