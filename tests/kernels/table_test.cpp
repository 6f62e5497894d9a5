// The table of a device: complete, and what the functions of the headers call.
#include "kernels/table.hpp"

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

}  // namespace
}  // namespace whygrad::kernels
