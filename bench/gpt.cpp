// A transformer over characters: norms before the layers, gelu by tanh, learned positions, biases everywhere.
#include "train.hpp"

namespace whygrad::bench {
namespace {

constexpr std::int64_t kVocabulary = 65, kWidth = 128, kHeads = 4, kLayers = 4;

struct Norm {
  Variable scale{ones({kWidth}), "scale"}, shift{zeros({kWidth}), "shift"};

  Tensor operator()(const Tensor& x) const {
    const Tensor centred = x - reduce_mean(x, {-1}, true);
    return centred * rsqrt(reduce_mean(square(centred), {-1}, true) + 1e-5) * scale + shift;
  }
};

struct Linear {
  Variable w, b;
  Linear(std::int64_t in, std::int64_t out) : w(weight({in, out}, "w")), b(bias(out, "b")) {}
  Tensor operator()(const Tensor& x) const { return linear(x, w, b); }
};

struct Block {
  Norm before_attention, before_dense;
  Linear qkv{kWidth, 3 * kWidth}, out{kWidth, kWidth}, up{kWidth, 4 * kWidth}, down{4 * kWidth, kWidth};

  // x f32[batch * context, width], mask bool[context, context].
  Tensor operator()(const Tensor& x, const Tensor& mask) const {
    const std::int64_t context = mask.shape()[0], batch = x.shape()[0] / context;
    std::vector<Tensor> parts = split(qkv(before_attention(x)), 3, -1);
    for (Tensor& part : parts) part = transpose(reshape(part, {batch, context, kHeads, kWidth / kHeads}), {0, 2, 1, 3});
    const Tensor scores = matmul(parts[0], parts[1], {.transpose_b = true}) * (1 / std::sqrt(static_cast<double>(kWidth / kHeads)));
    const Tensor attention = matmul(nn::softmax(where(mask, scores, -1e9)), parts[2]);
    const Tensor mixed = x + out(reshape(transpose(attention, {0, 2, 1, 3}), {batch * context, kWidth}));
    return mixed + down(nn::gelu(up(before_dense(mixed)), true));
  }
};

struct Gpt {
  explicit Gpt(std::int64_t context)
      : positions(weight({context, kWidth}, "positions")), mask(matrix_band_part(ones({context, context}), -1, 0) > 0) {}

  Variable characters = weight({kVocabulary, kWidth}, "characters"), positions;
  std::vector<Block> blocks = std::vector<Block>(kLayers);
  Norm norm;
  Linear head{kWidth, kVocabulary};
  Tensor mask;

  Tensor logits(const Tensor& ids) const {
    Tensor x = reshape(gather(characters, ids) + positions, {ids.size(), kWidth});
    for (const Block& block : blocks) x = block(x, mask);
    return head(norm(x));
  }
  std::vector<Variable> variables() const {
    std::vector<Variable> all{characters, positions, norm.scale, norm.shift, head.w, head.b};
    for (const Block& b : blocks) {
      for (const Norm* n : {&b.before_attention, &b.before_dense}) all.insert(all.end(), {n->scale, n->shift});
      for (const Linear* l : {&b.qkv, &b.out, &b.up, &b.down}) all.insert(all.end(), {l->w, l->b});
    }
    return all;
  }
};

}  // namespace

std::function<void()> gpt(Mode mode, std::int64_t batch, std::int64_t context) {
  const Gpt model(context);
  return train([model](const Tensor& x, const Tensor& y) { return nn::sparse_categorical_crossentropy(y, model.logits(x)); }, model.variables(),
               texts(batch, context, kVocabulary), mode);
}

}  // namespace whygrad::bench
