// The frames of the running thread, from the innermost one outwards.
//
// NOTE [frames without objects]
// Every op asks who called it, several frames deep, and has a few nanoseconds for that. Since CPython 3.11 a frame is no object until somebody asks
// for one, so the interpreter's own list of frames is read instead; its layout comes from the headers of the version that the module is built for. Of
// versions whose layout nobody has tried here, the public functions serve, which take and give back a reference for each frame.
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

// Of frames that run; they must not change while one of these is used.
class Frames {
 public:
#if PY_VERSION_HEX >= 0x030D0000
  Frames() : frame_(PyThreadState_GetUnchecked()->current_frame) {}
#else
  Frames() : frame_(_PyThreadState_UncheckedGet()->cframe->current_frame) {}
#endif

  bool end() const { return frame_ == nullptr; }
  void next() { frame_ = frame_->previous; }
  // The same for the same instruction of the same code object, for as long as that is there.
  std::uintptr_t instruction() const { return reinterpret_cast<std::uintptr_t>(at()); }
  // Null for a frame that runs no code of Python's yet. Borrowed.
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
  // A code object is more than 16 bytes large, and no function is longer than a megabyte.
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
