// TensorFlow's op types on sparse tensors and sparse matrices.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr const char* kSets = "which elements two sets share changes in jumps, and TensorFlow has no rule for it";
constexpr const char* kOwnValues = "gather the values that the result names out of the tensors: gather(x, indices)";
constexpr NonFinite kDivides{NonFinite::kDivisionByZero, "keep the dense divisor away from 0: write dense + 1e-7"};
constexpr NonFinite kEmpty{NonFinite::kEmptyMean, "the mean of no elements: look why a segment is empty"};

constexpr TypeRecord kRecords[]{
    {.types = "SparseAdd",
     .why = "the threshold only says which sums are left out, and its size moves nothing",
     .remedy = "differentiate with respect to the values",
     .zero = {ZeroGradient::kMasks, "lower the threshold: sums below it are left out and get no gradient"}},
    {.types = "SparseAddGrad",
     .why = "TensorFlow has no rule for the derivative of this gradient",
     .remedy = "differentiate once, or add dense tensors, whose gradients have gradients"},
    {.types = "SparseDenseCwiseAdd",
     .why = "TensorFlow has no rule for adding a dense tensor to a sparse one",
     .remedy = "take what stands at the indices, values + gather_nd(dense, indices), which has one"},
    {.types = "SparseDenseCwiseMul", .zero = {ZeroGradient::kZeroFactor, "keep both factors away from 0 where they should learn"}},
    {.types = "SparseDenseCwiseDiv", .nonfinite = kDivides},
    {.types = "SparseSparseMaximum SparseSparseMinimum",
     .why = "TensorFlow has no rule for the larger or smaller of two sparse tensors",
     .remedy = "write maximum(a, b) of dense tensors, or of values that have the same indices"},
    {.types = "SparseTensorDenseAdd SparseReorder SparseReduceSum"},
    {.types = "SparseSlice", .zero = {ZeroGradient::kMasks, "widen the slice: values outside of it get no gradient"}},
    {.types = "SparseFillEmptyRows"},
    {.types = "SparseSoftmax SparseMatrixSoftmax", .like = "softmax"},
    {.types = "SparseSegmentSum SparseSegmentSumWithNumSegments=sparse_segment_sum"},
    {.types = "SparseSegmentMean SparseSegmentMeanWithNumSegments=sparse_segment_mean SparseSegmentSqrtN "
              "SparseSegmentSqrtNWithNumSegments=sparse_segment_sqrt_n",
     .nonfinite = kEmpty},
    {.types = "DenseToDenseSetOperation=set_operation DenseToSparseSetOperation=set_operation SparseToSparseSetOperation=set_operation",
     .why = kSets,
     .remedy = kOwnValues},
    {.types = "SetSize", .why = "the size of a set is a count, which does not move a little", .remedy = "compute the loss from the values"},

    {.types = "CSRSparseMatrixToDense CSRSparseMatrixToSparseTensor DenseToCSRSparseMatrix SparseTensorToCSRSparseMatrix SparseMatrixTranspose "
              "SparseMatrixAdd"},
    {.types = "SparseMatrixMatMul SparseMatrixSparseMatMul SparseMatrixMul", .like = "matmul"},
    {.types = "SparseMatrixNNZ=nnz", .why = "a count of elements does not move a little", .remedy = "compute the loss from the elements"},
    {.types = "SparseMatrixZeros", .why = "zeros depend on nothing but a shape", .remedy = "compute with the elements themselves"},
};

}  // namespace

std::span<const TypeRecord> sparse_types() { return checked(kRecords); }

}  // namespace whygrad::python
