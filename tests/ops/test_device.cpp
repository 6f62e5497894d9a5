// Memory without access, and a table that forwards to the CPU's.
#include "ops/test_device.hpp"

#include "device/memory.hpp"
#include "kernels/table.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace whygrad::testing {
namespace {

constexpr std::size_t kBytes = std::size_t{1} << 32, kAlignment = 64;
std::atomic<std::uint64_t> calls{0};

class Range {
 public:
  Range() {
    void* both = mmap(nullptr, 2 * kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (both == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<char*>(both);
    if (mprotect(begin_ + kBytes, kBytes, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  }
  void* allocate(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    const std::lock_guard lock(mutex_);
    in_use_ += size;
    if (auto& free = free_[size]; !free.empty()) {
      char* block = free.back();
      free.pop_back();
      return block;
    }
    if (used_ + size > kBytes) throw std::bad_alloc();
    used_ += size;
    return begin_ + used_ - size;
  }
  void deallocate(void* block, std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    const std::lock_guard lock(mutex_);
    in_use_ -= size;
    std::memset(bytes_of(block), 0xcb, size);  // whoever still reads it gets nonsense
    free_[size].push_back(static_cast<char*>(block));
  }
  // Where the bytes of an address of the device are.
  char* bytes_of(const void* address) const {
    char* at = begin_ + (static_cast<const char*>(address) - begin_);
    if (at < begin_ || at > begin_ + kBytes) throw std::logic_error("a kernel of the test device was given memory of the host");
    return at + kBytes;
  }
  std::size_t in_use() {
    const std::lock_guard lock(mutex_);
    return in_use_;
  }

 private:
  static std::size_t rounded(std::size_t bytes) { return (bytes + kAlignment) / kAlignment * kAlignment; }  // never 0

  char* begin_ = nullptr;
  std::size_t used_ = 0, in_use_ = 0;
  std::map<std::size_t, std::vector<char*>> free_;
  std::mutex mutex_;
};

Range& range() {
  static auto* memory = new Range;
  return *memory;
}

// An argument as the CPU's kernels take it, for as long as the call lasts.
template <class T>
class Translated {
 public:
  explicit Translated(const T& value) : value_(value) {}
  operator const T&() const { return value_; }

 private:
  const T& value_;
};

kernels::View view_of_bytes(const kernels::View& view) {
  if (view.device.kind == DeviceKind::kCpu) throw std::logic_error("a kernel of the test device was given a view of the host");
  return {view.data != nullptr ? range().bytes_of(view.data) : nullptr, view.shape, view.strides, view.rank, view.dtype, {}};
}
template <>
class Translated<kernels::View> {
 public:
  explicit Translated(const kernels::View& view) : view_(view_of_bytes(view)) {}
  operator const kernels::View&() const { return view_; }

 private:
  kernels::View view_;
};
template <>
class Translated<const kernels::View*> {  // null, where there is none
 public:
  explicit Translated(const kernels::View* view) {
    if (view != nullptr) view_.emplace(view_of_bytes(*view));
  }
  operator const kernels::View*() const { return view_.has_value() ? &*view_ : nullptr; }

 private:
  std::optional<kernels::View> view_;
};
template <>
class Translated<std::span<const kernels::View>> {
 public:
  explicit Translated(std::span<const kernels::View> views) {
    for (const kernels::View& view : views) views_.push_back(view_of_bytes(view));
  }
  operator std::span<const kernels::View>() const { return views_; }

 private:
  std::vector<kernels::View> views_;
};
template <>
class Translated<Device> {
 public:
  explicit Translated(Device) {}
  operator Device() const { return {}; }
};

template <class T>
void translate(T*& pointer) {
  if (pointer != nullptr) pointer = reinterpret_cast<T*>(range().bytes_of(pointer));
}
template <class T>
void translate(kernels::AdamSlot<T>& slot) {
  translate(slot.w), translate(slot.w_out), translate(slot.m), translate(slot.v), translate(slot.g);
}
template <class T>
void translate(kernels::SgdSlot<T>& slot) {
  translate(slot.w), translate(slot.w_out), translate(slot.momentum), translate(slot.g);
}
template <class T>
void translate(kernels::RmspropSlot<T>& slot) {
  translate(slot.w), translate(slot.w_out), translate(slot.v), translate(slot.average), translate(slot.momentum), translate(slot.g);
}
template <class Slot>
class Translated<std::span<const Slot>> {
 public:
  explicit Translated(std::span<const Slot> slots) : slots_(slots.begin(), slots.end()) {
    if constexpr (requires(Slot & s) { translate(s); }) {
      for (Slot& slot : slots_) translate(slot);
    }
  }
  operator std::span<const Slot>() const { return slots_; }

 private:
  std::vector<Slot> slots_;
};

template <auto Member>
struct Forward;
template <class R, class... Args, R (*kernels::KernelTable::*Member)(Args...)>
struct Forward<Member> {
  static R call(Args... args) {
    calls.fetch_add(1, std::memory_order_relaxed);
    return (kernels::table_of(Device{}).*Member)(Translated<std::remove_cvref_t<Args>>(args)...);
  }
};

template <auto... Members>
kernels::KernelTable forwarding() {
  static_assert(sizeof...(Members) * sizeof(void*) == sizeof(kernels::KernelTable), "the list of members lacks one, or has one twice");
  kernels::KernelTable table{};
  ((table.*Members = Forward<Members>::call), ...);
  return table;
}

const kernels::KernelTable& table() {
  using T = kernels::KernelTable;
  static const T all = forwarding<
      &T::unary, &T::binary, &T::select, &T::clip, &T::contains_zero, &T::run_fused, &T::cast, &T::copy, &T::fill, &T::range, &T::band_part,
      &T::reduce, &T::arg_reduce, &T::cumulative, &T::gather, &T::scatter_add, &T::one_hot, &T::pad, &T::mirror_pad, &T::reverse, &T::integer_range,
      &T::first_outside, &T::gather_nd, &T::scatter_nd, &T::count_not_zero, &T::places_not_zero, &T::segment_fold, &T::id_sequence, &T::count_numbers,
      &T::partition, &T::places_by_number, &T::softmax, &T::log_softmax, &T::softmax_grad, &T::log_softmax_grad, &T::sparse_softmax_cross_entropy,
      &T::softmax_cross_entropy, &T::random_uniform, &T::random_normal, &T::random_truncated_normal, &T::random_integers, &T::random_permutation,
      &T::random_categorical, &T::random_poisson, &T::order, &T::number_distinct, &T::first_of_each, &T::order_rows, &T::histogram, &T::bincount,
      &T::searchsorted, &T::in_top_k, &T::census, &T::sample_bins, &T::find_not_finite, &T::number_at, &T::conv2d, &T::conv2d_bias,
      &T::conv2d_backward_input, &T::conv2d_backward_filter, &T::max_pool2d, &T::max_pool2d_backward, &T::avg_pool2d, &T::avg_pool2d_backward,
      &T::max_pool2d_pick, &T::matmul, &T::matmul_add, &T::matmul_bias, &T::special, &T::special_of_two, &T::betainc, &T::fft, &T::rfft, &T::irfft,
      &T::matrix_inverse, &T::matrix_solve, &T::triangular_solve, &T::determinant, &T::log_determinant, &T::cholesky, &T::self_adjoint_eig,
      &T::tridiagonal_solve, &T::eig, &T::lu_factors, &T::matrix_function, &T::svd, &T::qr, &T::adjust_hue, &T::hsv_to_rgb, &T::adjust_saturation,
      &T::resample, &T::resample_backward, &T::suppress_overlaps, &T::ctc_loss, &T::ctc_curvature, &T::draw_numbers, &T::draw_gamma, &T::gamma_slope,
      &T::draw_poisson, &T::draw_binomial, &T::draw_classes, &T::quantize, &T::write_numbers, &T::read_numbers, &T::adam_f32, &T::adam_f64,
      &T::sgd_f32, &T::sgd_f64, &T::rmsprop_f32, &T::rmsprop_f64>();
  return all;
}

constexpr device::Memory kMemory = {
    .name = "test",
    .allocate = [](std::size_t bytes) { return range().allocate(bytes); },
    .deallocate = [](void* block, std::size_t bytes) noexcept { range().deallocate(block, bytes); },
    .from_host = [](const void* host, void* block, std::size_t bytes) { std::memcpy(range().bytes_of(block), host, bytes); },
    .to_host = [](const void* block, void* host, std::size_t bytes) { std::memcpy(host, range().bytes_of(block), bytes); },
};

}  // namespace

Device test_device() {
  static const DeviceKind kind = [] {
    const DeviceKind added = device::add_kind(kMemory);
    kernels::set_table(added, table());
    return added;
  }();
  return {kind, 0};
}

std::uint64_t kernel_calls() { return calls.load(std::memory_order_relaxed); }
std::size_t test_memory_in_use() { return range().in_use(); }

}  // namespace whygrad::testing
