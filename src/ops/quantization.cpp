// Rounding to the levels of quantised types.
#include <whygrad/ops/quantization.hpp>

#include "kernels/quantize.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <array>

namespace whygrad {
namespace internal {
namespace {

struct FakeQuantAttrs {
  std::int64_t num_bits = 8;
  bool narrow_range = false;
};
struct QuantizeAttrs {
  bool signed_input = true;
  std::int64_t num_bits = 8;
  bool narrow_range = false;
  bool half_up = false;
  bool range_given = true;
  bool clips_gradient = true;
};

// Where x lies among the levels: -1 below, 0 among them, 1 above.
constexpr const char* kRegion = "region";

void infer_quantized(InferContext& c, std::int64_t num_bits, std::int64_t fewest, std::int64_t most) {
  const InputSpec x = c.input(0);
  if (!is_floating(x.dtype())) refuse_dtype(c, "floating numbers");
  c.same_dtype(0, 1);
  c.same_dtype(0, 2);
  if (num_bits < fewest || num_bits > most) c.value_error(fmt::format("num_bits is {}", num_bits), fmt::format("it is {} to {}", fewest, most));
  if (c.input(1).shape() != c.input(2).shape() || broadcast_shape(c, x.shape(), c.input(1).shape()) != x.shape()) {
    c.shape_error(fmt::format("x {}, and bounds {} and {}", x.shape().to_string(), c.input(1).shape().to_string(), c.input(2).shape().to_string()),
                  "the bounds are scalars, or have one number for each channel, the last axis of x");
  }
  c.output(x.dtype(), x.shape());
  c.output(DType::kI8, x.shape());
}

void run_quantizer(KernelContext& g, const kernels::Quantizer& quantizer) {
  const Shape& shape = g.input(0).shape();
  kernels::quantize(g.in(0), broadcast(g.input(1), shape), broadcast(g.input(2), shape), quantizer, g.out(0), g.out(1));
}

void batch_quantized(BatchContext& c) {
  const auto bound = [&c](int i) -> Tensor {
    const Tensor all = c.input_rows(i);
    Shape aligned{c.rows()};
    while (aligned.rank() < c.input_rank(0)) aligned.push_back(1);
    aligned.push_back(c.input_rank(i) == 0 ? 1 : c.input_shape(i).back());
    return c.input_rank(0) == 0 ? all : reshape(all, aligned, c.where());
  };
  const bool differ = c.has_rows(1) || c.has_rows(2);
  c.give_call({c.input_rows(0), differ ? bound(1) : c.input(1), differ ? bound(2) : c.input(2)});
}

Tensor kept(const Tensor& dy, const Tensor& where_kept) { return where(where_kept, dy, 0); }

constexpr OpDef kFakeQuant = define_op({
    .name = "fake_quant_with_min_max_vars",
    .doc = "x at the nearest of 2^num_bits levels from min to max, moved so that 0 is a level. dx = dy between them; dmin, dmax = dy summed below, "
           "above.",
    .inputs = {{"inputs", Differentiable{output(1)}}, {"min", Differentiable{output(1)}}, {"max", Differentiable{output(1)}}},
    .outputs = {"output", kRegion},
    .attrs = {attr<&FakeQuantAttrs::num_bits>("num_bits", "2 to 16"),
              attr<&FakeQuantAttrs::narrow_range>("narrow_range", "whether the lowest level is left out")},
    .infer = [](InferContext& c) { infer_quantized(c, c.attrs<FakeQuantAttrs>().num_bits, 2, 16); },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<FakeQuantAttrs>();
          run_quantizer(g, {.kind = kernels::Quantizer::kNudged, .least = a.narrow_range ? 1 : 0, .most = (std::int64_t{1} << a.num_bits) - 1});
        },
    .vjp =
        [](VjpContext& g) {
          const Tensor region = g.output(1);
          if (g.needs(0)) g.give(0, kept(g.dy(), equal(region, 0)));
          if (g.needs(1)) g.give(1, sum_to(kept(g.dy(), equal(region, -1)), g.input_shape(1)));
          if (g.needs(2)) g.give(2, sum_to(kept(g.dy(), equal(region, 1)), g.input_shape(2)));
        },
    .batch = batch_quantized,
    .zero = {ZeroGradient::kClips, "widen min and max so that the numbers lie between them, or follow their range with a moving average"},
});

constexpr NotDifferentiable kBounds{"as in TensorFlow, the bounds only choose the step, and get no gradient",
                                    "use the quantisation whose bounds are trained"};

constexpr OpDef kQuantize = define_op({
    .name = "quantize_and_dequantize",
    .doc = "x at the nearest whole multiple of the finest step with which num_bits reach from input_min to input_max. dx = dy between them.",
    .type = "QuantizeAndDequantizeV4",
    .inputs = {{"input", Differentiable{output(1)}}, {"input_min", kBounds}, {"input_max", kBounds}},
    .outputs = {"output", kRegion},
    .attrs = {attr<&QuantizeAttrs::signed_input>("signed_input", "whether there are levels below 0"),
              attr<&QuantizeAttrs::num_bits>("num_bits", "1 to 61, or to 62 without a sign"),
              attr<&QuantizeAttrs::narrow_range>("narrow_range", "whether the lowest level is left out"),
              attr<&QuantizeAttrs::half_up>("half_up", "whether halves are rounded up, not to the even neighbour"),
              attr<&QuantizeAttrs::range_given>("range_given", "whether what lies beyond the bounds is clipped to them"),
              attr<&QuantizeAttrs::clips_gradient>("clips_gradient", "whether the gradient is 0 beyond the bounds")},
    .infer = [](InferContext& c) { infer_quantized(c, c.attrs<QuantizeAttrs>().num_bits, 1, c.attrs<QuantizeAttrs>().signed_input ? 61 : 62); },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<QuantizeAttrs>();
          const std::int64_t half = std::int64_t{1} << (a.num_bits - 1);
          run_quantizer(g, {.kind = kernels::Quantizer::kScaled,
                            .least = a.signed_input ? -half + (a.narrow_range ? 1 : 0) : 0,
                            .most = a.signed_input ? half - 1 : 2 * half - 1,
                            .clips = a.range_given,
                            .half_up = a.half_up});
        },
    .vjp = [](VjpContext& g) { g.give(0, g.attrs<QuantizeAttrs>().clips_gradient ? kept(g.dy(), equal(g.output(1), 0)) : g.dy()); },
    .batch = batch_quantized,
    .zero = {ZeroGradient::kClips, "widen the range so that the numbers lie inside of it"},
});

constexpr const OpDef* kOps[] = {&kFakeQuant, &kQuantize};

template <class Attrs>
Tensor first_output(const OpDef& op, const Tensor& x, const Tensor& low, const Tensor& high, const Attrs& attrs, const Where& where) {
  std::array<Tensor, 2> outputs;
  const Tensor* inputs[] = {&x, &low, &high};
  apply(op, inputs, &attrs, sizeof(attrs), where, outputs);
  return outputs[0];
}

}  // namespace

OpFamily quantization_ops() { return kOps; }

}  // namespace internal

namespace quantization {

Tensor fake_quant(const Tensor& x, const Tensor& low, const Tensor& high, const FakeQuantOptions& options, Where where) {
  return internal::first_output(internal::kFakeQuant, x, low, high, internal::FakeQuantAttrs{options.num_bits, options.narrow_range}, where);
}

Tensor quantize_and_dequantize(const Tensor& x, const Tensor& low, const Tensor& high, const QuantizeOptions& o, Where where) {
  const internal::QuantizeAttrs attrs{o.signed_input, o.num_bits, o.narrow_range, o.half_up, o.range_given, o.clips_gradient};
  return internal::first_output(internal::kQuantize, x, low, high, attrs, where);
}

}  // namespace quantization
}  // namespace whygrad
