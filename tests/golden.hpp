// Texts that are compared with files.
#pragma once

#include <whygrad/base/environment.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// Expects `text` to be what the file tests/`name` holds. With WHYGRAD_UPDATE_GOLDEN=1 in the environment it writes the file instead.
inline void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(WG_SOURCE_DIR) / "tests" / name;
  if (whygrad::environment_flag("WHYGRAD_UPDATE_GOLDEN", false)) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return;
  }
  std::ifstream file(path);
  ASSERT_TRUE(file.good()) << path << " is missing; run with WHYGRAD_UPDATE_GOLDEN=1";
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, expected) << "if the new text is better, run with WHYGRAD_UPDATE_GOLDEN=1 and look at the difference";
}
