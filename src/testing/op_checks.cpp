// Checks of an op against its samples.
#include "testing/op_checks.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string_view>

namespace whygrad::testing {

bool is_near(double have, double want, double tolerance) {
  if (std::isnan(want)) return std::isnan(have);
  return std::isinf(want) ? have == want : std::abs(have - want) <= tolerance * (1 + std::abs(want));
}

// The inputs of a sample that are differentiated.
std::vector<int> differentiated(const OpDef& op, const Sample& sample) {
  if (!sample.differentiate.empty()) return sample.differentiate;
  std::vector<int> chosen;
  for (int i = 0; i < static_cast<int>(sample.inputs.size()); ++i) {
    const DType dtype = sample.inputs[static_cast<std::size_t>(i)].dtype();
    if (input_def(op, i).gradient.differentiable() && (dtype == DType::kF64 || dtype == DType::kC128)) chosen.push_back(i);
  }
  return chosen;
}

namespace {

constexpr double kF32Tolerance = 1e-5;
constexpr int kInputBits = 16;  // of OpDef::shape_reads

// ---- Values ----

void compare(const Array& got, const Array& expected, double tolerance, const std::string& what, Problems& problems) {
  if (got.shape != expected.shape)
    return problems.push_back(text(what, " has the shape ", got.shape.to_string(), ", not ", expected.shape.to_string()));
  if (expected.values.size() != got.values.size())
    return problems.push_back(text(what, " has ", got.values.size(), " elements; the reference has ", expected.values.size()));
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    if (!is_near(got.values[i], expected.values[i], tolerance))
      return problems.push_back(text("element ", i, " of ", what, " is ", got.values[i], ", not ", expected.values[i]));
  }
}

Arrays expected_of(const Sample& sample, const Inputs& inputs) {
  Arrays arrays;
  for (const Tensor& t : inputs) arrays.push_back(to_array(t));
  return sample.expected(arrays);
}

void compare_outputs(const Sample& sample, const Inputs& inputs, const Arrays& expected, double tolerance, Problems& problems) {
  const std::vector<Tensor> got = sample.run(inputs);
  if (got.size() != expected.size()) return problems.push_back(text("there are ", got.size(), " outputs; the reference gives ", expected.size()));
  for (std::size_t k = 0; k < got.size(); ++k) compare(to_array(got[k]), expected[k], tolerance, text("output ", k), problems);
}

Problems check_values(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [](const Sample& sample, Problems& problems) {
    const std::vector<Tensor> got = sample.run(sample.inputs);
    for (std::size_t k = 0; k < got.size(); ++k) {
      const DType dtype = k < sample.dtypes.size() ? sample.dtypes[k] : sample.dtypes.empty() ? sample.inputs.at(0).dtype() : sample.dtypes[0];
      if (got[k].dtype() != dtype) problems.push_back(text("output ", k, " is ", name_of(got[k].dtype()), ", not ", name_of(dtype)));
    }
    compare_outputs(sample, sample.inputs, expected_of(sample, sample.inputs), sample.tolerance, problems);
  });
}

// The same elements as a view with the axes in reverse order in memory and a gap after each element.
Tensor strided(const Tensor& t) {
  Ints back;
  for (int i = t.rank() - 1; i >= 0; --i) back.push_back(i);
  const Tensor turned = t.rank() == 0 ? t : transpose(copy(transpose(t, back)), back);
  const Tensor doubled = stack({turned, turned}, t.rank());  // [.., 2]
  Ints begin, size;
  for (int i = 0; i <= t.rank(); ++i) {
    begin.push_back(0);
    size.push_back(i == t.rank() ? 1 : -1);
  }
  return squeeze(slice(doubled, begin, size), {t.rank()});
}

Problems check_strided_views(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [](const Sample& sample, Problems& problems) {
    Inputs views;
    for (const Tensor& t : sample.inputs) views.push_back(t.rank() < Shape::kMaxRank ? strided(t) : t);
    compare_outputs(sample, views, expected_of(sample, sample.inputs), sample.tolerance, problems);
  });
}

DType lower(DType dtype) { return dtype == DType::kF64 ? DType::kF32 : dtype == DType::kC128 ? DType::kC64 : dtype; }

Problems check_f32(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [](const Sample& sample, Problems& problems) {
    if (!sample.in_f32) return;
    Inputs inputs;
    for (const Tensor& t : sample.inputs) inputs.push_back(cast(t, lower(t.dtype())));
    compare_outputs(sample, inputs, expected_of(sample, inputs), kF32Tolerance, problems);
  });
}

// ---- Without elements ----

// The inputs without their elements, except those on which the shape of a result depends.
Inputs without_elements(const OpDef& op, const Sample& sample) {
  Inputs specs = sample.inputs;
  for (int i = 0; i < static_cast<int>(specs.size()); ++i) {
    const bool read = i < kInputBits && (op.shape_reads >> i & 1) != 0;
    const bool read_before = std::find(sample.reads.begin(), sample.reads.end(), i) != sample.reads.end();
    Tensor& input = specs[static_cast<std::size_t>(i)];
    if (!read && !read_before) input = abstract(spec_of(input));
  }
  return specs;
}

// Whether a result of so many elements follows from shapes alone, which are known without elements too.
bool is_told_by_shapes(const OpDef& op, const Tensor& result) {
  return result.size() <= Shape::kMaxRank &&
         std::all_of(op.inputs.begin(), op.inputs.end(), [](const InputDef& in) { return in.role == Role::kShape; });
}

Problems check_specs(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [&op](const Sample& sample, Problems& problems) {
    const Inputs inputs = without_elements(op, sample);
    const bool any = std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.is_abstract(); });
    const std::vector<Tensor> expected = sample.run(sample.inputs), got = sample.run(inputs);
    if (got.size() != expected.size())
      return problems.push_back(text("there are ", got.size(), " outputs without elements, and ", expected.size(), " with"));
    for (std::size_t k = 0; k < got.size(); ++k) {
      const bool known = !any || is_told_by_shapes(op, expected[k]);
      if (got[k].is_abstract() == known) problems.push_back(text("output ", k, " is computed although inputs have no elements"));
      if (spec_of(got[k]) != spec_of(expected[k])) {
        problems.push_back(text("without elements output ", k, " is ", got[k].signature(), ", with them ", expected[k].signature()));
      }
    }
  });
}

// ---- Gradients ----

Problems check_abstract_gradients(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [&op](const Sample& sample, Problems& problems) {
    const std::vector<int> chosen = differentiated(op, sample);
    if (sample.order == 0 || chosen.empty()) return;
    const Inputs inputs = without_elements(op, sample);
    GradientTape tape;
    std::vector<Watchable> sources;
    sources.reserve(chosen.size());
    for (const int i : chosen) sources.emplace_back(inputs[static_cast<std::size_t>(i)]);
    for (const Watchable& source : sources) tape.watch(source);
    const std::vector<Tensor> ys = sample.run(inputs);
    const Gradients gradients = tape.gradient(Targets(ys), Sources(sources));
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      const Tensor& input = inputs[static_cast<std::size_t>(chosen[k])];
      if (!gradients[k]) {
        problems.push_back(text("input ", chosen[k], " has no gradient: ", gradients[k].why().to_string()));
      } else if (spec_of(*gradients[k]) != spec_of(input)) {
        problems.push_back(text("the gradient of input ", chosen[k], " is ", gradients[k]->signature(), ", not ", input.signature()));
      }
    }
  });
}

Problems check_gradients(const OpDef& op, const SampleList& list) {
  std::vector<bool> checked(static_cast<std::size_t>(op.inputs.count));
  Problems problems = for_each_sample(op, list, [&](const Sample& sample, Problems& mine) {
    const std::vector<int> chosen = differentiated(op, sample);
    if (sample.order == 0 || chosen.empty()) return;
    Inputs sources;
    for (const int i : chosen) {
      sources.push_back(sample.inputs.at(static_cast<std::size_t>(i)));
      checked[static_cast<std::size_t>(std::min(i, op.inputs.count - 1))] = true;
    }
    const auto f = [&](const Inputs& x) {
      Inputs inputs = sample.inputs;
      for (std::size_t k = 0; k < chosen.size(); ++k) inputs[static_cast<std::size_t>(chosen[k])] = x[k];
      return sample.run(inputs);
    };
    const GradcheckResult result = gradcheck(f, sources, {.order = sample.order});
    if (!result.ok) mine.push_back(result.message);
  });
  for (int i = 0; i < op.inputs.count; ++i) {
    if (op.inputs[i].gradient.differentiable() && !checked[static_cast<std::size_t>(i)])
      problems.push_back(text("no sample differentiates ", op.inputs[i].name));
  }
  return problems;
}

// If the tape watches one input, the record saves all values that the rules of the other inputs read, because these may be watched later.
Problems check_late_watching(const OpDef& op, const SampleList& list) {
  return for_each_sample(op, list, [&op](const Sample& sample, Problems& problems) {
    const std::vector<int> chosen = differentiated(op, sample);
    if (sample.order == 0 || chosen.size() < 2) return;
    std::vector<Watchable> all;
    all.reserve(chosen.size());
    for (const int i : chosen) all.emplace_back(sample.inputs[static_cast<std::size_t>(i)]);
    GradientTape early({.persistent = true});
    for (const Watchable& w : all) early.watch(w);
    const Gradients expected = early.gradient(sample.run(sample.inputs), Sources(all));
    early.exit();
    for (std::size_t first = 0; first < all.size(); ++first) {
      GradientTape late;
      late.watch(all[first]);
      const ValueId before = zeros({}).id();
      const std::vector<Tensor> outputs = sample.run(sample.inputs);
      // The earlier ops of a composition were not recorded.
      const bool one_op = zeros({}).id() == before + outputs.size() + 1;
      for (const Watchable& w : all) late.watch(w);
      const Gradients got = late.gradient(outputs, Sources(all));
      for (std::size_t k = 0; k < all.size() && one_op; ++k) {
        if (!expected[k]) continue;
        if (!got[k]) {
          problems.push_back(text("input ", chosen[k], " has no gradient where it is watched after the call"));
        } else {
          compare(to_array(*got[k]), to_array(*expected[k]), 1e-12, text("the gradient of input ", chosen[k], ", watched after the call,"), problems);
        }
      }
    }
  });
}

// ---- Refusals ----

Problems check_samples(const OpDef& op, const SampleList& list) {
  const auto of_this = [&op](const auto& entry) { return entry.op != nullptr && entry.op == std::string_view(op.name); };
  Problems problems;
  if (std::none_of(list.samples().begin(), list.samples().end(), of_this)) problems.push_back(text(op.name, " has no samples; add() one"));
  if (op.inputs.count != 0 && std::none_of(list.refusals().begin(), list.refusals().end(), of_this))
    problems.push_back(text("no call is listed that ", op.name, " must refuse; add one by refuse()"));
  for (const Sample& sample : list.samples()) {
    if (of_this(sample) && (!sample.run || !sample.expected)) problems.push_back("a sample has no .run or no .expected");
  }
  return problems;
}

std::string judge_refusal(const OpDef& op, const Refusal& refusal) {
  try {
    refusal.call();
  } catch (const Error& error) {
    if (error.op() != op.name) return text("the error speaks in the name of ", error.op(), ": ", error.what());
    if (std::string_view(error.what()).find(refusal.fragment) == std::string_view::npos)
      return text("the error does not say '", refusal.fragment, "': ", error.what());
    return error.help().empty() ? text("the error does not say what to do: ", error.what()) : std::string();
  } catch (const std::exception& error) {
    return text("the error is no whygrad::Error: ", error.what());
  }
  return text("nothing was thrown where '", refusal.fragment, "' was expected");
}

Problems check_refusals(const OpDef& op, const SampleList& list) {
  Problems problems;
  for (const Refusal& refusal : list.refusals()) {
    if (refusal.op == nullptr || refusal.op != std::string_view(op.name)) continue;
    if (std::string problem = judge_refusal(op, refusal); !problem.empty()) problems.push_back(std::move(problem));
  }
  return problems;
}

Problems check_empty_handles(const OpDef& op, const SampleList&) {
  if (op.inputs.count == 0) return {};
  const Tensor empty;
  const std::vector<const Tensor*> inputs(static_cast<std::size_t>(op.inputs.count), &empty);
  std::vector<Tensor> results(static_cast<std::size_t>(op.outputs.count));
  const Refusal refusal{op.name, "is an empty handle", [&] { apply(op, inputs, nullptr, 0, Where::here(), results); }};
  const std::string problem = judge_refusal(op, refusal);
  return problem.empty() ? Problems() : Problems{problem};
}

constexpr OpCheck kChecks[] = {
    {"HasSamplesAndRefusals", check_samples},
    {"GivesTheReferenceValue", check_values},
    {"TakesStridedViews", check_strided_views},
    {"GivesTheReferenceValueInF32", check_f32},
    {"GivesTheSameSpecsWithoutElements", check_specs},
    {"HasAGradientWithoutElements", check_abstract_gradients},
    {"HasTheGradientOfCentralDifferences", check_gradients},
    {"HasTheSameDerivativeForwards", check_directions},
    {"GivesInputsThatAreWatchedLateTheirGradients", check_late_watching},
    {"RefusesWithHelp", check_refusals},
    {"RefusesEmptyHandles", check_empty_handles},
};

}  // namespace

std::span<const OpCheck> op_checks() { return kChecks; }

std::vector<std::string> check_op(const OpDef& op, const SampleList& list) {
  std::vector<std::string> problems;
  for (const OpCheck& check : kChecks) {
    for (const std::string& problem : check.run(op, list)) problems.push_back(text(op.name, ", ", check.name, ": ", problem));
    if (&check == kChecks && !problems.empty()) break;  // the other checks need complete samples
  }
  return problems;
}

}  // namespace whygrad::testing
