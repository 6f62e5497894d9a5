// Layers, initializers, losses and metrics of nn. The classes of whygrad.tf.keras hold them.
#include <whygrad/nn/layers.hpp>

#include "convert.hpp"
#include "object_ref.hpp"
#include "places.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/nn/metrics.hpp>
#include <whygrad/nn/recurrent.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <map>
#include <string>

namespace whygrad::python {
namespace {

// ---- Initializers ----

// A class of its own, because nanobind converts any Python function to std::function.
struct Initializer {
  nn::Initializer make;
};

nb::object initial(const Initializer& initializer, nb::handle shape, nb::handle dtype, std::uint64_t seed) {
  return wrap(initializer.make(to_shape(shape), to_dtype(dtype), seed));
}

// One of ours, or a function of shape and dtype.
nn::Initializer to_initializer(nb::handle object) {
  if (nb::isinstance<Initializer>(object)) return nb::cast<const Initializer&>(object).make;
  return [function = hold(object)](const Shape& shape, DType dtype, std::uint64_t) {
    return to_tensor(nb::handle(function.get())(wrap(shape), nb::arg("dtype") = wrap(dtype)), caller(), dtype);
  };
}

void bind_initializers(nb::module_& m) {
  namespace init = nn::initializers;
  nb::class_<Initializer>(m, "Initializer").def("__call__", initial, nb::arg("shape"), nb::arg("dtype"), nb::arg("seed"));
  m.def(
      "constant", [](double value) { return Initializer{init::constant(value)}; }, nb::arg("value"));
  m.def(
      "random_normal", [](double mean, double stddev) { return Initializer{init::random_normal(mean, stddev)}; }, nb::arg("mean"), nb::arg("stddev"));
  m.def(
      "random_uniform", [](double low, double high) { return Initializer{init::random_uniform(low, high)}; }, nb::arg("minval"), nb::arg("maxval"));
  m.def(
      "truncated_normal", [](double mean, double stddev) { return Initializer{init::truncated_normal(mean, stddev)}; }, nb::arg("mean"),
      nb::arg("stddev"));
  m.def("glorot_uniform", [] { return Initializer{init::glorot_uniform()}; });
  m.def("glorot_normal", [] { return Initializer{init::glorot_normal()}; });
  m.def("he_uniform", [] { return Initializer{init::he_uniform()}; });
  m.def("he_normal", [] { return Initializer{init::he_normal()}; });
  m.def(
      "orthogonal", [](double gain) { return Initializer{init::orthogonal(gain)}; }, nb::arg("gain"));
  m.def("lecun_uniform", [] { return Initializer{init::lecun_uniform()}; });
  m.def("lecun_normal", [] { return Initializer{init::lecun_normal()}; });
}

// A seed from the process's sequence of random numbers.
std::uint64_t next_seed() {
  const StopRecording draws_are_no_part_of_the_program;
  const Tensor drawn = random::uniform({}, {.minval = 0, .maxval = 0x1p52, .dtype = DType::kI64});
  return static_cast<std::uint64_t>(drawn.item<std::int64_t>());
}

// ---- Layers ----

// By Keras's names; "" is the identity.
nn::ActivationFunction to_activation(const std::string& name) {
  static const std::map<std::string, nn::ActivationFunction> kByName = {
      {"", {}},         {"relu", nn::relu}, {"relu6", nn::relu6}, {"sigmoid", nn::sigmoid},   {"tanh", nn::tanh},
      {"elu", nn::elu}, {"selu", nn::selu}, {"silu", nn::silu},   {"softplus", nn::softplus}, {"softsign", nn::softsign},
  };
  const auto at = kByName.find(name);
  if (at == kByName.end())
    throw ValueError("activation", fmt::format("no layer applies `{}` by itself", name), "give the function to the layer of Keras");
  return at->second;
}

nn::Size2d to_size(nb::handle object) {
  const std::vector<std::int64_t> numbers = to_ints(object);
  if (numbers.size() == 1) return numbers[0];
  if (numbers.size() == 2) return {numbers[0], numbers[1]};
  throw ValueError("layer", fmt::format("{} numbers for height and width", numbers.size()), "give one number or two");
}

nn::Padding to_padding(const std::string& name) {
  if (name == "same") return nn::same;
  if (name == "valid") return nn::valid;
  throw ValueError("layer", fmt::format("padding \"{}\"", name), "it is \"valid\" or \"same\"");
}

// `type`: the class of variables, derived from Variable. Returns [(name, variable)].
nb::list build(nn::Layer& layer, nb::handle input, nb::handle dtype, std::uint64_t seed, nb::handle type) {
  const Where where = caller();
  const StopRecording first_values_are_no_part_of_the_program(where);
  const nn::Builder builder({.seed = seed, .dtype = to_dtype(dtype)}, where);
  layer.build(to_shape(input), builder);
  nb::list result;
  for (const auto& [name, variable] : builder.parameters()) {
    const nb::object object = nb::inst_alloc(type);
    new (nb::inst_ptr<Variable>(object)) Variable(variable);
    nb::inst_mark_ready(object);
    result.append(nb::make_tuple(name, object));
  }
  return result;
}

nb::object call(const nn::Layer& layer, nb::handle inputs, bool training) {
  const Where where = caller();
  const Tensor x = to_tensor(inputs, where);
  return wrap(unlocked(kWorthUnlocking, [&] { return layer.call(x, {.training = training}, where); }));
}

template <class Pool>
void bind_pool(nb::module_& m, const char* name) {
  nb::class_<Pool, nn::Layer>(m, name).def(
      "__init__",
      [](Pool* at, nb::handle window, nb::handle strides, const std::string& padding) {
        new (at) Pool(to_size(window), {.strides = strides.is_none() ? nn::Size2d(0) : to_size(strides), .padding = to_padding(padding)});
      },
      nb::arg("pool_size"), nb::arg("strides").none(), nb::arg("padding"));
}

void bind_layer_classes(nb::module_& m) {
  nb::class_<nn::Layer>(m, "Layer")
      .def("build", build, nb::arg("input_shape"), nb::arg("dtype"), nb::arg("seed"), nb::arg("type"))
      .def("call", call, nb::arg("inputs"), nb::arg("training") = false);
  nb::class_<nn::Dense, nn::Layer>(m, "Dense")
      .def(
          "__init__",
          [](nn::Dense* at, std::int64_t units, const std::string& activation, bool use_bias, nb::handle kernel, nb::handle bias) {
            new (at) nn::Dense(units, {.activation = to_activation(activation),
                                       .use_bias = use_bias,
                                       .kernel_initializer = to_initializer(kernel),
                                       .bias_initializer = to_initializer(bias)});
          },
          nb::arg("units"), nb::arg("activation"), nb::arg("use_bias"), nb::arg("kernel_initializer"), nb::arg("bias_initializer"));
  nb::class_<nn::Conv2D, nn::Layer>(m, "Conv2D")
      .def(
          "__init__",
          [](nn::Conv2D* at, std::int64_t filters, nb::handle kernel_size, nb::handle strides, const std::string& padding, nb::handle dilations,
             std::int64_t groups, const std::string& activation, bool use_bias, nb::handle kernel, nb::handle bias) {
            new (at) nn::Conv2D(filters, to_size(kernel_size),
                                {.strides = to_size(strides),
                                 .padding = to_padding(padding),
                                 .dilations = to_size(dilations),
                                 .groups = groups,
                                 .activation = to_activation(activation),
                                 .use_bias = use_bias,
                                 .kernel_initializer = to_initializer(kernel),
                                 .bias_initializer = to_initializer(bias)});
          },
          nb::arg("filters"), nb::arg("kernel_size"), nb::arg("strides"), nb::arg("padding"), nb::arg("dilation_rate"), nb::arg("groups"),
          nb::arg("activation"), nb::arg("use_bias"), nb::arg("kernel_initializer"), nb::arg("bias_initializer"));
  bind_pool<nn::MaxPool2D>(m, "MaxPool2D");
  bind_pool<nn::AvgPool2D>(m, "AvgPool2D");
  nb::class_<nn::Flatten, nn::Layer>(m, "Flatten").def(nb::init<>());
  nb::class_<nn::Dropout, nn::Layer>(m, "Dropout").def(nb::init<double>(), nb::arg("rate"));
  nb::class_<nn::Embedding, nn::Layer>(m, "Embedding")
      .def(
          "__init__",
          [](nn::Embedding* at, std::int64_t rows, std::int64_t width, nb::handle initializer) {
            new (at) nn::Embedding(rows, width, {.embeddings_initializer = to_initializer(initializer)});
          },
          nb::arg("input_dim"), nb::arg("output_dim"), nb::arg("embeddings_initializer"));
  nb::class_<nn::BatchNormalization, nn::Layer>(m, "BatchNormalization")
      .def(
          "__init__",
          [](nn::BatchNormalization* at, std::int64_t axis, double momentum, double epsilon, bool center, bool scale, nb::handle beta,
             nb::handle gamma) {
            new (at) nn::BatchNormalization({.axis = axis,
                                             .momentum = momentum,
                                             .epsilon = epsilon,
                                             .center = center,
                                             .scale = scale,
                                             .beta_initializer = to_initializer(beta),
                                             .gamma_initializer = to_initializer(gamma)});
          },
          nb::arg("axis"), nb::arg("momentum"), nb::arg("epsilon"), nb::arg("center"), nb::arg("scale"), nb::arg("beta_initializer"),
          nb::arg("gamma_initializer"));
}

// ---- Steps of recurrent layers ----

// From the name of what a layer applies by itself, or a function of Python. It must not outlive `activation`.
nn::StepFunction to_step_function(nb::handle activation) {
  if (nb::isinstance<nb::str>(activation)) return to_activation(nb::cast<std::string>(activation));
  return [activation](const Tensor& x, const Where& where) { return to_tensor(activation(wrap(x)), where); };
}

nb::object simple_rnn_step(nb::handle z, nb::handle h, nb::handle kernel, nb::handle activation) {
  const Where where = caller();
  return wrap(nn::simple_rnn_step(to_tensor(z, where), to_tensor(h, where), to_tensor(kernel, where), to_step_function(activation), where));
}

nb::object lstm_step(nb::handle z, nb::handle h, nb::handle c, nb::handle kernel, nb::handle activation, nb::handle recurrent_activation) {
  const Where where = caller();
  nn::LstmState next = nn::lstm_step(to_tensor(z, where), {to_tensor(h, where), to_tensor(c, where)}, to_tensor(kernel, where),
                                     to_step_function(activation), to_step_function(recurrent_activation), where);
  return nb::make_tuple(wrap(std::move(next.h)), wrap(std::move(next.c)));
}

nb::object gru_step(nb::handle z, nb::handle h, nb::handle kernel, nb::handle activation, nb::handle recurrent_activation, nb::handle bias,
                    bool reset_after) {
  const Where where = caller();
  const nn::GruStepOptions options{bias.is_none() ? Tensor() : to_tensor(bias, where), reset_after};
  return wrap(nn::gru_step(to_tensor(z, where), to_tensor(h, where), to_tensor(kernel, where), to_step_function(activation),
                           to_step_function(recurrent_activation), options, where));
}

void bind_steps(nb::module_& m) {
  using nb::arg;
  m.def("simple_rnn_step", simple_rnn_step, arg("z"), arg("h"), arg("recurrent_kernel"), arg("activation"));
  m.def("lstm_step", lstm_step, arg("z"), arg("h"), arg("c"), arg("recurrent_kernel"), arg("activation"), arg("recurrent_activation"), "(h, c)");
  m.def("gru_step", gru_step, arg("z"), arg("h"), arg("recurrent_kernel"), arg("activation"), arg("recurrent_activation"),
        arg("recurrent_bias").none(), arg("reset_after"));
}

// ---- Losses and metrics ----

nn::Reduction to_reduction(nb::handle name) {
  if (name.is_none()) return nn::Reduction::kNone;
  const auto text = nb::cast<std::string>(name);
  if (text == "none") return nn::Reduction::kNone;
  if (text == "sum") return nn::Reduction::kSum;
  if (text == "mean" || text == "sum_over_batch_size") return nn::Reduction::kMean;
  throw ValueError("loss", fmt::format("reduction \"{}\"", text), "it is \"sum_over_batch_size\", \"mean\", \"sum\" or \"none\"");
}

// Targets and weights in the dtype of the predictions; weights may be None.
struct LossInputs {
  LossInputs(nb::handle y_true, nb::handle y_pred, nb::handle sample_weight, bool classes) : where(caller()), predictions(to_tensor(y_pred, where)) {
    targets = to_tensor(y_true, where);
    if (!classes) targets = cast(targets, predictions.dtype(), where);
    if (!sample_weight.is_none()) weights = cast(to_tensor(sample_weight, where), predictions.dtype(), where);
  }
  Where where;
  Tensor predictions, targets, weights;
};

template <Tensor (*F)(const Tensor&, const Tensor&, const nn::LossOptions&, Where)>
nb::object loss(nb::handle y_true, nb::handle y_pred, nb::handle reduction, nb::handle sample_weight) {
  const LossInputs in(y_true, y_pred, sample_weight, false);
  return wrap(F(in.targets, in.predictions, {.reduction = to_reduction(reduction), .weights = in.weights}, in.where));
}

nb::object huber(nb::handle y_true, nb::handle y_pred, nb::handle reduction, nb::handle sample_weight, double delta) {
  const LossInputs in(y_true, y_pred, sample_weight, false);
  return wrap(nn::huber(in.targets, in.predictions, {.delta = delta, .reduction = to_reduction(reduction), .weights = in.weights}, in.where));
}

template <Tensor (*F)(const Tensor&, const Tensor&, const nn::CrossentropyOptions&, Where), bool kClasses>
nb::object crossentropy(nb::handle y_true, nb::handle y_pred, nb::handle reduction, nb::handle sample_weight, bool from_logits, double smoothing) {
  const LossInputs in(y_true, y_pred, sample_weight, kClasses);
  // Keras takes the numbers of classes in any dtype.
  const Tensor targets = kClasses && in.targets.dtype() != DType::kI32 ? cast(in.targets, DType::kI64, in.where) : in.targets;
  const nn::CrossentropyOptions options = {
      .from_logits = from_logits, .label_smoothing = smoothing, .reduction = to_reduction(reduction), .weights = in.weights};
  return wrap(F(targets, in.predictions, options, in.where));
}

void bind_losses(nb::module_& m) {
  using nb::arg;
  const auto bind = [&m](const char* name, auto function, const auto&... more) {
    m.def(name, function, arg("y_true"), arg("y_pred"), arg("reduction").none() = "none", arg("sample_weight") = nb::none(), more...);
  };
  bind("mean_squared_error", loss<nn::mean_squared_error>);
  bind("mean_absolute_error", loss<nn::mean_absolute_error>);
  bind("log_cosh", loss<nn::log_cosh>);
  bind("kl_divergence", loss<nn::kl_divergence>);
  bind("huber", huber, arg("delta") = 1.0);
  bind("binary_crossentropy", crossentropy<nn::binary_crossentropy, false>, arg("from_logits") = false, arg("label_smoothing") = 0.0);
  bind("categorical_crossentropy", crossentropy<nn::categorical_crossentropy, false>, arg("from_logits") = false, arg("label_smoothing") = 0.0);
  bind("sparse_categorical_crossentropy", crossentropy<nn::sparse_categorical_crossentropy, true>, arg("from_logits") = false,
       arg("label_smoothing") = 0.0);
}

nb::object right_side(nb::handle y_true, nb::handle y_pred, double threshold, nb::handle dtype) {
  const Where where = caller();
  return wrap(nn::binary_accuracy(to_tensor(y_true, where), to_tensor(y_pred, where), threshold, to_dtype(dtype), where));
}

template <Tensor (*F)(const Tensor&, const Tensor&, DType, Where)>
nb::object right_class(nb::handle y_true, nb::handle y_pred, nb::handle dtype) {
  const Where where = caller();
  return wrap(F(to_tensor(y_true, where), to_tensor(y_pred, where), to_dtype(dtype), where));
}

nb::object summed_by_weight(nb::handle values, nb::handle sample_weight) {
  const Where where = caller();
  const Tensor x = to_tensor(values, where);
  const Tensor weights = sample_weight.is_none() ? Tensor() : cast(to_tensor(sample_weight, where), x.dtype(), where);
  const nn::WeightedSum all = nn::weighted_sum(x, weights, where);
  return nb::make_tuple(wrap(all.sum), wrap(all.weight));
}

nb::object detected(nb::handle y_true, nb::handle y_pred, double threshold, nb::handle sample_weight) {
  const Where where = caller();
  const Tensor x = to_tensor(y_pred, where);
  const Tensor weights = sample_weight.is_none() ? Tensor() : cast(to_tensor(sample_weight, where), x.dtype(), where);
  const nn::Detections found = nn::detections(to_tensor(y_true, where), x, threshold, weights, where);
  return nb::make_tuple(wrap(found.true_positives), wrap(found.false_positives), wrap(found.false_negatives));
}

nb::object binary_of_each(nb::handle y_true, nb::handle y_pred, double epsilon) {
  const LossInputs in(y_true, y_pred, nb::none(), false);
  return wrap(nn::binary_crossentropy_of_each(in.targets, in.predictions, epsilon, in.where));
}

void bind_metrics(nb::module_& m) {
  using nb::arg;
  m.def("binary_crossentropy_of_each", binary_of_each, arg("y_true"), arg("y_pred"), arg("epsilon"));
  m.def("binary_accuracy", right_side, arg("y_true"), arg("y_pred"), arg("threshold"), arg("dtype"));
  m.def("sparse_categorical_accuracy", right_class<nn::sparse_categorical_accuracy>, arg("y_true"), arg("y_pred"), arg("dtype"));
  m.def("categorical_accuracy", right_class<nn::categorical_accuracy>, arg("y_true"), arg("y_pred"), arg("dtype"));
  m.def("weighted_sum", summed_by_weight, arg("values"), arg("sample_weight").none(), "(the sum of values times weights, that of the weights)");
  m.def("detections", detected, arg("y_true"), arg("y_pred"), arg("threshold"), arg("sample_weight").none(),
        "(true positives, false positives, false negatives)");
}

}  // namespace

void bind_layers(nb::module_& m) {
  nb::module_ sub = m.def_submodule("nn");
  sub.def("next_seed", next_seed, "A seed from the process's sequence of random numbers.");
  bind_initializers(sub);
  bind_layer_classes(sub);
  bind_steps(sub);
  bind_losses(sub);
  bind_metrics(sub);
}

}  // namespace whygrad::python
