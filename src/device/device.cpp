#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>

#include <omp.h>

#include <string>

namespace whygrad {

int num_threads() { return omp_get_max_threads(); }

void set_num_threads(int count) {
  if (count < 1) throw ValueError("set_num_threads", "count is " + std::to_string(count), "give 1 or more");
  omp_set_num_threads(count);
}

}  // namespace whygrad
