// Common declarations of the parts of the Python module.
#pragma once

#include "interpreter_lock.hpp"

#include <whygrad/tensor/tensor.hpp>

#include <nanobind/nanobind.h>

#include <optional>
#include <utility>

namespace whygrad::python {

namespace nb = nanobind;

// One function for each part; module.cpp calls them all.
void bind_places(nb::module_& m);
void bind_tensor(nb::module_& m);
void bind_variable(nb::module_& m);
void bind_op_table(nb::module_& m);
void bind_exchange(nb::module_& m);
void bind_tape(nb::module_& m);
void bind_forward(nb::module_& m);
void bind_folds(nb::module_& m);
void bind_functions(nb::module_& m);
void bind_traced(nb::module_& m);
void bind_function_graph(nb::module_& m);
void bind_explain(nb::module_& m);
void bind_flow_builder(nb::module_& m);
void bind_tensorflow_events(nb::module_& m);
void bind_torch_events(nb::module_& m);
void bind_layers(nb::module_& m);
void bind_slices(nb::module_& m);
void bind_optimizers(nb::module_& m);
void bind_datasets(nb::module_& m);

// With fewer elements, releasing the lock and taking it back costs more than other threads gain: as much as an op on a few thousand elements.
inline constexpr std::int64_t kWorthUnlocking = 1 << 14;

// Calls f(), and lets other Python threads run if the work on so many elements justifies it.
template <class F>
auto unlocked(std::int64_t elements, F&& f) {
  if (elements < kWorthUnlocking) return std::forward<F>(f)();
  const Unlocked unlocked;
  return std::forward<F>(f)();
}

}  // namespace whygrad::python
