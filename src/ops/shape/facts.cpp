// The shape, size and rank of a tensor, as tensors.
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/families.hpp"
#include "ops/shape/shape.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

constexpr NotDifferentiable kOnlyTheShape = {"it tells how large its input is, which does not depend on the input's values",
                                             "compute with the input itself where its values should matter"};

struct FactAttrs {
  DType out_type = DType::kI32;
};
constexpr AttrDef kOutType = attr<&FactAttrs::out_type>("out_type", "int32 or int64");

void infer_fact(InferContext& c, const Shape& shape) {
  const DType dtype = c.attrs<FactAttrs>().out_type;
  if (dtype != DType::kI32 && dtype != DType::kI64) c.dtype_error(fmt::format("a size of type {}", name_of(dtype)), "out_type is int32 or int64");
  c.output(dtype, shape);
}

void store(const kernels::View& out, std::int64_t value) {
  const auto narrow = static_cast<std::int32_t>(value);
  out.dtype == DType::kI32 ? kernels::fill(out, &narrow) : kernels::fill(out, &value);
}

constexpr OpDef kShape = define_op({
    .name = "shape",
    .doc = "The extents of x: [rank of x].",
    .inputs = {{"x", kOnlyTheShape, Role::kShape}},
    .attrs = {kOutType},
    .infer = [](InferContext& c) { infer_fact(c, {c.input(0).rank()}); },
    .kernel =
        [](KernelContext& g) {
          for (int i = 0; i < g.input(0).rank(); ++i) store(kernels::Layout::at(g.out(), 0, i), g.input(0).shape()[i]);
        },
});

constexpr OpDef kSize = define_op({
    .name = "size",
    .doc = "The number of elements of x, a scalar.",
    .inputs = {{"x", kOnlyTheShape, Role::kShape}},
    .attrs = {kOutType},
    .infer = [](InferContext& c) { infer_fact(c, {}); },
    .kernel = [](KernelContext& g) { store(g.out(), g.input(0).size()); },
});

constexpr OpDef kRank = define_op({
    .name = "rank",
    .doc = "The number of axes of x, a scalar int32.",
    .inputs = {{"x", kOnlyTheShape, Role::kShape}},
    .infer = [](InferContext& c) { c.output(DType::kI32, {}); },
    .kernel = [](KernelContext& g) { store(g.out(), g.input(0).rank()); },
});

constexpr const OpDef* kOps[] = {&kShape, &kSize, &kRank};

}  // namespace

OpFamily shape_fact_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor shape(const Tensor& x, DType out_type, Where where) { return apply(kShape, {&x}, where, FactAttrs{out_type}); }
Tensor size(const Tensor& x, DType out_type, Where where) { return apply(kSize, {&x}, where, FactAttrs{out_type}); }
Tensor rank(const Tensor& x, Where where) { return apply(kRank, {&x}, where); }

}  // namespace whygrad
