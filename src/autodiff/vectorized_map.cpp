// vectorized_map: a function of a slice, run for all slices at once.
#include "autodiff/observer.hpp"
#include "autodiff/rows.hpp"

#include <whygrad/autodiff/folds.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace whygrad {
namespace {

using internal::RowProgram;
using Tensors = std::vector<Tensor>;
using Function = std::function<Tensors(const Tensors&)>;

constexpr const char* kName = "vectorized_map";

// The common number of slices. Throws if there is none.
std::int64_t slices_of(const Tensors& elems) {
  if (elems.empty()) throw ValueError(kName, "elems holds no tensor", "give at least one to go along");
  std::int64_t slices = 1;
  for (const Tensor& t : elems) {
    if (!t.defined()) throw ValueError(kName, "elems holds an empty handle", "pass tensors that hold a value");
    if (t.rank() == 0)
      throw ShapeError(kName, fmt::format("elems must have at least one axis to go along, and one is {}", t.signature()),
                       "give tensors of rank 1 or more");
    const std::int64_t own = t.shape()[0];
    if (own != 1 && slices != 1 && own != slices)
      throw ShapeError(kName, fmt::format("elems have first axes of {} and {}", slices, own), "all need the same length, or 1");
    if (own != 1) slices = own;
  }
  return slices;
}

Shape slice_shape(const Tensor& elem) { return Shape(elem.shape().extents().subspan(1)); }

// The slice that an elem [1, ..] has for all others.
Tensor only_slice(const Tensor& elem, const Where& where) { return reshape(elem, slice_shape(elem), where); }

void check_results(const Tensors& results) {
  if (std::any_of(results.begin(), results.end(), [](const Tensor& t) { return !t.defined(); }))
    throw ValueError(kName, "the function gave an empty handle", "return tensors that hold a value");
}

// The slices [begin, begin + count) of an elem.
Tensor part_of(const Tensor& elem, std::int64_t begin, std::int64_t count, const Where& where) {
  if (count == elem.shape()[0]) return elem;
  Ints from{begin}, size{count};
  for (int axis = 1; axis < elem.rank(); ++axis) {
    from.push_back(0);
    size.push_back(-1);
  }
  return slice(elem, from, size, where);
}

Tensors all_at_once(const Function& fn, const Tensors& elems, std::int64_t slices, const Where& where) {
  RowProgram program(false);
  Tensors arguments, varying;
  for (const Tensor& elem : elems) {
    const bool is_shared = elem.shape()[0] == 1;
    arguments.push_back(is_shared ? only_slice(elem, where) : program.add_input({elem.dtype(), slice_shape(elem), elem.device()}, where));
    if (!is_shared) varying.push_back(elem);
  }
  Tensors results = fn(arguments);
  check_results(results);
  program.finish(results);
  if (slices == 0) {
    for (Tensor& result : results) {
      Shape shape{0};
      for (const std::int64_t extent : result.shape()) shape.push_back(extent);
      result = zeros(shape, result.dtype(), where);
    }
    return results;
  }
  const std::int64_t most = program.rows_at_once(slices);
  std::vector<Tensors> parts(results.size());
  for (std::int64_t begin = 0; begin < slices; begin += most) {
    const std::int64_t count = std::min(most, slices - begin);
    Tensors inputs;
    inputs.reserve(varying.size());
    for (const Tensor& elem : varying) inputs.push_back(part_of(elem, begin, count, where));
    Tensors made = program.run(count, inputs);
    for (std::size_t k = 0; k < made.size(); ++k) parts[k].push_back(std::move(made[k]));
  }
  Tensors columns;
  columns.reserve(parts.size());
  for (const Tensors& part : parts) columns.push_back(part.size() == 1 ? part[0] : concat(part, 0, where));
  return columns;
}

// fn of one slice after the other.
Tensors one_by_one(const Function& fn, const Tensors& elems, std::int64_t slices, const Where& where) {
  Tensors whole;
  whole.reserve(elems.size());
  for (const Tensor& elem : elems) {
    Shape shape = elem.shape();
    shape[0] = slices;
    whole.push_back(elem.shape()[0] == slices ? elem : broadcast_to(elem, shape, where));
  }
  return map_fn(fn, whole, where);
}

// A single slice is the function's value as it is.
Tensors only_one(const Function& fn, const Tensors& elems, const Where& where) {
  Tensors slices;
  slices.reserve(elems.size());
  for (const Tensor& elem : elems) slices.push_back(only_slice(elem, where));
  Tensors results = fn(slices);
  check_results(results);
  for (Tensor& result : results) result = expand_dims(result, 0, where);
  return results;
}

}  // namespace

Tensors vectorized_map(const Function& fn, const Tensors& elems, const VectorizedMapOptions& options, Where where) {
  const std::int64_t slices = slices_of(elems);
  if (slices == 1) return only_one(fn, elems, where);
  // Whoever looks at numbers sees the ops of each slice with theirs.
  const bool is_looked_at = internal::GradientObserver::mine() != nullptr && internal::Log::mine().keep_values;
  if (is_looked_at && options.fallback_to_while_loop) return one_by_one(fn, elems, slices, where);
  try {
    return all_at_once(fn, elems, slices, where);
  } catch (const InternalError&) {
    throw;
  } catch (const internal::NotByRows& refusal) {
    if (!options.fallback_to_while_loop) {
      throw ValueError(kName, fmt::format("{} cannot run for many slices at once", refusal.what()),
                       "leave fallback_to_while_loop at true, and the function is called for one slice after the other");
    }
  } catch (const std::exception&) {
    if (!options.fallback_to_while_loop) throw;
  }
  return one_by_one(fn, elems, slices, where);
}

Tensor vectorized_map(const std::function<Tensor(const Tensor&)>& fn, const Tensor& elems, const VectorizedMapOptions& options, Where where) {
  return vectorized_map([&](const Tensors& slice) { return Tensors{fn(slice[0])}; }, Tensors{elems}, options, where)[0];
}

}  // namespace whygrad
