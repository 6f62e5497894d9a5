// Places in Python programs.
//
// NOTE [code objects]
// A place must name its code object long after the frame is gone, and code objects die (a notebook's cell, an exec). So each one that is met gets a
// slot of a ring, which holds a reference, and a place carries the slot's number and generation. When the ring is full the oldest slot is given away,
// and places that name its old generation become unknown: memory is bounded, and no pointer is ever followed that is not held.
#include "places.hpp"

#include "module.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <nanobind/stl/string.h>

#include <array>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

constexpr std::size_t kSlots = 1 << 14;
constexpr std::size_t kRecent = 1 << 8;

class CodeObjects {
 public:
  struct Known {
    PyCodeObject* code = nullptr;
    std::uintptr_t handle = 0;
    bool inside = false;  // of this package or of NumPy: not the user's
  };

  // Never destroyed: frames are looked at until the process ends.
  static CodeObjects& instance() {
    static auto* all = new CodeObjects;
    return *all;
  }

  const Known& find(PyCodeObject* code) {
    Known& recent = recent_[(reinterpret_cast<std::uintptr_t>(code) >> 5) % kRecent];
    if (recent.code != code) recent = lookup(code);
    return recent;
  }

  // Null where it is no longer held.
  PyCodeObject* code_of(std::uintptr_t handle) const {
    const Known& slot = slots_[handle % kSlots];
    return slot.handle == handle ? slot.code : nullptr;
  }

  void add_folder(std::string folder) {
    folders_.push_back(std::move(folder));
    recent_ = {};
    for (Known& slot : slots_) slot.inside = slot.code != nullptr && inside(slot.code);
  }

 private:
  Known lookup(PyCodeObject* code) {
    if (const auto it = index_.find(code); it != index_.end()) return slots_[it->second];
    const std::size_t at = static_cast<std::size_t>(met_ % kSlots);
    Known& slot = slots_[at];
    if (slot.code != nullptr) {
      index_.erase(slot.code);
      recent_ = {};
      Py_DECREF(slot.code);
    }
    Py_INCREF(code);
    slot = {code, static_cast<std::uintptr_t>(kSlots + met_), inside(code)};
    index_[code] = at;
    ++met_;
    return slot;
  }

  // NumPy calls back into tensors from its own Python code, which is not the user's either. Its code is met only once it is loaded.
  void note_numpy() {
    if (has_numpy_) return;
    const nb::object name = nb::str("numpy"), numpy = nb::steal(PyImport_GetModule(name.ptr()));
    if (!numpy.is_valid()) return PyErr_Clear();
    has_numpy_ = true;
    const nb::object file = nb::getattr(numpy, "__file__", nb::none());
    if (!file.is_none()) folders_.push_back(folder_of(nb::cast<std::string>(file)));
  }
  static std::string folder_of(const std::string& file) { return file.substr(0, file.find_last_of("/\\") + 1); }

  bool inside(PyCodeObject* code) {
    note_numpy();
    const char* file = PyUnicode_AsUTF8(code->co_filename);
    if (file == nullptr) {
      PyErr_Clear();
      return false;
    }
    const std::string_view path(file);
    for (const std::string& folder : folders_) {
      if (path.starts_with(folder)) return true;
    }
    return path.starts_with("<frozen ");
  }

  std::vector<Known> slots_ = std::vector<Known>(kSlots);
  std::array<Known, kRecent> recent_{};
  std::unordered_map<PyCodeObject*, std::size_t> index_;
  std::vector<std::string> folders_;
  bool has_numpy_ = false;
  std::uint64_t met_ = 0;
};

#if PY_VERSION_HEX >= 0x030B0000
int offset_of(PyFrameObject* frame) { return PyFrame_GetLasti(frame); }
#elif PY_VERSION_HEX >= 0x030A0000
int offset_of(PyFrameObject* frame) { return 2 * frame->f_lasti; }
#else
int offset_of(PyFrameObject* frame) { return frame->f_lasti; }
#endif

Where place_in(const CodeObjects::Known& known, std::uint32_t offset) noexcept {
  Where where;
  where.function = reinterpret_cast<const char*>(known.handle);
  where.line = offset;
  return where;
}

// f() with the interpreter's lock, or nothing where there is no interpreter any more.
template <class F>
std::invoke_result_t<F> locked_if_there(F&& f) {
  if (!interpreter_is_there()) return {};
  return locked(std::forward<F>(f));
}

// Line and column from the code's table of positions, where it has one.
void find_position(nb::handle code, std::uint32_t offset, ForeignPlace& place) {
  place.line = static_cast<std::uint32_t>(PyCode_Addr2Line(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(offset)));
#if PY_VERSION_HEX >= 0x030B0000
  int line = 0, column = 0, end_line = 0, end_column = 0;
  if (PyCode_Addr2Location(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(offset), &line, &column, &end_line, &end_column) == 0)
    return;
  if (line > 0) place.line = static_cast<std::uint32_t>(line);
  if (column >= 0) place.column = static_cast<std::uint32_t>(column) + 1;
#endif
}

ForeignPlace resolve(const Where& where) {
  ForeignPlace place;
  const nb::handle code = reinterpret_cast<PyObject*>(CodeObjects::instance().code_of(reinterpret_cast<std::uintptr_t>(where.function)));
  if (!code.is_valid()) return place;
  try {
    place.file = nb::cast<std::string>(code.attr("co_filename"));
    place.function = nb::cast<std::string>(nb::getattr(code, "co_qualname", code.attr("co_name")));
    find_position(code, where.line, place);
  } catch (nb::python_error&) {  // a name that is no UTF-8 stays unknown
  }
  return place;
}

std::string source_line(const std::string& file, std::uint32_t line) {
  try {
    auto text = nb::cast<std::string>(nb::module_::import_("linecache").attr("getline")(file, line));
    text.erase(text.find_last_not_of("\r\n") + 1);
    return text;
  } catch (nb::python_error&) {
    return {};
  }
}

}  // namespace

Where caller() noexcept {
  CodeObjects& codes = CodeObjects::instance();
  PyFrameObject* frame = PyEval_GetFrame();  // borrowed
  PyFrameObject* held = nullptr;
  Where where;
  while (frame != nullptr) {
    PyCodeObject* code = PyFrame_GetCode(frame);
    const CodeObjects::Known& known = codes.find(code);
    Py_DECREF(code);
    if (!known.inside) {
      where = place_in(known, static_cast<std::uint32_t>(offset_of(frame)));
      break;
    }
    PyFrameObject* back = PyFrame_GetBack(frame);
    Py_XDECREF(held);
    frame = held = back;
  }
  Py_XDECREF(held);
  return where;
}

Where place_in(nb::handle code, std::uint32_t offset) {
  return place_in(CodeObjects::instance().find(reinterpret_cast<PyCodeObject*>(code.ptr())), offset);
}

void bind_places(nb::module_& m) {
  install_foreign_places({[](const Where& where) { return locked_if_there([&] { return resolve(where); }); },
                          [](const std::string& file, std::uint32_t line) { return locked_if_there([&] { return source_line(file, line); }); }});
  m.def(
      "skip_folder", [](std::string folder) { CodeObjects::instance().add_folder(std::move(folder)); }, nb::arg("folder"),
      "Code under this folder is not the user's: the places of ops are looked for in the frames that called it.");
  m.def(
      "caller",
      [] {
        const ForeignPlace place = resolve(python::caller());
        return nb::make_tuple(place.file, place.line, place.column, place.function);
      },
      "The place that an op called here would get: file, line, column, function.");
}

}  // namespace whygrad::python
