// The interpreter lock: released while the engine works, taken when the engine calls Python.
//
// NOTE [threads at the interpreter's end]
// A thread that requests the lock after the interpreter has ended never gets it. Before CPython 3.14 the thread is ended by unwinding its stack,
// which calls std::terminate at the first noexcept function, such as any destructor. Here, handlers of the unwinding (in this file, and in errors.cpp
// for functions that Python calls) let the thread wait for the end of the process, as CPython 3.14 does. The process waits for running computations
// of such threads before it unloads its libraries.
#pragma once

#include <nanobind/nanobind.h>

#include <cxxabi.h>
#include <utility>

namespace whygrad::python {

[[noreturn]] void wait_for_the_end() noexcept;

// Calls f(), which may take the lock or run Python code, where no exception may escape. Does not return if the interpreter ends meanwhile.
template <class F>
decltype(auto) in_interpreter(F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

// False as soon as the interpreter begins to end.
bool interpreter_is_there() noexcept;

// Releases the lock, which the calling thread holds, while it lives.
class Unlocked {
 public:
  enum class For { kWork, kWaiting };  // the process's end does not wait for a thread that waits for another thread
  explicit Unlocked(For what = For::kWork) noexcept;
  ~Unlocked();
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* const outer_;
};

// Holds the lock while it lives, whether or not the calling thread held it before. For locked().
class Locked {
 public:
  Locked() noexcept;
  ~Locked();
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  const int interrupted_;
  PyThreadState* const mine_;  // of a thread that released the lock; null if it held the lock, or is unknown to the interpreter
  PyGILState_STATE state_{};
};

// f() with the lock.
template <class F>
decltype(auto) locked(F&& f) {
  const Locked lock;
  return in_interpreter(std::forward<F>(f));
}

// To be called once, when the module is loaded.
void wait_for_threads_at_exit();

}  // namespace whygrad::python
