#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/elementwise.hpp>

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;

constexpr OpDef kAdd = define_op({
    .name = "add",
    .doc = "a + b, elementwise with broadcasting. da = dy, db = dy.",
    .inputs = {{"a", Differentiable{}}, {"b", Differentiable{}}},
    .infer = infer_binary<Binary::kAdd>,
    .kernel = run_binary<Binary::kAdd>,
    .vjp =
        [](VjpContext& g) {
          for (int i = 0; i < 2; ++i) {
            if (g.needs(i)) g.give(i, sum_to(g.dy(), g.input_shape(i)));
          }
        },
});

constexpr OpDef kMultiply = define_op({
    .name = "multiply",
    .doc = "a * b, elementwise with broadcasting. da = dy * b, db = dy * a.",
    .inputs = {{"a", Differentiable{input(1)}}, {"b", Differentiable{input(0)}}},
    .infer = infer_binary<Binary::kMultiply>,
    .kernel = run_binary<Binary::kMultiply>,
    .vjp =
        [](VjpContext& g) {
          for (int i = 0; i < 2; ++i) {
            if (g.needs(i)) g.give(i, sum_to(multiply(g.dy(), conj_if_complex(g.input(1 - i))), g.input_shape(i)));
          }
        },
});

constexpr const OpDef* kOps[] = {&kAdd, &kMultiply};

}  // namespace

std::span<const OpDef* const> arithmetic_ops() { return kOps; }

}  // namespace internal

Tensor add(const Tensor& a, const Tensor& b, Where where) { return apply(internal::kAdd, {&a, &b}, where); }
Tensor multiply(const Tensor& a, const Tensor& b, Where where) { return apply(internal::kMultiply, {&a, &b}, where); }

}  // namespace whygrad
