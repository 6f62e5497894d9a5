// Abstract tensors as a program makes them.
#include <whygrad/ops/abstract.hpp>

#include "ops/core/context.hpp"

namespace whygrad {
namespace internal {
namespace {

constexpr OpDef kPlaceholderEvent =
    define_event({.name = "placeholder", .doc = "A value of which only dtype, shape and device are known.", .type = "Placeholder", .source = true});

}  // namespace
}  // namespace internal

Tensor abstract(const TensorSpec& spec, Where where) {
  Tensor t = internal::make_abstract(spec);
  internal::Log::mine().append({.op = &internal::kPlaceholderEvent, .where = &where, .outputs = &t, .output_count = 1});
  return t;
}

}  // namespace whygrad
