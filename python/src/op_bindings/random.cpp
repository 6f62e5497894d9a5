// Random numbers.
#include <whygrad/ops/random.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/ops/elementwise.hpp>

namespace whygrad::python {
namespace {

// mean + stddev * draw, so that gradients reach a mean or deviation that is a tensor.
Tensor scaled(Tensor draw, nb::handle mean, nb::handle stddev, DType dtype, const Where& where) {
  draw = multiply(draw, to_tensor_like(stddev, dtype, where), where);
  return add(draw, to_tensor_like(mean, dtype, where), where);
}

template <Tensor (*F)(const Shape&, const random::NormalOptions&, Where)>
nb::object normal(nb::handle shape, nb::handle mean, nb::handle stddev, nb::handle dtype, nb::handle seed, nb::handle) {
  const Where where = caller();
  random::NormalOptions options{.dtype = to_dtype(dtype), .seed = to_seed(seed)};
  const Shape extents = to_shape(shape);
  if (is_value(mean) || is_value(stddev)) return wrap(scaled(F(extents, options, where), mean, stddev, options.dtype, where));
  options.mean = to_double(mean);
  options.stddev = to_double(stddev);
  return wrap(unlocked(extents.size(), [&] { return F(extents, options, where); }));
}

nb::object uniform(nb::handle shape, nb::handle minval, nb::handle maxval, nb::handle dtype, nb::handle seed, nb::handle) {
  const Where where = caller();
  random::UniformOptions options{.dtype = to_dtype(dtype), .seed = to_seed(seed)};
  const Shape extents = to_shape(shape);
  const nb::object top = maxval.is_none() ? nb::object(nb::int_(1)) : nb::borrow(maxval);
  if (is_floating(options.dtype) && (is_value(minval) || is_value(top))) {
    const Tensor low = to_tensor_like(minval, options.dtype, where);
    const Tensor spread = subtract(to_tensor_like(top, options.dtype, where), low, where);
    return wrap(add(multiply(random::uniform(extents, options, where), spread, where), low, where));
  }
  options.minval = to_number(minval, where);
  options.maxval = to_number(top, where);
  return wrap(unlocked(extents.size(), [&] { return random::uniform(extents, options, where); }));
}

std::array<std::uint64_t, 2> seed_pair(nb::handle seed) {
  const std::vector<std::int64_t> list = to_ints(seed);
  if (list.size() != 2) nb::raise_type_error("a stateless seed is a pair of integers");
  return {static_cast<std::uint64_t>(list[0]), static_cast<std::uint64_t>(list[1])};
}

void check_generator(const char* op, nb::handle alg) {
  if (alg.equal(nb::str("philox"))) return;
  require_default(op, "alg", alg, nb::str("auto_select"), "numbers come from Philox here");
}

nb::object stateless_normal(nb::handle shape, nb::handle seed, nb::handle mean, nb::handle stddev, nb::handle dtype, nb::handle, nb::handle alg) {
  check_generator("stateless_normal", alg);
  return wrap(random::stateless_normal(to_shape(shape), seed_pair(seed),
                                       {.mean = to_double(mean), .stddev = to_double(stddev), .dtype = to_dtype(dtype)}, caller()));
}

nb::object stateless_uniform(nb::handle shape, nb::handle seed, nb::handle minval, nb::handle maxval, nb::handle dtype, nb::handle, nb::handle alg) {
  const Where where = caller();
  check_generator("stateless_uniform", alg);
  const Number top = maxval.is_none() ? Number(1) : to_number(maxval, where);
  return wrap(random::stateless_uniform(to_shape(shape), seed_pair(seed),
                                        {.minval = to_number(minval, where), .maxval = top, .dtype = to_dtype(dtype)}, where));
}

nb::object shuffled(nb::handle value, nb::handle seed, nb::handle) {
  const Where where = caller();
  return wrap(random::shuffle(to_tensor(value, where), to_seed(seed), where));
}

nb::object poisson(nb::handle shape, nb::handle lam, nb::handle dtype, nb::handle seed, nb::handle) {
  const Where where = caller();
  return wrap(random::poisson(to_shape(shape), to_tensor(lam, where), {.dtype = to_dtype(dtype), .seed = to_seed(seed)}, where));
}

nb::object drawn(nb::handle logits, nb::handle num_samples, nb::handle dtype, nb::handle seed, nb::handle) {
  const Where where = caller();
  random::CategoricalOptions options{.dtype = to_optional_dtype(dtype).value_or(int64)};
  if (!seed.is_none()) options.seed = static_cast<std::uint64_t>(to_int(seed));
  return wrap(random::categorical(to_tensor(logits, where), to_int(num_samples), options, where));
}

}  // namespace

void bind_random(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def(
      "set_seed", [](nb::handle seed) { random::set_seed(static_cast<std::uint64_t>(to_int(seed))); }, arg("seed"),
      "Starts the sequence of random numbers anew.");
  m.def("random_normal", normal<random::normal>, arg("shape"), arg("mean") = 0.0, arg("stddev") = 1.0, arg("dtype") = "float32", arg("seed") = none,
        arg("name") = none, "Normally distributed numbers.");
  m.def("random_truncated_normal", normal<random::truncated_normal>, arg("shape"), arg("mean") = 0.0, arg("stddev") = 1.0, arg("dtype") = "float32",
        arg("seed") = none, arg("name") = none, "Normally distributed numbers, drawn again beyond two standard deviations.");
  m.def("random_uniform", uniform, arg("shape"), arg("minval") = 0, arg("maxval") = none, arg("dtype") = "float32", arg("seed") = none,
        arg("name") = none, "Evenly distributed numbers in [minval, maxval).");
  m.def("stateless_normal", stateless_normal, arg("shape"), arg("seed"), arg("mean") = 0.0, arg("stddev") = 1.0, arg("dtype") = "float32",
        arg("name") = none, arg("alg") = "auto_select", "The same normally distributed numbers for the same seed.");
  m.def("stateless_uniform", stateless_uniform, arg("shape"), arg("seed"), arg("minval") = 0, arg("maxval") = none, arg("dtype") = "float32",
        arg("name") = none, arg("alg") = "auto_select", "The same evenly distributed numbers for the same seed.");
  m.def("random_poisson", poisson, arg("shape"), arg("lam"), arg("dtype") = "float32", arg("seed") = none, arg("name") = none,
        "Counts drawn from the Poisson distributions of the means lam.");
  m.def("random_shuffle", shuffled, arg("value"), arg("seed") = none, arg("name") = none, "The parts along the first axis in random order.");
  m.def("random_categorical", drawn, arg("logits"), arg("num_samples"), arg("dtype") = none, arg("seed") = none, arg("name") = none,
        "Classes drawn with the probabilities softmax(logits). No gradient.");
}

}  // namespace whygrad::python
