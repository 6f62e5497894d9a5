// Functions whose intermediate values are computed again for the gradient.
#pragma once

#include <whygrad/autodiff/gradient.hpp>

#include <functional>
#include <vector>

namespace whygrad {

// f(inputs), of which tapes keep the inputs alone: the gradient calls f once more, when it arrives there (tf.recompute_grad). A chain of such calls
// needs the memory of its inputs and of the largest call, at the price of a second forward pass. Variables that f reads have gradients too. f must
// give the same results each time. Derivatives of any order are there, forwards as well.
WG_API std::vector<Tensor> recompute_grad(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f,
                                          const std::vector<Watchable>& inputs, Where where = Where::here());
WG_API Tensor recompute_grad(const std::function<Tensor(const Tensor&)>& f, const Watchable& x, Where where = Where::here());

}  // namespace whygrad
