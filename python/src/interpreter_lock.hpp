// The interpreter's lock: let go while the engine works, taken where the engine calls Python.
//
// NOTE [threads at the interpreter's end]
// A thread that asks for the lock once the interpreter ends never gets it. Until CPython 3.13 the thread is ended on the spot by unwinding its stack,
// which C++ answers with std::terminate at the first function that is noexcept, every destructor among them. Here whoever would catch the unwinding
// (here, and errors.cpp for functions called from Python) lets the thread wait for the end of the process, as CPython 3.14 has it. What the engine
// still computes for such threads is waited for before the process takes its libraries down.
#pragma once

#include <nanobind/nanobind.h>

#include <cxxabi.h>
#include <utility>

namespace whygrad::python {

[[noreturn]] void wait_for_the_end() noexcept;

// f(), which may ask for the lock or run Python code, where no exception may come out. Does not return if the interpreter ends meanwhile.
template <class F>
decltype(auto) in_interpreter(F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

// False from the moment on at which the interpreter begins to end.
bool interpreter_is_there() noexcept;

// Lets go of the lock, which the calling thread holds, while it lives.
class Unlocked {
 public:
  enum class For { kWork, kWaiting };  // waiting for another thread is nothing that the process's end waits for
  explicit Unlocked(For what = For::kWork) noexcept;
  ~Unlocked();
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* const outer_;
};

// Holds the lock while it lives, whether the calling thread had it before or not. For locked().
class Locked {
 public:
  Locked() noexcept;
  ~Locked();
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  const int interrupted_;
  PyThreadState* const mine_;  // of a thread that let go of the lock; null where it had it, or is none of the interpreter's
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
