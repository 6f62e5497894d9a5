// Softmax and crossentropies over views, row by row.
#include "kernels/softmax.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/halves.hpp"
#include "kernels/cpu/softmax_rows.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 14;  // elements per thread that justify a parallel region

SoftmaxRows rows_for(const View& x) {
  if (!is_floating(x.dtype)) throw InternalError("softmax", "no loop for dtype " + std::string(name_of(x.dtype)));
  return find_softmax(wide(x.dtype));
}
std::int64_t row_size(const View& x) { return x.shape[x.rank - 1]; }

// One row of a contiguous view as the loops take it: in place, or in a float buffer for halves. The buffers live as long as a thread's share of the
// rows.
class Row {
 public:
  explicit Row(const View& view) : view_(view), n_(row_size(view)), floats_(is_half(view.dtype) ? static_cast<std::size_t>(n_) : 0) {}

  const void* read(std::int64_t row) {
    if (floats_.empty()) return at(row);
    widen(view_.dtype, at(row), floats_.data(), floats_.size());
    return floats_.data();
  }
  void* target(std::int64_t row) { return floats_.empty() ? at(row) : floats_.data(); }
  void finish(std::int64_t row) {
    if (!floats_.empty()) narrow(view_.dtype, floats_.data(), at(row), floats_.size());
  }

 private:
  void* at(std::int64_t row) const { return view_.as<std::byte>() + row * n_ * static_cast<std::int64_t>(size_of(view_.dtype)); }

  const View& view_;
  std::int64_t n_;
  device::Workspace<float> floats_;
};

// Calls body(first row, last row) over the rows of x.
template <class Body>
void for_rows(const View& x, const Body& body) {
  const std::int64_t n = row_size(x);
  if (n == 0) return;
  device::parallel_for(x.size() / n, std::max<std::int64_t>(kGrain / n, 1), body);
}

void map_rows(void (*loop)(const void*, void*, std::int64_t), const View& x, const View& out) {
  for_rows(x, [&](std::int64_t begin, std::int64_t end) {
    Row in(x), to(out);
    for (std::int64_t r = begin; r < end; ++r) {
      loop(in.read(r), to.target(r), row_size(x));
      to.finish(r);
    }
  });
}
void map_rows(void (*loop)(const void*, const void*, void*, std::int64_t), const View& a, const View& b, const View& out) {
  for_rows(a, [&](std::int64_t begin, std::int64_t end) {
    Row left(a), right(b), to(out);
    for (std::int64_t r = begin; r < end; ++r) {
      loop(left.read(r), right.read(r), to.target(r), row_size(a));
      to.finish(r);
    }
  });
}

void store_loss(const View& loss, std::int64_t row, double value) {
  const float single = static_cast<float>(value);
  switch (loss.dtype) {
    case DType::kF64: loss.as<double>()[row] = value; break;
    case DType::kF32: loss.as<float>()[row] = single; break;
    default: narrow(loss.dtype, &single, loss.as<std::byte>() + row * static_cast<std::int64_t>(size_of(loss.dtype)), 1);
  }
}

std::int64_t label_at(const View& labels, std::int64_t row) {
  return labels.dtype == DType::kI32 ? labels.as<std::int32_t>()[row] : labels.as<std::int64_t>()[row];
}

}  // namespace

void softmax(const View& x, const View& out) { map_rows(rows_for(x).softmax, x, out); }
void log_softmax(const View& x, const View& out) { map_rows(rows_for(x).log_softmax, x, out); }
void softmax_grad(const View& y, const View& dy, const View& out) { map_rows(rows_for(y).softmax_grad, y, dy, out); }
void log_softmax_grad(const View& y, const View& dy, const View& out) { map_rows(rows_for(y).log_softmax_grad, y, dy, out); }

std::int64_t sparse_softmax_cross_entropy(const View& logits, const View& labels, const View& loss, const View& backprop) {
  const std::int64_t classes = row_size(logits), rows = logits.shape[0];
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t label = label_at(labels, r);
    if (label < 0 || label >= classes) return r;
  }
  const SoftmaxRows loops = rows_for(logits);
  for_rows(logits, [&](std::int64_t begin, std::int64_t end) {
    Row in(logits), to(backprop);
    for (std::int64_t r = begin; r < end; ++r) {
      store_loss(loss, r, loops.sparse_loss(in.read(r), label_at(labels, r), to.target(r), classes));
      to.finish(r);
    }
  });
  return -1;
}

void softmax_cross_entropy(const View& logits, const View& labels, const View& loss, const View& backprop) {
  const SoftmaxRows loops = rows_for(logits);
  const std::int64_t classes = row_size(logits);
  if (classes == 0) {
    for (std::int64_t r = 0; r < logits.shape[0]; ++r) store_loss(loss, r, 0);
  }
  for_rows(logits, [&](std::int64_t begin, std::int64_t end) {
    Row in(logits), target(labels), to(backprop);
    for (std::int64_t r = begin; r < end; ++r) {
      store_loss(loss, r, loops.loss(in.read(r), target.read(r), to.target(r), classes));
      to.finish(r);
    }
  });
}

}  // namespace whygrad::kernels::cpu
