// Activations and softmax. In the formulas y is the result and dy its incoming gradient.
#pragma once

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>

#include <cstdint>
#include <optional>

namespace whygrad::nn {

// The sigmoid is an activation as well as a function.
using whygrad::log_sigmoid;
using whygrad::sigmoid;
using whygrad::tanh;

// ---- Activations: elementwise, x floating ----

// max(x, 0); integers too. dx = dy where x > 0, else 0.
WG_API Tensor relu(const Tensor& x, Where where = Where::here());
// min(max(x, 0), 6); integers too. dx = dy where 0 < x < 6, else 0.
WG_API Tensor relu6(const Tensor& x, Where where = Where::here());
// x where x > 0, else alpha x. dx = dy where x > 0, else alpha dy. Maas et al. 2013.
WG_API Tensor leaky_relu(const Tensor& x, double alpha = 0.2, Where where = Where::here());
// x where x > 0, else e^x - 1. dx = dy where x >= 0, else dy e^x. Clevert et al. 2016.
WG_API Tensor elu(const Tensor& x, Where where = Where::here());
// scale x where x > 0, else scale alpha (e^x - 1), with scale 1.0507 and alpha 1.6733. Klambauer et al. 2017.
WG_API Tensor selu(const Tensor& x, Where where = Where::here());
// x sigmoid(x), also called swish. dx = dy s (1 + x (1 - s)) with s = sigmoid(x).
WG_API Tensor silu(const Tensor& x, Where where = Where::here());
// x P(X <= x) for a standard normal X: x / 2 erfc(-x / sqrt(2)). With `approximate`: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
// Hendrycks and Gimpel 2016.
WG_API Tensor gelu(const Tensor& x, bool approximate = false, Where where = Where::here());
// log(1 + e^x) without overflow. dx = dy sigmoid(x).
WG_API Tensor softplus(const Tensor& x, Where where = Where::here());
// x / (1 + |x|). dx = dy / (1 + |x|)^2.
WG_API Tensor softsign(const Tensor& x, Where where = Where::here());

// x sigmoid(beta x), complex too; silu where beta is 1. Ramachandran et al. 2017.
WG_API Tensor swish(const Tensor& x, const Operand& beta = 1, Where where = Where::here());
// relu(x) and relu(-x) one after the other along `axis`, which becomes twice as long. Shang et al. 2016.
WG_API Tensor crelu(const Tensor& x, std::int64_t axis = -1, Where where = Where::here());

struct DropoutOptions {
  std::optional<Shape> noise_shape = {};   // of what is drawn; broadcasts to x's, so that whole rows are kept or dropped. None: x's own
  std::optional<std::uint64_t> seed = {};  // as for random::uniform
};
// x / (1 - rate) or 0, at random: 0 at this rate. Throws ValueError for a number outside of [0, 1) as rate, DTypeError. Srivastava et al. 2014.
WG_API Tensor dropout(const Tensor& x, const Operand& rate, const DropoutOptions& options = {}, Where where = Where::here());

// ---- Softmax along one axis; x floating, of at least rank 1 ----

// e^x / sum(e^x). dx = (dy - sum(dy y)) y.
WG_API Tensor softmax(const Tensor& logits, std::int64_t axis = -1, Where where = Where::here());
// x - log(sum(e^x)). dx = dy - e^y sum(dy).
WG_API Tensor log_softmax(const Tensor& logits, std::int64_t axis = -1, Where where = Where::here());

}  // namespace whygrad::nn
