// Numbers as text, and text as numbers.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/strings.hpp>

#include <cstdio>
#include <string>

namespace whygrad::samples {
namespace {

// As bytes, each filled up to the width.
Array texts(const Shape& shape, const std::vector<std::string>& all) {
  Array result{shape, {}};
  result.shape.push_back(strings::kWidth);
  for (const std::string& text : all) {
    for (std::int64_t i = 0; i < strings::kWidth; ++i)
      result.values.push_back(i < static_cast<std::int64_t>(text.size()) ? text[static_cast<std::size_t>(i)] : 0);
  }
  return result;
}

struct Format {
  strings::AsStringOptions options;
  const char* format;
};

void add_texts(SampleList& list) {
  for (const Format& f : {Format{{}, "%f"}, Format{{.precision = 2}, "%.2f"}, Format{{.scientific = true}, "%e"}, Format{{.shortest = true}, "%g"}}) {
    list.add({.op = "as_string",
              .inputs = {numbers({2, 2}, {0.25, -1.5, 1000, 0})},
              .run = [f](const Inputs& x) { return outputs(strings::as_string(x[0], f.options)); },
              .expected =
                  [f](const Arrays& x) {
                    std::vector<std::string> all;
                    for (const double v : x[0].values) {
                      char text[64];
                      std::snprintf(text, sizeof(text), f.format, v);
                      all.emplace_back(text);
                    }
                    return Arrays{texts({2, 2}, all)};
                  },
              .dtypes = {uint8}});
  }
  list.add({.op = "as_string",
            .inputs = {constant({-7, 120})},
            .run = [](const Inputs& x) { return outputs(strings::as_string(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{texts({2}, {"-7", "120"})};
                },
            .dtypes = {uint8}});
  list.add({.op = "as_string",
            .inputs = {constant({true, false})},
            .run = [](const Inputs& x) { return outputs(strings::as_string(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{texts({2}, {"true", "false"})};
                },
            .dtypes = {uint8}});
  list.refuse({.op = "as_string", .fragment = "100000000000.. has 38 characters", .call = [] { strings::as_string(numbers({1}, {1e30})); }});
  list.refuse({.op = "as_string", .fragment = "precision is 40", .call = [] { strings::as_string(uniform({1}), {.precision = 40}); }});
  list.refuse({.op = "as_string", .fragment = "bool and real numbers", .call = [] { strings::as_string(complex_numbers({1})); }});

  for (const DType dtype : {float32, float64, int32, int64}) {
    list.add({.op = "string_to_number",
              .inputs = {strings::as_string(constant({{-7}, {120}}))},
              .run = [dtype](const Inputs& x) { return outputs(strings::to_number(x[0], dtype)); },
              .expected =
                  [](const Arrays&) {
                    return Arrays{{{2, 1}, {-7, 120}}};
                  },
              .dtypes = {dtype}});
  }
  list.refuse({.op = "string_to_number", .fragment = "'0.500000' is no i32", .call = [] {
                 strings::to_number(strings::as_string(numbers({1}, {0.5})), int32);
               }});
  list.refuse({.op = "string_to_number", .fragment = "'true' is no f32", .call = [] { strings::to_number(strings::as_string(constant({true}))); }});
  list.refuse({.op = "string_to_number", .fragment = "'3000000000' is no i32", .call = [] {
                 strings::to_number(strings::as_string(constant({3000000000})), int32);
               }});
  list.refuse({.op = "string_to_number", .fragment = "this is no text", .call = [] { strings::to_number(uniform({2})); }});
  list.refuse({.op = "string_to_number", .fragment = "text as bool", .call = [] { strings::to_number(strings::as_string(constant({1})), bool_); }});
}

const Samples kSamples([](SampleList& list) { add_texts(list); });

}  // namespace
}  // namespace whygrad::samples
