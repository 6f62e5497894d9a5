// Records of data sets: which tensors went in, and what came out. The ops layer defines their op records, as it does those of constants and host
// reads (tensor/log.hpp).
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad {

struct OpDef;

namespace internal {

// Into a data set, by slices along the first axis or as they are; out of one, as an element of a loop or as what reduce made of all elements.
const OpDef& slices_op();
const OpDef& whole_op();
const OpDef& element_op();
const OpDef& reduced_op();

// Gives `made` its id, as what `op` made of `from`; of the program's data where that is an empty handle.
void log_fed(Tensor& made, const OpDef& op, const Tensor& from, const Where& where);

}  // namespace internal
}  // namespace whygrad
