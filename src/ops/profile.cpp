// Profiles: what is remembered of each call, the table and the trace.
#include "ops/core/profiler.hpp"

#include "kernels/matmul.hpp"
#include "kernels/movement.hpp"
#include "ops/core/context.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/ops/op.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

namespace whygrad {
namespace internal {
namespace {

thread_local std::vector<std::shared_ptr<Profiler>> of_thread;

double bytes_of(const Tensor& t) { return t.defined() ? static_cast<double>(t.size()) * static_cast<double>(size_of(t.dtype())) : 0; }

}  // namespace

double flops_of(const OpDef& op, const Shape& a, const Shape& b, const TensorSpec& out) {
  if (op.factors == 0 || loop_of(op, out.dtype).has_value() || out.shape.rank() < 2 || out.shape.size() == 0) return 0;
  if (a.rank() < 2 || b.rank() < 2) return 0;
  const auto matrix = [](const Shape& s) { return static_cast<double>(s.back()) * static_cast<double>(s.back(1)); };
  // k follows from the sizes of the three.
  return 2 * static_cast<double>(out.shape.size()) * std::sqrt(matrix(a) * matrix(b) / matrix(out.shape));
}

std::shared_ptr<Profiler> Profiler::start() {
  std::shared_ptr<Profiler> profiler(new Profiler);
  of_thread.push_back(profiler);
  profiles.fetch_add(1, std::memory_order_relaxed);
  return profiler;
}

// Another thread may call it. The thread whose calls are remembered lets go of the profiler itself.
void Profiler::stop() {
  if (!running_) return;
  end_ = Clock::now();
  running_ = false;
  profiles.fetch_sub(1, std::memory_order_relaxed);
}

bool Profiler::here() {
  std::erase_if(of_thread, [](const auto& p) { return !p->running_; });
  return !of_thread.empty();
}

void Profiler::add(const Event& event) {
  for (const auto& p : of_thread) {
    if (p->running_) p->events_.push_back(event);
  }
}

void ProfiledCall::start() {
  on_ = Profiler::here();
  begin_ = Profiler::Clock::now();
}

void ProfiledCall::finish() noexcept {
  try {
    // An op that a gradient rule calls is one of the op that is differentiated.
    const Where* const differentiated = is_step_ ? nullptr : Log::mine().backward.where;
    Profiler::Event event{.op = op_.name,
                          .where = differentiated != nullptr ? *differentiated : where_,
                          .begin = begin_,
                          .end = Profiler::Clock::now(),
                          .bytes = 0,
                          .flops = 0};
    if (!fused_.empty()) {
      event.op = "fused";
      for (std::size_t i = 0; i < fused_.size(); ++i) event.op += fmt::format("{} {}", i == 0 ? ":" : ",", fused_[i]->name);
    }
    for (const Tensor* input : inputs_) event.bytes += bytes_of(*input);
    for (const Tensor& output : outputs_) event.bytes += bytes_of(output);
    if (fused_.empty() && inputs_.size() >= 2 && outputs_.size() == 1 && outputs_[0].defined())
      event.flops = flops_of(op_, inputs_[0]->shape(), inputs_[1]->shape(), spec_of(outputs_[0]));
    Profiler::add(event);
  } catch (...) {  // the measurement lacks a call; the program goes on
  }
}

namespace {

double seconds_between(Profiler::Clock::time_point a, Profiler::Clock::time_point b) { return std::chrono::duration<double>(b - a).count(); }

// What one thread does at best: bytes copied in L2-sized pieces and in large ones are far apart, so the limit of memory is that of a block of some
// megabytes, read and written.
struct Machine {
  double bytes_per_second = 0, flops_per_second = 0;

  static const Machine& get() {
    static const Machine machine = measured();
    return machine;
  }

 private:
  template <class F>
  static double quickest(const F& f) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto begin = Profiler::Clock::now();
      f();
      best = std::min(best, seconds_between(begin, Profiler::Clock::now()));
    }
    return std::max(best, 1e-9);
  }
  static Machine measured() {
    constexpr std::int64_t kFloats = 1 << 20, kSide = 384;
    Machine machine;
    const Tensor from = make_tensor(DType::kF32, {kFloats}), to = make_tensor(DType::kF32, {kFloats});
    const float one = 1;
    kernels::fill(view_of(from), &one);
    machine.bytes_per_second = 8.0 * kFloats / quickest([&] { kernels::copy(view_of(from), view_of(to)); });
    const Tensor a = make_tensor(DType::kF32, {kSide, kSide}), c = make_tensor(DType::kF32, {kSide, kSide});
    kernels::fill(view_of(a), &one);
    machine.flops_per_second = 2.0 * kSide * kSide * kSide / quickest([&] { kernels::matmul(view_of(a), view_of(a), false, false, view_of(c)); });
    return machine;
  }
};

std::string speed_of(const Profile::Row& row) {
  if (row.seconds <= 0) return {};
  const Machine& machine = Machine::get();
  if (row.flops > 0) {
    return fmt::format("{:8.1f} GFLOP/s {:4.0f} %", row.flops / row.seconds / 1e9, 100 * row.flops / row.seconds / machine.flops_per_second);
  }
  return fmt::format("{:8.1f} GB/s    {:4.0f} %", row.bytes / row.seconds / 1e9, 100 * row.bytes / row.seconds / machine.bytes_per_second);
}

}  // namespace
}  // namespace internal

using internal::Profiler;

Profile::Profile() : profiler_(Profiler::start()) {}
Profile::~Profile() { profiler_->stop(); }
void Profile::stop() { profiler_->stop(); }
double Profile::seconds() const { return internal::seconds_between(profiler_->begin(), profiler_->end()); }

std::vector<Profile::Row> Profile::rows() const {
  std::map<std::pair<std::string, std::string>, Row> by_place;
  for (const Profiler::Event& event : profiler_->events()) {
    std::string place = internal::line_of(event.where);
    Row& row = by_place[{event.op, place}];
    row.op = event.op;
    row.place = std::move(place);
    ++row.calls;
    row.seconds += internal::seconds_between(event.begin, event.end);
    row.bytes += event.bytes;
    row.flops += event.flops;
  }
  std::vector<Row> rows;
  rows.reserve(by_place.size());
  for (auto& [key, row] : by_place) rows.push_back(std::move(row));
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
  return rows;
}

std::string Profile::table(std::size_t most) const {
  const double all = seconds();
  const std::vector<Row> listed = rows();
  std::string text = fmt::format("{:>8} {:>10} {:>5}  {:<24} {}\n", "calls", "ms", "%", "speed, of the limit", "op");
  double shown = 0, ops = 0;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const Row& row = listed[i];
    ops += row.seconds;
    if (i >= most) continue;
    shown += row.seconds;
    text += fmt::format("{:>8} {:>10.3f} {:>5.1f}  {:<24} {}{}{}\n", row.calls, row.seconds * 1e3, 100 * row.seconds / all, internal::speed_of(row),
                        row.op, row.place.empty() ? "" : "  ", row.place);
  }
  if (listed.size() > most) {
    text += fmt::format("{:>8} {:>10.3f} {:>5.1f}  {:<24} {} more\n", "", (ops - shown) * 1e3, 100 * (ops - shown) / all, "", listed.size() - most);
  }
  const double rest = std::max(all - ops, 0.0);
  return text + fmt::format("{:>8} {:>10.3f} {:>5.1f}  {:<24} outside of ops\n", "", rest * 1e3, 100 * rest / all, "");
}

std::string Profile::trace() const {
  nlohmann::json events = nlohmann::json::array();
  for (const Profiler::Event& event : profiler_->events()) {
    events.push_back({{"name", event.op},
                      {"ph", "X"},
                      {"pid", 1},
                      {"tid", 1},
                      {"ts", internal::seconds_between(profiler_->begin(), event.begin) * 1e6},
                      {"dur", internal::seconds_between(event.begin, event.end) * 1e6},
                      {"args", {{"place", internal::line_of(event.where)}, {"bytes", event.bytes}, {"flops", event.flops}}}});
  }
  return nlohmann::json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}}.dump();
}

}  // namespace whygrad
