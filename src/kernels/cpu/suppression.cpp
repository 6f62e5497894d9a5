// The choice of boxes that do not overlap.
#include "kernels/image.hpp"

#include "kernels/cpu/doubles.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

// Intersection over union of boxes given by two opposite corners.
double overlap_of(const double* a, const double* b) {
  const auto [a_top, a_bottom] = std::minmax(a[0], a[2]);
  const auto [a_left, a_right] = std::minmax(a[1], a[3]);
  const auto [b_top, b_bottom] = std::minmax(b[0], b[2]);
  const auto [b_left, b_right] = std::minmax(b[1], b[3]);
  const double area_a = (a_bottom - a_top) * (a_right - a_left), area_b = (b_bottom - b_top) * (b_right - b_left);
  if (area_a <= 0 || area_b <= 0) return 0;
  const double height = std::max(std::min(a_bottom, b_bottom) - std::max(a_top, b_top), 0.0);
  const double width = std::max(std::min(a_right, b_right) - std::max(a_left, b_left), 0.0);
  return height * width / (area_a + area_b - height * width);
}

struct Candidate {
  std::int64_t box;
  double score;
  std::size_t compared;  // with so many of the chosen
  bool operator<(const Candidate& other) const { return score < other.score || (score == other.score && box > other.box); }
};

}  // namespace

std::int64_t suppress_overlaps(const View& boxes, const View& scores, const SuppressionParams& params, const View* selected,
                               const View* chosen_scores) {
  const Staged corners(boxes, DType::kF64), numbers(scores, DType::kF64);
  const auto *box = corners.view().as<const double>(), *score = numbers.view().as<const double>();
  const std::int64_t n = scores.shape[0];
  const double scale = params.sigma > 0 ? -0.5 / params.sigma : 0;
  std::priority_queue<Candidate> queue;
  for (std::int64_t i = 0; i < n; ++i) {
    if (score[i] > params.least_score) queue.push({i, score[i], 0});
  }
  std::vector<std::int64_t> chosen;
  std::vector<double> values;
  while (static_cast<std::int64_t>(chosen.size()) < params.most && !queue.empty()) {
    Candidate next = queue.top();
    queue.pop();
    const double before = next.score;
    bool left_out = false;
    // The latest first: those chosen before were compared when it was queued again.
    for (std::size_t k = chosen.size(); k-- > next.compared && !left_out;) {
      const std::int64_t other = chosen[k];
      double overlap = params.given_overlaps ? box[next.box * n + other] : overlap_of(box + 4 * next.box, box + 4 * other);
      if (std::isnan(overlap)) overlap = 0;  // a box without a place overlaps with none
      left_out = overlap > params.overlap && params.sigma <= 0;
      if (params.sigma > 0) next.score *= std::exp(scale * overlap * overlap);
      left_out = left_out || !(next.score > params.least_score);
    }
    next.compared = chosen.size();
    if (left_out) continue;
    if (next.score == before) {
      chosen.push_back(next.box);
      values.push_back(next.score);
    } else {
      queue.push(next);
    }
  }
  if (selected != nullptr) std::copy(chosen.begin(), chosen.end(), selected->as<std::int32_t>());
  if (chosen_scores != nullptr) {
    Doubles stored(*chosen_scores);
    std::copy(values.begin(), values.end(), stored.data());
    stored.store(*chosen_scores);
  }
  return static_cast<std::int64_t>(chosen.size());
}

}  // namespace whygrad::kernels::cpu
