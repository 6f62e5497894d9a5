// whygrad._whygrad: the engine as a Python module. Everything public is named by the Python files beside it.
#include "module.hpp"

#include "dispatch.hpp"

#include "errors.hpp"
#include "op_bindings/op_bindings.hpp"
#include "profile.hpp"

NB_MODULE(_whygrad, m) {
  using namespace whygrad::python;
  m.doc() = "The engine of whygrad.";
  nanobind::set_leak_warnings(false);  // a thread that still runs when the interpreter ends holds tensors
  install_error_translation();
  wait_for_threads_at_exit();
  bind_places(m);
  bind_tensor(m);
  bind_variable(m);
  bind_op_table(m);
  bind_dispatch(m);
  bind_activation(m);
  bind_complex(m);
  bind_conv(m);
  bind_counting(m);
  bind_creation(m);
  bind_diagonal(m);
  bind_einsum(m);
  bind_elementwise(m);
  bind_formulas(m);
  bind_grid(m);
  bind_image(m);
  bind_index(m);
  bind_linalg(m);
  bind_losses(m);
  bind_matmul(m);
  bind_norm(m);
  bind_partition(m);
  bind_random(m);
  bind_reduce(m);
  bind_segment(m);
  bind_shape(m);
  bind_signal(m);
  bind_sorting(m);
  bind_sparse(m);
  bind_spatial(m);
  bind_special(m);
  bind_strings(m);
  bind_exchange(m);
  bind_tape(m);
  bind_forward(m);
  bind_folds(m);
  bind_functions(m);
  bind_profile(m);
  bind_traced(m);
  bind_function_graph(m);
  bind_explain(m);
  bind_flow_builder(m);
  bind_tensorflow_events(m);
  bind_torch_events(m);
  bind_layers(m);
  bind_slices(m);
  bind_optimizers(m);
  bind_datasets(m);
}
