// The programs of docs/reasons, made into functions by pages.py when the tests are built.
#pragma once

#include <vector>

struct PageProgram {
  const char* code;
  bool broken;
  void (*run)();
};
std::vector<PageProgram> page_programs();
