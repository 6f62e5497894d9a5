// Makes links of the steps of a fused loop.
#include "kernels/cpu/chain.hpp"

#include <algorithm>

namespace whygrad::kernels::cpu {
namespace {

using Kind = FusedLoop::Kind;

// Chains of one step would save nothing.
constexpr std::size_t kFewestSteps = 2;

class Builder {
 public:
  Builder(const FusedLoop& loop, const std::vector<bool>& is_one, Chain& chain) : loop_(loop), is_one_(is_one), chain_(chain) {}

  void build() {
    chain_.loops = find_chain(loop_.dtypes[static_cast<std::size_t>(loop_.inputs) + chain_.first]);
    for (std::size_t s = chain_.first; s < chain_.last; ++s) {
      add_op(loop_.steps[s]);
      block_ = static_cast<std::int16_t>(loop_.inputs + static_cast<std::int16_t>(s));
      const FusedLoop::Place& place = loop_.places[s];
      if (place.output != FusedLoop::kNone || place.stays || s + 1 == chain_.last) add(chain_.loops.store, block_);
    }
    add(chain_.loops.end, 0);
  }

 private:
  bool is_one(std::int16_t value) const { return value < loop_.inputs && is_one_[static_cast<std::size_t>(value)]; }
  void add(LinkRun run, std::int16_t value) { chain_.links.push_back({run, value}); }
  void bring(std::int16_t value) {
    if (block_ != value) add(chain_.loops.load, value);
    block_ = value;
  }

  void add_op(const FusedLoop::Step& step) {
    const std::int16_t a = step.inputs[0], b = step.inputs[1];
    const DType dtype = loop_.dtypes[static_cast<std::size_t>(a)];
    if (step.kind == Kind::kUnary) {
      bring(a);
      return add(find_loop(static_cast<Unary>(step.op), dtype).link, 0);
    }
    const BinaryLinks& links = find_loop(static_cast<Binary>(step.op), dtype).links;
    if (a == b) {
      bring(a);
      add(links.block_block, 0);
    } else if (block_ == a || (block_ != b && !is_one(a))) {
      bring(a);
      add(is_one(b) ? links.block_one : links.block_memory, b);
    } else {
      bring(b);
      add(is_one(a) ? links.one_block : links.memory_block, a);
    }
  }

  const FusedLoop& loop_;
  const std::vector<bool>& is_one_;
  Chain& chain_;
  std::int16_t block_ = FusedLoop::kNone;  // the value in the block
};

// Whether the step has links; a chain has one dtype.
bool has_links(const FusedLoop& loop, std::size_t s) {
  const FusedLoop::Step& step = loop.steps[s];
  if (step.kind != Kind::kUnary && step.kind != Kind::kBinary) return false;
  const DType dtype = loop.dtypes[static_cast<std::size_t>(step.inputs[0])];
  if (loop.dtypes[static_cast<std::size_t>(loop.inputs) + s] != dtype) return false;
  return step.kind == Kind::kUnary ? find_loop(static_cast<Unary>(step.op), dtype).link != nullptr
                                   : find_loop(static_cast<Binary>(step.op), dtype).links.block_block != nullptr;
}

}  // namespace

std::vector<Chain> find_chains(const FusedLoop& loop, const std::vector<bool>& is_one, std::int64_t tile) {
  std::vector<Chain> chains;
  const auto dtype_of = [&loop](std::size_t s) { return loop.dtypes[static_cast<std::size_t>(loop.inputs) + s]; };
  for (std::size_t first = 0, last = 0; first < loop.steps.size(); first = std::max(last, first + 1)) {
    for (last = first; last < loop.steps.size() && has_links(loop, last) && dtype_of(last) == dtype_of(first);) ++last;
    if (last - first < kFewestSteps || tile < static_cast<std::int64_t>(find_chain(dtype_of(first)).block)) continue;
    Chain& chain = chains.emplace_back(Chain{.first = first, .last = last, .links = {}, .loops = {}});
    Builder(loop, is_one, chain).build();
  }
  return chains;
}

}  // namespace whygrad::kernels::cpu
