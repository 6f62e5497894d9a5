// Where values of a graph lie: results outlive the run, and what is laid out otherwise inside is laid out so outside.
#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

namespace whygrad {
namespace {

using Floats = std::vector<float>;

TEST(Layout, AResultOfABranchOutlivesTheNextRun) {
  const auto f = function([](const Tensor& x) {
    const Tensor y = x * 2.f;
    return cond(
        reduce_sum(x) > 0.f, [&] { return y; }, [&] { return x; });
  });
  const Tensor first = f(constant({1.f, 2.f}));
  f(constant({10.f, 20.f}));
  EXPECT_EQ(first.to_vector<float>(), (Floats{2.f, 4.f}));
}

TEST(Layout, AResultOfABranchIsNotOverwrittenInItsRun) {
  const auto f = function([](const Tensor& x) {
    const Tensor y = x * 2.f;
    const Tensor kept = cond(
        reduce_sum(x) > 0.f, [&] { return y; }, [&] { return x; });
    Tensor z = x;
    for (int i = 0; i < 4; ++i) z = z * 3.f;
    return kept + z;
  });
  EXPECT_EQ(f(constant({1.f, 2.f})).to_vector<float>(), (Floats{83.f, 166.f}));
}

const Floats kRows = {1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, kColumns = {1.f, 4.f, 2.f, 5.f, 3.f, 6.f};
Tensor matrix() { return reshape(constant({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}), {2, 3}); }

TEST(Layout, ATransposedResultOfACalledFunction) {
  const auto inner = function([](const Tensor& x) { return transpose(x); });
  const auto outer = function([&inner](const Tensor& x) { return reshape(inner(x), {6}); });
  EXPECT_EQ(outer(matrix()).to_vector<float>(), kColumns);
}

TEST(Layout, ATransposedResultOfABranch) {
  const auto f = function([](const Tensor& x) {
    return reshape(cond(
                       reduce_sum(x) > 0.f, [&] { return transpose(x); },
                       [&] {
                         return zeros({3, 2});
                       }),
                   {6});
  });
  EXPECT_EQ(f(matrix()).to_vector<float>(), kColumns);
}

TEST(Layout, ATransposedResultOfAUsersRule) {
  const auto f = function([](const Tensor& x) {
    const Tensor y =
        custom_gradient([](const Tensor& a) { return std::pair(transpose(a), UnaryBackward([](const Tensor& dy) { return transpose(dy); })); }, x);
    return reshape(y, {6});
  });
  EXPECT_EQ(f(matrix()).to_vector<float>(), kColumns);
}

TEST(Layout, ATransposedValueOfAVariable) {
  const Variable v(zeros({3, 2}));
  const auto writes = function([&v](const Tensor& x) {
    v.assign(transpose(x));
    return reshape(v.value(), {6});
  });
  const auto reads = function([&](const Tensor& x) {
    cond(
        reduce_sum(x) > 0.f, [&] { v.assign(transpose(x)); }, [] {});
    return reshape(v.value(), {6});
  });
  EXPECT_EQ(writes(matrix()).to_vector<float>(), kColumns);
  v.assign(zeros({3, 2}));
  EXPECT_EQ(reads(matrix()).to_vector<float>(), kColumns);
}

TEST(Layout, ATransposedArgument) {
  const auto f = function([](const Tensor& x) { return reshape(x, {6}); });
  EXPECT_EQ(f(transpose(matrix())).to_vector<float>(), kColumns);
  EXPECT_EQ(f(reshape(matrix(), {3, 2})).to_vector<float>(), kRows);
}

}  // namespace
}  // namespace whygrad
