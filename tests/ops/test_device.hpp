// A device for tests, with memory of its own that the host cannot touch: whatever reads or writes elements other than by way of the table of kernels
// ends in a segmentation fault, in every build.
//
// Its blocks have addresses in a range of pages without access; the bytes lie at the same offset in a second range that only this file knows. The
// kernels are the CPU's, called with views of that second range, and the calls are counted.
#pragma once

#include <whygrad/device/device.hpp>

#include <cstddef>
#include <cstdint>

namespace whygrad::testing {

// Makes it known at the first call.
Device test_device();
// Calls of its kernels by this process.
std::uint64_t kernel_calls();
// Bytes of its memory that are in use.
std::size_t test_memory_in_use();

}  // namespace whygrad::testing
