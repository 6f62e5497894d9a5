// The tangents of the outputs of one record.
#include "autodiff/backprop.hpp"
#include "autodiff/forward.hpp"
#include "device/float_mode.hpp"
#include "ops/core/context.hpp"
#include "tensor/build.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace whygrad::internal {
namespace {

TensorSpec output_spec(const Record& r, int k, Device device) { return {r.dtype(r.inputs + k), r.shape(r.inputs + k), device}; }

void check_tangent(const Record& r, int k, const Tensor& given) {
  const int value = r.inputs + k;
  if (given.dtype() == r.dtype(value) && r.has_shape(value, given.shape())) return;
  refuse_record(*r.op,
                fmt::format("its rule of forward mode gave {} for output {} of {}{}", given.signature(), k, name_of(r.dtype(value)),
                            r.shape(value).to_string()),
                "call g.give(k, dy) with a tangent of that output's shape and dtype");
}

// The ops of a rule are recorded at the place of the op, if anybody records.
class RuleScope {
 public:
  explicit RuleScope(const Record& r) : log_(Log::mine()), outer_(log_.backward) {
    quiet_ = log_.recording() == 0 && log_.tracer == nullptr && explanations_enabled();
    log_.backward = {&r.where, r.first, quiet_};
  }
  ~RuleScope() { log_.backward = outer_; }
  RuleScope(const RuleScope&) = delete;
  RuleScope& operator=(const RuleScope&) = delete;
  bool quiet() const { return quiet_; }

 private:
  Log& log_;
  Log::Backward outer_;
  bool quiet_ = false;
};

// A tape that records only what is made of dy. It is not listed among the thread's tapes' watchers: it watches what it is told to.
class Transposed {
 public:
  Transposed(const Record& r, std::span<const Tensor> tangents)
      : record_(r), tangents_(tangents), tape_(std::make_shared<TapeState>(GradientTapeOptions{.watch_accessed_variables = false}, r.where)) {}
  ~Transposed() { tape_->finish(); }
  Transposed(const Transposed&) = delete;
  Transposed& operator=(const Transposed&) = delete;

  std::vector<Tensor> run() {
    const RuleScope scope(record_);
    std::vector<DenseOrRows> dys(record_.outputs), dxs(record_.inputs);
    tape_->start(record_.where);
    Question question;
    for (int k = 0; k < record_.outputs; ++k) {
      std::vector<ValueId>& ids = question.sources.emplace_back();
      if (!is_differentiable(record_.dtype(record_.inputs + k))) continue;
      const Tensor dy = stand_in(k);
      tape_->watch(dy);
      ids.push_back(dy.id());
      dys[static_cast<std::size_t>(k)] = dy;
    }
    const std::unique_ptr<bool[]> needs(new bool[record_.inputs]());
    for (std::size_t i = 0; i < tangents_.size(); ++i) needs[i] = tangents_[i].defined();
    VjpContext context(record_, dys, needs.get(), dxs);
    record_.op->vjp(context);
    ask(dxs, question);
    tape_->stop(Window::End::kAsked, record_.where);
    tape_->consume(record_.where);
    question.release = true;
    question.quiet = scope.quiet();
    return dense(backprop(*tape_, question));
  }

 private:
  Tensor stand_in(int k) const {
    const TensorSpec spec = output_spec(record_, k, device());
    if (record_.op->users_rule || record_.op->has_body) return ones(spec.shape, spec.dtype, record_.where);
    return abstract(spec, record_.where);
  }
  Device device() const {
    for (const Tensor& t : tangents_) {
      if (t.defined()) return t.device();
    }
    return {};
  }
  void ask(std::vector<DenseOrRows>& dxs, Question& question) const {
    for (std::size_t i = 0; i < dxs.size(); ++i) {
      if (!tangents_[i].defined() || !dxs[i].defined()) continue;
      const Tensor& dx = dxs[i].dense();
      if (dx.dtype() == tangents_[i].dtype() && dx.shape() == tangents_[i].shape()) question.targets.push_back({dx.id(), tangents_[i]});
    }
  }

  const Record& record_;
  std::span<const Tensor> tangents_;
  std::shared_ptr<TapeState> tape_;
};

std::vector<Tensor> by_own_rule(const Record& r, std::span<const Tensor> tangents) {
  const RuleScope scope(r);
  std::vector<Tensor> given(r.outputs);
  JvpContext context(r, tangents, given);
  r.op->jvp(context);
  return given;
}

}  // namespace

bool tangents_of_inputs(const Record& r, const std::function<Tensor(ValueId)>& find, std::vector<Tensor>& tangents) {
  bool any = false;
  for (int i = 0; i < r.inputs; ++i) {
    const GradientAnswer& gradient = input_def(*r.op, i).gradient;
    if ((!gradient.differentiable() && gradient.flow != GradientFlow::kNoRule) || !is_differentiable(r.dtype(i))) continue;
    Tensor tangent = find(r.input_ids()[i]);
    if (!tangent.defined()) continue;
    if (!gradient.differentiable()) refuse_missing_rule(r, i);
    if (!any) tangents.resize(r.inputs);
    tangents[static_cast<std::size_t>(i)] = std::move(tangent);
    any = true;
  }
  return any;
}

namespace {

std::vector<Tensor> by_rule(const Record& r, std::span<const Tensor> tangents) {
  const device::FloatModeScope scope = device::FloatModeScope::flushing();
  return r.op->jvp != nullptr ? by_own_rule(r, tangents) : Transposed(r, tangents).run();
}

// The tangents that the ops of the function gave its results; where these gave none, that of the user's rule. This is TensorFlow's order.
std::vector<Tensor> under_users_rule(const Record& r, std::span<const Tensor> tangents) {
  const std::span<const Tensor> of_results = tangents.last(r.outputs), of_arguments = tangents.first(tangents.size() - r.outputs);
  std::vector<Tensor> made(of_results.begin(), of_results.end());
  bool complete = true;
  for (int k = 0; k < r.outputs; ++k) complete &= made[static_cast<std::size_t>(k)].defined() || !is_differentiable(r.dtype(r.inputs + k));
  if (complete || std::none_of(of_arguments.begin(), of_arguments.end(), [](const Tensor& t) { return t.defined(); })) return made;
  std::vector<Tensor> moving(of_arguments.begin(), of_arguments.end());
  moving.resize(tangents.size());
  std::vector<Tensor> ruled = by_rule(r, moving);
  for (std::size_t k = 0; k < made.size(); ++k) {
    if (!made[k].defined()) made[k] = std::move(ruled[k]);
  }
  return made;
}

}  // namespace

std::vector<Tensor> jvp_of(const Record& r, std::span<const Tensor> tangents) {
  std::vector<Tensor> made = r.op->users_rule ? under_users_rule(r, tangents) : by_rule(r, tangents);
  for (int k = 0; k < r.outputs; ++k) {
    Tensor& tangent = made[static_cast<std::size_t>(k)];
    if (tangent.defined()) {
      check_tangent(r, k, tangent);
    } else if (!r.op->users_rule && !r.op->has_body && is_differentiable(r.dtype(r.inputs + k))) {
      tangent = zeros(r.shape(r.inputs + k), r.dtype(r.inputs + k), r.where);  // there is a derivative, and it is 0
    }
  }
  return made;
}

void Tangents::advance(const Record& r) {
  std::vector<Tensor> tangents;
  if (!tangents_of_inputs(
          r, [this](ValueId id) { return find(id); }, tangents))
    return;
  std::vector<Tensor> made = jvp_of(r, tangents);
  for (int k = 0; k < r.outputs; ++k) {
    if (made[static_cast<std::size_t>(k)].defined()) set(r.first + static_cast<ValueId>(k), std::move(made[static_cast<std::size_t>(k)]));
  }
}

}  // namespace whygrad::internal
