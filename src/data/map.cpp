// A function on each element of a data set.
#include "data/stage.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/base/error.hpp>

namespace whygrad::data {
namespace {

class MapCursor : public Cursor {
 public:
  MapCursor(std::unique_ptr<Cursor> upstream, const Pipeline::Function& function) : upstream_(std::move(upstream)), function_(function) {}
  bool next(Element& element) override {
    if (!upstream_->next(element)) return false;
    element.materialise();
    for (std::size_t k = 0; k < element.values.size(); ++k) {
      Tensor& tensor = element.values[k];
      if (tensor.id() == 0) internal::log_fed(tensor, internal::element_op(), element.origins[k], {});  // ops take values with an id only
    }
    element.values = function_(element.values);
    element.origins.clear();
    for (const Tensor& tensor : element.values) {
      if (!tensor.defined()) throw ValueError("map", "the function returned an empty handle", "return tensors that hold a value");
    }
    return true;
  }
  void skip(std::int64_t count) override { upstream_->skip(count); }

 private:
  std::unique_ptr<Cursor> upstream_;
  const Pipeline::Function& function_;
};

class MapStage : public Stage {
 public:
  MapStage(StagePtr upstream, Pipeline::Function function) : upstream_(std::move(upstream)), function_(std::move(function)) {}
  std::int64_t size() const override { return upstream_->size(); }
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override { return std::make_unique<MapCursor>(upstream_->open(epoch), function_); }

 private:
  StagePtr upstream_;
  Pipeline::Function function_;
};

}  // namespace

StagePtr map_stage(StagePtr upstream, Pipeline::Function function) { return std::make_shared<MapStage>(std::move(upstream), std::move(function)); }

}  // namespace whygrad::data
