// Special functions over views: operands become doubles first, the results are rounded once.
#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/special.hpp"
#include "kernels/cpu/table.hpp"

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 12;

class Doubles {
 public:
  explicit Doubles(const View& x) : layout_(x), numbers_(static_cast<std::size_t>(x.size())) { cpu::cast(x, view()); }
  View view() { return layout_.view(numbers_.data(), DType::kF64); }
  double* data() { return numbers_.data(); }

 private:
  ContiguousLayout layout_;
  device::Workspace<double> numbers_;
};

void run(double (*f)(double), const View& x, const View& out) {
  Doubles doubles(x);
  double* v = doubles.data();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) v[i] = f(v[i]);
  });
  cpu::cast(doubles.view(), out);
}

}  // namespace

void special(Special f, const View& x, const View& out) {
  switch (f) {
    case Special::kLogGamma: return run(log_gamma, x, out);
    case Special::kDigamma: return run(digamma, x, out);
    case Special::kInverseErf: return run(inverse_erf, x, out);
    case Special::kInverseNormal: return run(inverse_normal, x, out);
  }
}

void polygamma(const View& n, const View& x, const View& out) {
  Doubles orders(n), doubles(x);
  const double* order = orders.data();
  double* v = doubles.data();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) v[i] = polygamma(order[i], v[i]);
  });
  cpu::cast(doubles.view(), out);
}

}  // namespace whygrad::kernels::cpu
