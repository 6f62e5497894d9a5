// Calls of Python functions on numbers instead of tensors.
#include "convert.hpp"
#include "host_function.hpp"
#include "places.hpp"

#include "ops/core/context.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

namespace whygrad::python {

constexpr OpDef kHostFunctionEvent = define_event({
    .name = "numpy_function",
    .doc = "A Python function computed arrays from arrays.",
    .type = "PyFunc",
    .inputs = {{"inp",
                NotDifferentiable{"a Python function got its numbers and made new ones of them; no gradient is followed through numbers",
                                  "compute with tensors instead, or give the function a gradient with custom_gradient", GradientFlow::kHostRead}}},
    .variadic = true,
});

namespace {

// The outputs as values made by a host call with these inputs.
nb::object note_host_function(nb::handle inputs, nb::handle outputs) {
  const Where where = caller();
  const std::vector<Tensor> from = to_tensors(inputs, where);
  const std::vector<Tensor> results = to_tensors(outputs, where);
  std::vector<Tensor> made;
  made.reserve(results.size());
  for (const Tensor& t : results) made.push_back(internal::make_view(t, t.shape(), t.impl()->strides, 0));
  std::vector<const Tensor*> pointers;
  pointers.reserve(from.size());
  for (const Tensor& t : from) pointers.push_back(&t);
  internal::Log::mine().append({.op = &kHostFunctionEvent,
                                .where = &where,
                                .inputs = pointers.data(),
                                .input_count = static_cast<int>(pointers.size()),
                                .outputs = made.data(),
                                .output_count = static_cast<int>(made.size())});
  return wrap(std::move(made));
}

}  // namespace

void bind_functions(nb::module_& m) {
  m.def("note_host_function", note_host_function, nb::arg("inputs"), nb::arg("outputs"));
  m.def(
      "peek", [](const Tensor& t) { return to_numpy(t, std::nullopt); }, nb::arg("tensor"),
      "The elements as an array, for showing: they do not count as having left the library.");
}

}  // namespace whygrad::python
