// Common parts of segment ops.
#pragma once

#include "kernels/segment.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/context.hpp"
#include "ops/index/index.hpp"

namespace whygrad::internal {

struct SegmentAttrs {
  std::int64_t num_segments = 0;
};

// data [i.., k..] and ids [i..] give [num_segments, k..]. Throws if they do not fit.
void infer_segments(InferContext& c);
// The same for real data.
void infer_real_segments(InferContext& c);

void run_segment_fold(KernelContext& g, kernels::SegmentFold fold);

// The slice of t [num_segments, k..] for each id, zeros for a negative id. The gradient of a segment sum.
Tensor gather_by_id(const Tensor& t, const Tensor& ids);

// The rule of many rows: the segments of all of them side by side.
void batch_segments(BatchContext& c);

template <kernels::SegmentFold Fold>
consteval OpDef segment_op(const char* name, const char* doc, Differentiable data, void (*vjp)(VjpContext&), ZeroGradient zero = {}) {
  return define_op({
      .name = name,
      .doc = doc,
      .inputs = {{"data", data}, {"segment_ids", kPosition, Role::kIndex}},
      .attrs = {attr<&SegmentAttrs::num_segments>("num_segments", "how many ids there are", Attr::kRequired)},
      .infer = Fold == kernels::SegmentFold::kSum ? infer_segments : infer_real_segments,
      .kernel = [](KernelContext& g) { run_segment_fold(g, Fold); },
      .vjp = vjp,
      .batch = batch_segments,
      .zero = zero,
  });
}

}  // namespace whygrad::internal
