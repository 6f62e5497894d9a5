// Where boxes and arrows go, worked out by Graphviz's `dot`.
#pragma once

#include <cstddef>
#include <string>
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
  bool spine = false;             // to be kept straight
  std::vector<Point> curve = {};  // worked out: a Bezier curve, 3 n + 1 points
};

struct Drawing {
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  double width = 0, height = 0;  // worked out
};

// Lays out drawings one after the other. Graphviz keeps global state, so layouts of several threads wait for each other.
class Graphviz {
 public:
  Graphviz();
  ~Graphviz();
  Graphviz(const Graphviz&) = delete;
  Graphviz& operator=(const Graphviz&) = delete;

  // Top to bottom. Throws Error where Graphviz refuses.
  void lay_out(Drawing& drawing);

 private:
  struct Context;
  Context* context_;
};

}  // namespace whygrad::render_html
