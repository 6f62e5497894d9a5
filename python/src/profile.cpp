// Profile: where time goes.
#include "profile.hpp"

#include "module.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/profile.hpp>

#include <nanobind/stl/string.h>

#include <memory>

namespace whygrad::python {
namespace {

// A context manager around Profile, which measures from when it is made.
class ProfileScope {
 public:
  ProfileScope& enter() {
    profile_ = std::make_unique<Profile>();
    return *this;
  }
  void leave(const nb::args&) {
    if (profile_) profile_->stop();
  }
  nb::list rows() const {
    nb::list rows;
    for (const Profile::Row& row : measured().rows()) {
      nb::dict entry;
      entry["op"] = row.op;
      entry["place"] = row.place;
      entry["calls"] = row.calls;
      entry["seconds"] = row.seconds;
      entry["bytes"] = row.bytes;
      entry["flops"] = row.flops;
      rows.append(entry);
    }
    return rows;
  }
  double seconds() const { return measured().seconds(); }
  std::string table(std::size_t most) const { return measured().table(most); }
  std::string trace() const { return measured().trace(); }

 private:
  const Profile& measured() const {
    if (!profile_) throw ValueError("profile", "nothing was measured yet", "use it with `with`: `with whygrad.profile() as p: ...`");
    return *profile_;
  }

  std::unique_ptr<Profile> profile_;
};

}  // namespace

void bind_profile(nb::module_& m) {
  using nb::arg;
  nb::class_<ProfileScope>(m, "profile",
                           "Measures the ops that this thread runs inside of a `with`, one by one and as steps of traced functions.\n\n"
                           "    with whygrad.profile() as p:\n"
                           "        train_one_epoch()\n"
                           "    print(p)")
      .def(nb::init<>())
      .def("__enter__", &ProfileScope::enter, nb::rv_policy::reference)
      .def("__exit__", &ProfileScope::leave)
      .def("__str__", [](const ProfileScope& p) { return p.table(30); })
      .def("table", &ProfileScope::table, arg("most") = 30, "The ops by place, the longest first: calls, time, speed and its share of the limit.")
      .def("rows", &ProfileScope::rows, "The rows of the table as dictionaries.")
      .def("trace", &ProfileScope::trace, "All calls as JSON that chrome://tracing and ui.perfetto.dev show.")
      .def_prop_ro("seconds", &ProfileScope::seconds, "From the start to the end.");
}

}  // namespace whygrad::python
