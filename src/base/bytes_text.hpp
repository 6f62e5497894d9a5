// Amounts of memory in words.
#pragma once

#include <cstdint>
#include <string>

namespace whygrad::internal {

// "1,234,567 bytes (1.2 MiB)"
std::string bytes_text(std::uint64_t bytes);

}  // namespace whygrad::internal
