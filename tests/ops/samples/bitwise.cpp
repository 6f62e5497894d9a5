// Bits of integers.
#include "ops/samples/samples.hpp"

#include <whygrad/ops/bitwise.hpp>
#include <whygrad/ops/creation.hpp>

namespace whygrad::samples {
namespace {

using Binary = Tensor (*)(const Operand&, const Operand&, Where);

void add_bits(SampleList& list, const char* op, Binary f, double (*expected)(double, double)) {
  list.add({.op = op,
            .inputs = {integers({3, 1}, -9, 9, 1), integers({4}, 0, 7, 2)},
            .run = [=](const Inputs& x) { return outputs(f(x[0], x[1], Where::here())); },
            .expected = [=](const Arrays& x) { return Arrays{map(expected, x[0], x[1])}; }});
  list.refuse({.op = op, .fragment = "the op takes integers", .call = [=] { f(uniform({2}), uniform({2}), Where::here()); }});
  list.refuse({.op = op, .fragment = "do not mix", .call = [=] { f(constant({1, 2}), constant({1, 2}, int64), Where::here()); }});
}

std::int64_t whole(double x) { return static_cast<std::int64_t>(x); }

const Samples kSamples([](SampleList& list) {
  add_bits(list, "bitwise_and", bitwise::bitwise_and, [](double a, double b) { return static_cast<double>(whole(a) & whole(b)); });
  add_bits(list, "bitwise_or", bitwise::bitwise_or, [](double a, double b) { return static_cast<double>(whole(a) | whole(b)); });
  add_bits(list, "bitwise_xor", bitwise::bitwise_xor, [](double a, double b) { return static_cast<double>(whole(a) ^ whole(b)); });
  add_bits(list, "left_shift", bitwise::left_shift, [](double a, double b) { return a * static_cast<double>(1 << whole(b)); });
  add_bits(list, "right_shift", bitwise::right_shift, [](double a, double b) { return static_cast<double>(whole(a) >> whole(b)); });
  list.add({.op = "invert",
            .inputs = {integers({3, 2}, -9, 9)},
            .run = [](const Inputs& x) { return outputs(bitwise::invert(x[0])); },
            .expected = [](const Arrays& x) { return Arrays{map([](double a) { return -a - 1; }, x[0])}; }});
  list.refuse({.op = "invert", .fragment = "the op takes integers", .call = [] { bitwise::invert(uniform({2})); }});
});

}  // namespace
}  // namespace whygrad::samples
