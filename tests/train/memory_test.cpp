// Memory that cannot be had, wherever it is asked for: an error that names who asked, and a program that goes on.
#include "device/allocator.hpp"
#include "train/train_test.hpp"

#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/io/npy.hpp>
#include <whygrad/io/safetensors.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <new>

namespace {

// This thread's requests of plain C++ until one is refused; 0: none is.
thread_local long requests_until_refusal = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  if (requests_until_refusal > 0 && --requests_until_refusal == 0) throw std::bad_alloc();
  void* block = std::malloc(bytes == 0 ? 1 : bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return operator new(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace whygrad::testing {
namespace {

using ::testing::HasSubstr;

// Two ways to be refused the n-th request, counted from 1: by the library's allocator, and by C++.
struct Refusal {
  const char* name;
  void (*begin)(long n);
  void (*end)();
};
const Refusal kRefusals[] = {{"of the library's allocator",
                              [](long n) {
                                device::trim_allocator();
                                device::refuse_memory_after(n - 1);
                              },
                              [] { device::refuse_memory_after(-1); }},
                             {"of C++", [](long n) { requests_until_refusal = n; }, [] { requests_until_refusal = 0; }}};

// Whether f was refused memory.
bool is_refused(const Refusal& refusal, long n, const std::function<void()>& f) {
  refusal.begin(n);
  bool refused = false;
  try {
    f();
  } catch (const MemoryError& error) {
    refused = true;
    refusal.end();
    EXPECT_NE(error.op(), "") << error.what();
    EXPECT_THAT(error.what(), HasSubstr("can be had"));
  } catch (const std::bad_alloc&) {
    refused = true;
  }
  refusal.end();
  return refused;
}

struct Training {
  nn::Sequential model = small_model();
  optim::Adam adam{{.learning_rate = 0.05}};
  Tensor x = random::normal({16, 2}, {.seed = 1});
  Tensor y = constant(std::vector<std::int64_t>(16, 3));

  void step() {
    GradientTape tape;
    const Tensor logits = model(x);
    // A custom gradient is kept by the log until the tape is done.
    const Tensor same = custom_gradient(
        [](const Tensor& t) { return std::pair<Tensor, UnaryBackward>(multiply(t, 1.0), [](const Tensor& dy) { return dy; }); }, logits);
    const Tensor loss = nn::sparse_categorical_crossentropy(y, same, {.from_logits = true});
    adam.apply_gradients(tape.gradient(loss, model.trainable_variables()));
  }
};

// Wherever a step of training is refused memory, the model is as it was or as it is after the step, and the next step is that of a program to which
// nothing happened.
TEST(Memory, AStepIsRefusedAndTrainingGoesOn) {
  Training expected;
  std::vector<std::vector<std::vector<std::uint32_t>>> after = {bits(expected.model)};
  for (int i = 0; i < 3; ++i) {
    expected.step();
    after.push_back(bits(expected.model));
  }
  for (const Refusal& refusal : kRefusals) {
    long n = 1;
    for (bool refused = true; refused; ++n) {
      ASSERT_LT(n, 5000);
      Training training;
      training.step();
      refused = is_refused(refusal, n, [&] { training.step(); });
      const bool moved = training.adam.iterations() == 2;
      ASSERT_EQ(bits(training.model), after[moved ? 2 : 1]) << "request " << n << ' ' << refusal.name;
      training.step();
      ASSERT_EQ(bits(training.model), after[moved ? 3 : 2]) << "request " << n << ' ' << refusal.name;
    }
    EXPECT_GT(n, 10) << refusal.name;
  }
}

// Kernels that work in memory of their own.
TEST(Memory, OpsWithWorkspacesAreNamed) {
  const Tensor rows = random::normal({64, 1500}, {.seed = 1}), square = random::normal({40, 40}, {.dtype = float64, .seed = 2});
  const Tensor positive = matmul(square, square, {.transpose_b = true}), image = random::normal({2, 20, 20, 3}, {.seed = 3});
  const Tensor filters = random::normal({3, 3, 3, 8}, {.seed = 4});
  const std::pair<const char*, std::function<Tensor()>> calls[] = {
      {"sort", [&] { return sort(rows); }},
      {"unique", [&] { return unique(reshape(rows, {-1})).y; }},
      {"cholesky", [&] { return cholesky(positive); }},
      {"matrix_solve", [&] { return matrix_solve(positive, square); }},
      {"self_adjoint_eig", [&] { return self_adjoint_eig(positive).vectors; }},
      {"conv2d", [&] { return nn::conv2d(image, filters, {.padding = nn::same}); }},
      {"matmul", [&] { return matmul(rows, rows, {.transpose_b = true}); }},
      {"reduce_sum",
       [&] {
         return reduce_sum(broadcast_to(reshape(rows, {1, -1}), {40, rows.size()}), {0});
       }},
  };
  for (const auto& [name, call] : calls) {
    const Tensor expected = call();
    for (const Refusal& refusal : kRefusals) {
      long n = 1;
      for (; n < 500 && is_refused(refusal, n, [&call = call] { call(); }); ++n) {
        const Tensor again = call();
        ASSERT_TRUE(reduce_all(equal(again, expected)).item<bool>()) << name << ", request " << n << ' ' << refusal.name;
      }
      EXPECT_LT(n, 500) << name;
    }
    EXPECT_TRUE(is_refused(kRefusals[0], 1, [&call = call] { call(); })) << name;
  }
}

TEST(Memory, ReadersOfFilesAreNamed) {
  const TemporaryFolder folder;
  const std::string npz = folder / "t.npz", tensors = folder / "t.safetensors";
  const std::map<std::string, Tensor> saved = {{"a", random::normal({100, 100}, {.seed = 1})}};
  io::save_npz(npz, saved);
  io::save_safetensors(tensors, saved);
  const std::pair<const char*, std::function<Tensor()>> readers[] = {
      {"load_npz", [&] { return io::load_npz(npz).at("a"); }}, {"load_safetensors", [&] { return io::load_safetensors(tensors).tensors.at("a"); }}};
  for (const auto& [name, read] : readers) {
    for (const Refusal& refusal : kRefusals) {
      // The library that reads JSON takes memory in a destructor, where nothing can be refused.
      if (name == readers[1].first && &refusal == &kRefusals[1]) continue;
      long n = 1;
      for (; n < 500 && is_refused(refusal, n, [&read = read] { read(); }); ++n) {
        ASSERT_TRUE(reduce_all(equal(read(), saved.at("a"))).item<bool>()) << name;
      }
      EXPECT_GT(n, 1) << name << ' ' << refusal.name;
    }
  }
}

TEST(Memory, TheErrorTellsTheOpAndTheBytes) {
  try {
    zeros({1'000'000'000'000});
    FAIL() << "four terabytes were granted";
  } catch (const MemoryError& error) {
    EXPECT_EQ(error.op(), "zeros");
    EXPECT_EQ(error.wanted(), 4'000'000'000'000u);
    EXPECT_GT(error.available(), 0u);
    EXPECT_LT(error.available(), error.wanted());
    EXPECT_THAT(error.what(),
                HasSubstr("[zeros] there is no memory for a tensor f32[1000000000000]: it needs 4,000,000,000,000 bytes (3.6 TiB), and "));
  }
  EXPECT_THROW(matmul(zeros({1'000'000, 1}), zeros({1, 10'000'000})), MemoryError);
  EXPECT_EQ(reduce_sum(ones({3})).item<float>(), 3);
}

}  // namespace
}  // namespace whygrad::testing
