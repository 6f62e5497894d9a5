// The attributes of events, by name: through JSON and back.
#include "ops/core/attr_json.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/autodiff/variable.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace whygrad {
namespace {

TEST(EventAttributes, ComeBackFromJson) {
  internal::Log& log = internal::Log::mine();
  const ValueId first = log.next_id();
  const Variable v(constant({1.0, 2.5}), "weights");
  GradientTape tape;
  const Tensor x = constant(0.3);
  tape.watch(x);
  const auto twice = [](const std::vector<Tensor>& in) {
    return CustomResult{{in[0] * 2}, [](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] * 2}; }};
  };
  const std::vector<Tensor> y = custom_gradient(twice, {x});
  const Tensor chosen = cond(
      x > 0, [&] { return y[0] * 1.0; }, [&] { return x * 1.0; });
  EXPECT_GT(chosen.item<float>(), 0);
  v.assign(v.value() * 3.0);
  std::set<std::string> seen;
  for (ValueId id = first; id < log.next_id(); ++id) {
    const internal::Record* r = log.find(id);
    if (r == nullptr || r->op->kernel != nullptr || r->op->view != nullptr) continue;
    const std::string json = internal::attrs_to_json(*r->op, r->attrs());
    const std::vector<std::byte> back = internal::attrs_from_json(*r->op, json);
    EXPECT_EQ(back.size(), r->attrs_bytes) << r->op->name;
    if (back.size() != r->attrs_bytes) continue;
    EXPECT_EQ(internal::attrs_to_json(*r->op, back.data()), json);
    if (r->attrs_bytes != 0) seen.insert(r->op->name);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"assign", "choice", "constant", "custom_gradient", "host_read", "variable", "watch"}));
}

}  // namespace
}  // namespace whygrad
