// The check for layers that are called before they are built.
#pragma once

#include <whygrad/base/error.hpp>

#include <string>
#include <string_view>

namespace whygrad::nn {

// Throws ValueError unless build() was called.
inline void check_built(bool built, std::string_view kind) {
  if (!built) throw ValueError(std::string(kind), "the layer has not been built for an input yet", "put it into a Sequential, which does that");
}

}  // namespace whygrad::nn
