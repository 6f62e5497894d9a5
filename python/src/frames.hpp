// The frames of the current thread, from the innermost one outwards.
//
// NOTE [frames without objects]
// Every op finds out who called it, several frames deep, within a few nanoseconds. Since CPython 3.11 a frame becomes an object only on demand, so
// the interpreter's internal list of frames is read instead. Its layout comes from the headers of the version that the module is built for. Versions
// with an untested layout use the public functions, which take and release a reference for each frame.
#pragma once

#include "module.hpp"

#include <cstdint>

#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030E0000
#define Py_BUILD_CORE 1  // NOLINT(readability-identifier-naming): CPython asks for it
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE
#endif

namespace whygrad::python {

#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030E0000

// Frames of running code; they must not change while one of these is in use.
class Frames {
 public:
#if PY_VERSION_HEX >= 0x030D0000
  Frames() : frame_(PyThreadState_GetUnchecked()->current_frame) {}
#else
  Frames() : frame_(_PyThreadState_UncheckedGet()->cframe->current_frame) {}
#endif

  bool end() const { return frame_ == nullptr; }
  void next() { frame_ = frame_->previous; }
  // Equal for the same instruction of the same code object, as long as that exists.
  std::uintptr_t instruction() const { return reinterpret_cast<std::uintptr_t>(at()); }
  // Null for a frame that does not run Python code yet. Borrowed.
  PyCodeObject* code() const { return _PyFrame_IsIncomplete(frame_) ? nullptr : code_of(frame_); }
  // In bytes.
  std::uint32_t offset() const {
    return static_cast<std::uint32_t>(sizeof(_Py_CODEUNIT)) * static_cast<std::uint32_t>(at() - _PyCode_CODE(code_of(frame_)));
  }

 private:
#if PY_VERSION_HEX >= 0x030D0000
  static PyCodeObject* code_of(_PyInterpreterFrame* frame) { return _PyFrame_GetCode(frame); }
  const _Py_CODEUNIT* at() const { return frame_->instr_ptr; }
#else
  static PyCodeObject* code_of(_PyInterpreterFrame* frame) { return frame->f_code; }
  const _Py_CODEUNIT* at() const { return frame_->prev_instr; }
#endif

  _PyInterpreterFrame* frame_;
};

#else

class Frames {
 public:
  Frames() : frame_(PyEval_GetFrame()) {
    Py_XINCREF(frame_);
    look();
  }
  ~Frames() { Py_XDECREF(frame_); }
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  bool end() const { return frame_ == nullptr; }
  void next() {
    PyFrameObject* back = PyFrame_GetBack(frame_);
    Py_DECREF(frame_);
    frame_ = back;
    look();
  }
  // A code object is larger than 16 bytes, and no function is longer than a megabyte.
  std::uintptr_t instruction() const { return (reinterpret_cast<std::uintptr_t>(code_) >> 4) << 20 | (offset_ & 0xfffff); }
  PyCodeObject* code() const { return code_; }
  std::uint32_t offset() const { return offset_; }

 private:
  void look() {
    if (frame_ == nullptr) return;
    code_ = PyFrame_GetCode(frame_);
    Py_DECREF(code_);  // the frame holds it
#if PY_VERSION_HEX >= 0x030B0000
    offset_ = static_cast<std::uint32_t>(PyFrame_GetLasti(frame_));
#elif PY_VERSION_HEX >= 0x030A0000
    offset_ = 2 * static_cast<std::uint32_t>(frame_->f_lasti);
#else
    offset_ = static_cast<std::uint32_t>(frame_->f_lasti);
#endif
  }

  PyFrameObject* frame_;
  PyCodeObject* code_ = nullptr;
  std::uint32_t offset_ = 0;
};

#endif

}  // namespace whygrad::python
