// Functions of the parts of tensors along their first axis, one part after the other, in eager form: gradients are those of the code that ran.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <functional>
#include <vector>

namespace whygrad {

// Of tensors [n, ..] with one n, part i is the list of their parts i. All throw ValueError where there is no tensor, where a function returns
// another number of values than before, or an empty handle; ShapeError for a scalar and where the tensors have several n.

// fn(part) of each part, stacked: of values [..] of one shape and dtype, [n, ..] (tf.map_fn). Throws ValueError where there are no parts.
WG_API std::vector<Tensor> map_fn(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& fn, const std::vector<Tensor>& elems,
                                  Where where = Where::here());
WG_API Tensor map_fn(const std::function<Tensor(const Tensor&)>& fn, const Tensor& elems, Where where = Where::here());

// fn(accumulated, part) gives the next accumulated values, as many as there were.
using FoldFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>& accumulated, const std::vector<Tensor>& part)>;
// fn(.. fn(fn(initial, part 0), part 1) .., part n - 1) (tf.foldl). An empty `initial`: part 0 stands for it, and there must be one, else ValueError.
WG_API std::vector<Tensor> foldl(const FoldFunction& fn, const std::vector<Tensor>& elems, const std::vector<Tensor>& initial = {},
                                 Where where = Where::here());
// The same from the last part to the first (tf.foldr).
WG_API std::vector<Tensor> foldr(const FoldFunction& fn, const std::vector<Tensor>& elems, const std::vector<Tensor>& initial = {},
                                 Where where = Where::here());

struct ScanOptions {
  bool reverse = false;  // from the last part to the first; the results keep the order of the parts
};
// All accumulated values that foldl goes through, but for `initial` itself, stacked: [n, ..] (tf.scan). Values that are stacked have one shape and
// dtype, else ShapeError, DTypeError. Of no parts: zeros [0, ..].
WG_API std::vector<Tensor> scan(const FoldFunction& fn, const std::vector<Tensor>& elems, const std::vector<Tensor>& initial = {},
                                const ScanOptions& options = {}, Where where = Where::here());

}  // namespace whygrad
