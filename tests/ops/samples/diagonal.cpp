// Diagonals and bands.
#include "ops/samples/places.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <algorithm>

namespace whygrad::samples {
namespace {

void add_diagonals(SampleList& list) {
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 3, 4}, Shape{4, 2}}) {
    list.add({.op = "matrix_diag_part",
              .inputs = {uniform(shape)},
              .run = [](const Inputs& x) { return outputs(matrix_diag_part(x[0])); },
              .expected =
                  [](const Arrays& x) {
                    Shape of(x[0].shape.extents().first(static_cast<std::size_t>(x[0].shape.rank() - 1)));
                    of[of.rank() - 1] = std::min(x[0].shape.back(0), x[0].shape.back(1));
                    return Arrays{by_place(of, [&](Place p) {
                      p.push_back(p.back());
                      return at(x[0], p);
                    })};
                  }});
    for (const auto& [lower, upper] : {std::pair{0, 0}, std::pair{-1, 0}, std::pair{1, -1}, std::pair{5, 1}}) {
      list.add({.op = "matrix_band_part",
                .inputs = {uniform(shape)},
                .run = [=, low = lower, up = upper](const Inputs& x) { return outputs(matrix_band_part(x[0], low, up)); },
                .expected =
                    [low = lower, up = upper](const Arrays& x) {
                      return Arrays{by_place(x[0].shape, [&](const Place& p) {
                        const std::int64_t row = p[p.size() - 2], column = p.back();
                        return (low < 0 || row - column <= low) && (up < 0 || column - row <= up) ? at(x[0], p) : 0;
                      })};
                    }});
    }
  }
  for (const Shape& matrix : {Shape{3, 3}, Shape{3, 5}, Shape{4, 3}}) {
    list.add({.op = "matrix_diag",
              .inputs = {uniform({2, 3})},
              .run =
                  [=](const Inputs& x) {
                    return outputs(matrix == Shape{3, 3} ? matrix_diag(x[0]) : matrix_diag(x[0], matrix[0], matrix[1]));
                  },
              .expected =
                  [=](const Arrays& x) {
                    return Arrays{by_place({2, matrix[0], matrix[1]}, [&](const Place& p) { return p[1] == p[2] ? at(x[0], {p[0], p[1]}) : 0; })};
                  }});
  }
  list.refuse({.op = "matrix_diag_part", .fragment = "these are no matrices", .call = [] { matrix_diag_part(uniform({2})); }});
  list.refuse({.op = "matrix_band_part", .fragment = "these are no matrices", .call = [] { matrix_band_part(uniform({}), 0, 0); }});
  list.refuse({.op = "matrix_diag", .fragment = "3 elements on the diagonal of [2, 4]", .call = [] { matrix_diag(uniform({3}), 2, 4); }});
  list.refuse({.op = "matrix_diag", .fragment = "a scalar is no diagonal", .call = [] { matrix_diag(uniform({})); }});
}

// Of the element at `place` of a matrix [rows, columns]: its row among those of the band and its position there, by their definition.
struct Line {
  std::int64_t row = -1, column = -1;
};
Line line_of(const DiagonalBand& band, std::int64_t rows, std::int64_t columns, std::int64_t row, std::int64_t column) {
  const std::int64_t d = column - row;
  if (d < band.lower || d > band.upper) return {};
  const auto length = [&](std::int64_t diagonal) {
    return std::min(rows + std::min<std::int64_t>(diagonal, 0), columns - std::max<std::int64_t>(diagonal, 0));
  };
  std::int64_t longest = 0;
  for (std::int64_t other = band.lower; other <= band.upper; ++other) longest = std::max(longest, length(other));
  const bool left =
      band.align == DiagonalAlign::kLeftLeft || (d >= 0 ? band.align == DiagonalAlign::kLeftRight : band.align == DiagonalAlign::kRightLeft);
  return {band.upper - d, std::min(row, column) + (left ? 0 : longest - length(d))};
}

void add_bands(SampleList& list) {
  const DiagonalBand bands[] = {
      {1, 1}, {-1, -1}, {-1, 1}, {-2, 3, DiagonalAlign::kLeftRight}, {-1, 2, DiagonalAlign::kLeftLeft}, {0, 2, DiagonalAlign::kRightRight}};
  for (const DiagonalBand& band : bands) {
    const std::int64_t rows = 3, columns = 4, count = band.upper - band.lower + 1;
    const std::int64_t length = std::min(rows + std::min<std::int64_t>(band.upper, 0), columns - std::max<std::int64_t>(band.lower, 0));
    const Shape lines = count == 1 ? Shape{2, length} : Shape{2, count, length};
    // The element of the diagonals, laid out as `lines`, that stands at a place of the matrices; or `other`.
    const auto from_lines = [=](const Array& x, const Place& p, double other) {
      const Line line = line_of(band, rows, columns, p[1], p[2]);
      if (line.row < 0) return other;
      return count == 1 ? at(x, {p[0], line.column}) : at(x, {p[0], line.row, line.column});
    };
    list.add({.op = "matrix_diag_part",
              .inputs = {uniform({2, rows, columns})},
              .run = [=](const Inputs& x) { return outputs(matrix_diag_part(x[0], band, 7)); },
              .expected =
                  [=](const Arrays& x) {
                    return Arrays{by_place(lines, [&](const Place& p) {
                      double found = 7;
                      by_place({rows, columns}, [&](const Place& m) {
                        const Line line = line_of(band, rows, columns, m[0], m[1]);
                        if (line.row == (count == 1 ? 0 : p[1]) && line.column == p.back()) found = at(x[0], {p[0], m[0], m[1]});
                        return 0.0;
                      });
                      return found;
                    })};
                  }});
    list.add({.op = "matrix_diag",
              .inputs = {uniform(lines)},
              .run = [=](const Inputs& x) { return outputs(matrix_diag(x[0], {.rows = rows, .columns = columns, .band = band, .padding = 7})); },
              .expected =
                  [=](const Arrays& x) {
                    return Arrays{by_place({2, rows, columns}, [&](const Place& p) { return from_lines(x[0], p, 7); })};
                  }});
    list.add({.op = "matrix_set_diag",
              .inputs = {uniform({2, rows, columns}), uniform(lines)},
              .run = [=](const Inputs& x) { return outputs(matrix_set_diag(x[0], x[1], band)); },
              .expected =
                  [=](const Arrays& x) {
                    return Arrays{by_place({2, rows, columns}, [&](const Place& p) { return from_lines(x[1], p, at(x[0], p)); })};
                  }});
  }
  list.refuse({.op = "matrix_diag_part", .fragment = "[3, 4] has no diagonal 4", .call = [] { matrix_diag_part(uniform({3, 4}), {4, 4}); }});
  list.refuse({.op = "matrix_diag_part", .fragment = "[3, 4] has no diagonals 1 to 0", .call = [] { matrix_diag_part(uniform({3, 4}), {1, 0}); }});
  list.refuse({.op = "matrix_diag", .fragment = "diagonals 0 to 1 are asked for", .call = [] { matrix_diag(uniform({3}), {.band = {0, 1}}); }});
  list.refuse({.op = "matrix_diag", .fragment = "3 elements on diagonal 1 of [3, 3]", .call = [] {
                 matrix_diag(uniform({3}), {.rows = 3, .columns = 3, .band = {1, 1}});
               }});
  list.refuse({.op = "matrix_set_diag", .fragment = "the diagonal does not fit these matrices", .call = [] {
                 matrix_set_diag(uniform({3, 3}), uniform({2}));
               }});
  list.refuse({.op = "matrix_set_diag", .fragment = "these are no matrices", .call = [] { matrix_set_diag(uniform({3}), uniform({3})); }});
}

const Samples kSamples([](SampleList& list) {
  add_diagonals(list);
  add_bands(list);
});

}  // namespace
}  // namespace whygrad::samples
