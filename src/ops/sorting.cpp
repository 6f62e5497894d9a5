// Sorted order, the largest k elements, distinct elements.
#include <whygrad/ops/sorting.hpp>

#include "kernels/index.hpp"
#include "kernels/sorting.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

namespace whygrad {

// The name of the direction in attributes.
constexpr const char* name_of(Direction direction) { return direction == Direction::kAscending ? "ascending" : "descending"; }

namespace internal {
namespace {

void check_sortable(const InferContext& c) {
  const InputSpec x = c.input(0);
  if (!is_integer(x.dtype()) && !is_floating(x.dtype())) refuse_dtype(c, "real numbers");
  if (x.rank() == 0) c.shape_error("a scalar has no order", "give at least one axis");
  if (x.shape().back() > std::numeric_limits<std::int32_t>::max()) c.shape_error("the last axis is too long", "positions are int32");
}

struct ArgsortAttrs {
  Direction direction = Direction::kAscending;
};

constexpr OpDef kArgsort = define_op({
    .name = "argsort",
    .doc = "Where the elements of each row of x [.., n] stand when it is sorted: int32 [.., n].",
    .type = "TopKV2",
    .inputs = {{"x",
                NotDifferentiable{
                    "a rank is a position: it does not move when an element moves a little, until it jumps",
                    "use a pairwise loss of the scores, such as softplus(x_j - x_i) for each pair that should stand the other way round; "
                    "or the sorted values, sort(x); or a smooth rank, the sum over j of sigmoid(x_i - x_j)"}}},
    .attrs = {attr<&ArgsortAttrs::direction>("direction", "ascending or descending")},
    .infer =
        [](InferContext& c) {
          check_sortable(c);
          c.output(DType::kI32, c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const Packed x(g.input(0));
          kernels::order(g.attrs<ArgsortAttrs>().direction == Direction::kDescending, x.view(), g.input(0).shape().back(), g.out());
        },
    .batch = batch_last_axes,
});

struct TopKAttrs {
  std::int64_t k = 1;
};

constexpr OpDef kTopK = define_op({
    .name = "top_k",
    .doc = "The k largest elements of each row of x [.., n], largest first, and their places: [.., k] each. dx = dy at these places, 0 elsewhere.",
    .type = "TopKV2",
    .inputs = {{"x", Differentiable{output(1)}}},
    .outputs = {"values", "indices"},
    .attrs = {attr<&TopKAttrs::k>("k", "how many")},
    .infer =
        [](InferContext& c) {
          check_sortable(c);
          Shape shape = c.input(0).shape();
          const std::int64_t k = c.attrs<TopKAttrs>().k;
          if (k < 0 || k > shape.back()) {
            c.value_error(fmt::format("the {} largest of {} elements", k, shape.back()),
                          "k is at most the extent of the last axis, and not negative");
          }
          shape[shape.rank() - 1] = k;
          c.output(c.input(0).dtype(), shape);
          c.output(DType::kI32, shape);
        },
    .kernel =
        [](KernelContext& g) {
          const Packed x(g.input(0));
          const int last = g.input(0).rank() - 1;
          kernels::order(true, x.view(), g.attrs<TopKAttrs>().k, g.out(1));
          kernels::gather(x.view(), g.out(1), last, last, g.out(0));
        },
    .vjp =
        [](VjpContext& g) {
          const std::int64_t last = g.input_shape(0).rank() - 1;
          g.give(0, gather_grad(g.dy(0), g.output(1), {last, last, g.input_shape(0)}));
        },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kMasks, "give k a larger number: elements that are not among the largest get no gradient"},
    .integers = {"the places of the largest elements are positions: they do not move when the elements move a little, so they have no derivative",
                 "use the values that top_k gives beside them, which carry a gradient, or a pairwise loss of the scores, such as softplus(x_j - x_i) "
                 "for each pair that should stand the other way round"},
});

constexpr OpDef kUnique = define_op({
    .name = "unique",
    .doc = "The m distinct elements of x [n] in the order in which they first occur, [m], and the place of each element of x among them, [n].",
    .inputs = {{"x", NotImplemented{"there is no gradient rule for unique, in TensorFlow neither: which elements are equal changes in jumps",
                                    "keep the duplicates and compute with x itself, or gather from x what unique(stop_gradient(x)) found"}}},
    .outputs = {"y", "idx"},
    .infer =
        [](InferContext& c) {
          check_sortable(c);
          const InputSpec x = c.input(0);
          if (x.rank() != 1) c.shape_error(fmt::format("x has rank {}", x.rank()), "reshape(x, {-1}) lays all elements out in a row");
          const std::int64_t count = kernels::number_distinct(Packed(c.elements(0)).view(), view_of(make_tensor(DType::kI32, x.shape())));
          c.output(x.dtype(), {count});
          c.output(DType::kI32, x.shape());
        },
    .kernel =
        [](KernelContext& g) {
          const Packed x(g.input(0));
          kernels::number_distinct(x.view(), g.out(1));
          const Tensor first = make_tensor(DType::kI32, g.output(0).shape());
          kernels::first_of_each(g.out(1), view_of(first));
          kernels::gather(x.view(), view_of(first), 0, 0, g.out(0));
        },
    .shape_reads = input(0),
});

constexpr const OpDef* kOps[] = {&kArgsort, &kTopK, &kUnique};

std::array<Tensor, 2> apply_two(const OpDef& op, const Tensor& x, const void* attrs, std::size_t bytes, const Where& where) {
  std::array<Tensor, 2> outputs;
  const Tensor* input = &x;
  apply(op, {&input, 1}, attrs, bytes, where, outputs);
  return outputs;
}

// x with `axis` and the last axis exchanged.
Tensor with_last(const Tensor& x, int axis, const Where& where) {
  if (axis == x.rank() - 1) return x;
  Ints perm;
  for (int i = 0; i < x.rank(); ++i) perm.push_back(i);
  std::swap(perm[axis], perm[x.rank() - 1]);
  return transpose(x, perm, where);
}

}  // namespace

OpFamily sorting_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor argsort(const Tensor& x, std::int64_t axis, Direction direction, Where where) {
  if (!x.defined() || x.rank() == 0) return apply(kArgsort, {&x}, where, ArgsortAttrs{direction});
  const int at = normalize_axis("argsort", axis, x.rank());
  const Tensor rows = with_last(x, at, where);
  return with_last(apply(kArgsort, {&rows}, where, ArgsortAttrs{direction}), at, where);
}

Tensor sort(const Tensor& x, std::int64_t axis, Direction direction, Where where) {
  if (!x.defined() || x.rank() == 0) return apply(kArgsort, {&x}, where, ArgsortAttrs{direction});
  const int at = normalize_axis("sort", axis, x.rank()), last = x.rank() - 1;
  const Tensor rows = with_last(x, at, where);
  const Tensor places = apply(kArgsort, {&rows}, where, ArgsortAttrs{direction});
  return with_last(gather(rows, places, last, last, where), at, where);
}

TopK top_k(const Tensor& x, std::int64_t k, DType index_type, Where where) {
  require_position_dtype("top_k", index_type, {int16, int32, int64});
  const TopKAttrs attrs{k};
  auto [values, indices] = apply_two(kTopK, x, &attrs, sizeof(attrs), where);
  return {std::move(values), cast(indices, index_type, where)};
}

Unique unique(const Tensor& x, DType out_idx, Where where) {
  require_position_dtype("unique", out_idx, {int32, int64});
  auto [y, idx] = apply_two(kUnique, x, nullptr, 0, where);
  return {std::move(y), cast(idx, out_idx, where)};
}

}  // namespace whygrad
