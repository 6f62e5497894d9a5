// What the ops that fold the parts of one id share.
#pragma once

#include "ops/core/context.hpp"

namespace whygrad::internal {

struct SegmentAttrs {
  std::int64_t num_segments = 0;
};

// The shape of the result for data [i.., k..] and ids [i..]: [num_segments, k..]. Throws where they do not go together.
Shape segments_shape(const InferContext& c);

// The ids as int64. A part with a negative id belongs to no segment, as in TensorFlow: its id here is num_segments.
struct SegmentIds {
  Tensor ids;
  bool leave_out = false;  // whether there are such parts
};
// Throws IndexError for an id of num_segments or more.
SegmentIds segment_ids_of(const KernelContext& g);

// The part of t [num_segments, k..] that each id names, zeros for a negative id. The gradient of a sum by id.
Tensor gather_by_id(const Tensor& t, const Tensor& ids);

}  // namespace whygrad::internal
