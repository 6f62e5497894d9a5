// How much memory there is to be had.
#pragma once

#include <cstdint>

namespace whygrad::device {

// Bytes that this process can still get and write to: what the machine has free or can free, within the limits of the process and of its control
// group. Reads a few files of the kernel's, some 50 microseconds. Never throws; where nothing is known, the largest number.
std::uint64_t available_memory() noexcept;

}  // namespace whygrad::device
