#include "kernels/cpu/index.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"
#include "ops/random/stream.hpp"

#include <whygrad/ops/index.hpp>
#include <whygrad/ops/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace whygrad {
namespace internal {
namespace {

using kernels::RandomStream;

struct RandomAttrs {
  RandomStream stream;
  double a, b;  // mean and standard deviation, or the ends of an interval
  DType dtype;
  Shape shape;
};

constexpr AttrDef kShape = attr<&RandomAttrs::shape>("shape", "extents");
constexpr AttrDef kDType = attr<&RandomAttrs::dtype>("dtype", "element type");
constexpr AttrDef kMean = attr<&RandomAttrs::a>("mean", "of the distribution");
constexpr AttrDef kStddev = attr<&RandomAttrs::b>("stddev", "of the distribution");

void infer_normal(InferContext& c) {
  const auto& r = c.attrs<RandomAttrs>();
  if (!is_floating(r.dtype))
    c.dtype_error(fmt::format("{} numbers cannot be normally distributed", name_of(r.dtype)), "use a floating type, and cast what you need");
  if (!(r.b >= 0) || !std::isfinite(r.b)) c.value_error(fmt::format("stddev is {}", r.b), "a standard deviation is 0 or more");
  c.output(r.dtype, r.shape);
}

constexpr OpDef kNormal = define_op({
    .name = "random_normal",
    .doc = "Normally distributed numbers.",
    .type = "RandomStandardNormal",
    .attrs = {kShape, kMean, kStddev, kDType},
    .infer = infer_normal,
    .kernel =
        [](KernelContext& g) {
          const auto& r = g.attrs<RandomAttrs>();
          kernels::random_normal(r.stream, r.a, r.b, g.out());
        },
    .source = true,
    .stateful = true,
});

constexpr OpDef kTruncatedNormal = define_op({
    .name = "random_truncated_normal",
    .doc = "Normally distributed numbers, drawn again where they are more than two standard deviations from the mean.",
    .type = "TruncatedNormal",
    .attrs = {kShape, kMean, kStddev, kDType},
    .infer = infer_normal,
    .kernel =
        [](KernelContext& g) {
          const auto& r = g.attrs<RandomAttrs>();
          kernels::random_truncated_normal(r.stream, r.a, r.b, g.out());
        },
    .source = true,
    .stateful = true,
});

// Whether an integer type holds the whole number x, or x is the number after its largest.
bool in_range(DType dtype, double x) {
  const double bits = 8 * static_cast<double>(size_of(dtype));
  const double low = dtype == DType::kU8 ? 0 : -std::exp2(bits - 1), high = dtype == DType::kU8 ? 256 : std::exp2(bits - 1);
  return std::floor(x) == x && x >= low && x <= high;
}

constexpr OpDef kUniform = define_op({
    .name = "random_uniform",
    .doc = "Numbers evenly distributed over [minval, maxval).",
    .attrs = {kShape, attr<&RandomAttrs::a>("minval", "smallest number"), attr<&RandomAttrs::b>("maxval", "number above all of them"), kDType},
    .infer =
        [](InferContext& c) {
          const auto& r = c.attrs<RandomAttrs>();
          if (!is_floating(r.dtype) && !is_integer(r.dtype)) {
            c.dtype_error(fmt::format("{} numbers have no order", name_of(r.dtype)),
                          "use a floating or integer type; uniform(shape) < 0.5 gives bools");
          }
          if (!(r.a < r.b) || !std::isfinite(r.b - r.a)) {
            c.value_error(fmt::format("the interval is [{}, {})", r.a, r.b), "minval must be less than maxval, and both finite");
          }
          if (is_integer(r.dtype) && !(in_range(r.dtype, r.a) && in_range(r.dtype, r.b))) {
            c.value_error(fmt::format("[{}, {}) is no interval of {}", r.a, r.b, name_of(r.dtype)),
                          "the bounds must be whole numbers in the range of the type");
          }
          c.output(r.dtype, r.shape);
        },
    .kernel =
        [](KernelContext& g) {
          const auto& r = g.attrs<RandomAttrs>();
          if (is_floating(r.dtype)) return kernels::random_uniform(r.stream, r.a, r.b, g.out());
          const auto high = r.b >= 0x1p63 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(r.b);
          kernels::random_integers(r.stream, static_cast<std::int64_t>(r.a), high, g.out());
        },
    .source = true,
    .stateful = true,
});

constexpr OpDef kPermutation = define_op({
    .name = "random_permutation",
    .doc = "The numbers 0 to n - 1 in random order, [n].",
    .type = "RandomShuffle",
    .attrs = {kShape},
    .infer = [](InferContext& c) { c.output(int64, c.attrs<RandomAttrs>().shape); },
    .kernel =
        [](KernelContext& g) {
          // Sorted by random keys. Equal keys, of which there are hardly ever two, keep their order.
          const auto& r = g.attrs<RandomAttrs>();
          const Tensor keys = make_tensor(int64, r.shape);
          kernels::random_integers(r.stream, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), view_of(keys));
          const auto* key = view_of(keys).as<std::int64_t>();
          auto* numbers = g.out().as<std::int64_t>();
          std::iota(numbers, numbers + keys.size(), 0);
          std::sort(numbers, numbers + keys.size(), [key](std::int64_t a, std::int64_t b) { return key[a] != key[b] ? key[a] < key[b] : a < b; });
        },
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

// ---- Which sequence a call draws from ----

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

// The finaliser of MurmurHash3 (Appleby): seeds that people choose are close together, keys must not be.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

}  // namespace

RandomStream next_stream(std::optional<std::uint64_t> seed) {
  if (seed) return {mix(*seed + 1), std::numeric_limits<std::uint64_t>::max()};  // a counter that calls without a seed do not reach
  Generator& g = generator();
  return {g.key.load(std::memory_order_relaxed), g.calls.fetch_add(1, std::memory_order_relaxed)};
}

std::span<const OpDef* const> random_ops() { return kOps; }

}  // namespace internal

namespace random {
namespace {

using internal::next_stream;
using internal::RandomAttrs;

RandomAttrs attrs_of(kernels::RandomStream stream, const Shape& shape, const NormalOptions& o) { return {stream, o.mean, o.stddev, o.dtype, shape}; }
RandomAttrs attrs_of(kernels::RandomStream stream, const Shape& shape, const UniformOptions& o) {
  return {stream, o.minval, o.maxval, o.dtype, shape};
}

}  // namespace

void set_seed(std::uint64_t seed) {
  internal::generator().key.store(internal::mix(seed), std::memory_order_relaxed);
  internal::generator().calls.store(0, std::memory_order_relaxed);
}

Tensor normal(const Shape& shape, const NormalOptions& options, Where where) {
  return apply(internal::kNormal, {}, where, attrs_of(next_stream(options.seed), shape, options));
}
Tensor truncated_normal(const Shape& shape, const NormalOptions& options, Where where) {
  return apply(internal::kTruncatedNormal, {}, where, attrs_of(next_stream(options.seed), shape, options));
}
Tensor uniform(const Shape& shape, const UniformOptions& options, Where where) {
  return apply(internal::kUniform, {}, where, attrs_of(next_stream(options.seed), shape, options));
}

Tensor permutation(std::int64_t n, std::optional<std::uint64_t> seed, Where where) {
  return apply(internal::kPermutation, {}, where, RandomAttrs{next_stream(seed), 0, 0, int64, {n}});
}
Tensor shuffle(const Tensor& x, std::optional<std::uint64_t> seed, Where where) {
  if (!x.defined() || x.rank() == 0) throw ShapeError("random_shuffle", x.signature() + " has no first axis", "give a tensor of rank 1 or more");
  const Tensor order = permutation(x.shape()[0], seed, where);
  return apply(internal::kShuffle, {&x, &order}, where);
}

Tensor stateless_normal(const Shape& shape, const std::array<std::uint64_t, 2>& seed, const NormalOptions& options, Where where) {
  return apply(internal::kNormal, {}, where, attrs_of({seed[0], seed[1]}, shape, options));
}
Tensor stateless_uniform(const Shape& shape, const std::array<std::uint64_t, 2>& seed, const UniformOptions& options, Where where) {
  return apply(internal::kUniform, {}, where, attrs_of({seed[0], seed[1]}, shape, options));
}

}  // namespace random
}  // namespace whygrad
