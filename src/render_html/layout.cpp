// The layered layout of a graph.
#include "render_html/layout.hpp"

#include "render_html/layers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

// NOTE [layout]
// Layered, as Sugiyama, Tagawa and Toda do it (1981). What hangs together is laid out by itself, and the parts are packed side by side. Boxes get
// layers so that arrows are short (layers.cpp); rows are ordered so that few arrows cross (uncross.cpp); then they are shifted sideways so that
// arrows are straight (place_in_rows.cpp). An arrow runs straight down where it passes a layer and bends between layers only, so it cannot touch a
// box.

namespace whygrad::render_html {
namespace {

constexpr double kBetweenLayers = 30, kBetweenParts = 36;
constexpr double kWideAsHigh = 1.6;  // of parts that are packed

// ---- One part ----

struct Band {
  double top = 0, bottom = 0;  // of a layer
};

// Arrows that run far sideways between two layers get more room to do so.
std::vector<Band> bands_of(const Layers& layers, const std::vector<Box>& boxes, const std::vector<double>& x) {
  std::vector<double> height(layers.rows.size()), sideways(layers.rows.size());
  for (std::size_t box = 0; box < boxes.size(); ++box) height[layers.layer[box]] = std::max(height[layers.layer[box]], boxes[box].height);
  for (const Layers::Edge& edge : layers.edges) {
    double& most = sideways[layers.layer[edge.from]];
    most = std::max(most, std::abs(x[edge.from] - x[edge.to]));
  }
  std::vector<Band> bands(layers.rows.size());
  double y = 0;
  for (std::size_t l = 0; l < bands.size(); ++l) {
    bands[l] = {y, y + height[l]};
    y = bands[l].bottom + kBetweenLayers + std::clamp(0.07 * (sideways[l] - 80), 0.0, 40.0);
  }
  return bands;
}

// Where an arrow touches a box: a little to the side that it comes from, so that arrows from several sides can be told apart.
double port(const Box& box, double other) {
  const double most = box.width / 2 - 16;
  return box.centre.x + std::clamp(0.2 * (other - box.centre.x), -most, most);
}

// On to `to` from where the curve ends, upright at both ends. Straight pieces that follow each other are one.
void bend(std::vector<Point>& curve, Point to) {
  const std::size_t size = curve.size();
  if (size > 3 && to.x == curve[size - 1].x && to.x == curve[size - 4].x) curve.resize(size - 3);
  const Point from = curve.back();
  const double height = to.y - from.y;
  curve.insert(curve.end(), {{from.x, from.y + 0.5 * height}, {to.x, to.y - 0.6 * height}, to});
}

// The curve of an arrow along the nodes that it passes.
std::vector<Point> curve_along(const std::vector<std::size_t>& route, const Layers& layers, const Drawing& part, const std::vector<double>& x,
                               const std::vector<Band>& bands) {
  constexpr double kAlmost = 14;  // boxes so little out of line are joined by a straight piece
  if (route.size() < 2) return {};
  const bool down = layers.layer[route.front()] < layers.layer[route.back()];
  const Box &first = part.boxes[route.front()], &last = part.boxes[route.back()];
  double begin = port(first, x[route[1]]), end = port(last, x[route[route.size() - 2]]);
  if (std::abs(first.centre.x - x[route[1]]) < kAlmost) begin = x[route[1]];
  if (std::abs(last.centre.x - x[route[route.size() - 2]]) < kAlmost) end = route.size() == 2 ? begin : x[route[route.size() - 2]];
  const double side = down ? 0.5 : -0.5;
  std::vector<Point> curve = {{begin, first.centre.y + side * first.height}};
  for (std::size_t i = 1; i + 1 < route.size(); ++i) {
    const Band& band = bands[layers.layer[route[i]]];
    bend(curve, {x[route[i]], down ? band.top : band.bottom});
    bend(curve, {x[route[i]], down ? band.bottom : band.top});
  }
  bend(curve, {end, last.centre.y - side * last.height});
  return curve;
}

void move(Drawing& part, double right, double down) {
  for (Box& box : part.boxes) box.centre = {box.centre.x + right, box.centre.y + down};
  for (Arrow& arrow : part.arrows) {
    for (Point& p : arrow.curve) p = {p.x + right, p.y + down};
  }
}

struct Extent {
  double left = 0, right = 0;
};

Extent extent_of(const std::vector<double>& x, const std::vector<Box>& boxes) {
  Extent extent{x[0], x[0]};
  for (std::size_t node = 0; node < x.size(); ++node) {
    const double half = node < boxes.size() ? boxes[node].width / 2 : 0;
    extent = {std::min(extent.left, x[node] - half), std::max(extent.right, x[node] + half)};
  }
  return extent;
}

// Of the arrangements with the fewest crossings the narrowest one.
std::vector<double> arrange(Layers& layers, const std::vector<Box>& boxes) {
  std::vector<Crossings> tries;
  for (const Start start : {Start::kInputs, Start::kInputsByTurns, Start::kResults}) tries.push_back(uncross(layers, start));
  const auto fewest = std::min_element(tries.begin(), tries.end(), [](const Crossings& a, const Crossings& b) { return a.count < b.count; })->count;
  std::vector<double> best;
  std::vector<std::vector<std::size_t>> best_rows;
  double narrowest = 0;
  for (Crossings& one : tries) {
    if (one.count != fewest || one.rows == best_rows) continue;
    layers.rows = std::move(one.rows);
    std::vector<double> x = place_in_rows(layers, boxes);
    const Extent extent = extent_of(x, boxes);
    if (!best.empty() && extent.right - extent.left >= narrowest) continue;
    narrowest = extent.right - extent.left;
    best = std::move(x);
    best_rows = layers.rows;
  }
  layers.rows = std::move(best_rows);
  return best;
}

void lay_out_part(Drawing& part) {
  Layers layers = cut_into_layers(part);
  const std::vector<double> x = arrange(layers, part.boxes);
  const std::vector<Band> bands = bands_of(layers, part.boxes, x);
  for (std::size_t box = 0; box < part.boxes.size(); ++box) {
    const Band& band = bands[layers.layer[box]];
    part.boxes[box].centre = {x[box], (band.top + band.bottom) / 2};
  }
  for (std::size_t a = 0; a < part.arrows.size(); ++a) part.arrows[a].curve = curve_along(layers.routes[a], layers, part, x, bands);
  const Extent extent = extent_of(x, part.boxes);
  move(part, -extent.left, 0);
  part.width = extent.right - extent.left;
  part.height = bands.back().bottom;
}

// ---- All parts ----

struct Part {
  Drawing drawing;
  std::vector<std::size_t> boxes, arrows;  // what they are in the whole
};

// What arrows join, in the order of the first boxes.
std::vector<Part> parts_of(const Drawing& drawing) {
  std::vector<std::size_t> lowest(drawing.boxes.size());
  std::iota(lowest.begin(), lowest.end(), 0);
  const auto root = [&lowest](std::size_t box) {
    while (lowest[box] != box) box = lowest[box] = lowest[lowest[box]];
    return box;
  };
  for (const Arrow& arrow : drawing.arrows) {
    const std::size_t a = root(arrow.from), b = root(arrow.to);
    lowest[std::max(a, b)] = std::min(a, b);
  }
  std::vector<Part> parts;
  std::vector<std::size_t> part_of(drawing.boxes.size()), number(drawing.boxes.size());
  for (std::size_t box = 0; box < drawing.boxes.size(); ++box) {
    if (root(box) == box) {
      part_of[box] = parts.size();
      parts.emplace_back();
    }
    Part& part = parts[part_of[box] = part_of[root(box)]];
    number[box] = part.boxes.size();
    part.boxes.push_back(box);
    part.drawing.boxes.push_back(drawing.boxes[box]);
  }
  for (std::size_t a = 0; a < drawing.arrows.size(); ++a) {
    const Arrow& arrow = drawing.arrows[a];
    Part& part = parts[part_of[arrow.from]];
    part.arrows.push_back(a);
    part.drawing.arrows.push_back({number[arrow.from], number[arrow.to], arrow.spine, arrow.straight});
  }
  return parts;
}

// From left to right, in as many rows as make the whole somewhat wider than high.
void pack(std::vector<Part>& parts, Drawing& drawing) {
  double area = 0, widest = 0;
  for (const Part& part : parts) {
    area += (part.drawing.width + kBetweenParts) * (part.drawing.height + kBetweenParts);
    widest = std::max(widest, part.drawing.width);
  }
  const double most = std::max(widest, std::sqrt(area * kWideAsHigh));
  double x = 0, y = 0, row = 0;
  for (Part& part : parts) {
    if (x != 0 && x + part.drawing.width > most) {
      x = 0;
      y += row + kBetweenParts;
      row = 0;
    }
    move(part.drawing, x, y);
    drawing.width = std::max(drawing.width, x + part.drawing.width);
    x += part.drawing.width + kBetweenParts;
    row = std::max(row, part.drawing.height);
    drawing.height = y + row;
  }
}

}  // namespace

void lay_out(Drawing& drawing) {
  std::vector<Part> parts = parts_of(drawing);
  for (Part& part : parts) lay_out_part(part.drawing);
  drawing.width = drawing.height = 0;
  pack(parts, drawing);
  for (Part& part : parts) {
    for (std::size_t i = 0; i < part.boxes.size(); ++i) drawing.boxes[part.boxes[i]].centre = part.drawing.boxes[i].centre;
    for (std::size_t i = 0; i < part.arrows.size(); ++i) drawing.arrows[part.arrows[i]].curve = std::move(part.drawing.arrows[i].curve);
  }
}

}  // namespace whygrad::render_html
