// Values whose elements a trace takes as those of one call: see NOTE [settled values].
#include "graph/builder.hpp"
#include "tensor/build.hpp"

#include <algorithm>

namespace whygrad::internal {
namespace {

std::vector<std::byte> bytes_of(const Tensor& t) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(t.size()) * size_of(t.dtype()));
  copy_elements(t, bytes.data());
  return bytes;
}

}  // namespace

void TracedFunction::note_settled(const std::vector<Tensor>& values) {
  if (values.empty()) return;
  // To ops of the trace they are constants; here they are computed.
  for (const Tensor& value : values) log_->constants.erase(value.id());
  GraphBuilder builder(*this);
  std::vector<Graph::Index> outputs;
  outputs.reserve(values.size());
  for (const Tensor& value : values) {
    const Tensor computed = make_abstract(spec_of(value));
    computed.impl()->id = value.id();
    outputs.push_back(builder.value_of(computed));
    settled_.push_back(bytes_of(value));
  }
  for (const Tensor& value : values) log_->constants.try_emplace(value.id(), value);
  settled_program_ = std::make_unique<const Program>(builder.graph(), outputs, std::span<const Graph::Index>(), builder.graph().node_count());
}

bool TracedFunction::is_for(const std::vector<Tensor>& arguments) const {
  if (settled_program_ == nullptr) return true;
  if (arguments.size() != arguments_) return false;
  if (std::any_of(arguments.begin(), arguments.end(), [](const Tensor& t) { return t.is_abstract(); })) return false;
  std::vector<Tensor> inputs = arguments;
  for (std::size_t i = arguments.size(); i < inputs_.size(); ++i)
    inputs.push_back(inputs_[i].variable != nullptr ? inputs_[i].variable->value : inputs_[i].captured);
  const std::vector<Tensor> now = settled_program_->run(std::move(inputs), {});
  for (std::size_t k = 0; k < now.size(); ++k) {
    if (bytes_of(now[k]) != settled_[k]) return false;
  }
  return true;
}

}  // namespace whygrad::internal
