// Where boxes and arrows go: what must hold of every drawing, on drawings made at random, and what a reader expects of plain ones.
#include "render_html/layout.hpp"
#include "render_html/layers.hpp"
#include "render_html/network_simplex.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace whygrad::render_html {
namespace {

using Row = std::vector<std::size_t>;

// Boxes of several widths, each with a few arrows to later ones and, where `circles`, now and then to an earlier one.
Drawing random_drawing(std::mt19937& random, std::size_t boxes, bool circles) {
  const auto pick = [&random](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  Drawing drawing;
  for (std::size_t i = 0; i < boxes; ++i) drawing.boxes.push_back({.width = 90 + static_cast<double>(pick(160)), .height = i % 7 == 0 ? 60.0 : 42.0});
  for (std::size_t to = 1; to < boxes; ++to) {
    for (std::size_t k = pick(3); k-- > 0;) {
      const std::size_t from = to - 1 - pick(std::min<std::size_t>(to, 12));
      const bool back = circles && pick(6) == 0;
      drawing.arrows.push_back({.from = back ? to : from, .to = back ? from : to, .straight = pick(5) == 0});
    }
  }
  return drawing;
}

std::vector<Point> sampled(const std::vector<Point>& curve) {
  std::vector<Point> points;
  for (std::size_t i = 0; i + 3 < curve.size(); i += 3) {
    for (int k = 0; k <= 16; ++k) {
      const double t = k / 16.0, u = 1 - t;
      const auto at = [&](double Point::*axis) {
        return u * u * u * curve[i].*axis + 3 * u * u * t * curve[i + 1].*axis + 3 * u * t * t * curve[i + 2].*axis + t * t * t * curve[i + 3].*axis;
      };
      points.push_back({at(&Point::x), at(&Point::y)});
    }
  }
  return points;
}

bool inside(const Point& p, const Box& box) {
  return std::abs(p.x - box.centre.x) < box.width / 2 - 0.01 && std::abs(p.y - box.centre.y) < box.height / 2 - 0.01;
}
bool on_edge(const Point& p, const Box& box) {
  return std::abs(p.x - box.centre.x) <= box.width / 2 && std::abs(std::abs(p.y - box.centre.y) - box.height / 2) < 0.01;
}

void check(const Drawing& drawing) {
  for (std::size_t i = 0; i < drawing.boxes.size(); ++i) {
    const Box& box = drawing.boxes[i];
    EXPECT_GE(box.centre.x - box.width / 2, -0.51);
    EXPECT_LE(box.centre.x + box.width / 2, drawing.width + 0.51);
    EXPECT_GE(box.centre.y - box.height / 2, -0.01);
    EXPECT_LE(box.centre.y + box.height / 2, drawing.height + 0.01);
    for (std::size_t k = 0; k < i; ++k) {
      const Box& other = drawing.boxes[k];
      EXPECT_TRUE(std::abs(box.centre.x - other.centre.x) >= (box.width + other.width) / 2 ||
                  std::abs(box.centre.y - other.centre.y) >= (box.height + other.height) / 2)
          << i << " lies on " << k;
    }
  }
  for (const Arrow& arrow : drawing.arrows) {
    ASSERT_EQ(arrow.curve.size() % 3, 1u);
    EXPECT_TRUE(on_edge(arrow.curve.front(), drawing.boxes[arrow.from]));
    EXPECT_TRUE(on_edge(arrow.curve.back(), drawing.boxes[arrow.to]));
    for (const Point& p : sampled(arrow.curve)) {
      for (std::size_t box = 0; box < drawing.boxes.size(); ++box) {
        ASSERT_FALSE(inside(p, drawing.boxes[box])) << arrow.from << " -> " << arrow.to << " runs through " << box;
      }
    }
  }
}

TEST(Layout, NoBoxLiesOnAnotherAndNoArrowRunsThroughOne) {
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    Drawing drawing = random_drawing(random, 1 + random() % 60, i % 2 == 0);
    lay_out(drawing);
    check(drawing);
    if (::testing::Test::HasFailure()) FAIL() << "drawing " << i;
  }
}

TEST(Layout, IsTheSameEachTime) {
  std::mt19937 random(3);
  Drawing first = random_drawing(random, 50, true), second = first;
  lay_out(first);
  lay_out(second);
  for (std::size_t i = 0; i < first.boxes.size(); ++i) {
    EXPECT_EQ(first.boxes[i].centre.x, second.boxes[i].centre.x);
    EXPECT_EQ(first.boxes[i].centre.y, second.boxes[i].centre.y);
  }
}

TEST(Layout, NothingAndOneBox) {
  Drawing nothing;
  lay_out(nothing);
  EXPECT_EQ(nothing.width, 0);
  Drawing one{.boxes = {{.width = 90, .height = 42}}};
  lay_out(one);
  check(one);
  EXPECT_EQ(one.width, 90);
}

TEST(Layout, ASpineIsOneStraightLine) {
  Drawing drawing;
  for (std::size_t i = 0; i < 12; ++i) {
    drawing.boxes.push_back({.width = 90 + 10 * static_cast<double>(i), .height = 42});
    if (i != 0) drawing.arrows.push_back({.from = i - 1, .to = i, .straight = true});
  }
  for (std::size_t i = 1; i < 12; ++i) {
    drawing.boxes.push_back({.width = 120, .height = 42});
    drawing.arrows.push_back({drawing.boxes.size() - 1, i});
  }
  lay_out(drawing);
  check(drawing);
  for (std::size_t i = 1; i < 12; ++i) {
    EXPECT_EQ(drawing.boxes[i].centre.x, drawing.boxes[0].centre.x);
    EXPECT_GT(drawing.boxes[i].centre.y, drawing.boxes[i - 1].centre.y);
  }
}

TEST(Layout, ALongArrowIsStraightBesideWhatItPasses) {
  Drawing drawing;
  for (std::size_t i = 0; i < 10; ++i) drawing.boxes.push_back({.width = 90, .height = 42});
  for (std::size_t i = 1; i < 10; ++i) drawing.arrows.push_back({i - 1, i});
  drawing.arrows.push_back({0, 9});
  lay_out(drawing);
  check(drawing);
  std::vector<double> x;
  for (const Point& p : drawing.arrows.back().curve) x.push_back(p.x);
  EXPECT_LE(std::unique(x.begin(), x.end()) - x.begin(), 3) << "it leaves, runs down in one line, and arrives";
}

TEST(Layout, AChainOfSumsIsStraightWithItsTermsOnBothSides) {
  Drawing drawing;
  const auto box = [&drawing] {
    drawing.boxes.push_back({.width = 90, .height = 42});
    return drawing.boxes.size() - 1;
  };
  std::size_t sum = box();
  std::vector<std::size_t> sums;
  for (int i = 0; i < 12; ++i) {
    std::size_t term = box();
    for (int k = 0; k < 3; ++k) {
      const std::size_t next = box();
      drawing.arrows.push_back({term, next});
      term = next;
    }
    const std::size_t added = box();
    drawing.arrows.push_back({sum, added});
    drawing.arrows.push_back({term, added});
    sum = added;
    sums.push_back(added);
  }
  lay_out(drawing);
  check(drawing);
  EXPECT_LE(drawing.width, 6 * 112);
  std::size_t straight = 0;
  for (std::size_t i = 1; i < sums.size(); ++i) straight += drawing.boxes[sums[i]].centre.x == drawing.boxes[sums[i - 1]].centre.x ? 1 : 0;
  EXPECT_GE(straight, sums.size() - 3);  // but for the first ones, whose terms are as long a chain
}

// m is the mean of x; x - m and (x - m)**2 both use both.
TEST(Layout, ArrowsAroundOneBoxPassOnBothSides) {
  Drawing drawing{.boxes = std::vector<Box>(4, {.width = 90, .height = 42}), .arrows = {{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}}};
  lay_out(drawing);
  check(drawing);
  const auto points = [](const Arrow& arrow) { return arrow.curve[arrow.curve.size() / 2].x; };
  const double left = std::min(points(drawing.arrows[1]), points(drawing.arrows[3])),
               right = std::max(points(drawing.arrows[1]), points(drawing.arrows[3]));
  EXPECT_LT(left, drawing.boxes[1].centre.x);
  EXPECT_GT(right, drawing.boxes[1].centre.x);
}

TEST(Layout, CirclesAreDrawnUpwards) {
  Drawing drawing{.boxes = std::vector<Box>(3, {.width = 90, .height = 42}), .arrows = {{0, 1}, {1, 2}, {2, 0}}};
  lay_out(drawing);
  check(drawing);
  EXPECT_LT(drawing.boxes[0].centre.y, drawing.boxes[1].centre.y);
  EXPECT_LT(drawing.boxes[1].centre.y, drawing.boxes[2].centre.y);
  EXPECT_GT(drawing.arrows[2].curve.front().y, drawing.arrows[2].curve.back().y);
}

TEST(Layout, PartsThatNothingJoinsFillAPage) {
  Drawing drawing{.boxes = std::vector<Box>(80, {.width = 100, .height = 42})};
  lay_out(drawing);
  check(drawing);
  EXPECT_LT(drawing.width, 2.5 * drawing.height);
  EXPECT_LT(drawing.height, 2.5 * drawing.width);
}

TEST(Layout, AHundredUsesOfOneValueShareALine) {
  Drawing drawing{.boxes = std::vector<Box>(101, {.width = 90, .height = 42})};
  for (std::size_t i = 1; i < 101; ++i) {
    drawing.arrows.push_back({0, i});
    if (i != 1) drawing.arrows.push_back({i - 1, i});
  }
  lay_out(drawing);
  check(drawing);
  EXPECT_LT(drawing.width, 300);
}

// ---- Crossings ----

std::size_t crossings(const Layers& layers, const std::vector<Row>& rows) {
  std::vector<std::size_t> place(layers.layer.size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) place[row[i]] = i;
  }
  std::size_t count = 0;
  for (const Layers::Edge& a : layers.edges) {
    for (const Layers::Edge& b : layers.edges) {
      count += layers.layer[a.from] == layers.layer[b.from] && place[a.from] < place[b.from] && place[a.to] > place[b.to] ? 1 : 0;
    }
  }
  return count;
}

TEST(Uncross, CountsWhatItLeavesAndKeepsEveryNode) {
  std::mt19937 random(11);
  for (int i = 0; i < 30; ++i) {
    const Layers layers = cut_into_layers(random_drawing(random, 2 + random() % 40, true));
    for (const Start start : {Start::kInputs, Start::kInputsByTurns, Start::kResults}) {
      const Crossings result = uncross(layers, start);
      EXPECT_EQ(result.count, crossings(layers, result.rows));
      ASSERT_EQ(result.rows.size(), layers.rows.size());
      for (std::size_t l = 0; l < layers.rows.size(); ++l) {
        EXPECT_TRUE(std::is_permutation(result.rows[l].begin(), result.rows[l].end(), layers.rows[l].begin(), layers.rows[l].end()));
      }
    }
  }
}

TEST(Uncross, ATreeHasNoCrossings) {
  Drawing tree{.boxes = std::vector<Box>(63, {.width = 90, .height = 42})};
  for (std::size_t i = 62; i > 0; --i) tree.arrows.push_back({i, (i * 29 % 63 + i) % i});
  const Layers layers = cut_into_layers(tree);
  std::size_t fewest = 1000;
  for (const Start start : {Start::kInputs, Start::kInputsByTurns, Start::kResults}) fewest = std::min(fewest, uncross(layers, start).count);
  EXPECT_EQ(fewest, 0u);
}

// ---- The network simplex method ----

std::int64_t cost(const std::vector<std::int64_t>& position, const std::vector<Distance>& distances) {
  std::int64_t sum = 0;
  for (const Distance& d : distances) sum += d.weight * (position[d.to] - position[d.from]);
  return sum;
}
bool kept(const std::vector<std::int64_t>& position, const std::vector<Distance>& distances) {
  return std::all_of(distances.begin(), distances.end(), [&](const Distance& d) { return position[d.to] - position[d.from] >= d.length; });
}

// By trying all positions from 0 to `most`.
std::int64_t least_cost(std::size_t nodes, const std::vector<Distance>& distances, std::int64_t most) {
  std::vector<std::int64_t> position(nodes);
  std::int64_t least = INT64_MAX;
  for (std::size_t i = 0; i < nodes;) {
    if (kept(position, distances)) least = std::min(least, cost(position, distances));
    for (i = 0; i < nodes && position[i] == most; ++i) position[i] = 0;
    if (i < nodes) ++position[i];
  }
  return least;
}

TEST(NetworkSimplex, CostsTheLeastThatIsPossible) {
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    const std::size_t nodes = 2 + random() % 5;
    std::vector<Distance> distances;
    for (std::size_t to = 1; to < nodes; ++to) {
      distances.push_back({random() % to, to, static_cast<std::int64_t>(random() % 2), static_cast<std::int64_t>(random() % 4)});
      if (random() % 2 == 0)
        distances.push_back({random() % to, to, static_cast<std::int64_t>(random() % 3), static_cast<std::int64_t>(random() % 9)});
    }
    const std::vector<std::int64_t> position = network_simplex(nodes, distances);
    ASSERT_TRUE(kept(position, distances)) << i;
    EXPECT_EQ(*std::min_element(position.begin(), position.end()), 0);
    EXPECT_EQ(cost(position, distances), least_cost(nodes, distances, 6)) << i;
  }
}

}  // namespace
}  // namespace whygrad::render_html
