// Parts that are dealt out and put together again, by numbers that are known when the program runs.
#include "kernels/cpu/movement.hpp"
#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

std::vector<std::int64_t> numbers_of(const char* op, const Tensor& t) {
  require_defined(op, t);
  if (t.dtype() != DType::kI32 && t.dtype() != DType::kI64) {
    throw DTypeError(op, fmt::format("the numbers are {}", t.signature()), "they are int32 or int64");
  }
  const Tensor wide = make_tensor(DType::kI64, t.shape());
  kernels::cast(view_of(t), view_of(wide));
  const auto* first = view_of(wide).as<std::int64_t>();
  return {first, first + wide.size()};
}

// The first axes of `data` are those of `index`: the rest of them.
Shape rest_of(const char* op, const Tensor& index, const Tensor& data) {
  require_defined(op, data);
  bool fits = index.rank() <= data.rank();
  for (int i = 0; fits && i < index.rank(); ++i) fits = index.shape()[i] == data.shape()[i];
  if (!fits) {
    throw ShapeError(op, fmt::format("the data are {} and their numbers {}", data.signature(), index.signature()),
                     "the numbers have the first extents of the data: one for each part");
  }
  return Shape(data.shape().extents().subspan(static_cast<std::size_t>(index.rank())));
}

// The axes of `index` as one.
Tensor in_a_row(const Tensor& data, const Shape& rest, std::int64_t count, const Where& where) {
  Ints shape = {count};
  for (const std::int64_t extent : rest.extents()) shape.push_back(extent);
  return reshape(data, shape, where);
}

}  // namespace
}  // namespace internal

using namespace internal;

std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, std::int64_t num_partitions, Where where) {
  constexpr const char* kOp = "dynamic_partition";
  const std::vector<std::int64_t> numbers = numbers_of(kOp, partitions);
  const Tensor rows = in_a_row(data, rest_of(kOp, partitions, data), partitions.size(), where);
  std::vector<std::vector<std::int64_t>> places(static_cast<std::size_t>(std::max<std::int64_t>(num_partitions, 0)));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] < 0 || numbers[i] >= num_partitions) {
      throw IndexError(kOp, fmt::format("partitions[{}] is {}, which is not in [0, {})", i, numbers[i], num_partitions),
                       "give a larger num_partitions, or smaller numbers");
    }
    places[static_cast<std::size_t>(numbers[i])].push_back(static_cast<std::int64_t>(i));
  }
  std::vector<Tensor> parts;
  for (const auto& of : places) {
    const Tensor index = make_tensor(DType::kI64, {static_cast<std::int64_t>(of.size())});
    std::copy(of.begin(), of.end(), view_of(index).as<std::int64_t>());
    parts.push_back(gather(rows, index, 0, 0, where));
  }
  return parts;
}

Tensor dynamic_stitch(const std::vector<Tensor>& indices, const std::vector<Tensor>& data, Where where) {
  constexpr const char* kOp = "dynamic_stitch";
  if (indices.empty() || indices.size() != data.size()) {
    throw ValueError(kOp, fmt::format("{} tensors of places and {} of data", indices.size(), data.size()), "each tensor of data has its places");
  }
  const Shape rest = rest_of(kOp, indices[0], data[0]);
  std::vector<Tensor> rows;
  std::vector<std::int64_t> writer;  // of each place, as a row of all rows; -1 for none
  std::int64_t row = 0;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (rest_of(kOp, indices[i], data[i]) != rest) {
      throw ShapeError(kOp, fmt::format("the parts of {} have another shape than those of {}", data[i].signature(), data[0].signature()),
                       "all parts need one shape");
    }
    rows.push_back(in_a_row(data[i], rest, indices[i].size(), where));
    for (const std::int64_t place : numbers_of(kOp, indices[i])) {
      if (place < 0) throw IndexError(kOp, fmt::format("a place is {}", place), "places are 0 or more");
      if (place >= static_cast<std::int64_t>(writer.size())) writer.resize(static_cast<std::size_t>(place) + 1, -1);
      writer[static_cast<std::size_t>(place)] = row++;
    }
  }
  if (std::find(writer.begin(), writer.end(), -1) != writer.end()) {  // one more row, of zeros, for places without a part
    Shape one = {1};
    for (const std::int64_t extent : rest.extents()) one.push_back(extent);
    rows.push_back(zeros(one, data[0].dtype(), where));
    std::replace(writer.begin(), writer.end(), std::int64_t{-1}, row);
  }
  const Tensor index = make_tensor(DType::kI64, {static_cast<std::int64_t>(writer.size())});
  std::copy(writer.begin(), writer.end(), view_of(index).as<std::int64_t>());
  return gather(rows.size() == 1 ? rows[0] : concat(rows, 0, where), index, 0, 0, where);
}

}  // namespace whygrad
