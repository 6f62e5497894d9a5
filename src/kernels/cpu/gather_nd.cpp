// Elements by positions along several axes, and the positions of elements.
#include "kernels/gather_nd.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/wide.hpp"
#include "kernels/layout.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kBlock = 1 << 14;  // elements whose positions one thread finds at a time

// The places that the rows of indices name, counted row by row over the axes that they walk.
class Places {
 public:
  Places(const View& indices, const View& indexed) : depth_(static_cast<int>(indices.shape[indices.rank - 1])) {
    const Staged wide(indices, DType::kI64);
    const auto* index = wide.view().as<const std::int64_t>();
    std::int64_t rows = 1;
    for (int axis = 0; axis + 1 < indices.rank; ++axis) rows *= indices.shape[axis];
    places_.resize(static_cast<std::size_t>(rows));
    for (std::int64_t& place : places_) {
      place = 0;
      for (int axis = 0; axis < depth_; ++axis, ++index) {
        const std::int64_t extent = indexed.shape[axis];
        if (*index < 0 || *index >= extent) {
          bad_ = index - wide.view().as<const std::int64_t>();
          return;
        }
        place = place * extent + *index;
      }
    }
    count_ = rows;
  }

  int depth() const { return depth_; }
  // The position of an index that is outside of its axis, or -1.
  std::int64_t bad() const { return bad_; }
  const std::int64_t* begin() const { return places_.data(); }
  std::int64_t count() const { return count_; }
  // [rows].
  View view() { return {places_.data(), &count_, &kStep, 1, DType::kI64, {}}; }

 private:
  static constexpr std::int64_t kStep = 1;
  int depth_;
  std::int64_t bad_ = -1, count_ = 0;
  device::Workspace<std::int64_t> places_;
};

// One part of out after the other; `part` counts its elements.
void set_parts(const Places& places, std::int64_t part, const View& updates, const View& out) {
  const auto bytes = part * static_cast<std::int64_t>(size_of(out.dtype));
  if (bytes == 0) return;
  for (std::int64_t i = 0; i < places.count(); ++i) {
    std::memcpy(out.as<std::byte>() + places.begin()[i] * bytes, updates.as<const std::byte>() + i * bytes, static_cast<std::size_t>(bytes));
  }
}

template <class T, bool kLargest>
void take_extremes(const Places& places, std::int64_t part, const T* from, T* to) {
  for (std::int64_t i = 0; i < places.count(); ++i, from += part) {
    T* element = to + places.begin()[i] * part;
    for (std::int64_t k = 0; k < part; ++k) {
      const auto now = value_of(element[k]), next = value_of(from[k]);
      if (kLargest ? next > now : next < now) element[k] = from[k];
    }
  }
}

// For each block of elements, how many of them are true.
device::Workspace<std::int64_t> count_by_block(const bool* truth, std::int64_t n) {
  const std::int64_t blocks = (n + kBlock - 1) / kBlock;
  device::Workspace<std::int64_t> counts(static_cast<std::size_t>(blocks));
  device::parallel_for(blocks, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const bool* first = truth + block * kBlock;
      counts[static_cast<std::size_t>(block)] = std::count(first, truth + std::min(n, (block + 1) * kBlock), true);
    }
  });
  return counts;
}

// Writes the positions of the true elements of [begin, end) along each axis.
void write_places(const View& x, const bool* truth, std::int64_t begin, std::int64_t end, std::int64_t* place) {
  for (std::int64_t i = begin; i < end; ++i) {
    if (!truth[i]) continue;
    std::int64_t rest = i;
    for (int axis = x.rank - 1; axis > 0; --axis) {
      place[axis] = rest % x.shape[axis];
      rest /= x.shape[axis];
    }
    if (x.rank > 0) place[0] = rest;
    place += x.rank;
  }
}

}  // namespace

std::int64_t gather_nd(const View& params, const View& indices, const View& out) {
  Places places(indices, params);
  if (places.bad() >= 0) return places.bad();
  const Staged packed(params, params.dtype);
  cpu::gather(Layout::rows(packed.view(), places.depth()), places.view(), 0, 0, Layout::rows(out, indices.rank - 1));
  return -1;
}

std::int64_t scatter_nd(Scatter how, const View& indices, const View& updates, const View& out) {
  Places places(indices, out);
  if (places.bad() >= 0) return places.bad();
  const Staged packed(updates, updates.dtype);
  const Layout parts = Layout::rows(out, places.depth());
  const std::int64_t part = View(parts).shape[1];
  switch (how) {
    case Scatter::kAdd: cpu::scatter_add(places.view(), Layout::rows(packed.view(), indices.rank - 1), 0, 0, parts); break;
    case Scatter::kSet: set_parts(places, part, packed.view(), out); break;
    case Scatter::kMax:
    case Scatter::kMin:
      in_own_type("scatter_nd", out.dtype, [&]<class T>(T) {
        const T* from = packed.view().template as<const T>();
        how == Scatter::kMax ? take_extremes<T, true>(places, part, from, out.as<T>()) : take_extremes<T, false>(places, part, from, out.as<T>());
      });
  }
  return -1;
}

std::int64_t count_not_zero(const View& x) {
  const Staged truth(x, DType::kBool);
  std::int64_t count = 0;
  for (const std::int64_t in_block : count_by_block(truth.view().as<const bool>(), x.size())) count += in_block;
  return count;
}

void places_not_zero(const View& x, const View& places) {
  const Staged staged(x, DType::kBool);
  const bool* truth = staged.view().as<const bool>();
  const std::int64_t n = x.size();
  device::Workspace<std::int64_t> first = count_by_block(truth, n);
  std::int64_t before = 0;
  for (std::int64_t& count : first) before += std::exchange(count, before);
  device::parallel_for(static_cast<std::int64_t>(first.size()), 2, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      std::int64_t* place = places.as<std::int64_t>() + first[static_cast<std::size_t>(block)] * x.rank;
      write_places(x, truth, block * kBlock, std::min(n, (block + 1) * kBlock), place);
    }
  });
}

}  // namespace whygrad::kernels::cpu
