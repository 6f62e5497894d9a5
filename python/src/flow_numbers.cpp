// Takes the census of another engine's tensors, without copies.
#include "flow_drawing.hpp"

#include "convert.hpp"

#include "explain/numbers.hpp"
#include "flow/reach.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace whygrad::python {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

// The element type for a letter of the buffer protocol's format; empty for a type without a census.
std::optional<DType> dtype_of(std::string_view format, Py_ssize_t size) {
  if (format.starts_with('<') || format.starts_with('=') || format.starts_with('@')) format.remove_prefix(1);
  if (format == "?") return DType::kBool;
  if (format == "c") return DType::kU8;
  if (format == "e") return DType::kF16;
  if (format == "f") return DType::kF32;
  if (format == "d") return DType::kF64;
  if (format == "Zf") return DType::kC64;
  if (format == "Zd") return DType::kC128;
  return integer_of_format(format, static_cast<std::size_t>(size));
}

}  // namespace

Elements::Elements(nb::handle exporter) {
  if (exporter.is_none()) return;
  if (PyObject_GetBuffer(exporter.ptr(), &buffer_, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) != 0) {
    PyErr_Clear();
    return;
  }
  const std::optional<DType> dtype = dtype_of(buffer_.format != nullptr ? buffer_.format : "B", buffer_.itemsize);
  if (!dtype) {
    PyBuffer_Release(&buffer_);
    return;
  }
  there_ = true;
  dtype_ = *dtype;
  if (buffer_.ndim > 0) shape_.assign(buffer_.shape, buffer_.shape + buffer_.ndim);
  strides_.resize(shape_.size());
  std::int64_t step = 1;
  for (std::size_t axis = shape_.size(); axis-- > 0; step *= shape_[axis]) strides_[axis] = step;
}

Elements::Elements(Elements&& other) noexcept
    : buffer_(other.buffer_),
      there_(std::exchange(other.there_, false)),
      dtype_(other.dtype_),
      shape_(std::move(other.shape_)),
      strides_(std::move(other.strides_)) {}

Elements::~Elements() {
  if (there_) PyBuffer_Release(&buffer_);
}

Index FlowDrawing::count(const Elements& elements) {
  graph_.numbers.push_back(internal::numbers_of(elements.view()));
  return static_cast<Index>(graph_.numbers.size() - 1);
}

const Elements& FlowDrawing::keep(LogId value, const nb::callable& elements_of) {
  const auto at = elements_.find(value);
  return at != elements_.end() ? at->second : elements_.emplace(value, Elements(elements_of(value))).first->second;
}

void FlowDrawing::look_at_values(const nb::callable& elements_of) {
  graph_.passed.assign(graph_.inputs.size(), kNone);
  const std::vector<std::uint8_t> wanted = internal::ancestors(graph_, graph_.targets);
  for (Index op = 0; op < graph_.ops.size(); ++op) {
    if (graph_.kind_of(op) != OpKind::kCompute || !internal::makes_any(graph_, op, wanted)) continue;
    const auto look = [&](Index v) {
      if (graph_.values[v].numbers != kNone) return;
      if (const Elements& elements = keep(logged_[v], elements_of); elements.there()) graph_.values[v].numbers = count(elements);
    };
    for (const Index v : graph_.inputs_of(op)) look(v);
    for (Index k = 0; k < graph_.ops[op].outputs; ++k) look(graph_.ops[op].first_output + k);
    note_forward_spot(op);
  }
}

void FlowDrawing::look_at_step(LogId id, const nb::list& arrived, const nb::list& passed) {
  const auto at = op_at_.find(id);
  if (at == op_at_.end()) return;
  const Index op = at->second;
  if (graph_.passed.empty()) graph_.passed.assign(graph_.inputs.size(), kNone);
  bool sound = true;
  for (std::size_t k = 0; k < std::min<std::size_t>(nb::len(arrived), graph_.ops[op].outputs); ++k) {
    const Elements elements(arrived[k]);
    if (!elements.there()) continue;
    const Index numbers = count(elements);
    graph_.values[graph_.ops[op].first_output + k].gradient = numbers;
    sound &= finite(numbers);
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(nb::len(passed), graph_.ops[op].inputs); ++i) {
    const Elements elements(passed[i]);
    if (!elements.there()) continue;
    const Index numbers = count(elements);
    graph_.passed[graph_.ops[op].first_input + i] = numbers;
    if (sound && !finite(numbers))
      note_backward_spot(op, static_cast<Index>(i), nb::len(arrived) != 0 ? arrived[0] : nb::object(nb::none()), elements);
  }
}

void FlowDrawing::look_at_answer(std::size_t source, nb::handle gradient) {
  const Elements elements(gradient);
  if (elements.there() && source < graph_.sources.size()) graph_.sources[source].gradient = count(elements);
}

void FlowDrawing::note_forward_spot(Index op) {
  const Index output = graph_.ops[op].first_output;
  const auto inputs = graph_.inputs_of(op);
  if (graph_.ops[op].outputs == 0 || finite(graph_.values[output].numbers)) return;
  if (std::any_of(inputs.begin(), inputs.end(), [this](Index v) { return !finite(graph_.values[v].numbers); })) return;
  const kernels::View made = elements_.at(logged_[output]).view();
  FlowGraph::Spot spot{.op = op, .at = internal::first_not_finite(made)};
  spot.made = internal::element_at(made, spot.at, {made.shape, static_cast<std::size_t>(made.rank)}).value_or(0);
  for (const Index v : inputs) {
    const auto at = elements_.find(logged_[v]);
    if (at == elements_.end() || !at->second.there()) continue;
    if (const auto x = internal::element_at(at->second.view(), spot.at, {made.shape, static_cast<std::size_t>(made.rank)}))
      spot.given.emplace_back(v, *x);
  }
  graph_.spots.push_back(std::move(spot));
}

void FlowDrawing::note_backward_spot(Index op, Index input, nb::handle arrived, const Elements& passed) {
  const kernels::View bad = passed.view();
  const std::span<const std::int64_t> shape(bad.shape, static_cast<std::size_t>(bad.rank));
  FlowGraph::Spot spot{.op = op, .input = input, .at = internal::first_not_finite(bad)};
  spot.made = internal::element_at(bad, spot.at, shape).value_or(0);
  if (const Elements first(arrived); first.there()) {
    if (const auto x = internal::element_at(first.view(), spot.at, shape)) spot.given.emplace_back(kNone, *x);
  }
  for (const Index v : graph_.inputs_of(op)) {
    const auto at = elements_.find(logged_[v]);
    if (at == elements_.end() || !at->second.there()) continue;
    if (const auto x = internal::element_at(at->second.view(), spot.at, shape)) spot.given.emplace_back(v, *x);
  }
  graph_.spots.push_back(std::move(spot));
}

}  // namespace whygrad::python
