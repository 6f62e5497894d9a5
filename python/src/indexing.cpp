// `tensor[...]`: NumPy's basic and advanced indexing, composed of ops.
#include "indexing.hpp"

#include "convert.hpp"
#include "errors.hpp"
#include "places.hpp"

#include "kernels/movement.hpp"
#include "ops/core/context.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <numeric>
#include <vector>

namespace whygrad::python {
namespace {

// One axis of x under the key.
struct Cut {
  std::int64_t begin = 0, end = 0, stride = 1;
  bool whole = true;
  nb::object position;  // a scalar tensor that selects a slice; the axis is dropped
};

// A parsed key: what happens to each axis, and the axes of the result.
struct Plan {
  std::vector<Cut> cuts;             // one for each axis of x
  std::vector<std::int64_t> result;  // extents of the slice
  std::vector<int> axes;             // for each axis of the result the axis of x, or -1 for a new one
  std::vector<std::size_t> picked;   // axes indexed by tensors, ascending
  bool reshaped = false;

  void keep(std::int64_t extent, int axis) {
    result.push_back(extent);
    axes.push_back(axis);
  }
};

bool is_position(nb::handle item) {
  const Tensor* t = tensor_in(item);
  const Variable* v = variable_in(item);
  if (t == nullptr && v == nullptr) return false;
  const DType dtype = t != nullptr ? t->dtype() : v->dtype();
  return (t != nullptr ? t->rank() : v->shape().rank()) == 0 && (dtype == DType::kI32 || dtype == DType::kI64);
}

[[noreturn]] void refuse(nb::handle item) {
  nb::raise_type_error(
      "[getitem] %s is no index\nhelp: integers, slices, ..., newaxis and scalar integer tensors are; use gather, gather_nd or boolean_mask to pick "
      "by lists or truth "
      "values",
      Py_TYPE(item.ptr())->tp_name);
}

Cut cut_by_slice(nb::handle item, std::int64_t extent) {
  Cut cut;
  Py_ssize_t begin = 0, end = 0, stride = 0;
  // A slice may contain tensors, which PySlice_Unpack converts by __index__.
  if (PySlice_Unpack(item.ptr(), &begin, &end, &stride) != 0) throw nb::python_error();
  const Py_ssize_t count = PySlice_AdjustIndices(extent, &begin, &end, stride);
  cut.begin = begin;
  cut.stride = stride;
  cut.end = begin + count * stride;
  cut.whole = begin == 0 && stride == 1 && count == extent;
  return cut;
}

Cut cut_by_number(nb::handle item, std::int64_t extent, std::size_t axis, const Tensor& x) {
  const std::int64_t number = to_int(item);
  if (number < -extent || number >= extent) {
    throw IndexError("getitem", fmt::format("index {} on axis {} of {} is out of range", number, axis, x.signature()),
                     fmt::format("the axis has extent {}", extent));
  }
  Cut cut;
  cut.begin = number < 0 ? number + extent : number;
  cut.end = cut.begin + 1;
  cut.whole = false;
  return cut;
}

Plan plan_for(const Tensor& x, nb::handle key) {
  const nb::object items = PyTuple_Check(key.ptr()) ? nb::borrow(key) : nb::object(nb::make_tuple(key));
  const std::size_t count = nb::len(items);
  std::size_t named = 0;
  bool ellipsis = false;
  for (nb::handle item : nb::iter(items)) {
    if (item.ptr() == Py_Ellipsis) {
      if (std::exchange(ellipsis, true)) nb::raise_type_error("[getitem] Multiple ellipses are not allowed\nhelp: an index has at most one ...");
    } else if (!item.is_none()) {
      ++named;
    }
  }
  const auto rank = static_cast<std::size_t>(x.rank());
  if (named > rank) throw IndexError("getitem", fmt::format("{} indices for {}", named, x.signature()), fmt::format("give at most {}", rank));
  Plan plan;
  const auto keep_whole = [&](std::size_t axes) {
    for (; axes != 0; --axes) {
      const int axis = static_cast<int>(plan.cuts.size());
      plan.keep(x.shape()[axis], axis);
      plan.cuts.push_back({0, x.shape()[axis], 1, true, {}});
    }
  };
  for (std::size_t i = 0; i < count; ++i) {
    const nb::handle item = PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(i));
    const std::size_t axis = plan.cuts.size();
    if (item.ptr() == Py_Ellipsis) {
      keep_whole(rank - named);
    } else if (item.is_none()) {
      plan.keep(1, -1);
      plan.reshaped = true;
    } else if (const std::int64_t extent = x.shape()[static_cast<int>(axis)]; PySlice_Check(item.ptr())) {
      const Cut& cut = plan.cuts.emplace_back(cut_by_slice(item, extent));
      plan.keep((cut.end - cut.begin) / cut.stride, static_cast<int>(axis));
    } else if (is_position(item)) {
      plan.cuts.push_back({0, extent, 1, true, nb::borrow(item)});
      plan.picked.push_back(axis);
    } else if (PyIndex_Check(item.ptr()) && !PyBool_Check(item.ptr()) && !is_value(item)) {
      plan.cuts.push_back(cut_by_number(item, extent, axis, x));
      plan.reshaped = true;
    } else {
      refuse(item);
    }
  }
  keep_whole(rank - plan.cuts.size());
  return plan;
}

// The number of a position, without a host read in the log, because the library itself reads it.
std::int64_t number_at(const Tensor& position) {
  const char* data = internal::elements_of(position);
  return position.dtype() == DType::kI32 ? *reinterpret_cast<const std::int32_t*>(data) : *reinterpret_cast<const std::int64_t*>(data);
}

// A negative position counts from the end, as a number does.
Tensor from_front(const Tensor& position, std::int64_t extent, const Where& where) {
  if (internal::is_chosen_later(position)) {
    return whygrad::where(less(position, 0, where), add(position, extent, where), position, where);
  }
  return number_at(position) < 0 ? add(position, extent, where) : position;
}

Tensor cut(const Tensor& x, const Plan& plan, const Where& where) {
  Ints begin, end, strides;
  bool whole = true;
  for (const Cut& c : plan.cuts) {
    whole &= c.whole;
    begin.push_back(c.begin);
    end.push_back(c.end < 0 ? -kToEnd : c.end);  // a reversed slice that ends at the first element
    strides.push_back(c.stride);
  }
  return whole ? x : strided_slice(x, begin, end, strides, where);
}

Tensor part_of(const Tensor& x, nb::handle key, const Where& where) {
  const Plan plan = plan_for(x, key);
  Tensor part = cut(x, plan, where);
  for (auto axis = plan.picked.rbegin(); axis != plan.picked.rend(); ++axis) {
    const Tensor position = from_front(to_tensor(plan.cuts[*axis].position, where), x.shape()[static_cast<int>(*axis)], where);
    part = gather(part, position, static_cast<std::int64_t>(*axis), 0, where);
  }
  if (plan.reshaped) part = reshape(part, Ints(plan.result), where);
  return part.impl() == x.impl() ? identity(x, where) : part;
}

}  // namespace

PyObject* subscript(PyObject* self, PyObject* key) noexcept {
  return guarded([&] {
    const Where where = caller();
    return wrap(part_of(to_tensor(self, where), key, where));
  });
}

namespace {

// The part of `whole` that a key means; `whole` is contiguous.
Tensor part_of(const Tensor& whole, const Plan& plan, const Where& where) {
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < plan.cuts.size(); ++axis) {
    const Cut& c = plan.cuts[axis];
    const std::int64_t extent = whole.shape()[static_cast<int>(axis)], step = whole.impl()->strides[axis];
    offset += step * (c.position.is_valid() ? normalize_axis("assign", number_at(to_tensor(c.position, where)), static_cast<int>(extent)) : c.begin);
  }
  std::int64_t strides[Shape::kMaxRank] = {};
  const Shape shape{std::span<const std::int64_t>(plan.result)};
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    if (plan.axes[i] >= 0) strides[i] = whole.impl()->strides[plan.axes[i]] * plan.cuts[static_cast<std::size_t>(plan.axes[i])].stride;
  }
  return internal::make_view(whole, shape, strides, offset);
}

// For values that are only known when a graph runs: the same by an op, whose places are those of the part.
Tensor with_part_later(const Tensor& x, const Plan& plan, const Tensor& value, const Where& where) {
  Tensor places = internal::make_host_tensor(int64, x.shape(), "assign");
  auto* place = reinterpret_cast<std::int64_t*>(places.impl()->data);
  std::iota(place, place + x.size(), 0);
  const Tensor part = part_of(places, plan, where);
  Tensor indices = internal::make_host_tensor(int64, {part.size(), 1}, "assign");
  internal::copy_elements(part, indices.impl()->data);
  internal::log_constant(indices, {}, where);
  const Tensor updates = reshape(broadcast_to(value, part.shape(), where), {part.size()}, where);
  return reshape(tensor_scatter_nd_update(reshape(x, {x.size()}, where), indices, updates, where), x.shape(), where);
}

}  // namespace

Tensor with_part(const Tensor& x, nb::handle key, const Tensor& value, const Where& where) {
  const Plan plan = plan_for(x, key);
  if (x.is_abstract() || value.is_abstract()) return with_part_later(x, plan, value, where);
  Tensor whole = internal::make_host_tensor(x.dtype(), x.shape(), "assign");
  internal::copy_elements(x, whole.impl()->data);
  const Tensor part = part_of(whole, plan, where);
  const Tensor spread = broadcast_to(value, part.shape(), where);
  kernels::copy(view_of(spread), view_of(part));
  return whole;
}

}  // namespace whygrad::python
