// Checks and answers that the ops of random numbers share.
#pragma once

#include <whygrad/ops/op_context.hpp>

namespace whygrad::internal {

inline constexpr InputDef kSeedInput{"seed",
                                     NotDifferentiable{"a seed selects random numbers: others of the same kind, not a little larger ones",
                                                       "differentiate with respect to what the numbers go into"},
                                     Role::kSeed};

inline constexpr NotDifferentiable kDrawnClasses{
    "a drawn class is one of several with nothing between, so it does not move when the logits move a little",
    "weigh the log-probability of what was drawn with its reward, or draw soft samples: softmax((logits + Gumbel noise) / temperature)"};

inline constexpr NotImplemented kDrawnCounts{
    "as in TensorFlow, there is no rule for drawn counts; they jump, so only their distribution moves with the mean",
    "weigh the log-probability of what was drawn, counts * log(lam) - lam, with its loss; or use its mean, lam"};

inline constexpr NotDifferentiable kCountsOfASeed{"drawn counts jump, so only their distribution moves with its parameters",
                                                  "weigh the log-probability of what was drawn with its loss; or use the mean of the distribution"};

// Throws unless input i is a seed [2] or the state of a generator [3], int32 or int64.
void check_seed(const InferContext& c, int i);

// Throws unless input 0 holds rows of logits and the number and dtype of the drawn classes can be.
void check_classes(const InferContext& c, std::int64_t num_samples, DType dtype);

// Throws unless input 0 is floating and counts can have this dtype.
void check_count_dtypes(const InferContext& c, DType dtype);

// Throws unless the shape of input 0 is the end of this shape.
void check_tail(const InferContext& c, const Shape& shape);

}  // namespace whygrad::internal
