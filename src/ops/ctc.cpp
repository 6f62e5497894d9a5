// Connectionist temporal classification.
#include "ops/ctc.hpp"

#include "kernels/ctc.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <array>

namespace whygrad {
namespace internal {
namespace {

using kernels::CtcFault;

struct CtcAttrs {
  std::int64_t blank = 0;
  bool soft_ends = true;
};

constexpr AttrDef kBlank = attr<&CtcAttrs::blank>("blank", "the class of a frame without a label");
constexpr AttrDef kSoftEnds = attr<&CtcAttrs::soft_ends>("soft_ends", "whether labels that do not fit their frames have a finite loss");

constexpr NotDifferentiable kLabels{"labels are numbers of classes: a class is chosen or not, with nothing between",
                                    "differentiate with respect to the logits"};
constexpr NotDifferentiable kLengths{"a length counts labels or frames", "differentiate with respect to the logits"};

void check_integers(const InferContext& c, int i) {
  const DType dtype = c.input(i).dtype();
  if (dtype != DType::kI32 && dtype != DType::kI64) {
    c.dtype_error(fmt::format("{} of {}", c.op().inputs[i].name, name_of(dtype)), "labels and lengths are int32 or int64: write cast(x, int32)");
  }
}

void check_operands(const InferContext& c) {
  const InputSpec labels = c.input(0), logits = c.input(1);
  if (!is_floating(logits.dtype())) {
    c.dtype_error(fmt::format("logits of {}", name_of(logits.dtype())), "logits are floating numbers; write cast(logits, float32)");
  }
  for (const int i : {0, 2, 3}) check_integers(c, i);
  if (logits.rank() != 3 || labels.rank() != 2) {
    c.shape_error(fmt::format("logits {} and labels {}", logits.shape().to_string(), labels.shape().to_string()),
                  "logits are [frames, batch, classes] and labels [batch, most labels]");
  }
  const Shape batch = {logits.shape()[1]};
  if (labels.shape()[0] != batch[0] || c.input(2).shape() != batch || c.input(3).shape() != batch) {
    c.shape_error(fmt::format("a batch of {} in the logits, labels {}, label_length {}, logit_length {}", batch[0], labels.shape().to_string(),
                              c.input(2).shape().to_string(), c.input(3).shape().to_string()),
                  "there is a row of labels and one length of each kind for each element of the batch");
  }
  const std::int64_t blank = c.attrs<CtcAttrs>().blank, classes = logits.shape()[2];
  if (blank < 0 || blank >= classes) {
    c.value_error(fmt::format("blank {} lies outside [0, {})", blank, classes), "the blank is one of the classes; give its number as blank_index");
  }
}

kernels::CtcParams params_of(const KernelContext& g) { return {g.attrs<CtcAttrs>().blank, g.attrs<CtcAttrs>().soft_ends}; }

[[noreturn]] void refuse(const KernelContext& g, const CtcFault& fault) {
  const Shape &labels = g.input(0).shape(), &logits = g.input(1).shape();
  switch (fault.kind) {
    case CtcFault::kLabelLength:
      throw ValueError(g.op().name, fmt::format("label_length {} of row {} lies outside [0, {}]", fault.value, fault.row, labels[1]),
                       "it counts the labels of a row, without what pads it");
    case CtcFault::kLogitLength:
      throw ValueError(g.op().name, fmt::format("logit_length {} of row {} lies outside [0, {}]", fault.value, fault.row, logits[0]),
                       "it counts the frames of a row, without what pads it; with time first, logits are [frames, batch, classes]");
    default:
      throw IndexError(g.op().name, fmt::format("label {} of row {} lies outside [0, {})", fault.value, fault.row, logits[2]),
                       "labels count from 0 to classes - 1; the blank is a class too, so the last layer has one unit more than there are labels");
  }
}

Tensor curvature_along(const VjpContext& g, const Tensor& direction);

constexpr OpDef kCtcLoss = define_op({
    .name = "ctc_loss",
    .doc =
        "-log of the probability that the frames spell the labels, over all alignments: labels [b, l], logits [t, b, c], lengths [b] of labels and "
        "frames give [b]. dlogits = dy * (softmax(logits) - the share of each class in the alignments).",
    .type = "CTCLoss",
    .inputs = {{"labels", kLabels, Role::kIndex},
               {"logits", Differentiable{input(0) | input(1) | input(2) | input(3) | output(1)}},
               {"label_length", kLengths, Role::kShape},
               {"logit_length", kLengths, Role::kShape}},
    .outputs = {"loss", "gradient"},
    .attrs = {kBlank, kSoftEnds},
    .infer =
        [](InferContext& c) {
          check_operands(c);
          const InputSpec logits = c.input(1);
          c.output(logits.dtype(), {logits.shape()[1]});
          c.output(logits.dtype(), logits.shape());
        },
    .kernel =
        [](KernelContext& g) {
          const CtcFault fault = kernels::ctc_loss(g.in(1), g.in(0), g.in(2), g.in(3), params_of(g), g.out(0), g.out(1));
          if (fault.kind != CtcFault::kNone) refuse(g, fault);
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor from_loss = reshape(g.dy(0), {1, g.output_shape(0)[0], 1}) * g.output(1);
          g.give(1, g.has_dy(1) ? from_loss + curvature_along(g, g.dy(1)) : from_loss);
        },
});

constexpr NotImplemented kNoThird{"the third derivative of the CTC loss is not written", "use derivatives up to the second"};

constexpr OpDef kCtcCurvature = define_op({
    .name = "ctc_loss_grad",
    .doc = "The second derivative of ctc_loss times a direction [t, b, c]: how its gradient changes along it.",
    .type = "CTCLossGradGrad",
    .inputs = {{"labels", kLabels, Role::kIndex},
               {"logits", kNoThird},
               {"label_length", kLengths, Role::kShape},
               {"logit_length", kLengths, Role::kShape},
               {"direction", Differentiable{input(0) | input(1) | input(2) | input(3)}}},
    .attrs = {kBlank, kSoftEnds},
    .infer =
        [](InferContext& c) {
          check_operands(c);
          c.same_dtype(1, 4);
          if (c.input(4).shape() != c.input(1).shape()) c.shape_error("the direction has another shape than the logits", "give one of their shape");
          c.output(c.input(1).dtype(), c.input(1).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const CtcFault fault = kernels::ctc_curvature(g.in(1), g.in(0), g.in(2), g.in(3), g.in(4), params_of(g), g.out());
          if (fault.kind != CtcFault::kNone) refuse(g, fault);
        },
    // Linear in the direction, and second derivatives are symmetric.
    .vjp = [](VjpContext& g) { g.give(4, curvature_along(g, g.dy())); },
});

Tensor curvature_along(const VjpContext& g, const Tensor& direction) {
  const Tensor labels = g.input(0), logits = g.input(1), label_length = g.input(2), logit_length = g.input(3);
  return apply(kCtcCurvature, {&labels, &logits, &label_length, &logit_length, &direction}, {}, g.attrs<CtcAttrs>());
}

constexpr const OpDef* kOps[] = {&kCtcLoss, &kCtcCurvature};

}  // namespace

OpFamily ctc_ops() { return kOps; }

Tensor ctc_curvature(const Tensor& labels, const Tensor& logits, const Tensor& label_length, const Tensor& logit_length, const Tensor& direction,
                     const nn::CtcOptions& options) {
  return apply(kCtcCurvature, {&labels, &logits, &label_length, &logit_length, &direction}, {}, CtcAttrs{options.blank, options.soft_ends});
}

}  // namespace internal

Tensor nn::ctc_loss(const Tensor& labels, const Tensor& logits, const Tensor& label_length, const Tensor& logit_length, const CtcOptions& options,
                    Where where) {
  internal::CtcAttrs attrs{options.blank, options.soft_ends};
  if (attrs.blank < 0 && logits.defined() && logits.rank() == 3) attrs.blank += logits.shape()[2];
  std::array<Tensor, 2> outputs;
  const Tensor* inputs[] = {&labels, &logits, &label_length, &logit_length};
  apply(internal::kCtcLoss, inputs, &attrs, sizeof(attrs), where, outputs);
  return outputs[0];
}

}  // namespace whygrad
