// Python functions made from the op table, with inputs and attributes as parameters.
#include "convert.hpp"
#include "errors.hpp"
#include "op_library.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>
#include <vector>

namespace whygrad::python {
namespace {

constexpr std::size_t kMostParameters = 16;  // 8 inputs and 8 attributes
constexpr std::size_t kMostAttrBytes = 1024;

// One function: an op with the parameter names of Python programs. Exists until the process ends, as the function may.
struct Function {
  const OpDef& op;
  std::string name;
  std::string text;  // signature and doc, as CPython's own functions have them
  std::vector<nb::object> parameters;
  std::size_t inputs;
  PyMethodDef method{};
};

// Whether all attributes can be set individually; other ops have functions of their own.
bool is_callable(const OpDef& op) {
  return std::all_of(op.attrs.begin(), op.attrs.end(), [](const AttrDef& a) { return !a.resolved && a.bytes <= kMostAttrBytes; });
}

using Arguments = std::array<PyObject*, kMostParameters>;

[[noreturn]] void wrong_argument(const Function& f, const char* what, nb::handle which) {
  nb::raise_type_error("%s() %s %s", f.name.c_str(), what, nb::str(which).c_str());
}

Arguments sort_arguments(const Function& f, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  Arguments sorted{};
  const auto given = static_cast<std::size_t>(count);
  if (given > f.parameters.size() + 1)
    nb::raise_type_error("%s() takes at most %zu arguments (%zu given)", f.name.c_str(), f.parameters.size(), given);
  std::copy_n(args, std::min(given, f.parameters.size()), sorted.begin());  // one more for TensorFlow's `name`
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  for (Py_ssize_t k = 0; k < named; ++k) {
    PyObject* key = PyTuple_GET_ITEM(keywords, k);
    const auto is_key = [key](const nb::object& p) { return p.ptr() == key || PyUnicode_Compare(p.ptr(), key) == 0; };
    const auto at = std::find_if(f.parameters.begin(), f.parameters.end(), is_key);
    if (at == f.parameters.end()) {
      if (PyUnicode_CompareWithASCIIString(key, "name") == 0) continue;
      wrong_argument(f, "got an unexpected keyword argument", key);
    }
    PyObject*& slot = sorted[static_cast<std::size_t>(at - f.parameters.begin())];
    if (slot != nullptr) wrong_argument(f, "got two values for", key);
    slot = args[count + k];
  }
  return sorted;
}

// The dtype of numbers among the data inputs: that of the first tensor.
std::optional<DType> common_dtype(const Function& f, const Arguments& arguments) {
  for (std::size_t i = 0; i < f.inputs; ++i) {
    if (input_def(f.op, static_cast<int>(i)).role != Role::kData || arguments[i] == nullptr) continue;
    if (const Tensor* t = tensor_in(arguments[i]); t != nullptr) return t->dtype();
    if (const Variable* v = variable_in(arguments[i]); v != nullptr) return v->dtype();
  }
  return {};
}

// The inputs of a call, without heap memory unless their number is variable.
class Inputs {
 public:
  Inputs(const Function& f, const Arguments& arguments, const Where& where) {
    for (std::size_t i = 0; i < f.inputs; ++i) {
      if (arguments[i] == nullptr) wrong_argument(f, "missing required argument:", f.parameters[i]);
    }
    if (f.op.variadic) {
      many_ = to_tensors(arguments[f.inputs - 1], where);
      for (const Tensor& t : many_) many_pointers_.push_back(&t);
      return;
    }
    std::optional<DType> common = common_dtype(f, arguments);
    for (count_ = 0; count_ < f.inputs; ++count_) {
      const bool data = input_def(f.op, static_cast<int>(count_)).role == Role::kData;
      few_[count_] = data && common ? to_tensor_like(arguments[count_], *common, where) : to_tensor(arguments[count_], where);
      few_pointers_[count_] = &few_[count_];
      if (data && !common) common = few_[count_].dtype();
    }
  }
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  std::span<const Tensor* const> pointers() const {
    return many_pointers_.empty() ? std::span<const Tensor* const>(few_pointers_.data(), count_) : std::span<const Tensor* const>(many_pointers_);
  }
  std::int64_t elements() const {
    std::int64_t sum = 0;
    for (const Tensor* t : pointers()) sum += t->size();
    return sum;
  }

 private:
  std::array<Tensor, 8> few_;
  std::array<const Tensor*, 8> few_pointers_{};
  std::size_t count_ = 0;
  std::vector<Tensor> many_;
  std::vector<const Tensor*> many_pointers_;
};

// An attribute's value in the form that its record takes, with the storage that it refers to.
struct Value {
  AttrValue value;
  std::vector<std::int64_t> integers;
  std::string text;

  Value(AttrType type, nb::handle from, const Where& where) : value{.type = type} {
    switch (type) {
      case AttrType::kBool: value.boolean = nb::cast<bool>(from); return;
      case AttrType::kInt: value.integer = to_int(from); return;
      case AttrType::kFloat: value.real = PyFloat_AsDouble(from.ptr()); break;
      case AttrType::kNumber: value.number = to_number(from, where); return;
      case AttrType::kPlace: throw nb::type_error("a place in a program cannot be given");
      case AttrType::kDType: value.dtype = to_dtype(from); return;
      case AttrType::kInts:
        integers = to_ints(from);
        value.integers = integers;
        return;
      case AttrType::kString:
        text = nb::cast<std::string>(from);
        std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        value.text = text.c_str();
        return;
    }
    if (PyErr_Occurred() != nullptr) throw nb::python_error();
  }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
};

// A list that is no shape, or no axes, is refused in the name of the function.
bool fits(const Function& f, const AttrDef& a, void* attrs, const AttrValue& value) {
  try {
    return a.set(attrs, value);
  } catch (const ShapeError& error) {
    throw ShapeError(f.name, fmt::format("{} cannot be [{}]", a.name, fmt::join(value.integers, ", ")), error.help());
  } catch (const IndexError& error) {
    throw IndexError(f.name, fmt::format("{} cannot be [{}]", a.name, fmt::join(value.integers, ", ")), error.help());
  }
}

void set_attributes(const Function& f, const Arguments& arguments, void* attrs, const Where& where) {
  if (f.op.attrs.count != 0) f.op.attrs[0].make(attrs);
  for (int i = 0; i < f.op.attrs.count; ++i) {
    const AttrDef& a = f.op.attrs[i];
    const std::size_t at = f.inputs + static_cast<std::size_t>(i);
    const nb::handle given = arguments[at];
    if (!given.is_valid() || given.is_none()) {
      if (a.required) wrong_argument(f, "missing required argument:", f.parameters[at]);
      continue;
    }
    if (!fits(f, a, attrs, Value(a.get(attrs).type, given, where).value)) {
      throw ValueError(f.name, fmt::format("{} cannot be {}", a.name, nb::str(given).c_str()), fmt::format("{}: {}", a.name, a.doc));
    }
  }
}

PyObject* call(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) noexcept {
  return guarded([&] {
    const auto& f = *static_cast<const Function*>(PyCapsule_GetPointer(self, nullptr));
    const Where where = caller();
    const Arguments arguments = sort_arguments(f, args, count, keywords);
    const Inputs inputs(f, arguments, where);
    alignas(std::max_align_t) std::byte attrs[kMostAttrBytes];
    set_attributes(f, arguments, attrs, where);
    const std::size_t bytes = f.op.attrs.count == 0 ? 0 : f.op.attrs[0].bytes;
    if (f.op.outputs.count > 1) {
      return named_results(f.op, unlocked(inputs.elements(), [&] { return apply_many(f.op, inputs.pointers(), attrs, bytes, where); }));
    }
    Tensor output;
    unlocked(inputs.elements(), [&] { apply(f.op, inputs.pointers(), attrs, bytes, where, {&output, 1}); });
    return wrap(std::move(output));
  });
}

std::vector<std::string> parameters_of(const OpDef& op) {
  std::vector<std::string> names;
  for (const InputDef& in : op.inputs) names.emplace_back(in.name);
  for (const AttrDef& a : op.attrs) names.emplace_back(a.name);
  return names;
}

std::string default_text(const AttrValue& v) {
  switch (v.type) {
    case AttrType::kBool: return v.boolean ? "True" : "False";
    case AttrType::kInt: return std::to_string(v.integer);
    case AttrType::kFloat: return fmt::format("{}", v.real);
    case AttrType::kNumber:
      return v.number.is_above_i64() ? std::to_string(static_cast<std::uint64_t>(v.number.whole()))
             : v.number.is_whole()   ? std::to_string(v.number.whole())
                                     : fmt::format("{}", v.number.real());
    case AttrType::kString: return fmt::format("'{}'", v.text);
    case AttrType::kDType:
    case AttrType::kInts:
    case AttrType::kPlace: return "None";
  }
  return "None";
}

std::string text_of(const Function& f, const std::vector<std::string>& names) {
  alignas(std::max_align_t) std::byte defaults[kMostAttrBytes];
  if (f.op.attrs.count != 0) f.op.attrs[0].make(defaults);
  std::string signature, details;
  for (std::size_t i = 0; i < names.size(); ++i) {
    signature += (i == 0 ? "" : ", ") + names[i];
    if (i < f.inputs) continue;
    const AttrDef& a = f.op.attrs[static_cast<int>(i - f.inputs)];
    if (!a.required) signature += "=" + default_text(a.get(defaults));
    details += fmt::format("\n{}: {}.", names[i], a.doc);
  }
  return fmt::format("{}({}{}name=None)\n--\n\n{}{}", f.name, signature, signature.empty() ? "" : ", ", f.op.doc,
                     details.empty() ? "" : "\n" + details);
}

// The op as a Python function of this name. `parameters`, separated by blanks, are the names of its inputs and attributes in order.
nb::object make_function(const OpDef& op, const std::string& name, const std::string& parameters, const char* module_name = "whygrad") {
  std::vector<std::string> names = parameters_of(op);
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < parameters.size() && at < names.size();) {
    const std::size_t end = std::min(parameters.find(' ', begin), parameters.size());
    names[at++] = parameters.substr(begin, end - begin);
    begin = end + 1;
  }
  auto f = std::make_unique<Function>(Function{op, name, {}, {}, static_cast<std::size_t>(op.inputs.count)});
  f->text = text_of(*f, names);
  for (const std::string& n : names) f->parameters.push_back(nb::steal(PyUnicode_InternFromString(n.c_str())));
  f->method = {f->name.c_str(), reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(call)), METH_FASTCALL | METH_KEYWORDS, f->text.c_str()};
  const nb::object self = nb::steal(PyCapsule_New(f.get(), nullptr, nullptr));
  const nb::object module = nb::str(module_name);
  PyObject* function = PyCFunction_NewEx(&f->method, self.ptr(), module.ptr());
  if (function == nullptr) throw nb::python_error();
  f.release();
  return nb::steal(function);
}

nb::object op_function(const std::string& op, const std::string& name, const std::string& parameters) {
  const OpDef* def = find_op(op);
  if (def == nullptr || !is_callable(*def)) throw nb::key_error(op.c_str());
  return make_function(*def, name, parameters);
}

nb::dict functions_of_library(const std::string& path, const std::string& module_name) {
  nb::dict functions;
  for (const OpDef* op : load_op_library(path)) {
    if (!is_callable(*op)) {
      throw ValueError("load_op_library", fmt::format("the op {} has attributes that cannot be given one by one", op->name),
                       fmt::format("leave out Attr::kResolved, and keep the struct of its attributes within {} bytes", kMostAttrBytes));
    }
    functions[op->name] = make_function(*op, op->name, "", module_name.c_str());
  }
  return functions;
}

}  // namespace

nb::object named_results(const OpDef& op, std::vector<Tensor> outputs) {
  const nb::object list = wrap(std::move(outputs));
  nb::list names;
  for (const char* name : op.outputs) names.append(name);
  return nb::module_::import_("whygrad._words").attr("result_type")(op.name, nb::tuple(names))(*nb::borrow<nb::list>(list));
}

void bind_op_table(nb::module_& m) {
  m.def("op_function", op_function, nb::arg("op"), nb::arg("name"), nb::arg("parameters") = "",
        "A function for an op of the table, under this name and with these names of parameters. Raises KeyError where no such op is callable by "
        "itself.");
  m.def(
      "op_names",
      [] {
        nb::list names;
        for (const OpDef* op : op_table()) {
          if (is_callable(*op)) names.append(op->name);
        }
        return names;
      },
      "The ops that op_function takes.");
  m.def("functions_of_library", functions_of_library, nb::arg("path"), nb::arg("module_name"),
        "The ops of a shared library as functions, by name; see load_op_library.");
}

}  // namespace whygrad::python
