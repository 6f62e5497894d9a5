// TensorFlow's op types that work element by element: arithmetic of older versions, special functions, rounding to few bits.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr const char* kSecondRule = "TensorFlow has no rule for the derivative of this gradient";
constexpr const char* kFirstOnly = "differentiate once, or write the function with ops that have gradients of any order";
constexpr const char* kRange = "TensorFlow takes the range as given: its rule is for the numbers that are rounded";
constexpr const char* kLearnedRange = "use tf.quantization.fake_quant_with_min_max_vars(x, min, max), whose bounds learn";
constexpr ZeroGradient kOutside{ZeroGradient::kClips, "widen the range: numbers outside of it are cut off and get no gradient"};

constexpr TypeRecord kRecords[]{
    {.types = "Add", .like = "add"},
    {.types = "AccumulateNV2=accumulate_n", .like = "add_n"},
    {.types = "Div", .like = "divide"},
    {.types = "Inv", .like = "reciprocal"},
    {.types = "InvGrad", .like = "reciprocal_grad"},
    {.types = "ClipByValue", .like = "clip_by_value"},
    {.types = "Select", .like = "where"},
    {.types = "ApproximateEqual", .like = "equal"},
    {.types = "CheckNumerics CheckNumericsV2 EnsureShape Print PreventGradient PlaceholderWithDefault"},
    {.types = "DebugGradientIdentity DebugGradientRefIdentity DebugIdentityV2 IdentityN RefIdentity", .like = "identity"},
    {.types = "_EagerConst=constant",
     .why = "its value is taken as a constant, and no gradient is led back to where it came from",
     .remedy = "use the tensor itself where its gradient is wanted"},
    {.types = "TruncateDiv=truncatediv",
     .why = "a quotient that is cut to a whole number moves in steps: between them its derivative is 0",
     .remedy = "write a / b where its gradient is wanted"},
    {.types = "PopulationCount",
     .why = "it counts the bits of whole numbers, and a count does not move a little",
     .remedy = "compute the loss from numbers that are no bit patterns"},
    {.types = "NextAfter",
     .zero = {ZeroGradient::kFlat, "the second input says only in which direction to go: differentiate with respect to the first"}},

    {.types = "CumulativeLogsumexp"},

    {.types = "FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel", .zero = kOutside},
    {.types = "FakeQuantWithMinMaxArgsGradient FakeQuantWithMinMaxVarsGradient FakeQuantWithMinMaxVarsPerChannelGradient",
     .why = kSecondRule,
     .remedy = kFirstOnly},
    {.types = "QuantizeAndDequantize QuantizeAndDequantizeV2 QuantizeAndDequantizeV3", .why = kRange, .remedy = kLearnedRange},
    {.types = "QuantizeAndDequantizeV4", .why = kRange, .remedy = kLearnedRange, .zero = kOutside},
    {.types = "QuantizeAndDequantizeV4Grad", .why = kSecondRule, .remedy = kFirstOnly},
};

}  // namespace

std::span<const TypeRecord> number_types() { return checked(kRecords); }

}  // namespace whygrad::python
