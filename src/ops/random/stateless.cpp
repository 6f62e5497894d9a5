// Random numbers for a seed, as TensorFlow draws them.
#include "kernels/draw.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/draws.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace whygrad {
namespace internal {

void check_seed(const InferContext& c, int i) {
  const InputSpec seed = c.input(i);
  if (seed.dtype() != DType::kI32 && seed.dtype() != DType::kI64) {
    c.dtype_error(fmt::format("a seed of {}", name_of(seed.dtype())), "a seed is two whole numbers, int32 or int64");
  }
  if (seed.rank() != 1 || (seed.shape()[0] != 2 && seed.shape()[0] != 3)) {
    c.shape_error(fmt::format("the seed is {}", seed.shape().to_string()), "a seed is two numbers, [2]; the state of a generator has three, [3]");
  }
}

namespace {

using kernels::Draw;

struct StatelessAttrs {
  Shape shape;
  DType dtype = float32;
};
struct StatelessIntegerAttrs {
  Shape shape;
  std::int64_t minval = 0, maxval = 0;
  DType dtype = int32;
};

template <class Attrs>
constexpr AttrDef kShape = attr<&Attrs::shape>("shape", "extents", Attr::kRequired);
template <class Attrs>
constexpr AttrDef kDType = attr<&Attrs::dtype>("dtype", "element type");

void run_draw(KernelContext& g, Draw what, std::int64_t low = 0, std::uint64_t range = 0) {
  const kernels::View seed = g.in(0);
  kernels::draw_numbers(&seed, {}, what, low, range, g.out());
}

template <Draw What>
consteval OpDef floating_op(const char* name, const char* doc, const char* type) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = type,
      .inputs = {kSeedInput},
      .attrs = {kShape<StatelessAttrs>, kDType<StatelessAttrs>},
      .infer =
          [](InferContext& c) {
            const auto& a = c.attrs<StatelessAttrs>();
            check_seed(c, 0);
            if (!is_floating(a.dtype)) {
              c.dtype_error(fmt::format("{} numbers are no floating ones", name_of(a.dtype)), "use a floating type, and cast what you need");
            }
            c.output(a.dtype, a.shape);
          },
      .kernel = [](KernelContext& g) { run_draw(g, What); },
  });
}

constexpr OpDef kUniform =
    floating_op<Draw::kUniform>("stateless_random_uniform", "Numbers evenly distributed over [0, 1), for a seed.", "StatelessRandomUniformV2");
constexpr OpDef kNormal =
    floating_op<Draw::kNormal>("stateless_random_normal", "Numbers with mean 0 and deviation 1, for a seed.", "StatelessRandomNormalV2");
constexpr OpDef kTruncated = floating_op<Draw::kTruncatedNormal>(
    "stateless_random_truncated_normal", "Numbers with mean 0 and deviation 1, drawn again beyond 2, for a seed.", "StatelessTruncatedNormalV2");

void check_integers(const InferContext& c, DType dtype) {
  check_seed(c, 0);
  if (dtype != DType::kI32 && dtype != DType::kI64) c.dtype_error(fmt::format("integers of {}", name_of(dtype)), "they are int32 or int64");
}

constexpr OpDef kIntegers = define_op({
    .name = "stateless_random_uniform_int",
    .doc = "Integers evenly distributed over [minval, maxval), for a seed.",
    .type = "StatelessRandomUniformIntV2",
    .inputs = {kSeedInput},
    .attrs = {kShape<StatelessIntegerAttrs>, attr<&StatelessIntegerAttrs::minval>("minval", "smallest number"),
              attr<&StatelessIntegerAttrs::maxval>("maxval", "number above all of them", Attr::kRequired), kDType<StatelessIntegerAttrs>},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<StatelessIntegerAttrs>();
          check_integers(c, a.dtype);
          if (a.minval >= a.maxval) {
            c.value_error(fmt::format("the interval is [{}, {})", a.minval, a.maxval), "minval must be less than maxval");
          }
          const bool fits = a.dtype == DType::kI64 || (a.minval >= std::numeric_limits<std::int32_t>::min() &&
                                                       a.maxval <= std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1);
          if (!fits) c.value_error(fmt::format("[{}, {}) is no interval of i32", a.minval, a.maxval), "ask for dtype int64");
          c.output(a.dtype, a.shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<StatelessIntegerAttrs>();
          run_draw(g, Draw::kIntegers, a.minval, static_cast<std::uint64_t>(a.maxval) - static_cast<std::uint64_t>(a.minval));
        },
});

constexpr OpDef kBits = define_op({
    .name = "stateless_random_uniform_full_int",
    .doc = "Integers evenly distributed over all numbers of the type, for a seed.",
    .type = "StatelessRandomUniformFullIntV2",
    .inputs = {kSeedInput},
    .attrs = {kShape<StatelessAttrs>, kDType<StatelessAttrs>},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<StatelessAttrs>();
          check_seed(c, 0);
          if (!is_integer(a.dtype) || size_of(a.dtype) < 4) {
            c.dtype_error(fmt::format("integers of {}", name_of(a.dtype)), "they are int32, int64, uint32 or uint64");
          }
          c.output(a.dtype, a.shape);
        },
    .kernel = [](KernelContext& g) { run_draw(g, Draw::kIntegers); },
});

struct ClassesAttrs {
  std::int64_t num_samples = 1;
  DType dtype = int64;
};

constexpr OpDef kClasses = define_op({
    .name = "stateless_random_categorical",
    .doc = "Numbers of classes drawn with the probabilities softmax(logits), for a seed: logits [b, c] give [b, num_samples].",
    .type = "StatelessMultinomial",
    .inputs = {{"logits", kDrawnClasses}, kSeedInput},
    .attrs = {attr<&ClassesAttrs::num_samples>("num_samples", "how many for each row", Attr::kRequired),
              attr<&ClassesAttrs::dtype>("dtype", "int32 or int64")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<ClassesAttrs>();
          check_seed(c, 1);
          check_classes(c, a.num_samples, a.dtype);
          c.output(a.dtype, {c.input(0).shape()[0], a.num_samples});
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View seed = g.in(1);
          kernels::draw_classes(&seed, {}, g.in(0), g.out());
        },
});

// Of counts: their parameters fill the last axes of the shape.
void infer_counts(InferContext& c, int parameters) {
  const auto& a = c.attrs<StatelessAttrs>();
  check_seed(c, parameters);
  check_count_dtypes(c, a.dtype);
  check_tail(c, a.shape);
  c.output(a.dtype, a.shape);
}

constexpr OpDef kPoisson = define_op({
    .name = "stateless_random_poisson",
    .doc = "Counts drawn from the Poisson distributions of these means, for a seed: lam [k..] and a shape [i.., k..] give [i.., k..].",
    .inputs = {{"lam", kCountsOfASeed}, kSeedInput},
    .attrs = {kShape<StatelessAttrs>, kDType<StatelessAttrs>},
    .infer = [](InferContext& c) { infer_counts(c, 1); },
    .kernel =
        [](KernelContext& g) {
          const kernels::View seed = g.in(1);
          kernels::draw_poisson(&seed, {}, g.in(0), g.out());
        },
});

constexpr OpDef kBinomial = define_op({
    .name = "stateless_random_binomial",
    .doc = "How many of `counts` trials succeed, each with probability `probs`, for a seed: [k..] both and a shape [i.., k..] give [i.., k..].",
    .inputs = {{"counts", kCountsOfASeed}, {"probs", kCountsOfASeed}, kSeedInput},
    .attrs = {kShape<StatelessAttrs>, kDType<StatelessAttrs>},
    .infer =
        [](InferContext& c) {
          c.same_dtype(0, 1);
          if (c.input(0).shape() != c.input(1).shape()) c.shape_error("counts and probs differ in shape", "there is a probability for each count");
          infer_counts(c, 2);
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View seed = g.in(2);
          kernels::draw_binomial(&seed, {}, g.in(0), g.in(1), g.out());
        },
});

constexpr const OpDef* kOps[] = {&kUniform, &kNormal, &kTruncated, &kIntegers, &kBits, &kClasses, &kPoisson, &kBinomial};

}  // namespace

OpFamily stateless_ops() { return kOps; }

}  // namespace internal

namespace random {
namespace {

// draw * spread + offset, in the draw's dtype, as TensorFlow rounds it.
Tensor moved(const Tensor& draw, double spread, double offset, const Where& where) { return add(multiply(draw, spread, where), offset, where); }

Tensor normal_for(const OpDef& op, const Shape& shape, const Tensor& seed, const NormalOptions& options, const Where& where) {
  if (!(options.stddev >= 0) || !std::isfinite(options.stddev)) {
    throw ValueError(op.name, fmt::format("stddev is {}", options.stddev), "a standard deviation is 0 or more");
  }
  return moved(apply(op, {&seed}, where, internal::StatelessAttrs{shape, options.dtype}), options.stddev, options.mean, where);
}

}  // namespace

Tensor stateless_normal(const Shape& shape, const Tensor& seed, const NormalOptions& options, Where where) {
  return normal_for(internal::kNormal, shape, seed, options, where);
}
Tensor stateless_truncated_normal(const Shape& shape, const Tensor& seed, const NormalOptions& options, Where where) {
  return normal_for(internal::kTruncated, shape, seed, options, where);
}

Tensor stateless_uniform(const Shape& shape, const Tensor& seed, const UniformOptions& options, Where where) {
  if (!is_integer(options.dtype)) {
    if (!(options.minval.real() < options.maxval.real()) || !std::isfinite(options.maxval.real() - options.minval.real())) {
      throw ValueError(internal::kUniform.name, fmt::format("the interval is [{}, {})", options.minval.real(), options.maxval.real()),
                       "minval must be less than maxval, and both finite");
    }
    const Tensor draw = apply(internal::kUniform, {&seed}, where, internal::StatelessAttrs{shape, options.dtype});
    return moved(draw, options.maxval.real() - options.minval.real(), options.minval.real(), where);
  }
  if (!options.minval.is_whole() || !options.maxval.is_whole()) {
    throw ValueError(internal::kIntegers.name, fmt::format("[{}, {}) has bounds that are not whole", options.minval.real(), options.maxval.real()),
                     "integers have whole numbers as bounds");
  }
  return apply(internal::kIntegers, {&seed}, where,
               internal::StatelessIntegerAttrs{shape, options.minval.whole(), options.maxval.whole(), options.dtype});
}

Tensor stateless_bits(const Shape& shape, const Tensor& seed, DType dtype, Where where) {
  return apply(internal::kBits, {&seed}, where, internal::StatelessAttrs{shape, dtype});
}

Tensor stateless_categorical(const Tensor& logits, std::int64_t num_samples, const Tensor& seed, DType dtype, Where where) {
  return apply(internal::kClasses, {&logits, &seed}, where, internal::ClassesAttrs{num_samples, dtype});
}

Tensor stateless_poisson(const Shape& shape, const Tensor& seed, const Tensor& lam, DType dtype, Where where) {
  return apply(internal::kPoisson, {&lam, &seed}, where, internal::StatelessAttrs{shape, dtype});
}

Tensor stateless_binomial(const Shape& shape, const Tensor& seed, const Tensor& counts, const Tensor& probs, DType dtype, Where where) {
  const Tensor trials = add(counts, zeros_like(probs, where), where), shares = add(probs, zeros_like(counts, where), where);
  return apply(internal::kBinomial, {&trials, &shares, &seed}, where, internal::StatelessAttrs{shape, dtype});
}

}  // namespace random
}  // namespace whygrad
