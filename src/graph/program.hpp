// A program runs a graph: its nodes in order, with one block of memory for all values that are not visible outside.
#pragma once

#include "graph/graph.hpp"
#include "graph/passes/passes.hpp"

#include <whygrad/flow/function_graph.hpp>

#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace whygrad::internal {

// The tensor in row-major order, which a trace assumes of everything that its ops do not compute: inputs, variables, results of the host and of
// bodies.
Tensor in_order(Tensor t);
// The same elements in memory of their own, in row-major order. No id yet.
Tensor copy_of(const Tensor& t);

// NOTE [a program]
// A program computes some values of a graph from the graph's inputs and from values that the caller has. The plan is made once: which nodes are
// needed, where each value is stored, and which step uses it last. Values that are not visible outside are stored in one block; two of them share
// memory if they are never needed at the same time. A run allocates the values that leave the program, calls the kernels, and writes no records.
class Program {
 public:
  // Plans the computation of `outputs`. `given` are the values that the caller has. Each run performs the side effects of the nodes from
  // `first_own_node` on.
  Program(const Graph& graph, std::span<const Graph::Index> outputs, std::span<const Graph::Index> given, Graph::Index first_own_node);
  // Likewise with values that are computed again, so that memory().peak is at most `budget`, or as small as it can be.
  static std::unique_ptr<Program> within(std::size_t budget, const Graph& graph, std::span<const Graph::Index> outputs,
                                         std::span<const Graph::Index> given, Graph::Index first_own_node);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Returns the outputs, which have no ids yet. `inputs` has one tensor for each input of the graph; it may be empty if needs_input() is false.
  // `given` has one tensor for each given value, and may be empty likewise if needs_given() is false. What is not needed is let go before the first
  // step. Several threads may call it at once. Throws what a kernel or a function of the host throws.
  std::vector<Tensor> run(std::vector<Tensor> inputs, std::vector<Tensor> given) const;

  bool needs_input(std::size_t i) const { return needs_input_[i]; }
  bool needs_given(std::size_t i) const { return needs_given_[i]; }
  std::size_t step_count() const { return steps_.size(); }
  // The size of the block that the values share.
  std::size_t arena_bytes() const { return arena_bytes_; }
  // What a run will take. Plans the programs of bodies.
  FunctionGraph::Memory memory() const;
  // By value of plan().graph: whether a step or the caller reads it.
  const std::vector<char>& needed() const { return needed_; }
  // The graph that runs, after all passes.
  const Plan& plan() const { return plan_; }

 private:
  struct Frame;
  struct Step {
    const Graph::Node* node;
    std::int32_t first_input;    // into input_slots_
    std::int32_t first_release;  // into released_: the values that are not needed after the step
    std::int32_t releases;
    bool allocates;  // its outputs leave the program or are passed to the host
    bool in_place;   // its output is stored where its last input was
    bool fixed;      // its outputs are at the same address in every run of a frame
  };

  explicit Program(Plan plan);
  void make_steps();
  std::size_t overwritten(const Step& step) const;
  void place();
  void find_releases();
  std::unique_ptr<Frame> make_frame() const;
  void run_step(const Step& step, Frame& frame) const;

  const Plan plan_;  // the graph after all passes
  const Graph& graph_ = plan_.graph;
  const std::vector<Graph::Index>&outputs_ = plan_.outputs, &given_ = plan_.given;
  std::vector<char> needs_input_, needs_given_;
  std::vector<Step> steps_;
  std::vector<std::int32_t> released_;
  std::vector<char> needed_;          // by value: whether a step or the caller reads it
  std::vector<char> leaves_;          // by value: whether it is an output, the base of a view that is one, or passed to the host
  std::vector<std::size_t> offsets_;  // by value: offset in the block
  std::vector<char> in_arena_;        // by value: whether it is stored in the block
  std::size_t arena_bytes_ = 0;

  mutable std::mutex frames_mutex_;
  mutable std::vector<std::unique_ptr<Frame>> frames_;  // the frames that no run uses now
};

}  // namespace whygrad::internal
