// Files and tensors for the tests of readers and writers.
#pragma once

#include "memory_file.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace whygrad::testing {

// A folder that is gone when the test ends.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "whygrad-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  // The names in it, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) result.push_back(entry.path().filename().string());
    std::sort(result.begin(), result.end());
    return result;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  ASSERT_TRUE(out.flush().good()) << path;
}

template <class T>
Tensor tensor_of(const Shape& shape, const std::vector<T>& values) {
  Tensor t = internal::make_host_tensor(dtype_of<T>, shape);
  EXPECT_EQ(t.size(), static_cast<std::int64_t>(values.size()));
  std::copy(values.begin(), values.end(), reinterpret_cast<T*>(t.impl()->data));
  internal::log_constant(t, {}, Where::here());
  return t;
}

// 0, 1, 2, ... in any dtype but bool.
template <class T>
Tensor ramp(const Shape& shape) {
  std::vector<T> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<T>(static_cast<float>(i)));
  return tensor_of<T>(shape, values);
}

// The elements as bytes, in row-major order.
inline std::string bytes_of(const Tensor& t) {
  std::string bytes(static_cast<std::size_t>(t.size()) * size_of(t.dtype()), '\0');
  internal::copy_elements(t, bytes.data());
  return bytes;
}

MATCHER_P(SameTensorAs, expected, "") {
  if (!arg.defined() || arg.dtype() != expected.dtype() || arg.shape() != expected.shape()) {
    *result_listener << "which is " << arg.signature() << ", not " << expected.signature();
    return false;
  }
  return bytes_of(arg) == bytes_of(expected);
}

// What reading a file that was damaged must come to: an IoError that names the file, and nothing else; or, where `may_load`, a normal return, for
// some damage is none that a reader can see.
template <class Load>
void expect_refusal(const std::string& path, const Load& load, bool may_load, const std::string& damage) {
  try {
    load(path);
    EXPECT_TRUE(may_load) << damage << " was read without an error";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(path)) << damage;
    EXPECT_FALSE(error.help().empty()) << damage;
  }
}

// A file of these bytes cut short at every length.
template <class Load>
void expect_every_truncation_refused(const std::string& bytes, const Load& load) {
  MemoryFile file;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    file.write(bytes.data(), length);
    expect_refusal(file.path(), load, false, "the file cut at " + std::to_string(length));
  }
}

// Each bit of the first `count` bytes turned over, and each of these bytes set to 0 and to 255.
template <class Load>
void expect_no_harm_from_damage(const std::string& bytes, std::size_t count, const Load& load) {
  MemoryFile file;
  for (std::size_t at = 0; at < count; ++at) {
    std::vector<char> variants = {'\0', '\xff'};
    for (int bit = 0; bit < 8; ++bit) variants.push_back(static_cast<char>(bytes[at] ^ (1 << bit)));
    for (const char variant : variants) {
      std::string damaged = bytes;
      damaged[at] = variant;
      file.write(damaged.data(), damaged.size());
      expect_refusal(file.path(), load, true, "byte " + std::to_string(at) + " as " + std::to_string(static_cast<unsigned char>(variant)));
    }
  }
}

}  // namespace whygrad::testing
