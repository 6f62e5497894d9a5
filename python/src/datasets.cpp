// Data sets. Python knows the nesting of the tensors in an element; here an element is a row of tensors.
#include "convert.hpp"
#include "object_ref.hpp"
#include "places.hpp"

#include "tensor/build.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/data/pipeline.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace whygrad::python {
namespace {

using data::Pipeline;

// One pass. Releases the interpreter lock while it waits, because a prefetching thread may call a Python function.
class Pass {
 public:
  explicit Pass(data::Pass pass) : pass_(std::make_unique<data::Pass>(std::move(pass))) {}
  Pass(Pass&&) noexcept = default;
  // Stops the prefetching thread, if there is one. When the interpreter ends, that thread may never return from Python and is left alone.
  ~Pass() {
    if (!pass_) return;
    if (!interpreter_is_there()) {
      static_cast<void>(pass_.release());
      return;
    }
    const Unlocked unlocked(Unlocked::For::kWaiting);
    pass_.reset();
  }

  // The tensors of the next element, None at the end.
  nb::object next() {
    const Where where = caller();
    std::optional<std::vector<Tensor>> row;
    {
      const Unlocked unlocked(Unlocked::For::kWaiting);
      row = pass_->next(where);
    }
    return row ? wrap(std::move(*row)) : nb::none();
  }

 private:
  std::unique_ptr<data::Pass> pass_;
};

// `function` takes a list of tensors and returns one.
Pipeline map(const Pipeline& pipeline, nb::handle function) {
  return pipeline.map([function = hold(function)](std::span<const Tensor> row) {
    return locked([&] {
      const nb::object result = nb::handle(function.get())(wrap(std::vector<Tensor>(row.begin(), row.end())));
      return to_tensors(result, caller());
    });
  });
}

// The result of reduce over all elements, as values of the data set: no gradient flows to values that its function used.
nb::object reduced(nb::handle state) {
  const Where where = caller();
  std::vector<Tensor> made;
  for (const Tensor& t : to_tensors(state, where)) {
    made.push_back(internal::make_view(t, t.shape(), t.impl()->strides, 0));
    internal::log_fed(made.back(), internal::reduced_op(), t, where);
  }
  return wrap(std::move(made));
}

// None: all of them.
std::int64_t to_count(nb::handle count) {
  const std::int64_t number = count.is_none() ? -1 : to_int(count);
  return number == -1 ? data::kAll : number;
}

}  // namespace

void bind_datasets(nb::module_& m) {
  using nb::arg;
  nb::module_ sub = m.def_submodule("data");
  sub.def(
      "from_tensors",
      [](nb::handle tensors) {
        const Where where = caller();
        return Pipeline::from_tensors(to_tensors(tensors, where), where);
      },
      arg("tensors"));
  sub.def(
      "from_tensor_slices",
      [](nb::handle tensors) {
        const Where where = caller();
        return Pipeline::from_tensor_slices(to_tensors(tensors, where), where);
      },
      arg("tensors"));
  sub.def("reduced", reduced, arg("state"));
  nb::class_<Pass>(sub, "Pass").def("next", &Pass::next);
  nb::class_<Pipeline>(sub, "Pipeline")
      .def(
          "shuffle",
          [](const Pipeline& p, std::int64_t buffer, std::uint64_t seed, bool reshuffle) {
            return p.shuffle(buffer, {.seed = seed, .reshuffle = reshuffle});
          },
          arg("buffer_size"), arg("seed"), arg("reshuffle"))
      .def(
          "batch", [](const Pipeline& p, std::int64_t size, bool drop_remainder) { return p.batch(size, {.drop_remainder = drop_remainder}); },
          arg("size"), arg("drop_remainder"))
      .def("map", map, arg("function"))
      .def(
          "repeat", [](const Pipeline& p, nb::handle count) { return p.repeat(to_count(count)); }, arg("count").none())
      .def(
          "take", [](const Pipeline& p, nb::handle count) { return p.take(to_count(count)); }, arg("count"))
      .def(
          "skip", [](const Pipeline& p, nb::handle count) { return p.skip(to_count(count)); }, arg("count"))
      .def("prefetch", &Pipeline::prefetch, arg("count"))
      .def_prop_ro("size", &Pipeline::size, "Elements in one epoch, -1 where it never ends.")
      .def(
          "epoch", [](const Pipeline& p, std::int64_t epoch) { return Pass(p.pass({.epoch = epoch})); }, arg("number"));
}

}  // namespace whygrad::python
