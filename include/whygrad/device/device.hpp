// Devices, and the number of threads.
#pragma once

#include <whygrad/base/export.hpp>

namespace whygrad {

// Further kinds get their number when they are registered; this version has none.
enum class DeviceKind : unsigned char { kCpu };

// Where the elements of a tensor are stored.
struct Device {
  DeviceKind kind = DeviceKind::kCpu;
  unsigned char index = 0;
  friend bool operator==(const Device&, const Device&) = default;
};

// Threads that kernels called from this thread may use: OMP_NUM_THREADS or the CPUs of the affinity mask, until it is set. At most 256.
WG_API int num_threads();
// Sets it for the calling thread. Throws ValueError unless count >= 1.
WG_API void set_num_threads(int count);

}  // namespace whygrad
