// Random numbers, and the generator of the process.
#include "kernels/index.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/index.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <random>

namespace whygrad {
namespace internal {
namespace {

using kernels::RandomStream;

struct RandomAttrs {
  RandomStream stream = kNextStream;
  double mean, stddev;
  DType dtype;
  Shape shape;
};
struct UniformAttrs {
  RandomStream stream = kNextStream;
  Number low = 0, high = 1;  // exact, so that 64 bits are kept
  DType dtype;
  Shape shape;
};

struct PermutationAttrs {
  RandomStream stream = kNextStream;
  Shape shape;
};

template <class Attrs>
constexpr AttrDef kKey = attr<&Attrs::stream, &RandomStream::key>("key", "of the stream of random numbers");
template <class Attrs>
constexpr AttrDef kCounter = attr<&Attrs::stream, &RandomStream::counter>("counter",
                                                                          "which part of the stream; given by the process where it is left open");
constexpr AttrDef kShape = attr<&RandomAttrs::shape>("shape", "extents");
constexpr AttrDef kDType = attr<&RandomAttrs::dtype>("dtype", "element type");
constexpr AttrDef kMean = attr<&RandomAttrs::mean>("mean", "of the distribution");
constexpr AttrDef kStddev = attr<&RandomAttrs::stddev>("stddev", "of the distribution");

void infer_normal(InferContext& c) {
  const auto& r = c.attrs<RandomAttrs>();
  if (!is_floating(r.dtype))
    c.dtype_error(fmt::format("{} numbers cannot be normally distributed", name_of(r.dtype)), "use a floating type, and cast what you need");
  if (!(r.stddev >= 0) || !std::isfinite(r.stddev)) c.value_error(fmt::format("stddev is {}", r.stddev), "a standard deviation is 0 or more");
  c.output(r.dtype, r.shape);
}

// Every row has numbers of its own, unless the program named a seed.
template <class Attrs>
void batch_draw(BatchContext& c) {
  Attrs attrs = c.attrs<Attrs>();
  if (is_seeded(attrs.stream)) return c.give(0, broadcast_to(apply(c.op(), {}, c.where(), attrs), c.with_rows(attrs.shape), c.where()));
  attrs.shape = c.with_rows(attrs.shape);
  attrs.stream = kNextStream;
  c.give_call({}, attrs);
}

constexpr OpDef kNormal = define_op({
    .name = "random_normal",
    .doc = "Normally distributed numbers.",
    .type = "RandomStandardNormal",
    .attrs = {kShape, kMean, kStddev, kDType, kKey<RandomAttrs>, kCounter<RandomAttrs>},
    .infer = infer_normal,
    .kernel =
        [](KernelContext& g) {
          const auto& r = g.attrs<RandomAttrs>();
          kernels::random_normal(r.stream, r.mean, r.stddev, g.out());
        },
    .draw = draw_stream<RandomAttrs>,
    .batch = batch_draw<RandomAttrs>,
    .source = true,
    .stateful = true,
});

constexpr OpDef kTruncatedNormal = define_op({
    .name = "random_truncated_normal",
    .doc = "Normally distributed numbers, drawn again where they are more than two standard deviations from the mean.",
    .type = "TruncatedNormal",
    .attrs = {kShape, kMean, kStddev, kDType, kKey<RandomAttrs>, kCounter<RandomAttrs>},
    .infer = infer_normal,
    .kernel =
        [](KernelContext& g) {
          const auto& r = g.attrs<RandomAttrs>();
          kernels::random_truncated_normal(r.stream, r.mean, r.stddev, g.out());
        },
    .draw = draw_stream<RandomAttrs>,
    .batch = batch_draw<RandomAttrs>,
    .source = true,
    .stateful = true,
});

// Whether an integer type can hold the whole number x, or x is one more than its largest number.
bool in_range(DType dtype, const Number& x) {
  const std::uint64_t half = highest_integer(dtype) / 2 + 1;
  const double low = static_cast<double>(lowest_integer(dtype)), high = static_cast<double>(half) * 2;
  return std::floor(x.real()) == x.real() && x.real() >= low && x.real() <= high;
}
// A bound in range, exactly. One more than the largest number becomes the largest, which is then never drawn.
std::int64_t whole(DType dtype, const Number& x) {
  if (x.is_whole()) return x.whole();
  if (is_unsigned(dtype) && x.real() >= 0x1p63)
    return static_cast<std::int64_t>(x.real() >= 0x1p64 ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(x.real()));
  return x.real() >= 0x1p63 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(x.real());
}
bool is_interval(const Number& low, const Number& high) {
  if (low.is_whole() && high.is_whole()) return Number::less(low, high);
  return low.real() < high.real() && std::isfinite(high.real() - low.real());
}

constexpr OpDef kUniform = define_op({
    .name = "random_uniform",
    .doc = "Numbers evenly distributed over [minval, maxval).",
    .attrs = {attr<&UniformAttrs::shape>("shape", "extents"), attr<&UniformAttrs::low>("minval", "smallest number"),
              attr<&UniformAttrs::high>("maxval", "number above all of them"), attr<&UniformAttrs::dtype>("dtype", "element type"),
              kKey<UniformAttrs>, kCounter<UniformAttrs>},
    .infer =
        [](InferContext& c) {
          const auto& r = c.attrs<UniformAttrs>();
          if (!is_floating(r.dtype) && !is_integer(r.dtype)) {
            c.dtype_error(fmt::format("{} numbers have no order", name_of(r.dtype)),
                          "use a floating or integer type; uniform(shape) < 0.5 gives bools");
          }
          if (!is_interval(r.low, r.high)) {
            c.value_error(fmt::format("the interval is [{}, {})", r.low.real(), r.high.real()), "minval must be less than maxval, and both finite");
          }
          if (is_integer(r.dtype) && !(in_range(r.dtype, r.low) && in_range(r.dtype, r.high))) {
            c.value_error(fmt::format("[{}, {}) is no interval of {}", r.low.real(), r.high.real(), name_of(r.dtype)),
                          "the bounds must be whole numbers in the range of the type");
          }
          c.output(r.dtype, r.shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& r = g.attrs<UniformAttrs>();
          if (is_floating(r.dtype)) return kernels::random_uniform(r.stream, r.low.real(), r.high.real(), g.out());
          kernels::random_integers(r.stream, whole(r.dtype, r.low), whole(r.dtype, r.high), g.out());
        },
    .draw = draw_stream<UniformAttrs>,
    .batch = batch_draw<UniformAttrs>,
    .source = true,
    .stateful = true,
});

constexpr OpDef kPermutation = define_op({
    .name = "random_permutation",
    .doc = "The numbers 0 to n - 1 in random order, [n].",
    .type = "RandomShuffle",
    .attrs = {attr<&PermutationAttrs::shape>("shape", "[n]"), kKey<PermutationAttrs>, kCounter<PermutationAttrs>},
    .infer = [](InferContext& c) { c.output(int64, c.attrs<PermutationAttrs>().shape); },
    .kernel = [](KernelContext& g) { kernels::random_permutation(g.attrs<PermutationAttrs>().stream, g.out()); },
    .draw = draw_stream<PermutationAttrs>,
    .batch = batch_draws<PermutationAttrs>,
    .source = true,
    .stateful = true,
});

constexpr OpDef kShuffle = define_op({
    .name = "random_shuffle",
    .doc = "The parts of x along the first axis in the order that is given.",
    .inputs = {{"x", NotDifferentiable{"as in TensorFlow, what was shuffled counts as fresh data and no gradient is led back through the new order",
                                       "shuffle the numbers of the rows and gather the rows by them: gather(x, shuffle(range(n)))"}},
               {"order", NotDifferentiable{"the order is a choice of rows", "learn what is in the rows"}, Role::kIndex}},
    .infer = [](InferContext& c) { c.output(c.input(0).dtype(), c.input(0).shape()); },
    .kernel = [](KernelContext& g) { kernels::gather(g.in(0), g.in(1), 0, 0, g.out()); },
});

constexpr const OpDef* kOps[] = {&kNormal, &kPermutation, &kShuffle, &kTruncatedNormal, &kUniform};

// ---- Selection of the sequence ----

struct Generator {
  std::atomic<std::uint64_t> key;
  std::atomic<std::uint64_t> calls{0};
  Generator() {
    std::random_device device;
    key = std::uint64_t{device()} << 32 | device();
  }
};
Generator& generator() {
  static Generator generator;
  return generator;
}

// The finaliser of MurmurHash3 (Appleby): seeds chosen by people are close together, keys must not be.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

}  // namespace

RandomStream stream_of(std::optional<std::uint64_t> seed) {
  if (seed) return {mix(*seed + 1), std::numeric_limits<std::uint64_t>::max()};  // a counter that calls without a seed do not reach
  return kNextStream;
}

void draw(RandomStream& stream) {
  if (stream.counter != kNextStream.counter) return;
  Generator& g = generator();
  stream = {g.key.load(std::memory_order_relaxed), g.calls.fetch_add(1, std::memory_order_relaxed)};
}

std::span<const OpDef* const> random_ops() { return kOps; }

}  // namespace internal

namespace random {
namespace {

using internal::RandomAttrs;
using internal::stream_of;

RandomAttrs attrs_of(kernels::RandomStream stream, const Shape& shape, const NormalOptions& o) { return {stream, o.mean, o.stddev, o.dtype, shape}; }
internal::UniformAttrs attrs_of(kernels::RandomStream stream, const Shape& shape, const UniformOptions& o) {
  return {stream, o.minval, o.maxval, o.dtype, shape};
}
kernels::RandomStream stream_of(const UniformOptions& o) {
  return o.stream ? kernels::RandomStream{(*o.stream)[0], (*o.stream)[1]} : internal::stream_of(o.seed);
}

}  // namespace

void set_seed(std::uint64_t seed) {
  internal::generator().key.store(internal::mix(seed), std::memory_order_relaxed);
  internal::generator().calls.store(0, std::memory_order_relaxed);
}

Tensor normal(const Shape& shape, const NormalOptions& options, Where where) {
  return apply(internal::kNormal, {}, where, attrs_of(stream_of(options.seed), shape, options));
}
Tensor truncated_normal(const Shape& shape, const NormalOptions& options, Where where) {
  return apply(internal::kTruncatedNormal, {}, where, attrs_of(stream_of(options.seed), shape, options));
}
Tensor uniform(const Shape& shape, const UniformOptions& options, Where where) {
  return apply(internal::kUniform, {}, where, attrs_of(stream_of(options), shape, options));
}

Tensor permutation(std::int64_t n, std::optional<std::uint64_t> seed, Where where) {
  return apply(internal::kPermutation, {}, where, internal::PermutationAttrs{stream_of(seed), {n}});
}
Tensor shuffle(const Tensor& x, std::optional<std::uint64_t> seed, Where where) {
  if (!x.defined() || x.rank() == 0) throw ShapeError("random_shuffle", x.signature() + " has no first axis", "give a tensor of rank 1 or more");
  const Tensor order = permutation(x.shape()[0], seed, where);
  return apply(internal::kShuffle, {&x, &order}, where);
}

}  // namespace random
}  // namespace whygrad
