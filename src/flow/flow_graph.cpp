// FlowGraph: functions of more than one line.
#include <whygrad/flow/flow_graph.hpp>

#include <algorithm>
#include <utility>

namespace whygrad {

const char* FlowGraph::keep(std::string text) {
  if (texts_ == nullptr || texts_.use_count() > 1) texts_ = std::make_shared<Texts>(Texts{{}, std::move(texts_)});
  return texts_->own.emplace_back(std::move(text)).c_str();
}

bool FlowGraph::knows_shape(Index value) const {
  const auto shape = shape_of(value);
  return values[value].rank != kUnknownRank && std::find(shape.begin(), shape.end(), kUnknownExtent) == shape.end();
}

bool FlowGraph::same_shape(Index a, Index b) const { return knows_shape(a) && knows_shape(b) && std::ranges::equal(shape_of(a), shape_of(b)); }

std::optional<std::uint64_t> FlowGraph::elements_of(Index value) const {
  if (const Numbers* n = numbers_of(value); n != nullptr) return n->count;
  if (!knows_shape(value)) return std::nullopt;
  std::uint64_t count = 1;
  for (const std::int64_t extent : shape_of(value)) count *= static_cast<std::uint64_t>(extent);
  return count;
}

std::string FlowGraph::signature(Index value) const {
  std::string text(whygrad::name_of(values[value].dtype));
  if (values[value].rank == kUnknownRank) return text + "[...]";
  text += '[';
  for (const std::int64_t extent : shape_of(value)) {
    text += text.back() == '[' ? "" : ", ";
    text += extent == kUnknownExtent ? "?" : std::to_string(extent);
  }
  return text + ']';
}

}  // namespace whygrad
