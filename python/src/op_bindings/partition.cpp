// Tensors divided into parts by number, and put together again.
#include <whygrad/ops/partition.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

namespace whygrad::python {
namespace {

nb::object dealt(nb::handle data, nb::handle partitions, nb::handle num_partitions, nb::handle) {
  const Where where = caller();
  return wrap(dynamic_partition(to_tensor(data, where), to_tensor(partitions, where), to_int(num_partitions), where));
}

nb::object stitched(nb::handle indices, nb::handle data, nb::handle) {
  const Where where = caller();
  std::vector<Tensor> places;
  for (nb::handle item : nb::iter(indices)) places.push_back(to_tensor(item, where));
  return wrap(dynamic_stitch(places, to_tensors(data, where), where));
}

}  // namespace

void bind_partition(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("dynamic_partition", dealt, arg("data"), arg("partitions"), arg("num_partitions"), arg("name") = none,
        "The parts of data by the number that each is given, as a list.");
  m.def("dynamic_stitch", stitched, arg("indices"), arg("data"), arg("name") = none, "One tensor of the parts at their places; the last one stays.");
}

}  // namespace whygrad::python
