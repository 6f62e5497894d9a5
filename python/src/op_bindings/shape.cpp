// Ops that change layouts, pick parts and join tensors.
#include <whygrad/ops/shape.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <array>

namespace whygrad::python {
namespace {

// A function of one tensor and a list of numbers.
template <Tensor (*F)(const Tensor&, const Ints&, Where)>
nb::object with_numbers(nb::handle x, nb::handle numbers, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const Ints list(to_ints(numbers));
  return wrap(unlocked(t.size(), [&] { return F(t, list, where); }));
}

// A Shape is wanted where Ints are given, of which none may be left open.
Tensor broadcast(const Tensor& x, const Ints& shape, Where where) {
  return broadcast_to(x, Shape(std::span<const std::int64_t>(shape.begin(), shape.end())), where);
}

nb::object transposed(nb::handle a, nb::handle perm, bool conjugate, nb::handle) {
  const Where where = caller();
  const Tensor t = transpose(to_tensor(a, where), Ints(to_ints(perm)), where);
  return wrap(conjugate ? conj(t, where) : t);
}

nb::object sliced(nb::handle x, nb::handle begin, nb::handle size, nb::handle) {
  const Where where = caller();
  return wrap(slice(to_tensor(x, where), Ints(to_ints(begin)), Ints(to_ints(size)), where));
}

nb::object sliced_by_masks(nb::handle input, nb::handle begin, nb::handle end, nb::handle strides, std::uint32_t begin_mask, std::uint32_t end_mask,
                           std::uint32_t ellipsis_mask, std::uint32_t new_axis_mask, std::uint32_t shrink_axis_mask, nb::handle var, nb::handle) {
  const Where where = caller();
  require_default("strided_slice", "var", var, nb::none(), "a slice of a variable is assigned with variable[...].assign(value)");
  const SliceMasks masks{.ellipsis = ellipsis_mask, .new_axis = new_axis_mask, .shrink_axis = shrink_axis_mask, .begin = begin_mask, .end = end_mask};
  return wrap(strided_slice(to_tensor(input, where), Ints(to_ints(begin)), Ints(to_ints(end)), Ints(to_ints(strides)), masks, where));
}

nb::object ensured(nb::handle x, nb::handle shape, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const std::optional<Ints> wanted = to_partial_shape(shape);
  return wrap(wanted ? ensure_shape(t, *wanted, where) : identity(t, where));
}

nb::object common_shape(nb::handle shape_x, nb::handle shape_y) {
  const nb::object type = nb::module_::import_("whygrad._shape").attr("TensorShape");
  const std::optional<Ints> x = to_partial_shape(shape_x), y = to_partial_shape(shape_y);
  if (!x || !y) return type(nb::none());
  nb::list extents;
  for (const std::int64_t extent : broadcast_static_shape(*x, *y)) extents.append(extent == kAnyExtent ? nb::none() : nb::object(nb::int_(extent)));
  return type(extents);
}

nb::object common_shape_of_tensors(nb::handle shape_x, nb::handle shape_y) {
  const Where where = caller();
  const DType dtype = is_value(shape_x) ? to_tensor(shape_x, where).dtype() : int32;
  const Ints common = broadcast_static_shape(Ints(to_ints(shape_x)), Ints(to_ints(shape_y)));
  return wrap(cast(constant(std::vector<std::int64_t>(common.begin(), common.end()), where), dtype, where));
}

nb::object joined(nb::handle values, nb::handle axis, nb::handle) {
  const Where where = caller();
  // One tensor is a list of itself, not of its rows.
  const std::vector<Tensor> tensors = is_value(values) ? std::vector{to_tensor(values, where)} : to_tensors(values, where);
  const std::int64_t along = to_int(axis);
  return wrap(unlocked(kWorthUnlocking, [&] { return concat(tensors, along, where); }));
}

nb::object stacked(nb::handle values, nb::handle axis, nb::handle) {
  const Where where = caller();
  return wrap(stack(to_tensors(values, where), to_int(axis), where));
}

nb::object unstacked(nb::handle value, nb::handle count, nb::handle axis, nb::handle) {
  const Where where = caller();
  std::vector<Tensor> parts = unstack(to_tensor(value, where), to_int(axis), where);
  if (!count.is_none() && to_int(count) != static_cast<std::int64_t>(parts.size())) {
    throw ValueError("unstack", fmt::format("{} parts are expected and there are {}", to_int(count), parts.size()),
                     "leave num out, or give the extent of the axis");
  }
  return wrap(std::move(parts));
}

nb::object split_up(nb::handle value, nb::handle num_or_size_splits, nb::handle axis, nb::handle num, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(value, where);
  if (PyIndex_Check(num_or_size_splits.ptr()) != 0 && !is_value(num_or_size_splits) && !nb::hasattr(num_or_size_splits, "__len__")) {
    return wrap(split(t, to_int(num_or_size_splits), to_int(axis), where));
  }
  const Tensor sizes = to_tensor(num_or_size_splits, where);
  if (sizes.rank() == 0)
    throw ValueError("split", "num_or_size_splits is a tensor of rank 0", "give the number of parts as an int, or a list of sizes");
  if (!num.is_none() && to_int(num) != sizes.size()) {
    throw ValueError("split", fmt::format("num is {} and there are {} sizes", to_int(num), sizes.size()),
                     "leave num out, or give the number of sizes");
  }
  return wrap(split(t, to_ints(wrap(sizes)), to_int(axis), where));
}

nb::object padded(nb::handle tensor, nb::handle paddings, const std::string& mode, nb::handle constant_values, nb::handle) {
  const Where where = caller();
  std::vector<std::array<std::int64_t, 2>> pairs;
  for (nb::handle pair : nb::iter(paddings)) {
    const std::vector<std::int64_t> ends = to_ints(pair);
    if (ends.size() != 2) throw ShapeError("pad", fmt::format("{} numbers for one axis", ends.size()), "give [before, after] for each axis");
    pairs.push_back({ends[0], ends[1]});
  }
  PadOptions options;
  std::string upper = mode;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (upper == "REFLECT") options.mode = PadMode::kReflect;
  if (upper == "SYMMETRIC") options.mode = PadMode::kSymmetric;
  if (upper != "CONSTANT" && options.mode == PadMode::kConstant) {
    throw ValueError("pad", fmt::format("Unknown padding mode: {}", mode), "it is \"CONSTANT\", \"REFLECT\" or \"SYMMETRIC\"");
  }
  const Tensor t = to_tensor(tensor, where);
  const Number fill = to_number(constant_values, where);
  options.constant_value = fill.real() == 0 && !is_complex(fill.dtype()) ? Number(0) : fill;
  return wrap(pad(t, pairs, options, where));
}

nb::object repeated(nb::handle input, nb::handle repeats, nb::handle axis, nb::handle) {
  const Where where = caller();
  Tensor t = to_tensor(input, where);
  if (axis.is_none()) t = reshape(t, {-1}, where);
  const std::int64_t along = axis.is_none() ? 0 : to_int(axis);
  const std::vector<std::int64_t> counts = to_ints(repeats);
  if (counts.size() == 1) return wrap(repeat(t, counts[0], along, where));
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < counts.size(); ++i)
    positions.insert(positions.end(), static_cast<std::size_t>(counts[i]), static_cast<std::int64_t>(i));
  return wrap(gather(t, constant(positions, where), along, 0, where));
}

nb::object shape_of(nb::handle input, nb::handle out_type, nb::handle) {
  const Where where = caller();
  return wrap(shape(to_tensor(input, where), to_optional_dtype(out_type).value_or(int32), where));
}

nb::object size_of_all(nb::handle input, nb::handle out_type, nb::handle) {
  const Where where = caller();
  return wrap(size(to_tensor(input, where), to_optional_dtype(out_type).value_or(int32), where));
}

nb::object rank_of(nb::handle input, nb::handle) {
  const Where where = caller();
  return wrap(rank(to_tensor(input, where), where));
}

}  // namespace

void bind_shape(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("reshape", with_numbers<reshape>, arg("tensor"), arg("shape"), arg("name") = none,
        "The elements in row-major order under another shape, of which one extent may be -1.");
  m.def("squeeze", with_numbers<squeeze>, arg("input"), arg("axis") = none, arg("name") = none,
        "Without the given axes of extent 1, or without all of them.");
  m.def("tile", with_numbers<tile>, arg("input"), arg("multiples"), arg("name") = none, "Set side by side multiples[i] times along axis i.");
  m.def("reverse", with_numbers<reverse>, arg("tensor"), arg("axis"), arg("name") = none, "The given axes run backwards.");
  m.def("broadcast_to", with_numbers<broadcast>, arg("input"), arg("shape"), arg("name") = none,
        "Repeated along new leading axes and along axes of extent 1.");
  m.def("transpose", transposed, arg("a"), arg("perm") = none, arg("conjugate") = false, arg("name") = none,
        "Axis i of the result is axis perm[i] of a; without perm, all axes in reverse.");
  m.def("slice", sliced, arg("input_"), arg("begin"), arg("size"), arg("name") = none, "The block of `size` elements from `begin` on.");
  m.def("strided_slice", sliced_by_masks, arg("input_"), arg("begin"), arg("end"), arg("strides") = none, arg("begin_mask") = 0, arg("end_mask") = 0,
        arg("ellipsis_mask") = 0, arg("new_axis_mask") = 0, arg("shrink_axis_mask") = 0, arg("var") = none, arg("name") = none,
        "input_[begin:end:strides] for each axis; bit i of a mask changes what entry i means.");
  m.def("ensure_shape", ensured, arg("x"), arg("shape").none(), arg("name") = none, "x, if it has this shape, in which None stands for any extent.");
  m.def("broadcast_static_shape", common_shape, arg("shape_x").none(), arg("shape_y").none(), "The shape to which both broadcast.");
  m.def("broadcast_dynamic_shape", common_shape_of_tensors, arg("shape_x"), arg("shape_y"), "The same of shapes as tensors.");
  m.def("concat", joined, arg("values"), arg("axis"), arg("name") = none, "The tensors one after the other along the axis.");
  m.def("stack", stacked, arg("values"), arg("axis") = 0, arg("name") = none, "Tensors of one shape side by side along a new axis.");
  m.def("unstack", unstacked, arg("value"), arg("num") = none, arg("axis") = 0, arg("name") = none, "The parts along the axis, each without it.");
  m.def("split", split_up, arg("value"), arg("num_or_size_splits"), arg("axis") = 0, arg("num") = none, arg("name") = none,
        "Equal parts, or parts of the given sizes, along the axis.");
  m.def("pad", padded, arg("tensor"), arg("paddings"), arg("mode") = "CONSTANT", arg("constant_values") = 0, arg("name") = none,
        "With [before, after] more elements on each axis.");
  m.def("repeat", repeated, arg("input"), arg("repeats"), arg("axis") = none, arg("name") = none, "Each element several times in a row.");
  m.def("shape", shape_of, arg("input"), arg("out_type") = none, arg("name") = none, "The extents, as a tensor.");
  m.def("size", size_of_all, arg("input"), arg("out_type") = none, arg("name") = none, "The number of elements, as a tensor.");
  m.def("rank", rank_of, arg("input"), arg("name") = none, "The number of axes, as a tensor.");
}

}  // namespace whygrad::python
