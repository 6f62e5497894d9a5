// The table of a device: complete, and what the functions of the headers call.
#include "kernels/table.hpp"

#include "kernels/cpu/loop_rows.hpp"
#include "kernels/kernel_test.hpp"

#include <array>
#include <bit>

namespace whygrad::kernels {
namespace {

TEST(KernelTable, HasEveryKernel) {
  static_assert(sizeof(KernelTable) % sizeof(void*) == 0);
  using Members = std::array<void*, sizeof(KernelTable) / sizeof(void*)>;
  const auto members = std::bit_cast<Members>(table_of(Device{}));
  for (std::size_t i = 0; i < members.size(); ++i) EXPECT_NE(members[i], nullptr) << "member " << i << " of the CPU's table";
}

TEST(KernelTable, IsWhatTheFunctionsCall) {
  float x[] = {1, -2}, out[2];
  const std::int64_t n = 2, step = 1;
  const View in(x, &n, &step, 1, DType::kF32, {}), result = in.under(out, &n, &step, 1);
  table_of(Device{}).unary(Unary::kNegative, in, result);
  EXPECT_EQ(out[0], -1);
  unary(Unary::kAbs, in, result);
  EXPECT_EQ(out[1], 2);
}

template <class Op>
void expect_a_loop_for_each_op() {
  for (int op = 0; op < cpu::op_count<Op>(); ++op) {
    bool any = false;
    for (int d = 0; d < kDTypeCount; ++d) any |= supports(static_cast<Op>(op), static_cast<DType>(d));
    EXPECT_TRUE(any) << "op " << op;
  }
}

TEST(LoopRows, EachOpHasALoop) {
  expect_a_loop_for_each_op<Unary>();
  expect_a_loop_for_each_op<Binary>();
}

TEST(LoopRows, SayTheDTypeOfTheResult) {
  EXPECT_EQ(result_dtype(Unary::kAbs, DType::kC64), DType::kF32);
  EXPECT_EQ(result_dtype(Unary::kAbs, DType::kF64), DType::kF64);
  EXPECT_EQ(result_dtype(Unary::kConj, DType::kC128), DType::kC128);
  EXPECT_EQ(result_dtype(Unary::kIsNan, DType::kF32), DType::kBool);
  EXPECT_EQ(result_dtype(Binary::kLess, DType::kI64), DType::kBool);
  EXPECT_EQ(result_dtype(Binary::kPow, DType::kI64), DType::kI64);
}

}  // namespace
}  // namespace whygrad::kernels
