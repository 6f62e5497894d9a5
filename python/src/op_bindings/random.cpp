// Random numbers.
#include <whygrad/ops/random.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
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

void check_generator(const char* op, nb::handle alg) {
  if (alg.equal(nb::str("philox")) || (PyLong_Check(alg.ptr()) && to_int(alg) != 2)) return;
  require_default(op, "alg", alg, nb::str("auto_select"), "numbers come from Philox, as TensorFlow's do on CPUs");
}

template <Tensor (*F)(const Shape&, const Tensor&, const random::NormalOptions&, Where)>
nb::object stateless_normal(nb::handle shape, nb::handle seed, nb::handle mean, nb::handle stddev, nb::handle dtype, nb::handle, nb::handle alg) {
  const Where where = caller();
  check_generator("stateless_normal", alg);
  random::NormalOptions options{.dtype = to_dtype(dtype)};
  const Tensor from = to_tensor(seed, where);
  if (is_value(mean) || is_value(stddev)) return wrap(scaled(F(to_shape(shape), from, options, where), mean, stddev, options.dtype, where));
  options.mean = to_double(mean);
  options.stddev = to_double(stddev);
  return wrap(F(to_shape(shape), from, options, where));
}

nb::object stateless_uniform(nb::handle shape, nb::handle seed, nb::handle minval, nb::handle maxval, nb::handle dtype, nb::handle, nb::handle alg) {
  const Where where = caller();
  check_generator("stateless_uniform", alg);
  random::UniformOptions options{.dtype = to_dtype(dtype)};
  const Shape extents = to_shape(shape);
  const Tensor from = to_tensor(seed, where);
  if (minval.is_none() && maxval.is_none() && is_integer(options.dtype)) return wrap(random::stateless_bits(extents, from, options.dtype, where));
  const nb::object top = maxval.is_none() && is_floating(options.dtype) ? nb::object(nb::int_(1)) : nb::borrow(maxval);
  if (top.is_none() || minval.is_none()) {
    throw ValueError("stateless_uniform", "one bound of two is given", "for integers give both minval and maxval, or None for both: all numbers");
  }
  if (is_floating(options.dtype) && (is_value(minval) || is_value(top))) {
    const Tensor low = to_tensor_like(minval, options.dtype, where);
    const Tensor spread = subtract(to_tensor_like(top, options.dtype, where), low, where);
    return wrap(add(multiply(random::stateless_uniform(extents, from, options, where), spread, where), low, where));
  }
  options.minval = to_number(minval, where);
  options.maxval = to_number(top, where);
  return wrap(random::stateless_uniform(extents, from, options, where));
}

nb::object stateless_classes(nb::handle logits, nb::handle num_samples, nb::handle seed, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const Tensor rows = to_tensor(logits, where);
  return wrap(random::stateless_categorical(rows, to_int(num_samples), to_tensor(seed, where), to_dtype(dtype), where));
}

// A parameter of this dtype, or an empty handle for None.
Tensor parameter(nb::handle given, DType dtype, const Where& where) { return given.is_none() ? Tensor() : to_tensor_like(given, dtype, where); }

nb::object gamma(nb::handle shape, nb::handle alpha, nb::handle beta, nb::handle dtype, nb::handle seed, nb::handle) {
  const Where where = caller();
  const DType type = to_dtype(dtype);
  return wrap(random::gamma(to_shape(shape), parameter(alpha, type, where), parameter(beta, type, where), {.seed = to_seed(seed)}, where));
}

nb::object stateless_gamma(nb::handle shape, nb::handle seed, nb::handle alpha, nb::handle beta, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const DType type = to_dtype(dtype);
  return wrap(random::stateless_gamma(to_shape(shape), to_tensor(seed, where), parameter(alpha, type, where), parameter(beta, type, where), where));
}

nb::object stateless_poisson(nb::handle shape, nb::handle seed, nb::handle lam, nb::handle dtype, nb::handle) {
  const Where where = caller();
  return wrap(random::stateless_poisson(to_shape(shape), to_tensor(seed, where), to_tensor(lam, where), to_dtype(dtype), where));
}

nb::object stateless_binomial(nb::handle shape, nb::handle seed, nb::handle counts, nb::handle probs, nb::handle output_dtype, nb::handle) {
  const Where where = caller();
  const Tensor trials = to_tensor(counts, where), shares = to_tensor_like(probs, trials.dtype(), where);
  return wrap(random::stateless_binomial(to_shape(shape), to_tensor(seed, where), trials, shares, to_dtype(output_dtype), where));
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
  const auto bind_stateless_normal = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("shape"), arg("seed"), arg("mean") = 0.0, arg("stddev") = 1.0, arg("dtype") = "float32", arg("name") = none,
          arg("alg") = "auto_select", doc);
  };
  bind_stateless_normal("stateless_normal", stateless_normal<random::stateless_normal>, "TensorFlow's normally distributed numbers for a seed.");
  bind_stateless_normal("stateless_truncated_normal", stateless_normal<random::stateless_truncated_normal>,
                        "The same, drawn again beyond two standard deviations.");
  m.def("stateless_uniform", stateless_uniform, arg("shape"), arg("seed"), arg("minval").none() = 0, arg("maxval") = none, arg("dtype") = "float32",
        arg("name") = none, arg("alg") = "auto_select", "TensorFlow's evenly distributed numbers for a seed.");
  m.def("stateless_categorical", stateless_classes, arg("logits"), arg("num_samples"), arg("seed"), arg("dtype") = "int64", arg("name") = none,
        "Classes drawn with the probabilities softmax(logits), for a seed. No gradient.");
  m.def("random_gamma", gamma, arg("shape"), arg("alpha"), arg("beta") = none, arg("dtype") = "float32", arg("seed") = none, arg("name") = none,
        "Numbers of gamma distributions, with gradients in alpha and beta.");
  m.def("stateless_gamma", stateless_gamma, arg("shape"), arg("seed"), arg("alpha"), arg("beta") = none, arg("dtype") = "float32", arg("name") = none,
        "TensorFlow's numbers of gamma distributions for a seed, with gradients in alpha and beta.");
  m.def("stateless_poisson", stateless_poisson, arg("shape"), arg("seed"), arg("lam"), arg("dtype") = "int32", arg("name") = none,
        "TensorFlow's counts of Poisson distributions for a seed. No gradient.");
  m.def("stateless_binomial", stateless_binomial, arg("shape"), arg("seed"), arg("counts"), arg("probs"), arg("output_dtype") = "int32",
        arg("name") = none, "TensorFlow's counts of binomial distributions for a seed. No gradient.");
  m.def("random_poisson", poisson, arg("shape"), arg("lam"), arg("dtype") = "float32", arg("seed") = none, arg("name") = none,
        "Counts drawn from the Poisson distributions of the means lam.");
  m.def("random_shuffle", shuffled, arg("value"), arg("seed") = none, arg("name") = none, "The parts along the first axis in random order.");
  m.def("random_categorical", drawn, arg("logits"), arg("num_samples"), arg("dtype") = none, arg("seed") = none, arg("name") = none,
        "Classes drawn with the probabilities softmax(logits). No gradient.");
}

}  // namespace whygrad::python
