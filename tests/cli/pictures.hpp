// A small data set in MNIST's format: a bright bar in one of ten rows of each picture tells its class.
#pragma once

#include "files.hpp"

#include <cstdint>
#include <string>

namespace whygrad::testing {

inline std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

inline void write_pictures(const std::string& folder, const std::string& prefix, std::uint32_t count) {
  std::string images = big_endian(0x803) + big_endian(count) + big_endian(28) + big_endian(28), labels = big_endian(0x801) + big_endian(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t label = i % 10;
    for (std::uint32_t at = 0; at < 784; ++at) images += static_cast<char>(at / 28 / 2 == label + 2 ? 250 - i % 50 : (at * 7 + i * 13) % 40);
    labels += static_cast<char>(label);
  }
  write_bytes(folder + "/" + prefix + "-images-idx3-ubyte", images);
  write_bytes(folder + "/" + prefix + "-labels-idx1-ubyte", labels);
}

// 96 pictures to train on and 40 to test with.
class PictureFolder : public TemporaryFolder {
 public:
  PictureFolder() {
    write_pictures(path(), "train", 96);
    write_pictures(path(), "t10k", 40);
  }
};

}  // namespace whygrad::testing
