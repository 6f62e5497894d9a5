// How many threads kernels may use.
#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>

#include "device/thread_pool.hpp"

#include <string>

namespace whygrad {

int num_threads() { return device::thread_count(); }

void set_num_threads(int count) {
  if (count < 1) throw ValueError("set_num_threads", "count is " + std::to_string(count), "give 1 or more");
  device::set_thread_count(count);
}

}  // namespace whygrad
