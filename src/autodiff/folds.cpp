// map_fn, foldl, foldr and scan: loops over slices of tensors along their first axis.
#include <whygrad/autodiff/folds.hpp>

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace {

using Tensors = std::vector<Tensor>;

// Slice i of all tensors, for each i.
std::vector<Tensors> parts_of(const char* op, const Tensors& elems, const Where& where) {
  if (elems.empty()) throw ValueError(op, "elems holds no tensor", "give at least one to go along");
  for (const Tensor& t : elems) {
    if (!t.defined()) throw ValueError(op, "elems holds an empty handle", "pass tensors that hold a value");
    if (t.rank() == 0)
      throw ShapeError(op, fmt::format("elems must have at least one axis to go along, and one is {}", t.signature()),
                       "give tensors of rank 1 or more");
    if (t.shape()[0] != elems[0].shape()[0]) {
      throw ShapeError(op, fmt::format("elems have first axes of {} and {}", elems[0].shape()[0], t.shape()[0]), "all need the same length");
    }
  }
  std::vector<Tensors> parts(static_cast<std::size_t>(elems[0].shape()[0]));
  if (parts.empty()) return parts;  // no slices
  for (const Tensor& t : elems) {
    Tensors column = unstack(t, 0, where);
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].push_back(std::move(column[i]));
  }
  return parts;
}

void check_values(const char* op, const Tensors& values, std::size_t count) {
  if (values.size() != count) {
    throw ValueError(op, fmt::format("the function gave {} values, and {} are wanted", values.size(), count),
                     "return one value for each that is accumulated, in their order");
  }
  if (std::any_of(values.begin(), values.end(), [](const Tensor& t) { return !t.defined(); })) {
    throw ValueError(op, "the function gave an empty handle", "return tensors that hold a value");
  }
}

Tensors stacked(const std::vector<Tensors>& rows, const Where& where) {
  Tensors columns;
  for (std::size_t k = 0; k < rows[0].size(); ++k) {
    Tensors column;
    column.reserve(rows.size());
    for (const Tensors& row : rows) column.push_back(row[k]);
    columns.push_back(stack(column, 0, where));
  }
  return columns;
}

Shape in_front(std::int64_t extent, const Shape& shape) {
  Shape whole{extent};
  for (const std::int64_t e : shape.extents()) whole.push_back(e);
  return whole;
}

// Calls fn(values, slice) for each slice, and seen(values) for each result, preceded by the initial values if these are a slice.
template <class Seen>
Tensors fold(const char* op, const FoldFunction& fn, const std::vector<Tensors>& parts, const Tensors& initial, const Seen& seen) {
  if (parts.empty() && initial.empty()) throw ValueError(op, "elems has no parts and there is no initial value", "give one of them");
  for (const Tensor& t : initial) {
    if (!t.defined()) throw ValueError(op, "the initial value is an empty handle", "pass a tensor that holds a value");
  }
  std::size_t next = initial.empty() ? 1 : 0;
  Tensors values = initial.empty() ? parts[0] : initial;
  if (next == 1) seen(values);
  for (; next < parts.size(); ++next) {
    Tensors made = fn(values, parts[next]);
    check_values(op, made, values.size());
    values = std::move(made);
    seen(values);
  }
  return values;
}

}  // namespace

Tensors map_fn(const std::function<Tensors(const Tensors&)>& fn, const Tensors& elems, Where where) {
  const std::vector<Tensors> parts = parts_of("map_fn", elems, where);
  if (parts.empty()) throw ValueError("map_fn", "elems has no parts to map over", "give at least one");
  std::vector<Tensors> results;
  results.reserve(parts.size());
  for (const Tensors& part : parts) {
    results.push_back(fn(part));
    check_values("map_fn", results.back(), results[0].size());
  }
  return stacked(results, where);
}

Tensor map_fn(const std::function<Tensor(const Tensor&)>& fn, const Tensor& elems, Where where) {
  return map_fn([&](const Tensors& part) { return Tensors{fn(part[0])}; }, Tensors{elems}, where)[0];
}

Tensors foldl(const FoldFunction& fn, const Tensors& elems, const Tensors& initial, Where where) {
  const std::vector<Tensors> parts = parts_of("foldl", elems, where);
  return fold("foldl", fn, parts, initial, [](const Tensors&) {});
}

Tensors foldr(const FoldFunction& fn, const Tensors& elems, const Tensors& initial, Where where) {
  std::vector<Tensors> parts = parts_of("foldr", elems, where);
  std::reverse(parts.begin(), parts.end());
  return fold("foldr", fn, parts, initial, [](const Tensors&) {});
}

Tensors scan(const FoldFunction& fn, const Tensors& elems, const Tensors& initial, const ScanOptions& options, Where where) {
  std::vector<Tensors> parts = parts_of("scan", elems, where);
  if (options.reverse) std::reverse(parts.begin(), parts.end());
  std::vector<Tensors> found;
  found.reserve(parts.size());
  const Tensors last = fold("scan", fn, parts, initial, [&](const Tensors& values) { found.push_back(values); });
  if (found.empty()) {
    Tensors none;
    for (const Tensor& t : last) none.push_back(zeros(in_front(0, t.shape()), t.dtype(), where));
    return none;
  }
  if (options.reverse) std::reverse(found.begin(), found.end());
  return stacked(found, where);
}

}  // namespace whygrad
