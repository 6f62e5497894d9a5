// Uses the installed library across its boundary: a call, and an exception caught by its type.
#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>

#include <cstdio>

int main() {
  if (whygrad::num_threads() < 1) return 1;
  try {
    whygrad::set_num_threads(0);
  } catch (const whygrad::ValueError& error) {
    std::puts(error.what());
    return 0;
  }
  return 1;
}
