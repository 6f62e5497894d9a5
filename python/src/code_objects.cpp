// Places in Python programs: code objects, interned once, and lines.
#include "code_objects.hpp"

#include <nanobind/stl/string.h>

#include <string_view>
#include <utility>

namespace whygrad::python {
namespace {

std::string folder_of(const std::string& file) { return file.substr(0, file.find_last_of("/\\") + 1); }

// The first parameter of a part has a name that no program uses.
bool is_part(PyCodeObject* code) {
  const nb::object names = nb::steal(PyObject_GetAttrString(reinterpret_cast<PyObject*>(code), "co_varnames"));
  if (!names.is_valid() || PyTuple_GET_SIZE(names.ptr()) == 0) return PyErr_Clear(), false;
  return PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names.ptr(), 0), "ag__part") == 0;
}

}  // namespace

CodeObjects::Known CodeObjects::lookup(PyCodeObject* code) {
  if (const auto it = index_.find(code); it != index_.end()) return slots_[it->second];
  const Owner owner = owner_of(code);
  const std::size_t at = static_cast<std::size_t>(met_ % kSlots);
  Known& slot = slots_[at];
  if (slot.code != nullptr) {
    index_.erase(slot.code);
    recent_ = {};
    ++epoch_;
    Py_DECREF(slot.code);
  }
  Py_INCREF(code);
  slot = {code, static_cast<std::uintptr_t>(kSlots + met_), owner, owner == Owner::kUser && is_part(code)};
  index_[code] = at;
  ++met_;
  return slot;
}

void CodeObjects::add_folder(std::string folder, Owner owner) {
  folders_.emplace_back(std::move(folder), owner);
  recent_ = {};
  ++epoch_;
  for (Known& slot : slots_) {
    if (slot.code != nullptr) slot.owner = owner_of(slot.code);
  }
}

// NumPy calls back into tensors from its own Python code, which is not the user's. Its code is found once it is loaded.
void CodeObjects::note_numpy() {
  if (has_numpy_) return;
  const nb::object name = nb::str("numpy"), numpy = nb::steal(PyImport_GetModule(name.ptr()));
  if (!numpy.is_valid()) return PyErr_Clear();
  has_numpy_ = true;
  const nb::object file = nb::getattr(numpy, "__file__", nb::none());
  if (!file.is_none()) folders_.emplace_back(folder_of(nb::cast<std::string>(file)), Owner::kOwn);
}

// Among nested folders, the innermost one decides who owns a file.
Owner CodeObjects::owner_of(PyCodeObject* code) {
  note_numpy();
  const char* file = PyUnicode_AsUTF8(code->co_filename);
  if (file == nullptr) {
    PyErr_Clear();
    return Owner::kUser;
  }
  const std::string_view path(file);
  if (path.starts_with("<frozen ") || path.find("__autograph_generated_file") != path.npos)
    return Owner::kOwn;  // the latter is written by TensorFlow
  std::size_t longest = 0;
  Owner owner = Owner::kUser;
  for (const auto& [folder, whose] : folders_) {
    if (folder.size() <= longest || !path.starts_with(folder)) continue;
    longest = folder.size();
    owner = whose;
  }
  const bool installed = path.find("/site-packages/") != path.npos || path.find("/dist-packages/") != path.npos;
  return longest == 0 && installed ? Owner::kPackage : owner;
}

}  // namespace whygrad::python
