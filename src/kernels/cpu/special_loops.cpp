// Special functions over views: operands become doubles first, the results are rounded once.
#include "device/parallel.hpp"
#include "kernels/cpu/doubles.hpp"
#include "kernels/cpu/special.hpp"

#include <cstddef>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 10;

// Element i of the result is f(i), which may read what the doubles hold at i.
template <class F>
void run(Doubles& doubles, const View& out, const F& f) {
  double* v = doubles.data();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) v[i] = f(i);
  });
  doubles.store(out);
}

using OfOne = double (*)(double);
using OfTwo = double (*)(double, double);

OfOne find(Special f) {
  switch (f) {
    case Special::kLogGamma: return log_gamma;
    case Special::kDigamma: return digamma;
    case Special::kInverseErf: return inverse_erf;
    case Special::kInverseNormal: return inverse_normal;
    case Special::kBesselI0: return bessel_i0;
    case Special::kBesselI0e: return bessel_i0e;
    case Special::kBesselI1: return bessel_i1;
    case Special::kBesselI1e: return bessel_i1e;
    case Special::kBesselJ0: return bessel_j0;
    case Special::kBesselJ1: return bessel_j1;
    case Special::kBesselK0: return bessel_k0;
    case Special::kBesselK0e: return bessel_k0e;
    case Special::kBesselK1: return bessel_k1;
    case Special::kBesselK1e: return bessel_k1e;
    case Special::kBesselY0: return bessel_y0;
    case Special::kBesselY1: return bessel_y1;
    case Special::kDawson: return dawson;
    case Special::kExpint: return expint;
    case Special::kFresnelCos: return fresnel_cos;
    case Special::kFresnelSin: return fresnel_sin;
    case Special::kSpence: return spence;
  }
  return nullptr;
}

OfTwo find(SpecialOfTwo f) {
  switch (f) {
    case SpecialOfTwo::kPolygamma: return polygamma;
    case SpecialOfTwo::kZeta: return zeta;
    case SpecialOfTwo::kIgamma: return igamma;
    case SpecialOfTwo::kIgammac: return igammac;
    case SpecialOfTwo::kIgammaGradA: return igamma_grad_a;
  }
  return nullptr;
}

}  // namespace

void special(Special f, const View& x, const View& out) {
  Doubles v = Doubles::of(x);
  const OfOne function = find(f);
  run(v, out, [&](std::int64_t i) { return function(v.data()[i]); });
}

void special_of_two(SpecialOfTwo f, const View& a, const View& b, const View& out) {
  Doubles first = Doubles::of(a), second = Doubles::of(b);
  const OfTwo function = find(f);
  run(second, out, [&](std::int64_t i) { return function(first.data()[i], second.data()[i]); });
}

void betainc(const View& a, const View& b, const View& x, const View& out) {
  Doubles first = Doubles::of(a), second = Doubles::of(b), v = Doubles::of(x);
  run(v, out, [&](std::int64_t i) { return incomplete_beta(first.data()[i], second.data()[i], v.data()[i]); });
}

}  // namespace whygrad::kernels::cpu
