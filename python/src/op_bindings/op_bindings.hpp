// The bindings of the op families that need more than the op table gives them.
#pragma once

#include "module.hpp"

namespace whygrad::python {

void bind_activation(nb::module_& m);
void bind_complex(nb::module_& m);
void bind_conv(nb::module_& m);
void bind_counting(nb::module_& m);
void bind_creation(nb::module_& m);
void bind_diagonal(nb::module_& m);
void bind_einsum(nb::module_& m);
void bind_elementwise(nb::module_& m);
void bind_formulas(nb::module_& m);
void bind_grid(nb::module_& m);
void bind_image(nb::module_& m);
void bind_index(nb::module_& m);
void bind_linalg(nb::module_& m);
void bind_losses(nb::module_& m);
void bind_matmul(nb::module_& m);
void bind_norm(nb::module_& m);
void bind_partition(nb::module_& m);
void bind_random(nb::module_& m);
void bind_reduce(nb::module_& m);
void bind_segment(nb::module_& m);
void bind_shape(nb::module_& m);
void bind_signal(nb::module_& m);
void bind_sorting(nb::module_& m);
void bind_sparse(nb::module_& m);
void bind_spatial(nb::module_& m);
void bind_special(nb::module_& m);
void bind_strings(nb::module_& m);

}  // namespace whygrad::python
