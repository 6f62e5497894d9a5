// What runs a graph: its nodes in order, and one block of memory for all that does not leave it.
#pragma once

#include "graph/graph.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace whygrad::internal {

// NOTE [a program]
// A program computes some values of a graph from its inputs and from values that the caller has. Everything that can be known before it runs is
// worked out once: which nodes are needed, where each value lies, when it is used last. Values that nobody sees lie in one block, in which two that
// are never needed at the same time share their place. A run makes the values that leave it, calls the kernels, and writes no log.
class Program {
 public:
  // Computes `outputs` of the graph. `given` are values that the caller has. Effects of nodes from `first_own_node` on are had at each run.
  Program(const Graph& graph, std::span<const Graph::Index> outputs, std::span<const Graph::Index> given, Graph::Index first_own_node);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // The outputs, which have no ids yet. `inputs` has one tensor for each input of the graph; those that needs_input() denies may be empty. `given`
  // are the values of that name. May be called by several threads at once. Throws what a kernel or the host throws.
  std::vector<Tensor> run(std::vector<Tensor> inputs, std::vector<Tensor> given) const;

  bool needs_input(std::size_t i) const { return needs_input_[i]; }
  bool needs_given(std::size_t i) const { return needs_given_[i]; }
  std::size_t step_count() const { return steps_.size(); }
  // Of the block that its values share.
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  struct Frame;
  struct Step {
    const Graph::Node* node;
    std::int32_t first_input;    // into input_slots_
    std::int32_t first_release;  // into released_: values that nobody needs any more once the step is done
    std::int32_t releases;
    bool allocates;  // its outputs leave the program, or are seen by the host
    bool fixed;      // its outputs lie where they lay at the last run
  };

  void choose(std::span<const Graph::Index> outputs, std::span<const Graph::Index> given, Graph::Index first_own_node);
  void place();
  void find_releases(std::span<const Graph::Index> outputs);
  std::unique_ptr<Frame> make_frame() const;
  void run_step(const Step& step, Frame& frame) const;

  const Graph& graph_;
  std::vector<Graph::Index> outputs_, given_;
  std::vector<char> needs_input_, needs_given_;
  std::vector<Step> steps_;
  std::vector<std::int32_t> released_;
  std::vector<char> leaves_;          // by value: it is an output, or what an output is a view of, or the host sees it
  std::vector<std::size_t> offsets_;  // by value, into the block
  std::vector<char> in_arena_;        // by value
  std::size_t arena_bytes_ = 0;

  mutable std::mutex frames_mutex_;
  mutable std::vector<std::unique_ptr<Frame>> frames_;  // that no run uses
};

}  // namespace whygrad::internal
