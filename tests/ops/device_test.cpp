// The samples of every op, and steps of training, on a device whose memory the host cannot touch.
#include "ops/samples/samples.hpp"
#include "ops/test_device.hpp"

#include "device/memory.hpp"
#include "ops/core/events.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/autodiff/variable.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/optim/adam.hpp>
#include <whygrad/optim/rmsprop.hpp>
#include <whygrad/optim/sgd.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace whygrad::samples {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kernel_calls;
using testing::test_device;

std::vector<std::byte> bytes_of(const Tensor& t) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(t.size()) * size_of(t.dtype()));
  internal::copy_elements(t, bytes.data());
  return bytes;
}

// A copy of a tensor where this thread makes tensors.
Tensor here(const Tensor& t) {
  Tensor copy = internal::on_current_device(internal::on_host(t));
  if (copy.id() == 0) internal::log_constant(copy, {}, Where::here());
  return copy;
}

struct Results {
  std::vector<Tensor> outputs;
  std::vector<Tensor> gradients;
};

Results run(const OpDef& op, const Sample& sample) {
  random::set_seed(7);
  Inputs inputs;
  for (const Tensor& t : sample.inputs) inputs.push_back(here(t));
  Results results;
  if (sample.order == 0) {
    results.outputs = sample.run(inputs);
    return results;
  }
  GradientTape tape;
  std::vector<Watchable> sources;
  for (int i = 0; i < static_cast<int>(inputs.size()); ++i) {
    if (!input_def(op, i).gradient.differentiable() || !is_differentiable(inputs[static_cast<std::size_t>(i)].dtype())) continue;
    tape.watch(inputs[static_cast<std::size_t>(i)]);
    sources.emplace_back(inputs[static_cast<std::size_t>(i)]);
  }
  results.outputs = sample.run(inputs);
  if (sources.empty()) return results;
  for (const Gradient& g : tape.gradient(Targets(results.outputs), Sources(sources))) {
    if (g) results.gradients.push_back(*g);
  }
  return results;
}

void expect_alike(const std::vector<Tensor>& there, const std::vector<Tensor>& on_cpu) {
  ASSERT_EQ(there.size(), on_cpu.size());
  for (std::size_t k = 0; k < there.size(); ++k) {
    EXPECT_EQ(there[k].device(), test_device());
    EXPECT_EQ(there[k].signature(), on_cpu[k].signature());
    EXPECT_EQ(bytes_of(there[k]), bytes_of(on_cpu[k])) << "number " << k;
  }
}

class OpOnDevice : public ::testing::TestWithParam<const OpDef*> {};
INSTANTIATE_TEST_SUITE_P(, OpOnDevice, ::testing::ValuesIn(op_table().begin(), op_table().end()),
                         [](const auto& p) { return std::string(p.param->name); });

TEST_P(OpOnDevice, ComputesThereWhatItComputesOnTheCpu) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (sample.op != std::string_view(op.name)) continue;
    const Results on_cpu = run(op, sample);
    const std::uint64_t before = kernel_calls();
    const device::Scope scope(test_device());
    const Results there = run(op, sample);
    expect_alike(there.outputs, on_cpu.outputs);
    expect_alike(there.gradients, on_cpu.gradients);
    const bool computes = op.view == nullptr && there.outputs[0].size() != 0;
    EXPECT_TRUE(!computes || kernel_calls() > before);
  }
}

// Weights after three steps of training a small network.
std::vector<std::vector<std::byte>> train(optim::Optimizer& optimizer) {
  random::set_seed(3);
  const Tensor x = random::normal({8, 4}), labels = constant({0, 1, 2, 0, 1, 2, 0, 1}, int32);
  Variable w1(random::normal({4, 5}), "w1"), b1(zeros({5}), "b1"), w2(random::normal({5, 3}), "w2");
  for (int step = 0; step < 3; ++step) {
    GradientTape tape;
    const Tensor hidden = tanh(add(matmul(x, w1), b1));
    const Tensor loss = reduce_mean(nn::sparse_softmax_cross_entropy_with_logits(labels, matmul(hidden, w2)));
    const Gradients gradients = tape.gradient(loss, {w1, b1, w2});
    optimizer.apply_gradients(gradients);
  }
  EXPECT_EQ(w1.value().device(), device::current());
  return {bytes_of(w1.value()), bytes_of(b1.value()), bytes_of(w2.value())};
}

TEST(TestDevice, TrainsToTheSameWeights) {
  const auto check = [](auto make) {
    auto here = make();
    const auto on_cpu = train(here);
    auto elsewhere = make();
    const device::Scope scope(test_device());
    EXPECT_EQ(train(elsewhere), on_cpu);
  };
  check([] { return optim::SGD({.learning_rate = 0.1, .momentum = 0.9}); });
  check([] { return optim::Adam({.learning_rate = 0.01}); });
  check([] { return optim::RMSprop({.learning_rate = 0.01}); });
}

TEST(TestDevice, TracedFunctionsRunThere) {
  const auto run = [] {
    const Variable w(constant({1.0f, 2.0f}), "w");
    const auto f = function([&w](const Tensor& x) {
      const Tensor y = tanh(w * x) + 1.0f;
      return cond(
          reduce_sum(y) > 0.0f, [&] { return square(y); }, [&] { return y; });
    });
    std::vector<Tensor> results;
    for (const float at : {0.5f, 0.25f}) {
      const Tensor x = constant({at, -at});
      GradientTape tape({.persistent = true});
      tape.watch(x);
      const Tensor y = f(x);
      results.insert(results.end(), {y, *tape.gradient(y, w), *tape.gradient(y, x)});
    }
    return results;
  };
  const std::vector<Tensor> on_cpu = run();
  const device::Scope scope(test_device());
  const std::vector<Tensor> there = run();
  for (std::size_t i = 0; i < there.size(); ++i) {
    EXPECT_EQ(there[i].device(), test_device()) << i;
    EXPECT_EQ(bytes_of(there[i]), bytes_of(on_cpu[i])) << i;
  }
}

TEST(TestDevice, ATensorThatWasReadKeepsItsElementsWhileItsVariableIsTrained) {
  const device::Scope scope(test_device());
  Variable w(constant({1.0f, 2.0f}), "w");
  const Tensor before = w.value();
  GradientTape tape;
  const Gradients gradients = tape.gradient(reduce_sum(square(w)), {w});
  {
    const device::Scope elsewhere(Device{});  // the step is taken where the variable is
    optim::SGD optimizer({.learning_rate = 0.25});
    optimizer.apply_gradients(gradients);
  }
  EXPECT_EQ(before.to_vector<float>(), (std::vector<float>{1, 2}));
  EXPECT_EQ(w.value().device(), test_device());
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{0.5f, 1}));
}

// What is said of gradients that are zero and NaN.
std::string explained() {
  const Diagnosis report({.values = true});
  const Variable w(constant({{1.0f, -1.0f, 4.0f}, {2.0f, 0.5f, 3.0f}}), "w");
  {
    GradientTape tape;
    (void)tape.gradient(reduce_sum(nn::relu(w - 9.0f)), {w});
  }
  GradientTape tape;
  (void)tape.gradient(reduce_sum(log(transpose(w))), {w});
  GradientTape unstable;
  (void)unstable.gradient(reduce_sum(sqrt(transpose(w))), {w});
  return report.to_string();
}

TEST(TestDevice, ExplanationsLookAtElementsThere) {
  const std::string on_cpu = explained();
  const device::Scope scope(test_device());
  EXPECT_EQ(explained(), on_cpu);
  EXPECT_THAT(on_cpu, AllOf(HasSubstr("relu"), HasSubstr("sqrt")));
}

TEST(TestDevice, GivesItsMemoryBack) {
  const std::size_t before = testing::test_memory_in_use();
  {
    const device::Scope scope(test_device());
    const Tensor x = ones({100, 100});
    EXPECT_GE(testing::test_memory_in_use(), before + 40000);
    EXPECT_EQ(exp(x).device(), test_device());
  }
  EXPECT_EQ(testing::test_memory_in_use(), before);
}

TEST(TestDevice, OpsComputeWhereTheirInputsAre) {
  const Tensor on_cpu = constant({1.0f, 2.0f});
  Tensor there;
  {
    const device::Scope scope(test_device());
    there = constant({1.0f, 2.0f});
  }
  EXPECT_EQ(nn::softmax(there).device(), test_device());
  const device::Scope scope(test_device());
  EXPECT_EQ(nn::softmax(on_cpu).device(), Device{});
  EXPECT_EQ(zeros({2}).device(), test_device());
}

TEST(TestDevice, DevicesDoNotMix) {
  const Tensor on_cpu = constant({1.0f, 2.0f});
  const device::Scope scope(test_device());
  const Tensor there = constant({1.0f, 2.0f});
  try {
    add(there, on_cpu);
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[add] a is on test:0, b is on cpu:0"));
  }
}

TEST(TestDevice, ElementsAreReadByCopy) {
  const device::Scope scope(test_device());
  const Tensor x = constant({{1.0f, 2.0f, 3.0f}, {4.0f, 5.0f, 6.0f}});
  EXPECT_EQ(transpose(x).to_vector<float>(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(reverse(x, {1}).to_vector<float>(), (std::vector<float>{3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(slice(x, {1, 1}, {1, 2}).to_vector<float>(), (std::vector<float>{5, 6}));
  try {
    x.span<float>();
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("are on test:0"));
  }
}

}  // namespace
}  // namespace whygrad::samples
