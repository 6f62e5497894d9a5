// Numbers as text, and text as numbers.
#include <whygrad/ops/strings.hpp>

#include "kernels/strings.hpp"
#include "ops/core/element.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <complex>
#include <string>
#include <string_view>

namespace whygrad {
namespace internal {
namespace {

using strings::kWidth;

constexpr std::int64_t kMostWidth = 1 << 16;

struct TextAttrs {
  std::int64_t precision = -1;
  bool scientific = false;
  bool shortest = false;
  std::int64_t width = -1;
  std::int64_t fill = 0;
};

kernels::TextFormat format_of(const TextAttrs& a) {
  using Format = kernels::TextFormat;
  return {.form = a.shortest     ? Format::kShortest
                  : a.scientific ? Format::kScientific
                                 : Format::kPlain,
          .precision = a.precision < 0 ? 6 : static_cast<int>(a.precision),
          .width = static_cast<int>(std::max<std::int64_t>(a.width, 0)),
          .flag = static_cast<char>(a.fill)};
}

void check_format(const InferContext& c, const TextAttrs& a) {
  const bool digits = a.precision >= 0 || a.scientific || a.shortest;
  if (a.precision >= kWidth) c.value_error(fmt::format("precision is {}", a.precision), "ask for less than 32 digits");
  if (a.scientific && a.shortest) c.value_error("scientific and shortest are both asked for", "ask for one of them");
  if (digits && !is_floating(c.input(0).dtype())) {
    c.value_error(fmt::format("a precision or an exponent is asked for of {}", name_of(c.input(0).dtype())), "only floating numbers have them");
  }
  if (a.width > kMostWidth) c.value_error(fmt::format("width is {}", a.width), fmt::format("ask for at most {} characters", kMostWidth));
  if (a.fill != 0 && std::string_view(" +-0#").find(static_cast<char>(a.fill)) == std::string_view::npos) {
    c.value_error(fmt::format("Fill argument not supported: '{}'", static_cast<char>(a.fill)),
                  "it is one of '0', '-', '+', '#' and ' ', as in printf");
  }
}

constexpr OpDef kAsString = define_op({
    .name = "as_string",
    .doc = "Each number of x [..] as text: uint8 [.., 32], filled up with zeros.",
    .inputs = {{"x", NotDifferentiable{"the result is text, and text does not move a little when its number does",
                                       "compute the loss from the numbers, and make text of them for people to read"}}},
    .attrs = {attr<&TextAttrs::precision>("precision", "digits after the point; -1: six"),
              attr<&TextAttrs::scientific>("scientific", "with an exponent"), attr<&TextAttrs::shortest>("shortest", "whichever form is shorter"),
              attr<&TextAttrs::width>("width", "of the text at least; -1: as it comes"),
              attr<&TextAttrs::fill>("fill", "printf's flag for what is missing, as the number of its character; 0: none")},
    .infer =
        [](InferContext& c) {
          if (is_complex(c.input(0).dtype())) refuse_dtype(c, "bool and real numbers");
          const auto& a = c.attrs<TextAttrs>();
          check_format(c, a);
          Shape shape = c.input(0).shape();
          shape.push_back(std::max(kWidth, a.width + 1));
          c.output(DType::kU8, shape);
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::TextFormat format = format_of(g.attrs<TextAttrs>());
          const std::int64_t bad = kernels::write_numbers(g.in(0), format, g.out());
          if (bad < 0) return;
          std::complex<double> element;  // of any type
          copy_elements(element_at(g.input(0), bad), &element);
          const std::string text = kernels::text_of(format, g.input(0).dtype(), &element);
          throw ValueError(g.op().name, fmt::format("{}.. has {} characters", text.substr(0, 12), text.size()),
                           "a text holds 31; ask for fewer digits, or for the shortest form");
        },
});

struct NumberAttrs {
  DType out_type = DType::kF32;
};

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
          const std::int64_t bad = kernels::read_numbers(g.in(0), g.out());
          if (bad < 0) return;
          const Tensor& text = g.input(0);
          std::string all(static_cast<std::size_t>(text.size()), '\0');
          copy_elements(text, all.data());
          const auto width = static_cast<std::size_t>(text.shape().back());
          const std::string one = all.substr(static_cast<std::size_t>(bad) * width, width);
          throw ValueError(g.op().name, fmt::format("'{}' is no {}", one.substr(0, one.find('\0')), name_of(g.output().dtype())),
                           "each text must be one number, with nothing else around it");
        },
});

constexpr const OpDef* kOps[] = {&kAsString, &kToNumber};

}  // namespace

OpFamily string_ops() { return kOps; }

}  // namespace internal

namespace strings {

Tensor as_string(const Tensor& x, const AsStringOptions& options, Where where) {
  return apply(internal::kAsString, {&x}, where,
               internal::TextAttrs{options.precision, options.scientific, options.shortest, options.width, options.fill});
}
Tensor to_number(const Tensor& text, DType dtype, Where where) { return apply(internal::kToNumber, {&text}, where, internal::NumberAttrs{dtype}); }

}  // namespace strings
}  // namespace whygrad
