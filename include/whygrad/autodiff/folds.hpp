// Functions over slices of tensors along their first axis, in eager form. Gradients are those of the code that ran.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <functional>
#include <vector>

namespace whygrad {

// Slice i of tensors [n, ..] is the list of their slices i. All functions throw ValueError if there is no tensor or if a function returns another
// number of values than before or an empty handle; ShapeError for a scalar and if the tensors differ in n.

// Calls fn(slice) for each slice and stacks the results [..] of one shape and dtype to [n, ..] (tf.map_fn). Throws ValueError if there are no slices.
WG_API std::vector<Tensor> map_fn(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& fn, const std::vector<Tensor>& elems,
                                  Where where = Where::here());
WG_API Tensor map_fn(const std::function<Tensor(const Tensor&)>& fn, const Tensor& elems, Where where = Where::here());

struct VectorizedMapOptions {
  // Whether fn is called for one slice after the other where it cannot be run for all of them at once; otherwise that is an error.
  bool fallback_to_while_loop = true;
};
// The same with all slices at once (tf.vectorized_map): fn is called once, with abstract slices, and what it does is run for many slices at a time,
// as many as 64 MiB hold the values of. A tensor [1, ..] among tensors [n, ..] is the same in all slices. Random numbers differ from slice to slice.
// fn cannot read elements of its slices; where it does, or calls what cannot be run for many slices, it is called for one slice after the other.
// Without slices the results are zeros [0, ..]. Throws ValueError for that where `fallback_to_while_loop` is false, and what fn throws.
WG_API std::vector<Tensor> vectorized_map(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& fn, const std::vector<Tensor>& elems,
                                          const VectorizedMapOptions& options = {}, Where where = Where::here());
WG_API Tensor vectorized_map(const std::function<Tensor(const Tensor&)>& fn, const Tensor& elems, const VectorizedMapOptions& options = {},
                             Where where = Where::here());

// fn(accumulated, slice) returns the next accumulated values, as many as before.
using FoldFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>& accumulated, const std::vector<Tensor>& part)>;
// Returns fn(.. fn(fn(initial, slice 0), slice 1) .., slice n - 1) (tf.foldl). An empty `initial` stands for slice 0; without slices that is a
// ValueError.
WG_API std::vector<Tensor> foldl(const FoldFunction& fn, const std::vector<Tensor>& elems, const std::vector<Tensor>& initial = {},
                                 Where where = Where::here());
// The same from the last slice to the first (tf.foldr).
WG_API std::vector<Tensor> foldr(const FoldFunction& fn, const std::vector<Tensor>& elems, const std::vector<Tensor>& initial = {},
                                 Where where = Where::here());

struct ScanOptions {
  bool reverse = false;  // from the last slice to the first; the results keep the order of the slices
};
// Stacks all accumulated values of foldl except `initial` to [n, ..] (tf.scan). Throws ShapeError or DTypeError if their shapes or dtypes differ.
// Without slices the result is zeros [0, ..].
WG_API std::vector<Tensor> scan(const FoldFunction& fn, const std::vector<Tensor>& elems, const std::vector<Tensor>& initial = {},
                                const ScanOptions& options = {}, Where where = Where::here());

}  // namespace whygrad
