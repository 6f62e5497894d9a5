// TensorFlow's op types that lay elements out anew, take them out and put them in.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr ZeroGradient kNotTaken{ZeroGradient::kMasks, "let the indices name what should learn: parts that are not taken get no gradient"};
constexpr ZeroGradient kReplaced{ZeroGradient::kMasks, "let the indices spare what should learn: parts that are replaced get no gradient"};
constexpr ZeroGradient kExtremeOnly{ZeroGradient::kMasks,
                                    "only the extreme of each segment gets a gradient; segment_sum(x, ids) gives every element one"};
constexpr const char* kShape = "a shape is whole numbers, which do not move when elements move a little";
constexpr const char* kElements = "compute the loss from the elements; a size serves as a number to divide by";

constexpr TypeRecord kRecords[]{
    {.types = "Concat", .like = "concat"},
    {.types = "SplitV", .like = "split"},
    {.types = "Reverse ReverseSequence"},
    {.types = "MirrorPad MirrorPadGrad PadV2", .like = "pad"},
    {.types = "BatchToSpace BatchToSpaceND=batch_to_space SpaceToBatch SpaceToBatchND=space_to_batch DepthToSpace SpaceToDepth"},
    {.types = "ExtractImagePatches=extract_patches ExtractVolumePatches"},

    {.types = "Gather ResourceGather=gather", .like = "gather"},
    {.types = "ResourceGatherNd=gather_nd", .like = "gather_nd"},
    {.types = "TopK", .like = "top_k"},
    {.types = "ApproxTopK=approx_max_k", .like = "top_k"},
    {.types = "NthElement", .zero = {ZeroGradient::kMasks, "only the n-th element gets a gradient; sort(x) gives every element one"}},
    {.types = "ParallelDynamicStitch", .like = "dynamic_stitch"},
    {.types = "ScatterNdNonAliasingAdd=tensor_scatter_nd_add TensorScatterAdd=tensor_scatter_nd_add TensorScatterSub=tensor_scatter_nd_sub"},
    {.types = "TensorStridedSliceUpdate", .zero = kReplaced},
    {.types = "SegmentSum"},
    {.types = "SegmentMean", .nonfinite = {NonFinite::kEmptyMean, "the mean of no elements: look why a segment is empty"}},
    {.types = "SegmentMax SegmentMin", .zero = kExtremeOnly},
    {.types = "SegmentProd",
     .zero = {ZeroGradient::kZeroFactor, "keep factors away from 0, or add their logarithms instead"},
     .nonfinite = {NonFinite::kDivisionByZero, "the rule divides the product by each factor: keep factors away from 0, or add their logarithms"}},
    {.types = "ShapeN", .why = kShape, .remedy = kElements},
    {.types = "VariableShape=shape BroadcastGradientArgs ConcatOffset", .why = kShape, .remedy = kElements},
    {.types = "InvertPermutation",
     .why = "a permutation is a list of positions, which do not move when elements move a little",
     .remedy = "let the gradient flow through the values that are put in order: gather(x, order)"},
    {.types = "LinSpace Range",
     .why = "TensorFlow has no rule for the bounds between which it counts",
     .remedy = "write start + step * i with i of constants, where a bound should learn"},
    {.types = "RaggedRange",
     .why = "the rows' lengths are counted from the bounds, and TensorFlow has no rule for the numbers in them",
     .remedy = "write start + step * i with i of constants, where a start or a step should learn"},
    {.types = "RaggedGather", .zero = kNotTaken},
    {.types = "RaggedTensorToTensor=to_tensor RaggedTensorToSparse=to_sparse RaggedTensorToVariant RaggedTensorFromVariant",
     .zero = {ZeroGradient::kMasks, "elements beyond the shape that is asked for are left out and get no gradient: leave the shape open"}},
    {.types = "RaggedFillEmptyRows"},
};

}  // namespace

std::span<const TypeRecord> array_types() { return checked(kRecords); }

}  // namespace whygrad::python
