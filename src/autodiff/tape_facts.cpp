// The facts about a tape that an explanation needs, copied while the tape exists.
#include "autodiff/tape_state.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

void check_defined(const std::vector<Watchable>& values, const char* what) {
  for (const Watchable& w : values) {
    if (!w.is_variable() && !w.tensor().defined())
      throw ValueError("gradient", fmt::format("a {} is an empty handle", what), "pass a tensor or a variable that holds a value");
  }
}

}  // namespace

TapeFacts::Value fact_of(const Watchable& w) {
  const Tensor t = tensor_of(w);
  return {t.id(), t.dtype(), t.shape(), w.is_variable() ? w.variable().shared() : nullptr};
}

Tensor tensor_of(const Watchable& w) {
  if (!w.is_variable()) return w.tensor();
  w.variable().impl();  // refuses a handle without a variable
  return VariableImpl::present(w.variable().shared());
}

void check_asked(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources) {
  check_defined(targets, "target");
  check_defined(sources, "source");
}

std::shared_ptr<const TapeFacts> facts_of(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                                          ValueId asked, const Where& where) {
  auto facts = std::make_shared<TapeFacts>();
  facts->log = tape.slice();
  facts->log.add(Log::mine().chunks(0, Log::mine().next_id()));
  facts->windows = tape.windows();
  facts->forgotten = tape.forgotten();
  facts->watches = tape.watches();
  facts->forgotten_watches = tape.forgotten_watches();
  facts->watch_index = tape.watch_index();
  facts->options = tape.options();
  facts->tape_made_at = tape.made_at();
  facts->asked_at = where;
  facts->tape = tape.number();
  for (const auto& other : ThreadTapes::mine().recording) facts->recording.push_back(other->number());
  facts->asked = asked;
  for (const Watchable& t : targets) facts->targets.push_back(fact_of(t));
  for (const Watchable& s : sources) facts->sources.push_back(fact_of(s));
  return facts;
}

bool lacks_a_rule(const TapeFacts& facts) {
  const auto no_rule = [](const InputDef& in) { return in.gradient.flow == GradientFlow::kNoRule; };
  for (const Window& w : facts.windows) {
    for (ValueId id = w.begin, end = w.end != 0 ? w.end : facts.asked; id < end; ++id) {
      const Record* r = facts.log.find(id);
      if (r != nullptr && std::any_of(r->op->inputs.begin(), r->op->inputs.end(), no_rule)) return true;
    }
  }
  return false;
}

}  // namespace whygrad::internal
