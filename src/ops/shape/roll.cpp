// roll: elements rotated along axes.
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using kernels::Layout;

// Copies x to `out`, rotated by shift[i] along each axis from `axis` on: the two parts of an axis are exchanged.
void copy_rolled(const kernels::View& x, const kernels::View& out, const std::int64_t* shift, int axis) {
  if (axis == x.rank) return kernels::copy(x, out);
  const std::int64_t moved = shift[axis], stays = x.shape[axis] - moved;
  if (moved == 0) return copy_rolled(x, out, shift, axis + 1);
  copy_rolled(Layout::part(x, axis, 0, stays), Layout::part(out, axis, moved, stays), shift, axis + 1);
  copy_rolled(Layout::part(x, axis, stays, moved), Layout::part(out, axis, 0, moved), shift, axis + 1);
}

struct RollAttrs {
  Ints shift;
  Ints axis;
};

void batch_roll(BatchContext& c) {
  const auto& a = c.attrs<RollAttrs>();
  c.give_call({c.input(0)}, RollAttrs{a.shift, behind_rows(a.axis)});
}

constexpr OpDef kRoll = define_op({
    .name = "roll",
    .doc = "x with its elements moved by shift[i] along axis[i]; those that leave at one end come in at the other. dx = dy moved back.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&RollAttrs::shift>("shift", "how far, towards the end", Attr::kRequired),
              attr<&RollAttrs::axis>("axis", "along which axes", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<RollAttrs>();
          if (a.shift.size() != a.axis.size()) {
            c.value_error(fmt::format("{} shifts along {} axes", a.shift.size(), a.axis.size()), "give one shift for each axis");
          }
          for (const std::int64_t axis : a.axis) c.axis(axis);
          c.output(c.input(0).dtype(), c.input(0).shape());
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<RollAttrs>();
          const Shape& shape = g.output().shape();
          if (shape.size() == 0) return;
          std::int64_t shift[Shape::kMaxRank] = {};  // along each axis, in [0, extent)
          for (int i = 0; i < a.axis.size(); ++i) {
            const int axis = normalize_axis(g.op().name, a.axis[i], shape.rank());
            shift[axis] = ((shift[axis] + a.shift[i] % shape[axis]) % shape[axis] + shape[axis]) % shape[axis];
          }
          copy_rolled(g.in(0), g.out(), shift, 0);
        },
    .vjp =
        [](VjpContext& g) {
          const auto& a = g.attrs<RollAttrs>();
          const Shape& shape = g.input_shape(0);
          Ints back = a.shift;
          for (int i = 0; i < back.size(); ++i) {
            const std::int64_t extent = shape[normalize_axis("roll", a.axis[i], shape.rank())];
            back[i] = extent == 0 ? 0 : -(back[i] % extent);
          }
          g.give(0, roll(g.dy(), back, a.axis));
        },
    .batch = batch_roll,
});

constexpr const OpDef* kOps[] = {&kRoll};

}  // namespace

OpFamily roll_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor roll(const Tensor& x, const Ints& shift, const Ints& axis, Where where) { return apply(kRoll, {&x}, where, RollAttrs{shift, axis}); }

}  // namespace whygrad
