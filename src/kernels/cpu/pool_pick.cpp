// The elements at the positions that pooling found.
#include "kernels/cpu/table.hpp"
#include "kernels/pool.hpp"

#include "device/parallel.hpp"

#include <whygrad/base/error.hpp>

#include <cstdint>

namespace whygrad::kernels::cpu {
namespace {

// T only carries bits: the elements are moved. A position outside of the image picks 0, as what it hands back is dropped.
template <class T, class Position>
void pick(const View& x, const View& positions, const PoolParams& params, const View& out) {
  const std::int64_t rows = out.shape[1], columns = out.shape[2], channels = out.shape[3];
  device::parallel_for(out.shape[0] * rows, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t image = row / rows, p = row % rows;
      T* to = out.as<T>() + row * columns * channels;
      for (std::int64_t q = 0; q < columns; ++q) {
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto place = static_cast<std::int64_t>(positions.as<Position>()[image * positions.strides[0] + p * positions.strides[1] +
                                                                                q * positions.strides[2] + c * positions.strides[3]]);
          const std::int64_t i = p * params.strides[0] - params.pad_before[0] + place / params.window[1];
          const std::int64_t j = q * params.strides[1] - params.pad_before[1] + place % params.window[1];
          const bool inside = i >= 0 && i < x.shape[1] && j >= 0 && j < x.shape[2];
          *to++ = inside ? x.as<T>()[image * x.strides[0] + i * x.strides[1] + j * x.strides[2] + c * x.strides[3]] : T{};
        }
      }
    }
  });
}

template <class Position>
void pick_any(const View& x, const View& positions, const PoolParams& params, const View& out) {
  switch (size_of(x.dtype)) {
    case 2: return pick<std::uint16_t, Position>(x, positions, params, out);
    case 4: return pick<std::uint32_t, Position>(x, positions, params, out);
    case 8: return pick<std::uint64_t, Position>(x, positions, params, out);
    default: throw InternalError("max_pool2d_pick", "called for a dtype that pooling does not take");
  }
}

}  // namespace

void max_pool2d_pick(const View& x, const View& positions, const PoolParams& params, const View& out) {
  if (positions.dtype == DType::kU8) return pick_any<std::uint8_t>(x, positions, params, out);
  pick_any<std::int32_t>(x, positions, params, out);
}

}  // namespace whygrad::kernels::cpu
