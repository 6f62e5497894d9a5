// TensorFlow's op types that draw random numbers.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr const char* kStandard = "it draws from a fixed distribution, so what is drawn depends on a shape and a seed only";
constexpr const char* kOwnParameters = "move and stretch what is drawn: mean + stddev * noise carries a gradient for both";
constexpr const char* kCounts = "drawn counts are whole numbers, which jump; only their distribution moves with its parameters";
constexpr const char* kLogProbability = "weigh the log-probability of what was drawn with its loss, or use the distribution's mean";

constexpr TypeRecord kRecords[]{
    {.types = "RandomGamma StatelessRandomGammaV2=random_gamma StatelessRandomGammaV3=random_gamma",
     .why = "a shape and a seed are no numbers that move",
     .remedy = "differentiate with respect to alpha",
     .nonfinite = {NonFinite::kSpecialFunction, "keep alpha above 0"}},
    {.types = "StatelessParameterizedTruncatedNormal",
     .why = "a shape and a seed are no numbers that move",
     .remedy = "differentiate with respect to the parameters",
     .nonfinite = {NonFinite::kDivisionByZero, "keep stddevs above 0, and the bounds apart"}},
    {.types = "ParameterizedTruncatedNormal",
     .why = "TensorFlow has no rule for the parameters of this op",
     .remedy = "use tf.random.stateless_parameterized_truncated_normal(shape, seed, means, stddevs, minvals, maxvals), which has rules for all four"},
    {.types = "RandomStandardNormal RandomUniform TruncatedNormal StatelessRandomNormal StatelessRandomNormalV2 StatelessTruncatedNormal "
              "StatelessTruncatedNormalV2 StatelessRandomUniform "
              "StatelessRandomUniformV2",
     .why = kStandard,
     .remedy = kOwnParameters},
    {.types = "StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2 StatelessRandomUniformInt StatelessRandomUniformIntV2",
     .why = "drawn integers are one of several numbers with nothing between, also where their bounds are computed",
     .remedy = "draw real numbers, low + (high - low) * u, where the bounds should learn"},
    {.types = "StatelessMultinomial=stateless_categorical",
     .why = "a drawn class is one of several with nothing between, so it does not move when the logits move a little",
     .remedy = "weigh the log-probability of what was drawn with its reward, or draw soft samples: softmax((logits + Gumbel noise) / temperature)"},
    {.types = "StatelessRandomBinomial StatelessRandomPoisson", .why = kCounts, .remedy = kLogProbability},
    {.types = "StatelessRandomShuffle RandomIndexShuffle",
     .why = "an order is a list of positions, which do not move a little",
     .remedy = "shuffle the numbers of the rows and gather the rows by them: gather(x, order) carries a gradient"},
};

}  // namespace

std::span<const TypeRecord> random_types() { return checked(kRecords); }

}  // namespace whygrad::python
