// Jacobians: a backward pass for each element of the target, or of a row of it; many of them at once (autodiff/rows.hpp).
#include "autodiff/jacobian.hpp"

#include "autodiff/request.hpp"
#include "autodiff/rows.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace whygrad {
namespace {

using internal::admit;
using internal::Log;
using internal::ReleaseAtEnd;
using internal::Request;
using internal::TapeState;
using internal::Window;

Shape joined(const Shape& a, const Shape& b) {
  Shape shape = a;
  for (const std::int64_t extent : b) shape.push_back(extent);
  return shape;
}

// Stacks the rows to [rows, s..]; returns an empty tensor if no row is defined. A custom gradient may leave out some elements of the target: these do
// not depend on the source, and their rows are zeros.
Tensor stacked(std::vector<Tensor> rows, const Where& where) {
  const auto some = std::find_if(rows.begin(), rows.end(), [](const Tensor& t) { return t.defined(); });
  if (some == rows.end()) return {};
  const Tensor zero = zeros(some->shape(), some->dtype(), where);
  for (Tensor& row : rows) {
    if (!row.defined()) row = zero;
  }
  return stack(rows, 0, where);
}

// The backward passes of a jacobian, of which each has another seed.
struct Passes {
  std::int64_t rows;
  // The seeds of `count` passes from `begin` on, [count, t..].
  std::function<Tensor(std::int64_t begin, std::int64_t count)> seeds;
  const JacobianOptions& options;
  const Where& where;
};

// A pass with the question's own seed finds the sources that a target without elements depends on.
std::vector<Tensor> no_passes(TapeState& tape, const internal::Question& question, const Where& where) {
  std::vector<Tensor> values = internal::dense(internal::backprop(tape, question));
  for (Tensor& value : values) {
    if (value.defined()) value = zeros(joined({0}, value.shape()), value.dtype(), where);
  }
  return values;
}

// One pass after the other. Returns [rows, s..] for each source; empty if no path leads to it.
std::vector<Tensor> passes_in_turn(TapeState& tape, internal::Question& question, const Passes& passes) {
  std::vector<std::vector<Tensor>> all(question.sources.size());
  for (std::int64_t row = 0; row < passes.rows; ++row) {
    question.targets[0].seed = squeeze(passes.seeds(row, 1), {0}, passes.where);
    std::vector<Tensor> values = internal::dense(internal::backprop(tape, question));
    for (std::size_t s = 0; s < values.size(); ++s) all[s].push_back(std::move(values[s]));
  }
  std::vector<Tensor> result;
  result.reserve(all.size());
  for (std::vector<Tensor>& rows : all) result.push_back(stacked(std::move(rows), passes.where));
  return result;
}

// Runs the recorded pass for all seeds, as many at once as fit, and joins what it gives.
std::vector<Tensor> run_all(const internal::RowProgram& program, const Passes& passes, std::size_t sources) {
  std::int64_t most = program.rows_at_once(passes.rows);
  if (passes.options.parallel_iterations > 0) most = std::min(most, passes.options.parallel_iterations);
  std::vector<std::vector<Tensor>> parts(sources);
  for (std::int64_t begin = 0; begin < passes.rows; begin += most) {
    const std::int64_t count = std::min(most, passes.rows - begin);
    const Tensor seeds = passes.seeds(begin, count);
    std::vector<Tensor> values = program.run(count, {&seeds, 1});
    for (std::size_t s = 0; s < sources; ++s) {
      if (values[s].defined()) parts[s].push_back(std::move(values[s]));
    }
  }
  std::vector<Tensor> result(sources);
  for (std::size_t s = 0; s < sources; ++s) {
    if (!parts[s].empty()) result[s] = parts[s].size() == 1 ? parts[s][0] : concat(parts[s], 0, passes.where);
  }
  return result;
}

// The same as passes_in_turn, with the pass recorded once and run for many seeds. Nothing where that cannot be done, or fails: one pass after the
// other does it, or tells what is wrong.
std::optional<std::vector<Tensor>> passes_at_once(TapeState& tape, const internal::Question& question, const Passes& passes) {
  try {
    internal::RowProgram program(question.quiet);
    internal::Question of_a_row = question;
    of_a_row.observer = nullptr;
    of_a_row.targets[0].seed = program.add_input(spec_of(question.targets[0].seed), passes.where);
    program.finish(internal::dense(internal::backprop(tape, of_a_row)));
    return run_all(program, passes, question.sources.size());
  } catch (const InternalError&) {
    throw;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::vector<Tensor> derivatives_of(TapeState& tape, internal::Question& question, const Passes& passes) {
  if (passes.rows == 0) return no_passes(tape, question, passes.where);
  if (passes.options.use_pfor && passes.rows > 1) {
    if (std::optional<std::vector<Tensor>> values = passes_at_once(tape, question, passes)) return *std::move(values);
  }
  return passes_in_turn(tape, question, passes);
}

// The common part of both jacobians. `derivatives` computes the values for a question that does not release records.
std::vector<Gradient> several_passes(GradientTape& owner, const char* op, const Watchable& target, const std::vector<Watchable>& sources,
                                     const JacobianOptions& asked, const Where& where,
                                     const std::function<std::vector<Tensor>(TapeState&, internal::Question&)>& derivatives,
                                     const char* zeros_by = nullptr) {
  TapeState& tape = *owner.state();
  internal::GradientObserver* const observer = admit(tape, op, sources, where);
  const std::vector<Watchable> targets = {target};
  const GradientOptions options{.unconnected_gradients = asked.unconnected_gradients};
  internal::Question question = make_question(tape, targets, sources, options, where);
  question.observer = observer;
  const Request request{tape, targets, sources, options, where, Log::mine().next_id()};
  const bool used_up = !tape.options().persistent;
  if (used_up) {
    if (tape.recording()) tape.stop(Window::End::kAsked, where);
    tape.consume(where);
  }
  const ReleaseAtEnd held(used_up ? &tape : nullptr);
  std::vector<char> replaced;
  std::vector<Gradient> result = gradients_of(request,
                                              logged_pass(request, question,
                                                          [&] {
                                                            std::vector<Tensor> values = derivatives(tape, question);
                                                            return std::vector<internal::DenseOrRows>(values.begin(), values.end());
                                                          }),
                                              replaced);
  if (observer != nullptr) {
    question.observer = nullptr;
    question.targets[0].seed = internal::resolve_seed({}, internal::tensor_of(target), 0, where);
    const auto replay = [&](const internal::BackwardVisitor& visitor) { internal::replay_backprop(tape, question, visitor); };
    observer->answered({request.facts(), result, replaced, replay, zeros_by});
  }
  return result;
}

}  // namespace

Gradients jacobian(GradientTape& tape, const Watchable& target, const Sources& sources, const JacobianOptions& options, Where where) {
  internal::check_asked({target}, sources.items());
  const Tensor t = internal::tensor_of(target);
  const auto derivatives = [&](TapeState& state, internal::Question& question) {
    const auto seeds = [&](std::int64_t begin, std::int64_t count) {
      return reshape(one_hot(range(begin, begin + count, 1, int64, where), t.size(), {.dtype = t.dtype()}, where), Ints(joined({count}, t.shape())),
                     where);
    };
    std::vector<Tensor> values = derivatives_of(state, question, {is_differentiable(t.dtype()) ? t.size() : 0, seeds, options, where});
    for (std::size_t s = 0; s < values.size(); ++s) {
      if (values[s].defined()) values[s] = reshape(values[s], Ints(joined(t.shape(), internal::tensor_of(sources.items()[s]).shape())), where);
    }
    return values;
  };
  std::vector<Gradient> result = several_passes(tape, "jacobian", target, sources.items(), options, where, derivatives);
  if (options.unconnected_gradients == UnconnectedGradients::zero) {
    for (std::size_t s = 0; s < result.size(); ++s) {
      const Tensor source = internal::tensor_of(sources.items()[s]);
      if (const Shape shape = joined(t.shape(), source.shape()); result[s]->shape() != shape)
        result[s] = Gradient(zeros(shape, source.dtype(), where));
    }
  }
  return {sources.items(), std::move(result)};
}

Gradients jacobian(GradientTape& tape, const Watchable& target, std::initializer_list<Watchable> sources, const JacobianOptions& options,
                   Where where) {
  return jacobian(tape, target, Sources(std::vector<Watchable>(sources)), options, where);
}

Gradient jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, const JacobianOptions& options, Where where) {
  return jacobian(tape, target, Sources(std::vector<Watchable>{source}), options, where)[0];
}

namespace {

Gradient jacobian_of_rows(GradientTape& tape, const Watchable& target, const Watchable& source, const JacobianOptions& options, const Where& where,
                          const char* zeros_by = nullptr) {
  internal::check_asked({target}, {source});
  const Tensor t = internal::tensor_of(target), x = internal::tensor_of(source);
  if (t.rank() < 2 || x.rank() < 2 || t.shape()[0] != x.shape()[0]) {
    throw ShapeError("batch_jacobian", fmt::format("the target is {} and the source {}", t.signature(), x.signature()),
                     "both need rows along their first axis, as many of one as of the other, and at least one axis more");
  }
  const std::int64_t rows = t.shape()[0], columns = rows == 0 ? 0 : t.size() / rows;
  const Shape shape = joined(t.shape(), Shape(x.shape().extents().subspan(1)));
  const auto derivatives = [&](TapeState& state, internal::Question& question) {
    const auto seeds = [&](std::int64_t begin, std::int64_t count) {
      const Tensor row = one_hot(range(begin, begin + count, 1, int64, where), columns, {.dtype = t.dtype()}, where);
      return reshape(broadcast_to(expand_dims(row, 1, where), {count, rows, columns}, where), Ints(joined({count}, t.shape())), where);
    };
    std::vector<Tensor> values = derivatives_of(state, question, {is_differentiable(t.dtype()) ? columns : 0, seeds, options, where});
    if (values[0].defined()) {  // [columns, b, s..]
      Ints perm{1, 0};
      for (int axis = 2; axis <= x.rank(); ++axis) perm.push_back(axis);
      values[0] = reshape(transpose(values[0], perm, where), Ints(shape), where);
    }
    return values;
  };
  const std::vector<Gradient> result = several_passes(tape, "batch_jacobian", target, {source}, options, where, derivatives, zeros_by);
  if (options.unconnected_gradients == UnconnectedGradients::zero && result[0]->shape() != shape) return Gradient(zeros(shape, x.dtype(), where));
  return result[0];
}

}  // namespace

Gradient batch_jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, const JacobianOptions& options, Where where) {
  return jacobian_of_rows(tape, target, source, options, where);
}

Tensor internal::batch_jacobian_or_zeros(GradientTape& tape, const Watchable& target, const Watchable& source, JacobianOptions options, Where where) {
  options.unconnected_gradients = UnconnectedGradients::zero;
  return *jacobian_of_rows(tape, target, source, options, where, "batch_jacobian");
}

}  // namespace whygrad
