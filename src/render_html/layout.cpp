#include "render_html/layout.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <graphviz/gvc.h>

#include <mutex>
#include <utility>

namespace whygrad::render_html {
namespace {

constexpr double kPointsPerInch = 72;

std::mutex& graphviz_mutex() {
  static std::mutex mutex;
  return mutex;
}

// Graphviz takes names and values as char* and leaves them alone.
char* mutable_text(const char* text) { return const_cast<char*>(text); }

// A drawing in Graphviz's hands.
class Graph {
 public:
  explicit Graph(const Drawing& drawing) : graph_(agopen(mutable_text("view"), Agdirected, nullptr)) {
    for (const auto& [name, value] : {std::pair("nodesep", "0.28"), std::pair("ranksep", "0.42")}) declare(AGRAPH, name, value);
    // Fewer rounds of the simplex method: the pictures stay as good, and a graph of 5,000 ops takes less than half the time.
    for (const auto& [name, value] : {std::pair("mclimit", "0.3"), std::pair("nslimit", "2"), std::pair("nslimit1", "2")})
      declare(AGRAPH, name, value);
    for (const auto& [name, value] : {std::pair("shape", "box"), std::pair("fixedsize", "true"), std::pair("label", "")})
      declare(AGNODE, name, value);
    for (const char* name : {"width", "height"}) declare(AGNODE, name, "1");
    declare(AGEDGE, "arrowhead", "none");
    declare(AGEDGE, "weight", "1");
    for (const Box& box : drawing.boxes) {
      nodes_.push_back(agnode(graph_, nullptr, 1));
      set(nodes_.back(), "width", fmt::format("{:.4f}", box.width / kPointsPerInch).c_str());
      set(nodes_.back(), "height", fmt::format("{:.4f}", box.height / kPointsPerInch).c_str());
    }
    for (const Arrow& arrow : drawing.arrows) {
      edges_.push_back(agedge(graph_, nodes_[arrow.from], nodes_[arrow.to], nullptr, 1));
      if (arrow.spine) set(edges_.back(), "weight", "20");
    }
  }
  ~Graph() { agclose(graph_); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Agraph_t* get() const { return graph_; }

  void read_positions(Drawing& drawing) const {
    const boxf bounds = GD_bb(graph_);
    drawing.width = bounds.UR.x - bounds.LL.x;
    drawing.height = bounds.UR.y - bounds.LL.y;
    const auto place = [&bounds](const pointf& p) { return Point{p.x - bounds.LL.x, bounds.UR.y - p.y}; };
    for (std::size_t i = 0; i < nodes_.size(); ++i) drawing.boxes[i].centre = place(ND_coord(nodes_[i]));
    for (std::size_t i = 0; i < edges_.size(); ++i) {
      const splines* curves = ED_spl(edges_[i]);
      if (curves == nullptr || curves->size == 0) continue;
      const bezier& curve = curves->list[0];
      for (std::size_t k = 0; k < static_cast<std::size_t>(curve.size); ++k) drawing.arrows[i].curve.push_back(place(curve.list[k]));
    }
  }

 private:
  void declare(int kind, const char* name, const char* value) { agattr(graph_, kind, mutable_text(name), mutable_text(value)); }
  static void set(void* object, const char* name, const char* value) { agset(object, mutable_text(name), mutable_text(value)); }

  Agraph_t* graph_;
  std::vector<Agnode_t*> nodes_;
  std::vector<Agedge_t*> edges_;
};

}  // namespace

struct Graphviz::Context {
  std::unique_lock<std::mutex> lock{graphviz_mutex()};
  GVC_t* gvc = gvContext();
};

Graphviz::Graphviz() : context_(new Context) { agseterr(AGMAX); }  // it would print what it has to say

Graphviz::~Graphviz() {
  gvFreeContext(context_->gvc);
  delete context_;
}

void Graphviz::lay_out(Drawing& drawing) {
  if (drawing.boxes.empty()) return;
  const Graph graph(drawing);
  if (gvLayout(context_->gvc, graph.get(), "dot") != 0) {
    throw Error("to_html", "Graphviz could not lay the graph out", "install its `dot` layout: apt install graphviz, or run `dot -c` once");
  }
  graph.read_positions(drawing);
  gvFreeLayout(context_->gvc, graph.get());
}

}  // namespace whygrad::render_html
