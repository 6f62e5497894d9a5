// Planning and running a graph.
#include "graph/program.hpp"

#include "device/float_mode.hpp"
#include "device/memory.hpp"
#include "graph/trace.hpp"
#include "kernels/fused.hpp"
#include "kernels/layout.hpp"
#include "kernels/matmul.hpp"
#include "kernels/movement.hpp"
#include "ops/core/context.hpp"
#include "ops/core/events.hpp"
#include "ops/core/profiler.hpp"
#include "tensor/build.hpp"

#include <whygrad/ops/matmul.hpp>

#include <algorithm>
#include <cstring>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

constexpr std::size_t kAlignment = 64;
std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

std::size_t bytes_of(const TensorSpec& spec) { return static_cast<std::size_t>(spec.shape.size()) * size_of(spec.dtype); }

bool is_view(const Graph::Node& node) { return node.kind == Graph::Node::Kind::kOp && node.op->view != nullptr; }

// Whether the node is given the memory of its outputs.
bool fills_outputs(const Graph::Node& node) {
  using Kind = Graph::Node::Kind;
  return node.kind == Kind::kOp || node.kind == Kind::kFused || node.kind == Kind::kMatmulAdd || node.kind == Kind::kTranspose;
}

// Assigns places in one block to values. A value gets the smallest gap that is free while it is needed.
class Block {
 public:
  std::size_t take(std::size_t bytes) {
    auto best = gaps_.end();
    for (auto gap = gaps_.begin(); gap != gaps_.end(); ++gap) {
      if (gap->bytes >= bytes && (best == gaps_.end() || gap->bytes < best->bytes)) best = gap;
    }
    if (best == gaps_.end()) {
      // The block grows. If a gap is at its end, the value begins in that gap.
      std::size_t at = bytes_;
      if (!gaps_.empty() && gaps_.back().at + gaps_.back().bytes == bytes_) {
        at = gaps_.back().at;
        gaps_.pop_back();
      }
      bytes_ = at + bytes;
      return at;
    }
    const std::size_t at = best->at;
    best->at += bytes;
    best->bytes -= bytes;
    if (best->bytes == 0) gaps_.erase(best);
    return at;
  }
  void give_back(std::size_t at, std::size_t bytes) {
    if (bytes == 0) return;
    auto next = std::lower_bound(gaps_.begin(), gaps_.end(), at, [](const Gap& g, std::size_t a) { return g.at < a; });
    next = gaps_.insert(next, {at, bytes});
    if (const auto after = next + 1; after != gaps_.end() && next->at + next->bytes == after->at) {
      next->bytes += after->bytes;
      gaps_.erase(after);
    }
    if (next != gaps_.begin() && (next - 1)->at + (next - 1)->bytes == next->at) {
      (next - 1)->bytes += next->bytes;
      gaps_.erase(next);
    }
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Gap {
    std::size_t at, bytes;
  };
  std::vector<Gap> gaps_;  // ordered by offset
  std::size_t bytes_ = 0;
};

}  // namespace

// The working memory of one run. There is one slot for each value of the graph.
struct Program::Frame {
  std::vector<Tensor> slots;
  std::vector<const Tensor*> inputs;  // those of all steps, one step after the other
  Tensor arena;
  device::FloatMode mode;  // of the caller
};

Program::Program(const Graph& graph, std::span<const Index> outputs, std::span<const Index> given, Index first_own_node)
    : Program(fuse_elementwise(add_products(transpose_once(needed_part(graph, outputs, given, first_own_node))))) {}

Program::Program(Plan plan) : plan_(std::move(plan)) {
  make_steps();
  find_releases();
  place();
}

std::unique_ptr<Program> Program::within(std::size_t budget, const Graph& graph, std::span<const Index> outputs, std::span<const Index> given,
                                         Index first_own_node) {
  auto best = std::make_unique<Program>(graph, outputs, given, first_own_node);
  if (best->memory().peak <= budget) return best;
  // What leaves the program is allocated beside the block. The block has gaps, which the schedule does not know of, so after a try that needs too
  // much it is asked for less.
  constexpr std::size_t kTries = 8;
  const Plan whole = best->plan();
  const std::size_t beside = best->memory().peak - best->arena_bytes();
  const std::size_t block = budget - std::min(budget, beside);
  for (std::size_t tries = 0; tries < kTries && best->memory().peak > budget; ++tries) {
    std::unique_ptr<Program> program(new Program(recompute(whole, block - block * tries / (2 * kTries))));
    if (program->memory().peak < best->memory().peak) best = std::move(program);
  }
  return best;
}

Program::~Program() = default;

void Program::make_steps() {
  const auto values = static_cast<std::size_t>(graph_.value_count());
  needed_.resize(values);
  for (const Index v : outputs_) needed_[static_cast<std::size_t>(v)] = 1;
  for (const Graph::Node& node : graph_.nodes()) {
    for (const Index v : node.inputs) needed_[static_cast<std::size_t>(v)] = 1;
  }
  for (const Index v : graph_.inputs()) needs_input_.push_back(needed_[static_cast<std::size_t>(v)]);
  for (const Index v : given_) needs_given_.push_back(needed_[static_cast<std::size_t>(v)]);
  leaves_.resize(values);
  for (const Index v : outputs_) leaves_[static_cast<std::size_t>(v)] = 1;
  std::int32_t inputs = 0;
  for (const Graph::Node& node : graph_.nodes()) {
    steps_.push_back(
        {.node = &node, .first_input = inputs, .first_release = 0, .releases = 0, .allocates = false, .in_place = false, .fixed = false});
    inputs += static_cast<std::int32_t>(node.inputs.size());
    // The host may keep what it is given, and a body may return an input of its branch.
    if (fills_outputs(node)) continue;
    for (const Index v : node.inputs) leaves_[static_cast<std::size_t>(v)] = 1;
  }
  // The base of a view leaves the program with the view.
  for (std::size_t s = steps_.size(); s-- > 0;) {
    const Graph::Node& node = *steps_[s].node;
    if (!is_view(node)) continue;
    for (Index k = 0; k < node.outputs; ++k) {
      if (leaves_[static_cast<std::size_t>(node.first_output + k)] != 0) leaves_[static_cast<std::size_t>(node.inputs[0])] = 1;
    }
  }
}

// Finds the step after which a value is not needed any more. A view needs its base.
void Program::find_releases() {
  const auto values = static_cast<std::size_t>(graph_.value_count());
  constexpr std::int32_t kNever = -1, kAtTheEnd = -2;
  std::vector<std::int32_t> last(values, kNever);
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const Graph::Node& node = *steps_[s].node;
    for (const Index v : node.inputs) last[static_cast<std::size_t>(v)] = static_cast<std::int32_t>(s);
    for (Index k = 0; k < node.outputs; ++k) last[static_cast<std::size_t>(node.first_output + k)] = static_cast<std::int32_t>(s);
  }
  for (const Index v : outputs_) last[static_cast<std::size_t>(v)] = kAtTheEnd;
  for (std::size_t s = steps_.size(); s-- > 0;) {
    const Graph::Node& node = *steps_[s].node;
    if (!is_view(node)) continue;
    std::int32_t& base = last[static_cast<std::size_t>(node.inputs[0])];
    for (Index k = 0; k < node.outputs; ++k) {
      const std::int32_t until = last[static_cast<std::size_t>(node.first_output + k)];
      base = base == kAtTheEnd || until == kAtTheEnd ? kAtTheEnd : std::max(base, until);
    }
  }
  std::vector<std::vector<std::int32_t>> by_step(steps_.size());
  for (std::size_t v = 0; v < values; ++v) {
    if (last[v] >= 0 && !graph_.values()[v].constant.defined()) by_step[static_cast<std::size_t>(last[v])].push_back(static_cast<std::int32_t>(v));
  }
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    steps_[s].first_release = static_cast<std::int32_t>(released_.size());
    steps_[s].releases = static_cast<std::int32_t>(by_step[s].size());
    released_.insert(released_.end(), by_step[s].begin(), by_step[s].end());
  }
}

// The value in whose place the step's output may be stored: one in the block that nothing needs afterwards. Otherwise the number of values.
std::size_t Program::overwritten(const Step& step) const {
  const std::size_t none = in_arena_.size();
  if (step.node->kind != Graph::Node::Kind::kMatmulAdd) return none;
  const Index v = step.node->inputs[2];
  const auto begin = released_.begin() + step.first_release, end = begin + step.releases;
  return in_arena_[static_cast<std::size_t>(v)] != 0 && std::find(begin, end, v) != end ? static_cast<std::size_t>(v) : none;
}

// Decides which values are stored in the block, and where.
void Program::place() {
  const auto values = static_cast<std::size_t>(graph_.value_count());
  offsets_.resize(values);
  in_arena_.resize(values);
  std::vector<char> fixed(values);
  for (std::size_t v = 0; v < values; ++v) fixed[v] = graph_.values()[v].constant.defined();
  Block block;
  for (Step& step : steps_) {
    const Graph::Node& node = *step.node;
    const auto first = static_cast<std::size_t>(node.first_output), end = first + static_cast<std::size_t>(node.outputs);
    std::size_t kept = values;  // whose place the output takes
    if (is_view(node)) {
      step.fixed = fixed[static_cast<std::size_t>(node.inputs[0])] != 0;
      for (std::size_t v = first; v < end; ++v) fixed[v] = step.fixed;
    } else if (fills_outputs(node)) {
      for (std::size_t v = first; v < end; ++v) step.allocates |= leaves_[v] != 0;
      if (!step.allocates) kept = overwritten(step);
      step.in_place = kept != values;
      for (std::size_t v = first; v < end && !step.allocates; ++v) {
        offsets_[v] = step.in_place ? offsets_[kept] : block.take(aligned(std::max<std::size_t>(bytes_of(graph_.values()[v].spec), 1)));
        in_arena_[v] = fixed[v] = 1;
      }
    }
    for (std::int32_t r = 0; r < step.releases; ++r) {
      const auto v = static_cast<std::size_t>(released_[static_cast<std::size_t>(step.first_release + r)]);
      if (in_arena_[v] != 0 && v != kept) block.give_back(offsets_[v], aligned(std::max<std::size_t>(bytes_of(graph_.values()[v].spec), 1)));
    }
  }
  arena_bytes_ = block.bytes();
  // A run releases only the values that it received or allocated.
  for (Step& step : steps_) {
    const auto begin = released_.begin() + step.first_release;
    const auto end = std::stable_partition(begin, begin + step.releases, [&](std::int32_t v) { return fixed[static_cast<std::size_t>(v)] == 0; });
    step.releases = static_cast<std::int32_t>(end - begin);
  }
}

std::unique_ptr<Program::Frame> Program::make_frame() const {
  auto frame = std::make_unique<Frame>();
  frame->slots.resize(static_cast<std::size_t>(graph_.value_count()));
  if (arena_bytes_ != 0) frame->arena = make_tensor(DType::kU8, {static_cast<std::int64_t>(arena_bytes_)}, "function");
  for (std::size_t v = 0; v < frame->slots.size(); ++v) {
    const Graph::Value& value = graph_.values()[v];
    if (value.constant.defined()) frame->slots[v] = value.constant;
    if (in_arena_[v] != 0) frame->slots[v] = make_part(frame->arena, offsets_[v], value.spec.dtype, value.spec.shape);
  }
  for (const Step& step : steps_) {
    for (const Index v : step.node->inputs) frame->inputs.push_back(&frame->slots[static_cast<std::size_t>(v)]);
  }
  for (const Step& step : steps_) {
    if (step.fixed) run_step(step, *frame);
  }
  return frame;
}

namespace {

void run_view(const Graph::Node& node, std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const Graph& graph) {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const Shape& shape = graph.value(node.first_output + static_cast<Index>(k)).spec.shape;
    ViewContext view(*node.op, inputs, node.attrs.get(), shape, static_cast<int>(k));
    node.op->view(view);
    outputs[k] = make_view(*inputs[0], shape, view.strides, view.offset);
  }
}

void run_kernel(const Graph::Node& node, std::span<const Tensor* const> inputs, std::span<Tensor> outputs) {
  constexpr std::size_t kMost = 256;
  alignas(std::max_align_t) std::byte drawn[kMost];
  const void* attrs = node.attrs.get();
  if (node.op->draw != nullptr) {
    if (node.attrs_bytes > kMost) throw InternalError(node.op->name, "its attributes are too many for an op that draws");
    std::memcpy(drawn, attrs, node.attrs_bytes);
    node.op->draw(drawn);
    attrs = drawn;
  }
  KernelContext kernel(*node.op, inputs, attrs, outputs);
  node.op->kernel(kernel);
}

void allocate(const Graph::Node& node, std::span<Tensor> outputs, const Graph& graph) {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const TensorSpec& spec = graph.value(node.first_output + static_cast<Index>(k)).spec;
    outputs[k] = make_tensor(spec.dtype, spec.shape);
  }
}

void run_fused(const Graph::Node& node, std::span<const Tensor* const> inputs, std::span<Tensor> outputs) {
  const kernels::FusedLoop& loop = node.fused->loop;
  std::vector<kernels::Layout> broadcast;
  broadcast.reserve(inputs.size());
  for (const Tensor* input : inputs) broadcast.push_back(kernels::Layout::broadcast(view_of(*input), loop.shape));
  const std::vector<kernels::View> from(broadcast.begin(), broadcast.end());
  std::vector<kernels::View> to;
  to.reserve(outputs.size());
  for (const Tensor& output : outputs) to.push_back(view_of(output));
  kernels::run_fused(loop, from, to);
}

void run_matmul_add(const Graph::Node& node, std::span<const Tensor* const> inputs, const Tensor& output, bool in_place) {
  const auto& options = *reinterpret_cast<const MatmulOptions*>(node.attrs.get());
  if (!in_place) kernels::copy(view_of(*inputs[2]), view_of(output));
  kernels::matmul_add(view_of(*inputs[0]), view_of(*inputs[1]), options.transpose_a, options.transpose_b, view_of(output));
}

void run_transpose(const Graph::Node& node, std::span<const Tensor* const> inputs, const Tensor& output, const Graph& graph) {
  Tensor view;
  run_view(node, inputs, {&view, 1}, graph);
  kernels::copy(view_of(view), view_of(output));
}

// `mode` is the caller's: the host's own arithmetic keeps subnormal numbers.
void run_host(const Graph::Node& node, std::span<const Tensor* const> inputs, std::span<Tensor> outputs, device::FloatMode mode) {
  const device::FloatModeScope scope(mode);
  std::vector<Tensor> given;
  for (const Tensor* input : inputs) {
    given.push_back(*input);
    // The host's function may apply ops to the value, and these require an id.
    if (input->id() == 0) log_constant(given.back(), {}, node.where);
  }
  std::vector<Tensor> made = node.host->run(given);
  if (made.size() != outputs.size()) throw InternalError(node.op->name, "a function of the host returned another number of values than it declared");
  std::transform(made.begin(), made.end(), outputs.begin(), in_order);
}

}  // namespace

Tensor in_order(Tensor t) { return !t.defined() || t.is_contiguous() ? std::move(t) : copy_of(t); }

Tensor copy_of(const Tensor& t) {
  const device::Scope there(t.device());
  Tensor copy = make_tensor(t.dtype(), t.shape(), "function");
  kernels::copy(view_of(t), view_of(copy));
  return copy;
}

void Program::run_step(const Step& step, Frame& frame) const {
  const Graph::Node& node = *step.node;
  const std::span<const Tensor* const> inputs(frame.inputs.data() + step.first_input, node.inputs.size());
  const std::span<Tensor> outputs(frame.slots.data() + node.first_output, static_cast<std::size_t>(node.outputs));
  ProfiledCall profiled(*node.op, node.where, inputs, outputs);
  profiled.set_step(node.fused != nullptr ? std::span<const OpDef* const>(node.fused->ops) : std::span<const OpDef* const>());
  switch (node.kind) {
    case Graph::Node::Kind::kOp:
      if (is_view(node)) return run_view(node, inputs, outputs, graph_);
      if (step.allocates) allocate(node, outputs, graph_);
      return in_the_name_of(node.op->name, [&] { run_kernel(node, inputs, outputs); });
    case Graph::Node::Kind::kFused:
      if (step.allocates) allocate(node, outputs, graph_);
      return run_fused(node, inputs, outputs);
    case Graph::Node::Kind::kMatmulAdd:
      if (step.allocates) allocate(node, outputs, graph_);
      return run_matmul_add(node, inputs, outputs[0], step.in_place);
    case Graph::Node::Kind::kTranspose:
      if (step.allocates) allocate(node, outputs, graph_);
      return run_transpose(node, inputs, outputs[0], graph_);
    case Graph::Node::Kind::kRead: outputs[0] = in_order(node.variable->value); return;
    case Graph::Node::Kind::kWrite: return write_value(node.variable, *node.op, *inputs[0], node.where);
    case Graph::Node::Kind::kHost: return run_host(node, inputs, outputs, frame.mode);
    case Graph::Node::Kind::kBodies: return node.bodies->run(inputs, outputs, needed_.data() + node.first_output);
  }
}

std::vector<Tensor> Program::run(std::vector<Tensor> inputs, std::vector<Tensor> given) const {
  std::unique_ptr<Frame> frame;
  {
    const std::lock_guard lock(frames_mutex_);
    if (!frames_.empty()) {
      frame = std::move(frames_.back());
      frames_.pop_back();
    }
  }
  const auto on = std::find_if(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.defined(); });
  const device::Scope there(on != inputs.end() ? on->device() : device::current());
  if (frame == nullptr) frame = make_frame();
  frame->mode = device::FloatMode::mine();
  // What no step reads is let go at once: the frame outlives the run.
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Tensor input = std::move(inputs[i]);
    if (needs_input(i)) frame->slots[static_cast<std::size_t>(graph_.inputs()[i])] = in_order(std::move(input));
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    Tensor value = std::move(given[i]);
    if (needs_given(i)) frame->slots[static_cast<std::size_t>(given_[i])] = std::move(value);
  }
  const device::FloatModeScope scope = device::FloatModeScope::flushing();
  for (const Step& step : steps_) {
    if (!step.fixed) run_step(step, *frame);
    for (std::int32_t r = 0; r < step.releases; ++r)
      frame->slots[static_cast<std::size_t>(released_[static_cast<std::size_t>(step.first_release + r)])] = {};
  }
  std::vector<Tensor> results;
  results.reserve(outputs_.size());
  for (const Index v : outputs_) results.push_back(frame->slots[static_cast<std::size_t>(v)]);
  for (const Index v : outputs_) {
    if (!graph_.value(v).constant.defined() && in_arena_[static_cast<std::size_t>(v)] == 0) frame->slots[static_cast<std::size_t>(v)] = {};
  }
  const std::lock_guard lock(frames_mutex_);
  frames_.push_back(std::move(frame));
  return results;
}

}  // namespace whygrad::internal
