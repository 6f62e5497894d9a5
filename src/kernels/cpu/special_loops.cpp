// Special functions over views: operands become doubles first, the results are rounded once.
#include "device/parallel.hpp"
#include "kernels/cpu/doubles.hpp"
#include "kernels/cpu/special.hpp"

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 12;

void run(double (*f)(double), const View& x, const View& out) {
  Doubles doubles = Doubles::of(x);
  double* v = doubles.data();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) v[i] = f(v[i]);
  });
  doubles.store(out);
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
  Doubles orders = Doubles::of(n), doubles = Doubles::of(x);
  const double* order = orders.data();
  double* v = doubles.data();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) v[i] = polygamma(order[i], v[i]);
  });
  doubles.store(out);
}

}  // namespace whygrad::kernels::cpu
