// Sums, means and extremes by segment.
#include <whygrad/ops/segment.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, const Tensor&, Where)>
nb::object segments(nb::handle data, nb::handle segment_ids, nb::handle) {
  const Where where = caller();
  return wrap(F(to_tensor(data, where), to_tensor(segment_ids, where), where));
}

template <Tensor (*F)(const Tensor&, const Tensor&, std::int64_t, Where)>
nb::object unsorted(nb::handle data, nb::handle segment_ids, nb::handle num_segments, nb::handle) {
  const Where where = caller();
  return wrap(F(to_tensor(data, where), to_tensor(segment_ids, where), to_int(num_segments), where));
}

}  // namespace

void bind_segment(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto by_segment = [&](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("data"), arg("segment_ids"), arg("name") = none, doc);
  };
  by_segment("segment_sum", segments<segment_sum>, "The parts of data that bear one id, added up; ids ascend.");
  by_segment("segment_mean", segments<segment_mean>, "The mean of the parts of data that bear one id; ids ascend.");
  by_segment("segment_max", segments<segment_max>, "The largest of the parts of data that bear one id; ids ascend.");
  by_segment("segment_min", segments<segment_min>, "The smallest of the parts of data that bear one id; ids ascend.");
  by_segment("segment_prod", segments<segment_prod>, "The product of the parts of data that bear one id; ids ascend.");
  m.def("unsorted_segment_sqrt_n", unsorted<unsorted_segment_sqrt_n>, arg("data"), arg("segment_ids"), arg("num_segments"), arg("name") = none,
        "The sum of the parts of data that bear one id, divided by the root of their number.");
  m.def("unsorted_segment_mean", unsorted<unsorted_segment_mean>, arg("data"), arg("segment_ids"), arg("num_segments"), arg("name") = none,
        "The mean of the parts of data that bear one id.");
}

}  // namespace whygrad::python
