// Functions of images: the values of TensorFlow 2.21, gradients against central differences, what they refuse.
#include "ops/composed.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace whygrad {
namespace {

using samples::Inputs;
using testing::expect_composed;
using ::testing::HasSubstr;
using testing::message_of;

Tensor d(const std::vector<double>& values, const Shape& shape) { return constant(values, shape); }

TEST(Image, HasTensorFlowsValuesAndTheGradientOfDifferences) {
  const Tensor x = d({1, 2, 3, 4, 5, 6}, {1, 2, 3, 1}), colours = d({.2, .5, .9, .1, .7, .3}, {1, 1, 2, 3});
  const Tensor y = d({2, -1, .5, 4, 0, 3, 1, 1, -2, 6, 2.5, 7}, {1, 2, 3, 2});
  const Tensor square = d({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {1, 4, 4, 1});
  expect_composed({
      {"flip_left_right", {x}, [](const Inputs& in) { return image::flip_left_right(in[0]); }, {1, 2, 3, 1}, {3, 2, 1, 6, 5, 4}},
      {"flip_up_down", {x}, [](const Inputs& in) { return image::flip_up_down(in[0]); }, {1, 2, 3, 1}, {4, 5, 6, 1, 2, 3}},
      {"transpose", {x}, [](const Inputs& in) { return image::transpose(in[0]); }, {1, 3, 2, 1}, {1, 4, 2, 5, 3, 6}},
      {"rot90", {x}, [](const Inputs& in) { return image::rot90(in[0]); }, {1, 3, 2, 1}, {3, 6, 2, 5, 1, 4}},
      {"rot90 twice", {x}, [](const Inputs& in) { return image::rot90(in[0], 2); }, {1, 2, 3, 1}, {6, 5, 4, 3, 2, 1}},
      {"rot90 with the clock", {x}, [](const Inputs& in) { return image::rot90(in[0], -1); }, {1, 3, 2, 1}, {4, 1, 5, 2, 6, 3}},
      {"rot90 all around", {x}, [](const Inputs& in) { return image::rot90(in[0], 8); }, {1, 2, 3, 1}, {1, 2, 3, 4, 5, 6}},
      {"crop_to_bounding_box",
       {x},
       [](const Inputs& in) {
         return image::crop_to_bounding_box(in[0], {0, 1, 2, 2});
       },
       {1, 2, 2, 1},
       {2, 3, 5, 6}},
      {"central_crop", {square}, [](const Inputs& in) { return image::central_crop(in[0], .5); }, {1, 2, 2, 1}, {5, 6, 9, 10}},
      {"pad_to_bounding_box",
       {x},
       [](const Inputs& in) {
         return image::pad_to_bounding_box(in[0], {1, 0, 3, 4});
       },
       {1, 3, 4, 1},
       {0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0}},
      {"total_variation", {y}, [](const Inputs& in) { return image::total_variation(in[0]); }, {1}, {35.5}},
      {"image_gradients, downwards", {x}, [](const Inputs& in) { return image::image_gradients(in[0])[0]; }, {1, 2, 3, 1}, {3, 3, 3, 0, 0, 0}},
      {"image_gradients, to the right", {x}, [](const Inputs& in) { return image::image_gradients(in[0])[1]; }, {1, 2, 3, 1}, {1, 1, 0, 1, 1, 0}},
      {"sobel_edges", {x}, [](const Inputs& in) { return image::sobel_edges(in[0]); }, {1, 2, 3, 1, 2}, {0, 0, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0}},
      {.name = "per_image_standardization",
       .inputs = {x},
       .function = [](const Inputs& in) { return image::per_image_standardization(in[0]); },
       .shape = {1, 2, 3, 1},
       .expected = {-1.4638500213623047, -0.8783100247383118, -0.29276999831199646, 0.29276999831199646, 0.8783100247383118, 1.4638500213623047},
       .tolerance = 1e-6},
      {"rgb_to_grayscale", {colours}, [](const Inputs& in) { return image::rgb_to_grayscale(in[0]); }, {1, 1, 2, 1}, {0.45588, 0.4749899999999999}},
      {"grayscale_to_rgb", {d({1, 2}, {2, 1})}, [](const Inputs& in) { return image::grayscale_to_rgb(in[0]); }, {2, 3}, {1, 1, 1, 2, 2, 2}},
      {"adjust_brightness", {d({1, 2}, {2})}, [](const Inputs& in) { return image::adjust_brightness(in[0], .5); }, {2}, {1.5, 2.5}},
      {.name = "adjust_gamma",
       .inputs = {colours},
       .function = [](const Inputs& in) { return image::adjust_gamma(in[0], 2, 3); },
       .shape = {1, 1, 2, 3},
       .expected = {0.12000000476837158, 0.75, 2.429999828338623, 0.030000001192092896, 1.46999990940094, 0.27000001072883606},
       .tolerance = 1e-6},
      {.name = "psnr",
       .inputs = {x},
       .function = [](const Inputs& in) { return cast(image::psnr(in[0], multiply(in[0], .5), constant(6.0f)), float64); },
       .shape = {1},
       .expected = {9.774723052978516},
       .differentiable = false,  // computed in f32
       .tolerance = 1e-5},
  });
}

TEST(Image, ConvertsDtypesWithTheirScale) {
  const Tensor colours = constant(std::vector<float>{.2f, .5f, .9f, .1f, .7f, .3f}), bytes = constant(std::vector<std::uint8_t>{0, 255, 7});
  EXPECT_EQ(image::convert_image_dtype(colours, uint8).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{51, 127, 229, 25, 178, 76}));
  EXPECT_EQ(image::convert_image_dtype(multiply(colours, 2), uint8, true).to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{102, 255, 255, 51, 255, 153}));
  EXPECT_EQ(image::convert_image_dtype(bytes, float64).to_vector<double>(), (std::vector<double>{0, 1, 0.027450980392156862}));
  EXPECT_EQ(image::convert_image_dtype(bytes, int16).to_vector<std::int16_t>(), (std::vector<std::int16_t>{0, 32640, 896}));
  EXPECT_EQ(image::convert_image_dtype(constant(std::vector<std::int16_t>{0, 32640, 896}), uint8).to_vector<std::uint8_t>(),
            bytes.to_vector<std::uint8_t>());
}

TEST(Image, RandomOnesAreOneOfTheirCases) {
  const Tensor x = d({1, 2, 3, 4, 5, 6}, {2, 3, 1});
  std::size_t flipped = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    const std::vector<double> y = image::random_flip_left_right(x, seed).to_vector<double>();
    const bool is_flipped = y == std::vector<double>{3, 2, 1, 6, 5, 4};
    flipped += is_flipped ? 1 : 0;
    EXPECT_TRUE(is_flipped || y == x.to_vector<double>());
    EXPECT_EQ(image::random_flip_left_right(x, seed).to_vector<double>(), y);
    const std::vector<double> part = image::random_crop(x, {1, 2, 1}, seed).to_vector<double>();
    EXPECT_EQ(part[1] - part[0], 1);
    EXPECT_NE(part[0], 3);
  }
  EXPECT_GT(flipped, 16u);
  EXPECT_LT(flipped, 48u);
}

TEST(Image, WhatCannotBeIsAnError) {
  const Tensor x = zeros({2, 3, 1}), flat = zeros({2, 3});
  EXPECT_EQ(message_of<ShapeError>([&] { image::flip_left_right(flat); }),
            "[flip_left_right] 'image' must have either 3 or 4 dimensions, and it is f32[2, 3]\n"
            "help: an image is [height, width, channels]; expand_dims(x, -1) adds an axis of channels");
  EXPECT_EQ(message_of<ShapeError>([&] {
              image::rot90(zeros({0, 3, 1}));
            }),
            "[rot90] the inner 3 dims of 'image.shape' must be > 0, and it is f32[0, 3, 1]\nhelp: an image has at least one pixel");
  EXPECT_EQ(message_of<ValueError>([&] {
              image::crop_to_bounding_box(x, {1, 0, 2, 2});
            }),
            "[crop_to_bounding_box] a box of 2 x 2 at (1, 0) is not inside of f32[2, 3, 1]\n"
            "help: offsets are 0 or more, height and width above 0, and the box ends inside of the image");
  EXPECT_EQ(message_of<ValueError>([&] { image::central_crop(x, 1.2); }), "[central_crop] central_fraction is 1.2\nhelp: it must be within (0, 1]");
  EXPECT_EQ(message_of<ValueError>([&] {
              image::pad_to_bounding_box(x, {1, 0, 2, 3});
            }),
            "[pad_to_bounding_box] f32[2, 3, 1] at (1, 0) does not fit into 2 x 3\n"
            "help: offsets are 0 or more, and offset and image together at most the target");
  EXPECT_EQ(message_of<ValueError>([&] { image::adjust_gamma(x, -1); }), "[adjust_gamma] gamma is -1\nhelp: it is 0 or more");
  EXPECT_EQ(message_of<DTypeError>([&] { image::convert_image_dtype(constant({true}), uint8); }),
            "[convert_image_dtype] bool has no scale towards u8\nhelp: images are of numbers; cast(x, float32) makes 0 and 1 of false and true");
  EXPECT_EQ(message_of<ShapeError>([&] { image::grayscale_to_rgb(flat); }),
            "[grayscale_to_rgb] the images are f32[2, 3]\nhelp: they have at least two axes, the last one of 1 channel");
  EXPECT_EQ(message_of<ShapeError>([&] { image::sobel_edges(x); }),
            "[sobel_edges] sobel_edges expects a 4D tensor [batch_size, h, w, d], and it is f32[2, 3, 1]\n"
            "help: expand_dims(x, 0) makes a batch of one image");
  EXPECT_EQ(message_of<ShapeError>([&] {
              image::psnr(x, zeros({3, 2, 1}), constant(1.0f));
            }),
            "[psnr] the images are f32[2, 3, 1] and f32[3, 2, 1]\nhelp: height, width and channels are the same in both");
  EXPECT_EQ(message_of<ShapeError>([&] {
              image::random_crop(x, {3, 1, 1});
            }),
            "[random_crop] f32[2, 3, 1] holds no part of [3, 1, 1]\nhelp: give a size for each axis, at most the extent");
}

// Their values are held against TensorFlow's in python/tests/functions.jsonl.
TEST(Image, PartsColoursAndSimilarityHaveTheGradientOfDifferences) {
  const Tensor picture = samples::uniform({1, 5, 4, 2}, 0, 1), colours = samples::uniform({2, 2, 3}, 0, 1, 3),
               other = samples::uniform({1, 5, 4, 2}, 0, 1, 4);
  const Tensor boxes = d({.13, .21, .77, .87, .9, .05, .31, .64}, {2, 4}), numbers = constant({0, 0}), largest = constant(1.0, float64);
  const std::vector<std::pair<std::function<Tensor(const Inputs&)>, Inputs>> functions = {
      {[&](const Inputs& in) {
         return image::crop_and_resize(in[0], in[1], numbers, {3, 2});
       },
       {picture, boxes}},
      {[&](const Inputs& in) {
         return image::crop_and_resize(in[0], in[1], numbers, {1, 4});
       },
       {picture, boxes}},
      {[](const Inputs& in) { return image::rgb_to_hsv(in[0]); }, {colours}},
      {[](const Inputs& in) { return image::yuv_to_rgb(image::rgb_to_yiq(in[0])); }, {colours}},
      {[](const Inputs& in) {
         return image::extract_patches(in[0], {2, 3}, {.strides = {2, 1}, .rates = {1, 2}, .same = true});
       },
       {picture}},
      {[](const Inputs& in) {
         return image::resize(in[0], {3, 7}, {.method = image::ResizeMethod::kNearest});
       },
       {picture}},
      {[](const Inputs& in) {
         return image::resize_with_pad(in[0], {7, 9});
       },
       {picture}},
  };
  for (const auto& [function, inputs] : functions) {
    const auto f = [&function = function](const Inputs& in) { return Inputs{function(in)}; };
    const GradcheckResult result = gradcheck(f, inputs, {.order = 2});
    EXPECT_TRUE(result.ok) << result.message;
  }
}

TEST(Image, PartsOfImagesRefuseWhatCannotBe) {
  const Tensor picture = ones({1, 4, 4, 1}), boxes = ones({1, 4}), zero = constant({0});
  const auto crop = [](const Tensor& x, const Tensor& b, const Tensor& i) {
    return message_of<ShapeError>([&] { image::crop_and_resize(x, b, i, {2, 2}); });
  };
  EXPECT_THAT(crop(ones({4, 4, 1}), boxes, zero), HasSubstr("images are [batch, height, width, channels]"));
  EXPECT_THAT(crop(picture, ones({1, 3}), zero), HasSubstr("boxes are [n, 4]"));
  EXPECT_THAT(message_of<ValueError>([&] { image::crop_and_resize(picture, boxes, zero, {0, 2}); }), HasSubstr("crop_size is 0 x 2"));
  EXPECT_THAT(message_of<ValueError>([&] { image::extract_patches(picture, {0, 1}); }), HasSubstr("at least 1"));
  EXPECT_THAT(message_of<ShapeError>([&] { image::ssim(picture, picture, constant(1.0F)); }), HasSubstr("a window of 11"));
  EXPECT_THAT(message_of<ShapeError>([&] { image::rgb_to_hsv(picture); }), HasSubstr("three channels"));
  EXPECT_THAT(message_of<ValueError>([&] { image::resize_with_crop_or_pad(picture, {0, 1}); }), HasSubstr("at least 1"));
}

}  // namespace
}  // namespace whygrad
