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
// refused 13: every member of the attribute struct must be described
// refused 14: every part of a member of the attribute struct must be described
// refused 15: an attribute is described twice
// refused 16: the attributes of an op are members of one struct
// refused 17: every attribute can be read and set
#include <whygrad/ops/op.hpp>

namespace whygrad {
namespace {

constexpr NotDifferentiable kSilent{"", "round after the loss"};
constexpr NotDifferentiable kHelpless{"floor is piecewise constant", ""};

struct Window {
  std::int64_t extent, step;
};
struct ScaleAttrs {
  bool twice;
  Window window;
  float by;
};
struct OtherAttrs {
  float by;
};
[[maybe_unused]] constexpr AttrDef kTwice = attr<&ScaleAttrs::twice>("twice", "whether it is done twice");
[[maybe_unused]] constexpr AttrDef kExtent = attr<&ScaleAttrs::window, &Window::extent>("extent", "of a window");
[[maybe_unused]] constexpr AttrDef kStep = attr<&ScaleAttrs::window, &Window::step>("step", "between windows");
[[maybe_unused]] constexpr AttrDef kBy = attr<&ScaleAttrs::by>("by", "the factor");

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
#if CASE == 13
  .attrs = {kTwice, kExtent, kStep},
#elif CASE == 14
  .attrs = {kTwice, kExtent, kBy},
#elif CASE == 15
  .attrs = {kTwice, kExtent, kExtent, kBy},
#elif CASE == 16
  .attrs = {kTwice, kExtent, kStep, attr<&OtherAttrs::by>("by", "the factor")},
#elif CASE == 17
  .attrs = {{"by", "the factor"}},
#else
  .attrs = {kTwice, kExtent, kStep, kBy},
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
  .zero = {ZeroGradient::kFlat, ""},
#elif CASE == 12
  .nonfinite = {NonFinite::kDivisionByZero},
#endif
});

}  // namespace
}  // namespace whygrad
