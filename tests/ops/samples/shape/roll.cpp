// Elements rolled along axes.
#include "ops/samples/places.hpp"

#include <whygrad/ops/shape.hpp>

namespace whygrad::samples {
namespace {

void add_rolls(SampleList& list) {
  const struct {
    Ints shift, axis;
    std::int64_t rows, columns;  // what the shifts come to
  } cases[] = {{{1}, {0}, 1, 0}, {{-1}, {-1}, 0, -1}, {{2, 9}, {0, 1}, 2, 9}, {{1, 1}, {1, 1}, 0, 2}, {{}, {}, 0, 0}};
  for (const auto& c : cases) {
    list.add(
        {.op = "roll",
         .inputs = {uniform({3, 4})},
         .run = [=](const Inputs& x) { return outputs(roll(x[0], c.shift, c.axis)); },
         .expected =
             [=](const Arrays& x) {
               return Arrays{by_place({3, 4}, [&](const Place& p) { return at(x[0], {(p[0] - c.rows + 30) % 3, (p[1] - c.columns + 40) % 4}); })};
             }});
  }
  list.refuse({.op = "roll", .fragment = "2 shifts along 1 axes", .call = [] { roll(uniform({2}), {1, 1}, {0}); }});
  list.refuse({.op = "roll", .fragment = "axis 1 is out of range", .call = [] { roll(uniform({2}), {1}, {1}); }});
}

const Samples kSamples([](SampleList& list) { add_rolls(list); });

}  // namespace
}  // namespace whygrad::samples
