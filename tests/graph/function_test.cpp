// Traced functions give what the functions give, and their gradients.
#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

namespace whygrad {
namespace {

TEST(Function, RunsItsGraph) {
  int traced = 0;
  const auto f = function([&traced](const Tensor& x, const Tensor& y) {
    ++traced;
    return reduce_sum(multiply(x, x) + y);
  });
  const Tensor x = constant({1.f, 2.f, 3.f}), y = constant({1.f, 1.f, 1.f});
  EXPECT_EQ(f(x, y).item<float>(), 17.f);
  EXPECT_EQ(f(y, x).item<float>(), 9.f);
  EXPECT_EQ(traced, 1);
  EXPECT_EQ(f(constant({2.f}), constant({1.f})).item<float>(), 5.f);
  EXPECT_EQ(traced, 2);
}

TEST(Function, HasGradientsFromOutside) {
  const Variable w(constant({2.f, 3.f}));
  const auto f = function([&w](const Tensor& x) { return reduce_sum(square(multiply(w, x))); });
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = f(x);
  EXPECT_EQ(y.item<float>(), 40.f);
  EXPECT_EQ(tape.gradient(y, w)->to_vector<float>(), (std::vector<float>{4.f, 24.f}));
  EXPECT_EQ(tape.gradient(y, x)->to_vector<float>(), (std::vector<float>{8.f, 36.f}));
}

TEST(Function, HasHigherOrders) {
  const auto f = function([](const Tensor& x) { return multiply(multiply(x, x), multiply(x, x)); });
  const Tensor x = constant(2.f);
  GradientTape outer;
  outer.watch(x);
  Tensor second;
  {
    GradientTape middle;
    middle.watch(x);
    Tensor first;
    {
      GradientTape inner;
      inner.watch(x);
      first = *inner.gradient(f(x), x);
    }
    EXPECT_EQ(first.item<float>(), 32.f);
    second = *middle.gradient(first, x);
  }
  EXPECT_EQ(second.item<float>(), 48.f);
  EXPECT_EQ(outer.gradient(second, x)->item<float>(), 48.f);
}

TEST(Function, TakesATapeInside) {
  const Variable w(3.f);
  const auto f = function([&w](const Tensor& x) {
    GradientTape tape;
    const Tensor y = multiply(multiply(w, w), x);
    return *tape.gradient(y, w);
  });
  EXPECT_EQ(f(constant(2.f)).item<float>(), 12.f);
  w.assign(constant(5.f));
  EXPECT_EQ(f(constant(2.f)).item<float>(), 20.f);
  GradientTape tape;
  EXPECT_EQ(tape.gradient(f(constant(2.f)), w)->item<float>(), 4.f);
}

TEST(Function, AssignsAtEachCall) {
  const Variable n(0.f);
  const auto f = function([&n](const Tensor& x) {
    n.assign_add(x);
    return multiply(n, n);
  });
  EXPECT_EQ(f(constant(2.f)).item<float>(), 4.f);
  EXPECT_EQ(f(constant(3.f)).item<float>(), 25.f);
  EXPECT_EQ(n.value().item<float>(), 5.f);
}

TEST(Function, CapturesTensors) {
  const Tensor c = constant({2.f, 3.f});
  const auto f = function([&c](const Tensor& x) { return reduce_sum(x * c * c); });
  GradientTape tape;
  tape.watch(c);
  const Tensor x = constant({1.f, 1.f});
  EXPECT_EQ(tape.gradient(f(x), c)->to_vector<float>(), (std::vector<float>{4.f, 6.f}));
}

TEST(Function, DrawsAtEachCall) {
  const auto f = function([](const Tensor& x) { return x + random::normal({3}); });
  const Tensor x = zeros({3});
  EXPECT_NE(f(x).to_vector<float>(), f(x).to_vector<float>());
}

TEST(Function, DifferentiatesWhatWasDrawn) {
  const auto f = function([](const Tensor& x) {
    const Tensor noise = random::normal({3});
    return std::pair(reduce_sum(multiply(x, noise)), noise);
  });
  const Tensor x = ones({3});
  GradientTape tape;
  tape.watch(x);
  const auto [y, noise] = f(x);
  EXPECT_EQ(tape.gradient(y, x)->to_vector<float>(), noise.to_vector<float>());
}

TEST(Function, CallsOthers) {
  const auto g = function([](const Tensor& x) { return x + random::normal({}) * 0.f + 1.f; });
  const auto f = function([&g](const Tensor& x) { return multiply(x, g(x)); });
  const Tensor x = constant(5.f);
  GradientTape tape;
  tape.watch(x);
  EXPECT_EQ(tape.gradient(f(x), x)->item<float>(), 11.f);
}

TEST(Function, LeavesOutWhatIsUnconnected) {
  const auto f = function([](const Tensor& x, const Tensor& y) { return std::pair(multiply(x, x), multiply(y, y)); });
  const Tensor x = constant(2.f), y = constant(3.f);
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const auto [a, b] = f(x, y);
  EXPECT_FALSE(tape.gradient(a, y));
  EXPECT_EQ(tape.gradient(b, y)->item<float>(), 6.f);
}

TEST(Function, KeepsAUsersRule) {
  const auto f = function([](const Tensor& x) {
    return custom_gradient([](const Tensor& a) { return std::pair(multiply(a, a), UnaryBackward([a](const Tensor& dy) { return dy * a * 10.f; })); },
                           x);
  });
  const Tensor x = constant(3.f);
  GradientTape outer;
  outer.watch(x);
  Tensor first;
  {
    GradientTape tape;
    tape.watch(x);
    first = *tape.gradient(f(x), x);
  }
  EXPECT_EQ(first.item<float>(), 30.f);
  EXPECT_EQ(outer.gradient(first, x)->item<float>(), 10.f);
}

TEST(Function, RefusesATapeFromOutside) {
  GradientTape tape;
  const auto f = function([&tape](const Tensor& x) {
    tape.watch(x);
    return x * x;
  });
  try {
    f(constant(2.f));
    FAIL() << "no error";
  } catch (const TapeError& error) {
    EXPECT_NE(std::string(error.what()).find("made outside of the function `function`"), std::string::npos) << error.what();
  }
  EXPECT_EQ(tape.recording(), true);
}

TEST(Function, RefusesWhatLeaked) {
  Tensor kept;
  const auto f = function(
      [&kept](const Tensor& x) {
        kept = x * 2.0;
        return x;
      },
      {.name = "leaks"});
  f(constant(1.0));
  const auto check = [](const auto& use) {
    try {
      use();
      FAIL() << "no error";
    } catch (const ValueError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("was made while `leaks` was traced, at function_test.cpp:"), std::string::npos) << text;
    }
  };
  check([&] { return kept + 1.0; });
  check([&] { return kept.item<float>(); });
  check([&] { return function([&kept](const Tensor& x) { return x + kept; })(constant(1.0)); });
}

TEST(Function, KnowsShapesWhileItIsTraced) {
  const auto f = function([](const Tensor& x) { return reshape(x, {size(x).item<std::int32_t>(), 1}); });
  EXPECT_EQ(f(constant({1.0, 2.0, 3.0})).shape(), Shape({3, 1}));
}

TEST(Function, RefusesToReadElements) {
  const auto f = function([](const Tensor& x) { return x * x.item<float>(); });
  EXPECT_THROW(f(constant(2.f)), ValueError);
}

}  // namespace
}  // namespace whygrad
