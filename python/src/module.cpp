// whygrad._whygrad: the engine as a Python module. Everything public is named by the Python files beside it.
#include "module.hpp"

#include "errors.hpp"

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
  bind_creation(m);
  bind_shape(m);
  bind_reduce(m);
  bind_elementwise(m);
  bind_images(m);
  bind_norms(m);
  bind_matrices(m);
  bind_picking(m);
  bind_nn(m);
  bind_random(m);
  bind_exchange(m);
  bind_tape(m);
  bind_folds(m);
  bind_functions(m);
  bind_explain(m);
  bind_flow_builder(m);
  bind_tensorflow_events(m);
  bind_torch_events(m);
  bind_layers(m);
  bind_optimizers(m);
  bind_datasets(m);
}
