// The amount of available memory.
#pragma once

#include <cstdint>

namespace whygrad::device {

// The number of bytes that this process can still allocate and write to: free or reclaimable memory of the machine, within the limits of the process
// and of its control group. Reads a few files of the kernel, in about 50 microseconds. Never throws; returns the largest number if nothing is known.
std::uint64_t available_memory() noexcept;

}  // namespace whygrad::device
