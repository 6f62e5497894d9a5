#include "ops/golden/programs.hpp"

#include "tensor/log.hpp"
#include "testing/op_checks.hpp"

#include <whygrad/autodiff/forward.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>

#include <cmath>
#include <cstdint>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace whygrad::samples {
namespace {

using internal::Log;
using internal::Record;

Json number_of(double v) {
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  return v;
}

Json tensor_of(const Tensor& t) {
  Json values = Json::array();
  if (is_integer(t.dtype())) {
    for (const std::int64_t v : cast(t, int64).to_vector<std::int64_t>()) values.push_back(v);
  } else {
    for (const double v : to_array(t).values) values.push_back(number_of(v));
  }
  return {{"dtype", name_of(t.dtype())}, {"shape", t.shape().extents()}, {"values", values}};
}

Json attribute_of(const AttrDef& attribute, const void* attrs) {
  const AttrValue v = attribute.get(attrs);
  switch (v.type) {
    case AttrType::kBool: return v.boolean;
    case AttrType::kInt: return v.integer;
    case AttrType::kFloat: return number_of(v.real);
    case AttrType::kNumber: return v.number.is_whole() ? Json(v.number.whole()) : number_of(v.number.real());
    case AttrType::kDType: return name_of(v.dtype);
    case AttrType::kInts: return v.integers;
    case AttrType::kString: return v.text;
    case AttrType::kPlace: return nullptr;
  }
  return nullptr;
}

Tensor kept(const Record& record, int i) {
  internal::TensorImpl* impl = record.saved_at(i);
  impl->references.fetch_add(1, std::memory_order_relaxed);
  return Tensor::adopt(impl);
}

class Writer {
 public:
  explicit Writer(const Inputs& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) from_[inputs[i].id()] = {{"input", i}};
  }

  // An event computes nothing: its values enter as numbers.
  void add(const Record& record) {
    if (find_op(record.op->name) != record.op) return;
    Json attributes = Json::object(), inputs = Json::array();
    for (const AttrDef& a : record.op->attrs) attributes[a.name] = attribute_of(a, record.attrs());
    for (int i = 0; i < record.inputs; ++i) inputs.push_back(from(record, i));
    for (int k = 0; k < record.outputs; ++k) from_[record.first + static_cast<ValueId>(k)] = {{"step", steps_.size()}, {"output", k}};
    steps_.push_back({{"op", record.op->name}, {"attributes", attributes}, {"inputs", inputs}});
  }
  Json from(const Tensor& output) const {
    const auto at = from_.find(output.id());
    return at != from_.end() ? at->second : tensor_of(output);
  }
  const Json& steps() const { return steps_; }

 private:
  Json from(const Record& record, int i) const {
    if (const auto at = from_.find(record.input_ids()[i]); at != from_.end()) return at->second;
    // A record keeps at most 16 inputs, which no sample exceeds with constants.
    return tensor_of(kept(record, i));
  }

  std::unordered_map<ValueId, Json> from_;
  Json steps_ = Json::array();
};

// While it lives, every record keeps its inputs.
class KeepsValues {
 public:
  KeepsValues() : before_(std::exchange(Log::mine().keep_values, true)) {}
  ~KeepsValues() { Log::mine().keep_values = before_; }
  KeepsValues(const KeepsValues&) = delete;
  KeepsValues& operator=(const KeepsValues&) = delete;

 private:
  GradientTape tape_;
  bool before_;
};

std::vector<Tensor> present(const Gradients& gradients) {
  std::vector<Tensor> all;
  all.reserve(gradients.size());
  for (const Gradient& g : gradients) all.push_back(g ? *g : Tensor());
  return all;
}

// The gradients of those that can have one, weighted.
std::vector<Tensor> weighted_gradients(GradientTape& tape, const std::vector<Tensor>& of, const std::vector<Watchable>& sources) {
  std::vector<Watchable> targets;
  GradientOptions options;
  for (std::size_t k = 0; k < of.size(); ++k) {
    if (!of[k].defined() || !is_differentiable(of[k].dtype())) continue;
    targets.emplace_back(of[k]);
    options.output_gradients.emplace_back(weights_of(of[k], static_cast<int>(k)));
  }
  if (targets.empty()) return std::vector<Tensor>(sources.size());
  return present(tape.gradient(Targets(targets), Sources(sources), options));
}

void hash_text(std::string_view text, std::uint64_t& hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
}

void hash_json(const Json& json, std::uint64_t& hash) {
  if (json.is_number_float()) return hash_text(testing::text(json.get<double>()), hash);
  if (!json.is_structured()) return hash_text(json.dump(), hash);
  for (const auto& [key, part] : json.items()) {
    hash_text(key, hash);
    hash_json(part, hash);
  }
}

}  // namespace

Tensor weights_of(const Tensor& like, int offset) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(like.size()));
  for (std::int64_t i = 0; i < like.size(); ++i) values.push_back(1 + static_cast<double>((i + offset) % 4));
  const Tensor real = constant(values, like.shape());
  return cast(is_complex(like.dtype()) ? complex(real, zeros_like(real) + 0.5) : real, like.dtype());
}

Inputs inputs_in(const Sample& sample, bool single) {
  if (!single) return sample.inputs;
  Inputs inputs;
  inputs.reserve(sample.inputs.size());
  for (const Tensor& t : sample.inputs) {
    inputs.push_back(t.dtype() == DType::kF64 ? cast(t, float32) : t.dtype() == DType::kC128 ? cast(t, complex64) : t);
  }
  return inputs;
}

Json program_of(const OpDef& op, const Sample& sample, int number, const Inputs& inputs) {
  random::set_seed(7);
  const KeepsValues keeps;
  Log& log = Log::mine();
  const ValueId begin = log.next_id();
  const std::vector<Tensor> results = sample.run(inputs);
  const ValueId end = log.next_id();  // to read elements is recorded too
  Writer writer(inputs);
  for (ValueId id = begin; id < end; ++id) {
    const Record* record = log.find(id);
    if (record != nullptr && record->first == id) writer.add(*record);
  }
  Json given = Json::array(), outputs = Json::array();
  for (const Tensor& t : inputs) given.push_back(tensor_of(t));
  for (const Tensor& t : results) outputs.push_back(writer.from(t));
  return {{"op", op.name},         {"sample", number},        {"inputs", given},   {"differentiate", testing::differentiated(op, sample)},
          {"order", sample.order}, {"steps", writer.steps()}, {"outputs", outputs}};
}

std::vector<OpCall> calls_of(const Sample& sample) {
  random::set_seed(7);
  const KeepsValues keeps;
  Log& log = Log::mine();
  const ValueId begin = log.next_id();
  sample.run(sample.inputs);
  const ValueId end = log.next_id();
  std::vector<OpCall> calls;
  for (ValueId id = begin; id < end; ++id) {
    const Record* record = log.find(id);
    if (record == nullptr || record->first != id || find_op(record->op->name) != record->op) continue;
    const auto* attrs = static_cast<const std::byte*>(record->attrs());
    OpCall call{record->op, {}, {attrs, attrs + record->attrs_bytes}};
    for (int i = 0; i < record->inputs; ++i) call.inputs.push_back(kept(*record, i));
    calls.push_back(std::move(call));
  }
  return calls;
}

std::string fingerprint(const Json& program) {
  std::uint64_t hash = 14695981039346656037u;
  hash_json(program, hash);
  std::ostringstream text;
  text << std::hex << hash;
  return text.str();
}

Answers answers_of(const OpDef& op, const Sample& sample, const Inputs& inputs, const std::vector<int>& outputs) {
  random::set_seed(7);
  const auto chosen = [&outputs](const std::vector<Tensor>& all) {
    if (outputs.empty()) return all;
    std::vector<Tensor> some;
    for (const int k : outputs) some.push_back(all.at(static_cast<std::size_t>(k)));
    return some;
  };
  std::vector<Watchable> sources;
  std::vector<Tensor> directions;
  for (const int i : testing::differentiated(op, sample)) {
    const Tensor& x = inputs.at(static_cast<std::size_t>(i));
    sources.emplace_back(x);
    directions.push_back(weights_of(x, static_cast<int>(directions.size()) + 1));
  }
  if (sample.order == 0 || sources.empty()) return {.value = chosen(sample.run(inputs))};
  Answers answers;
  {
    GradientTape outer, inner;
    for (const Watchable& source : sources) {
      outer.watch(source);
      inner.watch(source);
    }
    answers.value = chosen(sample.run(inputs));
    answers.first = weighted_gradients(inner, answers.value, sources);
    if (sample.order > 1) answers.second = weighted_gradients(outer, answers.first, sources);
  }
  ForwardAccumulator forward(sources, directions);
  for (const Tensor& y : chosen(sample.run(inputs))) {
    const Gradient tangent = is_differentiable(y.dtype()) ? forward.jvp(y) : Gradient();
    answers.tangent.push_back(tangent ? *tangent : Tensor());
  }
  return answers;
}

}  // namespace whygrad::samples
