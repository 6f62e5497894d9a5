// Prints whether an answer is TensorFlow's, and remembers failures.
#pragma once

#include <iostream>

inline int failures = 0;

inline void check(bool right, const char* what) {
  std::cout << (right ? "as TensorFlow: " : "NOT as TensorFlow: ") << what << "\n\n";
  if (!right) ++failures;
}
