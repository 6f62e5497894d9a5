// Kernels for images.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// out = x with the hue of each pixel (red, green and blue along the last axis) rotated by `delta`, where 1 is a full turn. x floating [.., 3], with
// any strides; out contiguous, of x's dtype. Computed in double precision.
void adjust_hue(const View& x, double delta, const View& out);

// Hue, saturation and value in [0, 1] as red, green and blue. As above.
void hsv_to_rgb(const View& x, const View& out);

// The saturation of each pixel times `factor`, at most 1. As above.
void adjust_saturation(const View& x, double factor, const View& out);

// How a resized image is computed: each element is a weighted mean of those around the place that it has in the other image.
enum class Resampling : std::uint8_t {
  kBilinear,  // of the two neighbours, which are repeated at the edge
  kBicubic,   // of four neighbours, by Keys' cubic from a table of 1024 steps, as TensorFlow has it
  kArea,      // of all that the element covers
  // The following with a kernel of a radius, which grows where antialiased images shrink.
  kTriangle,
  kKeysCubic,
  kMitchellCubic,
  kLanczos3,
  kLanczos5,
  kGaussian,
};
struct ResampleParams {
  Resampling method = Resampling::kBilinear;
  bool antialias = false;
  // Of the methods with a radius: output place = scale * input place + translation, along height and width. A scale of 0 is that of the extents.
  double scale[2] = {0, 0};
  double translation[2] = {0, 0};
};

// x [n, h, w, c] floating with any strides -> out [n, p, q, c] contiguous, of the same dtype.
void resample(const View& x, const ResampleParams& params, const View& out);
// dx = the gradient of sum(dy * resample(x)).
void resample_backward(const View& dy, const ResampleParams& params, const View& dx);

struct SuppressionParams {
  std::int64_t most = 0;        // so many boxes at most
  double overlap = 0.5;         // boxes that overlap a chosen one by more (intersection over union) are left out
  double least_score = 0;       // boxes with a lower score too
  double sigma = 0;             // above 0: scores of boxes that overlap are lowered by a Gaussian instead
  bool given_overlaps = false;  // boxes [n, n] are the overlaps themselves
};
// Greedy choice by score of boxes [n, 4], corners (y, x), (y, x): how many are chosen. Their numbers (i32) and scores, of the dtype of `scores`, are
// written where there is room: selected and its scores [m], or null. Floating inputs with any strides.
std::int64_t suppress_overlaps(const View& boxes, const View& scores, const SuppressionParams& params, const View* selected,
                               const View* chosen_scores);

}  // namespace whygrad::kernels
