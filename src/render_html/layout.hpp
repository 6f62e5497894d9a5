// Where boxes and arrows go. NOTE [layout] in layout.cpp says how.
#pragma once

#include <cstddef>
#include <vector>

namespace whygrad::render_html {

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double width = 0, height = 0;
  Point centre = {};  // worked out, y downwards
};

struct Arrow {
  std::size_t from = 0, to = 0;   // boxes
  bool spine = false;             // on a path that is to be followed
  bool straight = false;          // to be kept so
  std::vector<Point> curve = {};  // worked out: a Bezier curve, 3 n + 1 points
};

struct Drawing {
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  double width = 0, height = 0;  // worked out
};

// Top to bottom. The same drawing is always laid out in the same way.
void lay_out(Drawing& drawing);

}  // namespace whygrad::render_html
