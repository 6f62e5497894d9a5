// Switches in the environment.
#pragma once

#include <whygrad/base/export.hpp>

namespace whygrad {

// The value of a switch: "0", "off", "false" or "no" is false, "1", "on", "true" or "yes" is true, in any case; unset gives `fallback`. Throws
// ValueError for other text.
WG_API bool environment_flag(const char* name, bool fallback);

}  // namespace whygrad
