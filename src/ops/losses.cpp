// Losses: crossentropies and the L2 loss.
#include "kernels/elementwise.hpp"
#include "kernels/layout.hpp"
#include "kernels/reduce.hpp"
#include "kernels/softmax.hpp"
#include "ops/activation/softmax.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/element.hpp"
#include "ops/core/events.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

namespace whygrad {
namespace internal {
namespace {

// NOTE [cross-entropy and its gradient in one pass]
// The kernels compute the loss [..] and, as a second output, backprop = softmax(logits) - labels [.., c], its gradient for an incoming gradient of 1.
// The public functions return only the loss. The gradient rule multiplies backprop by dy, so a second derivative reaches the record again through its
// second output; softmax(logits) is then backprop + labels.

// The shape of the loss: that of the logits without their last axis.
Shape row_shape(const Shape& shape) { return Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - 1))); }

using kernels::Layout;

// The classes of all rows, [n, c].
Layout matrix(const kernels::View& contiguous) { return Layout::rows(contiguous, contiguous.rank - 1); }

void check_logits(const InferContext& c) {
  const InputSpec logits = c.input(1);
  if (!is_floating(logits.dtype()))
    c.dtype_error(fmt::format("logits of {}", name_of(logits.dtype())), "logits are floating numbers; write cast(logits, float32)");
  if (logits.rank() == 0) c.shape_error("a scalar has no classes", "logits are [.., classes]");
  if (logits.shape().back() == 0) c.shape_error("there are no classes", "the last axis of logits counts the classes");
}

// dlogits from the incoming gradients of the loss and, in a second derivative, of backprop.
Tensor logits_gradient(const VjpContext& g, const Tensor& labels) {
  const Tensor backprop = g.output(1);
  const Tensor from_loss = expand_dims(g.dy(0), -1) * backprop;
  return g.has_dy(1) ? from_loss + softmax_grad(g.dy(1), backprop + labels) : from_loss;
}

constexpr const char* kOneClass = "for one unit use sigmoid_cross_entropy_with_logits, or give each class a logit";

constexpr OpDef kSoftmaxCrossEntropy = define_op({
    .name = "softmax_cross_entropy_with_logits",
    .doc = "-sum(labels * log(softmax(logits))) over the last axis: labels, logits [.., c] give [..]. dlogits = dy * (softmax(logits) - labels), "
           "dlabels = -dy * log_softmax(logits).",
    .inputs = {{"labels", Differentiable{input(1)}}, {"logits", Differentiable{input(0) | output(1)}}},
    .outputs = {"loss", "backprop"},
    .infer =
        [](InferContext& c) {
          check_logits(c);
          c.same_dtype(1, 0);
          const Shape& shape = c.input(1).shape();
          if (c.input(0).shape() != shape) {
            c.shape_error(
                "labels and logits differ in shape",
                "labels hold one probability for each logit; for labels that are numbers of classes use sparse_softmax_cross_entropy_with_logits");
          }
          c.output(c.input(1).dtype(), row_shape(shape));
          c.output(c.input(1).dtype(), shape);
        },
    .kernel =
        [](KernelContext& g) {
          const Packed labels(g.input(0)), logits(g.input(1));
          kernels::softmax_cross_entropy(matrix(logits.view()), matrix(labels.view()), Layout::flat(g.out(0)), matrix(g.out(1)));
        },
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) {
            const Tensor from_loss = negative(expand_dims(g.dy(0), -1)) * nn::log_softmax(g.input(1));
            g.give(0, g.has_dy(1) ? from_loss - g.dy(1) : from_loss);
          }
          if (g.needs(1)) g.give(1, logits_gradient(g, g.input(0)));
        },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kSaturates, "the prediction equals the labels to the last bit; smooth the labels if it should go on learning", kOneClass},
    .nonfinite = kMaskedRow,
});

constexpr OpDef kSparseSoftmaxCrossEntropy = define_op({
    .name = "sparse_softmax_cross_entropy_with_logits",
    .doc = "-log(softmax(logits))[labels]: labels [..], logits [.., c] give [..]. dlogits = dy * (softmax(logits) - onehot(labels)).",
    .inputs = {{"labels",
                NotDifferentiable{"labels are numbers of classes: a class is chosen or not, with nothing between",
                                  "softmax_cross_entropy_with_logits takes a probability for each class as labels, and these carry a gradient"},
                Role::kIndex},
               {"logits", Differentiable{input(0) | output(1)}}},
    .outputs = {"loss", "backprop"},
    .infer =
        [](InferContext& c) {
          check_logits(c);
          const InputSpec labels = c.input(0), logits = c.input(1);
          if (labels.dtype() != DType::kI32 && labels.dtype() != DType::kI64) {
            c.dtype_error(fmt::format("labels of {}", name_of(labels.dtype())),
                          "labels are numbers of classes, int32 or int64: write cast(labels, int32); "
                          "for probabilities use softmax_cross_entropy_with_logits");
          }
          if (labels.shape() != row_shape(logits.shape())) {
            c.shape_error(fmt::format("labels {} do not fit logits {}", labels.shape().to_string(), logits.shape().to_string()),
                          fmt::format("logits [.., classes] need one label for each row: labels {}", row_shape(logits.shape()).to_string()));
          }
          c.output(logits.dtype(), labels.shape());
          c.output(logits.dtype(), logits.shape());
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor& logits = g.input(1);
          const Packed labels(g.input(0)), packed(logits);
          const std::int64_t bad =
              kernels::sparse_softmax_cross_entropy(matrix(packed.view()), Layout::flat(labels.view()), Layout::flat(g.out(0)), matrix(g.out(1)));
          if (bad < 0) return;
          const std::int64_t label = integer_at(g.input(0), bad);
          throw IndexError(
              g.op().name,
              fmt::format("label {} of row {} lies outside [0, {}) (logits is {})", label, bad, logits.shape().back(), logits.signature()),
              "labels count from 0 to classes - 1; a data set that counts from 1 needs labels - 1");
        },
    .vjp = [](VjpContext& g) { g.give(1, logits_gradient(g, one_hot(g.input(0), g.input_shape(1).back(), {.dtype = g.input_dtype(1)}))); },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kSaturates,
             "the prediction equals the label to the last bit; smooth the labels, as probabilities, if it should go on learning", kOneClass},
    .nonfinite = kMaskedRow,
});

constexpr OpDef kL2Loss = define_op({
    .name = "l2_loss",
    .doc = "sum(x^2) / 2; a scalar. dx = dy * x.",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          if (!is_floating(c.input(0).dtype())) refuse_dtype(c, "floating numbers");
          c.output(c.input(0).dtype(), {});
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor& x = g.input(0);
          const Tensor squares = make_tensor(x.dtype(), x.shape()), half = internal::filled_scalar(x.dtype(), 0.5);
          kernels::unary(kernels::Unary::kSquare, g.in(0), view_of(squares));
          kernels::reduce(kernels::Reduce::kSum, view_of(squares), (std::uint32_t{1} << x.rank()) - 1, g.out());
          kernels::binary(kernels::Binary::kMultiply, g.out(), view_of(half), g.out());
        },
    .vjp = [](VjpContext& g) { g.give(0, g.input(0) * g.dy()); },
    .zero = {ZeroGradient::kFlat, "start away from 0: a square has no slope there"},
    .nonfinite = {NonFinite::kOverflow, "scale the values so that their squares stay in range"},
});

constexpr const OpDef* kOps[] = {&kSoftmaxCrossEntropy, &kSparseSoftmaxCrossEntropy, &kL2Loss};

Tensor loss_of(const OpDef& op, const Tensor& labels, const Tensor& logits, const Where& where) {
  Tensor outputs[2];
  const Tensor* inputs[] = {&labels, &logits};
  apply(op, inputs, nullptr, 0, where, outputs);
  return outputs[0];
}

}  // namespace

OpFamily loss_ops() { return kOps; }

}  // namespace internal

namespace nn {

Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where) {
  return internal::loss_of(internal::kSoftmaxCrossEntropy, labels, logits, where);
}

Tensor sparse_softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where) {
  return internal::loss_of(internal::kSparseSoftmaxCrossEntropy, labels, logits, where);
}

namespace {

void require_same_shape(const char* op, const char* first, const Tensor& a, const char* second, const Tensor& b) {
  internal::require_defined(op, a);
  internal::require_defined(op, b);
  if (a.shape() == b.shape()) return;
  throw ShapeError(op, fmt::format("{} are {} and {} {}", first, a.signature(), second, b.signature()),
                   "they go together one by one, so they need one shape: broadcasting here is nearly always a mistake");
}

}  // namespace

Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, std::int64_t axis, Where where) {
  constexpr const char* kName = "softmax_cross_entropy_with_logits";
  internal::require_defined(kName, labels);
  internal::require_defined(kName, logits);
  const int at = normalize_axis(kName, axis, std::max(logits.rank(), 1));
  if (at >= logits.rank() - 1) return softmax_cross_entropy_with_logits(labels, logits, where);
  Ints perm;
  for (int i = 0; i < logits.rank(); ++i) {
    if (i != at) perm.push_back(i);
  }
  perm.push_back(at);
  return softmax_cross_entropy_with_logits(transpose(labels, perm, where), transpose(logits, perm, where), where);
}

Tensor sigmoid_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where) {
  require_same_shape("sigmoid_cross_entropy_with_logits", "labels", labels, "logits", logits);
  // where() in place of relu and abs: at 0 the two halves must take the same side for the gradient to be 1/2 - labels.
  const Tensor positive = greater_equal(logits, 0, where);
  const Tensor minus_abs = whygrad::where(positive, negative(logits, where), logits, where);
  const Tensor linear = subtract(whygrad::where(positive, logits, 0, where), multiply(logits, labels, where), where);
  return add(linear, log1p(exp(minus_abs, where), where), where);
}

Tensor weighted_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, const Operand& pos_weight, Where where) {
  require_same_shape("weighted_cross_entropy_with_logits", "labels", labels, "logits", logits);
  const Tensor more =
      pos_weight.is_number() ? multiply(labels, pos_weight.number() - 1, where) : multiply(subtract(pos_weight, 1, where), labels, where);
  const Tensor log_part = add(log1p(exp(negative(abs(logits, where), where), where), where), relu(negative(logits, where), where), where);
  return add(multiply(subtract(1, labels, where), logits, where), multiply(add(more, 1, where), log_part, where), where);
}

Tensor log_poisson_loss(const Tensor& targets, const Tensor& log_input, bool compute_full_loss, Where where) {
  require_same_shape("log_poisson_loss", "targets", targets, "log_input", log_input);
  Tensor loss = subtract(exp(log_input, where), multiply(log_input, targets, where), where);
  if (!compute_full_loss) return loss;
  const Tensor half_log = multiply(log(multiply(targets, 2 * std::numbers::pi, where), where), 0.5, where);
  const Tensor stirling = add(subtract(multiply(targets, log(targets, where), where), targets, where), half_log, where);
  const Tensor inside = logical_and(greater_equal(targets, 0, where), less_equal(targets, 1, where), where);
  return add(loss, whygrad::where(inside, zeros_like(targets, where), stirling, where), where);
}

Tensor l2_loss(const Tensor& x, Where where) { return apply(internal::kL2Loss, {&x}, where); }

}  // namespace nn
}  // namespace whygrad
