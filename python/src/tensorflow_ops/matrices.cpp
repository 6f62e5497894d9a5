// TensorFlow's op types on matrices: products, factors, solutions, diagonals, Fourier transforms.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr ZeroGradient kReplacedDiagonal{
    ZeroGradient::kMasks, "let what should learn stand on the side that is kept: the elements of x on the diagonal are replaced and get no gradient"};
constexpr TypeRecord kRecords[]{
    {.types = "BatchMatMul BatchMatMulV2 BatchMatMulV3 SparseMatMul", .like = "matmul"},
    {.types = "Einsum=einsum XlaEinsum=einsum TridiagonalMatMul=tridiagonal_matmul", .like = "matmul"},
    {.types = "Cross"},
    {.types = "ConjugateTranspose", .like = "transpose"},

    {.types = "BandedTriangularSolve=banded_triangular_solve", .like = "matrix_triangular_solve"},
    {.types = "MatrixSolveLs=lstsq",
     .why = "TensorFlow has no rule for the size of the regularizer",
     .remedy = "write the normal equations, matrix_solve(transpose(a) @ a + l * eye(n), transpose(a) @ b), which carry a gradient for l",
     .nonfinite = {NonFinite::kSingularMatrix, "add to l2_regularizer, or look why two columns say the same"}},

    {.types = "Diag=tensor_diag MatrixDiag MatrixDiagV2", .like = "matrix_diag"},
    {.types = "DiagPart=tensor_diag_part MatrixDiagPart MatrixDiagPartV2", .like = "matrix_diag_part"},
    {.types = "MatrixSetDiag MatrixSetDiagV2", .zero = kReplacedDiagonal},

    {.types = "IsotonicRegression",
     .zero = {ZeroGradient::kTies, "each run of equal results shares its gradient: parts that cancel inside of a run leave 0"}},
};

}  // namespace

std::span<const TypeRecord> matrix_types() { return checked(kRecords); }

}  // namespace whygrad::python
