// Jacobians: one backward pass for each element of the target, or of a row of it.
#include "autodiff/jacobian.hpp"

#include "autodiff/request.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

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

// Runs `rows` backward passes, one for each seed, and stacks the results for each source to [rows, s..]; empty if no path leads to the source.
std::vector<Tensor> passes(TapeState& tape, internal::Question& question, std::int64_t rows, const std::function<Tensor(std::int64_t)>& seed,
                           const Where& where) {
  const std::size_t sources = question.sources.size();
  std::vector<Tensor> result(sources);
  if (rows == 0) {  // a pass with the question's own seed finds the sources that a target without elements depends on
    const std::vector<Tensor> values = internal::dense(internal::backprop(tape, question));
    for (std::size_t s = 0; s < sources; ++s) {
      if (values[s].defined()) result[s] = zeros(joined({0}, values[s].shape()), values[s].dtype(), where);
    }
    return result;
  }
  std::vector<std::vector<Tensor>> all(sources);
  for (std::int64_t row = 0; row < rows; ++row) {
    question.targets[0].seed = seed(row);
    std::vector<Tensor> values = internal::dense(internal::backprop(tape, question));
    for (std::size_t s = 0; s < sources; ++s) all[s].push_back(std::move(values[s]));
  }
  for (std::size_t s = 0; s < sources; ++s) result[s] = stacked(std::move(all[s]), where);
  return result;
}

// The common part of both jacobians. `derivatives` computes the values for a question that does not release records.
std::vector<Gradient> several_passes(GradientTape& owner, const char* op, const Watchable& target, const std::vector<Watchable>& sources,
                                     UnconnectedGradients unconnected, const Where& where,
                                     const std::function<std::vector<Tensor>(TapeState&, internal::Question&)>& derivatives,
                                     const char* zeros_by = nullptr) {
  TapeState& tape = *owner.state();
  internal::GradientObserver* const observer = admit(tape, op, sources, where);
  const std::vector<Watchable> targets = {target};
  const GradientOptions options{.unconnected_gradients = unconnected};
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

Gradients jacobian(GradientTape& tape, const Watchable& target, const Sources& sources, UnconnectedGradients unconnected_gradients, Where where) {
  internal::check_asked({target}, sources.items());
  const Tensor t = internal::tensor_of(target);
  const auto derivatives = [&](TapeState& state, internal::Question& question) {
    const auto seed = [&](std::int64_t row) {
      return reshape(one_hot(constant({row}, where), t.size(), {.dtype = t.dtype()}, where), Ints(t.shape()), where);
    };
    std::vector<Tensor> values = passes(state, question, is_differentiable(t.dtype()) ? t.size() : 0, seed, where);
    for (std::size_t s = 0; s < values.size(); ++s) {
      if (values[s].defined()) values[s] = reshape(values[s], Ints(joined(t.shape(), internal::tensor_of(sources.items()[s]).shape())), where);
    }
    return values;
  };
  std::vector<Gradient> result = several_passes(tape, "jacobian", target, sources.items(), unconnected_gradients, where, derivatives);
  if (unconnected_gradients == UnconnectedGradients::zero) {
    for (std::size_t s = 0; s < result.size(); ++s) {
      const Tensor source = internal::tensor_of(sources.items()[s]);
      if (const Shape shape = joined(t.shape(), source.shape()); result[s]->shape() != shape)
        result[s] = Gradient(zeros(shape, source.dtype(), where));
    }
  }
  return {sources.items(), std::move(result)};
}

Gradients jacobian(GradientTape& tape, const Watchable& target, std::initializer_list<Watchable> sources, UnconnectedGradients unconnected_gradients,
                   Where where) {
  return jacobian(tape, target, Sources(std::vector<Watchable>(sources)), unconnected_gradients, where);
}

Gradient jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, UnconnectedGradients unconnected_gradients, Where where) {
  return jacobian(tape, target, Sources(std::vector<Watchable>{source}), unconnected_gradients, where)[0];
}

namespace {

Gradient jacobian_of_rows(GradientTape& tape, const Watchable& target, const Watchable& source, UnconnectedGradients unconnected_gradients,
                          const Where& where, const char* zeros_by = nullptr) {
  internal::check_asked({target}, {source});
  const Tensor t = internal::tensor_of(target), x = internal::tensor_of(source);
  if (t.rank() < 2 || x.rank() < 2 || t.shape()[0] != x.shape()[0]) {
    throw ShapeError("batch_jacobian", fmt::format("the target is {} and the source {}", t.signature(), x.signature()),
                     "both need rows along their first axis, as many of one as of the other, and at least one axis more");
  }
  const std::int64_t rows = t.shape()[0], columns = rows == 0 ? 0 : t.size() / rows;
  const Shape shape = joined(t.shape(), Shape(x.shape().extents().subspan(1)));
  const auto derivatives = [&](TapeState& state, internal::Question& question) {
    const auto seed = [&](std::int64_t column) {
      const Tensor row = one_hot(constant({column}, where), columns, {.dtype = t.dtype()}, where);
      return reshape(broadcast_to(row, {rows, columns}, where), Ints(t.shape()), where);
    };
    std::vector<Tensor> values = passes(state, question, is_differentiable(t.dtype()) ? columns : 0, seed, where);
    if (values[0].defined()) {  // [columns, b, s..]
      Ints perm{1, 0};
      for (int axis = 2; axis <= x.rank(); ++axis) perm.push_back(axis);
      values[0] = reshape(transpose(values[0], perm, where), Ints(shape), where);
    }
    return values;
  };
  const std::vector<Gradient> result = several_passes(tape, "batch_jacobian", target, {source}, unconnected_gradients, where, derivatives, zeros_by);
  if (unconnected_gradients == UnconnectedGradients::zero && result[0]->shape() != shape) return Gradient(zeros(shape, x.dtype(), where));
  return result[0];
}

}  // namespace

Gradient batch_jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, UnconnectedGradients unconnected_gradients,
                        Where where) {
  return jacobian_of_rows(tape, target, source, unconnected_gradients, where);
}

Tensor internal::batch_jacobian_or_zeros(GradientTape& tape, const Watchable& target, const Watchable& source, Where where) {
  return *jacobian_of_rows(tape, target, source, UnconnectedGradients::zero, where, "batch_jacobian");
}

}  // namespace whygrad
