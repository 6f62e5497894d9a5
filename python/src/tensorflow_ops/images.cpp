// TensorFlow's op types on images.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr const char* kTransform = "TensorFlow has a rule for the image, and none for where it is moved to";
constexpr const char* kSampling =
    "sample the image by hand: weigh the four neighbours of each place, gather_nd(image, floor(place)), by their distances, which carry a gradient";
constexpr const char* kBoxChoice = "which boxes are kept is a choice: a box's number does not move when its score moves a little";
constexpr const char* kBoxLoss = "train on a loss of scores and boxes before they are chosen, and gather scores and boxes by the numbers afterwards";

constexpr TypeRecord kRecords[]{
    {.types = "ResizeBicubic=resize ResizeBilinear=resize ResizeNearestNeighbor=resize"},
    {.types = "ResizeBilinearGrad=resize_gradient",
     .why = "TensorFlow has no rule for the derivative of this gradient",
     .remedy = "differentiate once, or resize by a product with a matrix of weights, whose gradient has a gradient"},
    {.types = "ScaleAndTranslate ImageProjectiveTransformV2 ImageProjectiveTransformV3", .why = kTransform, .remedy = kSampling},
    {.types = "CropAndResize",
     .why = "boxes get a gradient only with method=\"bilinear\"; which image a box is of is a number of the program's",
     .remedy = "use method=\"bilinear\", and differentiate with respect to the image and the boxes",
     .zero = {ZeroGradient::kMasks, "move the boxes: what lies outside of all of them gets no gradient"}},
    {.types = "ExtractGlimpse",
     .why = "TensorFlow has no rule for glimpses",
     .remedy = "use tf.image.crop_and_resize(image, boxes, box_indices, crop_size), which has one"},
    {.types = "RGBToHSV",
     .nonfinite = {NonFinite::kDivisionByZero, "hue and saturation have no slope where an image is grey or black: keep the channels apart"}},
    {.types = "HSVToRGB",
     .why = "TensorFlow has no rule for it",
     .remedy = "change saturation and brightness in RGB: tf.image.adjust_saturation(image, s) and image * b carry a gradient"},
    {.types = "DrawBoundingBoxes",
     .why = "TensorFlow has no rule for it: boxes are drawn for people to look at",
     .remedy = "compute the loss from the image before boxes are drawn"},
    {.types = "NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionWithOverlaps=non_max_suppression_overlaps",
     .why = kBoxChoice,
     .remedy = kBoxLoss},
    {.types = "GenerateBoundingBoxProposals", .why = kBoxChoice, .remedy = kBoxLoss},
    {.types = "SampleDistortedBoundingBox SampleDistortedBoundingBoxV2",
     .why = "a box is drawn at random, and depends on nothing that learns",
     .remedy = "let the gradient flow through the image that is cut out by it"},
    {.types = "RandomCrop",
     .why = "this old op has no rule in TensorFlow",
     .remedy = "use tf.image.random_crop(image, size), which cuts by a slice and carries a gradient"},
};

}  // namespace

std::span<const TypeRecord> image_types() { return checked(kRecords); }

}  // namespace whygrad::python
