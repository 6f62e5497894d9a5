// The interpreter lock around long kernels and calls back into Python.
#include "interpreter_lock.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

namespace whygrad::python {
namespace {

std::atomic<int> working{0};   // threads that have released the lock and not asked for it again
thread_local int my_work = 0;  // 1 if this thread is one of them
// The state with which this thread released the lock. The lock is requested with the same state: PyGILState_Ensure looks it up in data that are gone
// once the interpreter has ended, while PyEval_RestoreThread only compares the pointer.
thread_local PyThreadState* unlocked = nullptr;

void begin_work(int work) noexcept {
  working.fetch_add(work, std::memory_order_relaxed);
  my_work = work;
}
int end_work() noexcept {
  working.fetch_sub(my_work, std::memory_order_release);
  return std::exchange(my_work, 0);
}

}  // namespace

void wait_for_the_end() noexcept {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

bool interpreter_is_there() noexcept {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsInitialized() && !Py_IsFinalizing();
#else
  return Py_IsInitialized() && !_Py_IsFinalizing();
#endif
}

Unlocked::Unlocked(For what) noexcept : outer_(unlocked) {
  begin_work(what == For::kWork ? 1 : 0);
  unlocked = PyEval_SaveThread();
}

Unlocked::~Unlocked() {
  end_work();
  in_interpreter([] { PyEval_RestoreThread(unlocked); });
  unlocked = outer_;
}

Locked::Locked() noexcept : interrupted_(end_work()), mine_(std::exchange(unlocked, nullptr)) {
  in_interpreter([this] {
    if (mine_ != nullptr) return PyEval_RestoreThread(mine_);
    if (PyGILState_GetThisThreadState() == nullptr && !interpreter_is_there()) wait_for_the_end();
    state_ = PyGILState_Ensure();
  });
}

Locked::~Locked() {
  if (mine_ != nullptr) {
    unlocked = PyEval_SaveThread();
  } else {
    PyGILState_Release(state_);
  }
  begin_work(interrupted_);
}

void wait_for_threads_at_exit() {
  Py_AtExit([] {
    constexpr int kMilliseconds = 10'000;
    for (int i = 0; i < kMilliseconds && working.load(std::memory_order_acquire) != 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
}

}  // namespace whygrad::python
