// Volumes, blocks and neighbours: the gradients of differences, and what is refused. Their values are held against TensorFlow's in
// python/tests/functions.jsonl.
#include "ops/composed.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/ops/spatial.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace whygrad {
namespace {

using samples::distinct;
using samples::Inputs;
using samples::uniform;
using ::testing::HasSubstr;
using testing::message_of;

TEST(Spatial, HasTheGradientOfDifferences) {
  const Tensor volume = distinct({1, 3, 4, 3, 2}), filters = uniform({2, 2, 2, 2, 1}, -1, 1, 3), image = distinct({1, 4, 5, 2}, -1, 1, 4);
  const std::vector<std::pair<std::function<Tensor(const Inputs&)>, Inputs>> functions = {
      {[](const Inputs& in) {
         return nn::conv3d(in[0], in[1], {.strides = {1, 2, 1}, .same = true});
       },
       {volume, filters}},
      {[](const Inputs& in) {
         return nn::conv3d(in[0], in[1], {.dilations = {2, 1, 1}});
       },
       {volume, uniform({2, 2, 2, 1, 2}, -1, 1, 5)}},
      {[](const Inputs& in) {
         return nn::conv3d_transpose(in[0], in[1], {1, 5, 4, 3, 2}, {.strides = {2, 1, 1}, .same = true});
       },
       {uniform({1, 3, 4, 3, 1}), filters}},
      {[](const Inputs& in) {
         return nn::max_pool3d(in[0], {2, 2, 2}, {.strides = {1, 2, 1}});
       },
       {volume}},
      {[](const Inputs& in) {
         return nn::avg_pool3d(in[0], {2, 2, 2}, {.strides = {2, 1, 1}, .same = true});
       },
       {volume}},
      {[](const Inputs& in) {
         return nn::max_pool_with_argmax(in[0], {2, 3})[0];
       },
       {image}},
      {[](const Inputs& in) {
         return nn::batch_to_space(nn::space_to_batch(in[0], {2, 3}, {{0, 0}, {0, 1}}), {2, 3}, {{1, 0}, {0, 2}});
       },
       {image}},
      {[](const Inputs& in) {
         return nn::dilation2d(in[0], in[1], {.rates = {1, 2}, .same = true});
       },
       {image, uniform({2, 2, 2}, -0.1, 0.1, 6)}},
      {[](const Inputs& in) { return nn::erosion2d(in[0], in[1]); }, {image, uniform({2, 2, 2}, -0.1, 0.1, 6)}},
      {[](const Inputs& in) {
         return nn::extract_volume_patches(in[0], {2, 1, 2});
       },
       {volume}},
      {[](const Inputs& in) { return nn::local_response_normalization(in[0], {.depth_radius = 1, .beta = 0.75}); }, {image}},
  };
  for (const auto& [function, inputs] : functions) {
    const auto f = [&function = function](const Inputs& in) { return Inputs{function(in)}; };
    const GradcheckResult result = gradcheck(f, inputs, {.order = 2});
    EXPECT_TRUE(result.ok) << result.message;
  }
}

TEST(Spatial, RefusesWhatCannotBe) {
  const Tensor volume = ones({1, 3, 3, 3, 2}), filters = ones({2, 2, 2, 2, 1}), image = ones({1, 4, 4, 2});
  EXPECT_THAT(message_of<ShapeError>([&] { nn::conv3d(image, filters); }), HasSubstr("a volume is [batch, depth, height, width, channels]"));
  EXPECT_THAT(message_of<ShapeError>([&] { nn::conv3d(volume, ones({2, 2, 2, 3, 1})); }), HasSubstr("x has 2 channels and the filters 3"));
  EXPECT_THAT(message_of<ShapeError>([&] { nn::conv3d(volume, ones({4, 2, 2, 2, 1})); }), HasSubstr("a window of 4 does not fit"));
  EXPECT_THAT(message_of<ValueError>([&] { nn::conv3d(volume, filters, {.strides = {0, 1, 1}}); }), HasSubstr("strides has 0 in it"));
  EXPECT_THAT(message_of<ShapeError>([&] {
                nn::conv3d_transpose(volume, ones({2, 2, 2, 1, 2}), {1, 9, 3, 3, 1}, {.same = true});
              }),
              HasSubstr("conv3d over [1, 9, 3, 3, 1] has 9"));
  EXPECT_THAT(message_of<ValueError>([&] { nn::max_pool3d(volume, {0, 1, 1}); }), HasSubstr("ksize has 0 in it"));
  EXPECT_THAT(message_of<ShapeError>([&] { nn::space_to_batch(image, {3}, {{0, 0}}); }), HasSubstr("no whole number of blocks of 3"));
  EXPECT_THAT(message_of<ShapeError>([&] { nn::batch_to_space(image, {2}, {{0, 0}}); }), HasSubstr("a batch of 1 is no multiple of the 2"));
  const std::int64_t largest = std::int64_t{1} << 31;
  EXPECT_THAT(message_of<ValueError>([&] { nn::batch_to_space(image, {2 * largest}, {{0, 0}}); }), HasSubstr("each is 1 to 2^31"));
  EXPECT_THAT(message_of<ShapeError>([&] {
                nn::batch_to_space(volume, {largest, largest, 4}, {{0, 0}, {0, 0}, {0, 0}});
              }),
              HasSubstr("is too large"));
  EXPECT_THAT(message_of<ValueError>([&] { nn::space_to_batch(image, {2}, {{-1, 0}}); }), HasSubstr("0 or more"));
  EXPECT_THAT(message_of<ShapeError>([&] { nn::dilation2d(image, ones({2, 2, 3})); }), HasSubstr("the filters are f32[2, 2, 3]"));
  EXPECT_THAT(message_of<ValueError>([&] { nn::local_response_normalization(image, {.depth_radius = -1}); }), HasSubstr("depth_radius is -1"));
}

}  // namespace
}  // namespace whygrad
