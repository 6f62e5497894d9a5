// Incomplete op records, each of which the compiler must refuse with the sentence that stands beside its number. Case 0 is complete and compiles.
//
// refused 1: an op needs a name
// refused 2: an op needs a doc line
// refused 3: every input needs an answer: Differentiable, NotDifferentiable{why, remedy} or NotImplemented{why, remedy}
// refused 4: an input without a gradient must say why
// refused 5: an input without a gradient must offer a remedy
// refused 6: a differentiable input needs a gradient rule
// refused 7: a gradient rule \(.vjp\) needs a differentiable input
// refused 8: an op needs a shape rule
// refused 9: an op needs a kernel or a view, and not both
// refused 10: an op without inputs must say that it is a source
// refused 11: an op whose gradient can be 0 by its numbers must offer a remedy
// refused 12: an op that can make a NaN must offer a remedy
#include <whygrad/ops/op.hpp>

namespace whygrad {
namespace {

constexpr NotDifferentiable kSilent{"", "round after the loss"};
constexpr NotDifferentiable kHelpless{"floor is piecewise constant", ""};

[[maybe_unused]] constexpr OpDef kOp = define_op({
#if CASE != 1
  .name = "scale",
#endif
#if CASE != 2
  .doc = "2 x, elementwise. dx = 2 dy.",
#endif
#if CASE == 3
  .inputs = {{"x"}},
#elif CASE == 4
  .inputs = {{"x", kSilent}},
#elif CASE == 5
  .inputs = {{"x", kHelpless}},
#elif CASE == 7
  .inputs = {{"x", NotImplemented{"nobody has written the rule", "write it as x + x"}}},
#elif CASE == 10
  .inputs = {},
#else
  .inputs = {{"x", Differentiable{}}},
#endif
#if CASE != 8
  .infer = [](InferContext&) {},
#endif
#if CASE != 9
  .kernel = [](KernelContext&) {},
#endif
#if CASE < 4 || CASE > 6
  .vjp = [](VjpContext&) {},
#endif
#if CASE == 11
  .zero = {ZeroHazard::kFlat, ""},
#elif CASE == 12
  .nonfinite = {NonFiniteHazard::kDiv0},
#endif
});

}  // namespace
}  // namespace whygrad
