// Explanations, findings and the scope that collects them.
#include "convert.hpp"
#include "places.hpp"
#include "tape.hpp"

#include "flow/words.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/explain/explain.hpp>
#include <whygrad/flow/render.hpp>
#include <whygrad/ops/op.hpp>
#include <whygrad/render_html/html.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>

namespace whygrad::python {
namespace {

const char* name_of(Finding::Status status) {
  constexpr const char* kNames[] = {"absent", "zero", "nan", "inf", "partial"};
  return kNames[static_cast<int>(status)];
}
const char* name_of(Confidence confidence) {
  constexpr const char* kNames[] = {"proven", "likely", "unknown"};
  return kNames[static_cast<int>(confidence)];
}
const char* name_of(Step::Status status) {
  constexpr const char* kNames[] = {"source", "flows", "stops", "stops as well", "zero", "nonfinite"};
  return kNames[static_cast<int>(status)];
}

// "train.py:17", "" if unknown.
std::string text_of(const Place& place) { return place.known() ? fmt::format("{}:{}", place.file, place.line) : std::string(); }

const char* or_empty(const char* text) { return text != nullptr ? text : ""; }

// The findings of a diagnosis, while its scope is open and afterwards.
class Report {
 public:
  Report(bool values, bool partial) : options_{.values = values, .partial = partial} {}

  void open() {
    if (scope_ != nullptr) throw ValueError("diagnose", "the report is open already", "make another diagnose() to nest");
    scope_ = std::make_unique<Diagnosis>(options_);
  }
  void close() {
    if (scope_ == nullptr) return;
    const std::vector<Explanation>& found = scope_->explanations();
    closed_.insert(closed_.end(), found.begin(), found.end());
    asked_ += scope_->asked();
    scope_.reset();
  }
  // Gradients that were asked for.
  std::size_t asked() const { return asked_ + (scope_ != nullptr ? scope_->asked() : 0); }
  std::vector<Explanation> explanations() const {
    std::vector<Explanation> all = closed_;
    if (scope_ != nullptr) all.insert(all.end(), scope_->explanations().begin(), scope_->explanations().end());
    return all;
  }

 private:
  DiagnosisOptions options_;
  std::unique_ptr<Diagnosis> scope_;
  std::vector<Explanation> closed_;
  std::size_t asked_ = 0;
};

std::vector<Finding> findings_of(const std::vector<Explanation>& explanations) {
  std::vector<Finding> findings;
  for (const Explanation& e : explanations) findings.insert(findings.end(), e.findings().begin(), e.findings().end());
  return findings;
}

Explanation explain_tape(const nb::object& tape, nb::handle targets, nb::handle sources, bool values) {
  const Where where = caller();
  return explain(tape_in(tape), Targets(watchables(targets, where)), Sources(watchables(sources, where)), {.values = values}, where);
}

// Adds a finding of the Python module to every open report. asked: for an optimizer's refusal, the number of variables that it was given.
void report(const std::string& status, const std::string& cause, const std::string& why, const std::string& remedy, std::size_t asked) {
  const Reason* reason = find_reason(cause);
  if (reason == nullptr) throw ValueError("report", "no cause is called " + cause, "see whygrad::reasons()");
  Finding finding;
  for (const auto s : {Finding::Status::kAbsent, Finding::Status::kZero, Finding::Status::kNan, Finding::Status::kInf}) {
    if (status == name_of(s)) finding.status = s;
  }
  finding.cause = reason->cause;
  finding.source = "any variable";
  finding.place = internal::place_of(caller());
  finding.why = why;
  finding.remedy = remedy;
  finding.asked = asked;
  if (asked != 0)
    finding.evidence.push_back(fmt::format("the optimizer at {} refused to make its step without any gradient", finding.place.short_text()));
  Diagnosis::report(finding);
}

void bind_parts_of_findings(nb::module_& m) {
  nb::class_<Place>(m, "Place", "A line of the program.")
      .def_ro("file", &Place::file)
      .def_ro("line", &Place::line)
      .def_ro("column", &Place::column)
      .def_ro("function", &Place::function)
      .def("__str__", text_of)
      .def("__repr__", [](const Place& p) { return fmt::format("<Place {} in {}>", text_of(p), p.function); });
  nb::class_<Step>(m, "Step", "One op, or the source, on the way to the target.")
      .def_ro("name", &Step::name)
      .def_ro("signature", &Step::signature)
      .def_ro("note", &Step::note)
      .def_ro("scope", &Step::scope)
      .def_prop_ro("status", [](const Step& s) { return name_of(s.status); })
      .def_prop_ro("place", [](const Step& s) { return text_of(s.place); })
      .def_prop_ro("line", [](const Step& s) { return s.place.line; })
      .def_prop_ro("callers", [](const Step& s) { return s.place.callers; })
      .def("__repr__", [](const Step& s) { return fmt::format("<Step {} {} {} {}>", s.name, s.signature, name_of(s.status), text_of(s.place)); });
  nb::class_<OtherBreak>(m, "OtherBreak", "A further fault on the same path, which would remain.")
      .def_prop_ro("cause", [](const OtherBreak& b) { return reason(b.cause).name; })
      .def_ro("op", &OtherBreak::op)
      .def_ro("name", &OtherBreak::name, "The op as the program wrote it.")
      .def_ro("remedy", &OtherBreak::remedy, "'' where the remedy of the finding, or of a break before this one, takes it away as well.")
      .def_prop_ro("place", [](const OtherBreak& b) { return text_of(b.place); })
      .def_prop_ro("line", [](const OtherBreak& b) { return b.place.line; });
}

void bind_finding(nb::module_& m) {
  nb::class_<Finding>(m, "Finding", "What there is to say about one gradient.")
      .def_prop_ro(
          "status", [](const Finding& f) { return name_of(f.status); }, "'absent', 'zero', 'nan', 'inf' or 'partial'.")
      .def_prop_ro(
          "cause", [](const Finding& f) { return reason(f.cause).name; }, "What happened, such as 'NONDIFF_OP'.")
      .def_prop_ro("code", &Finding::code, "The stable code, such as 'WG103'.")
      .def_prop_ro(
          "also",
          [](const Finding& f) {
            nb::list names;
            for (const Cause cause : f.also) names.append(reason(cause).name);
            return names;
          },
          "Other names for what happened, best first.")
      .def_ro("op", &Finding::op_type, "TensorFlow's type of the op at fault, such as 'ArgMax'; '' where no op is.")
      .def_ro("called", &Finding::called,
              "The function that the program called there, where that is another than the op: 'tf.norm', which called 'sqrt'.")
      .def_ro("op_name", &Finding::op, "The op as it was called, such as 'argmax'.")
      .def_ro("source", &Finding::source)
      .def_ro("source_name", &Finding::source_name)
      .def_ro("target", &Finding::target)
      .def_ro("scope", &Finding::scope)
      .def_prop_ro("file", [](const Finding& f) { return f.place.file; })
      .def_prop_ro("function", [](const Finding& f) { return f.place.function; })
      .def_prop_ro("line", [](const Finding& f) { return f.place.line; })
      .def_prop_ro("column", [](const Finding& f) { return f.place.column; })
      .def_prop_ro(
          "place", [](const Finding& f) { return text_of(f.place); }, "'file:line'.")
      .def_prop_ro(
          "callers", [](const Finding& f) { return f.place.callers; }, "Who called that line, nearest first.")
      .def_prop_ro(
          "inside", [](const Finding& f) { return f.place.inside; }, "Lines of installed packages that it called, innermost first.")
      .def_prop_ro("group", &Finding::group, "The same for all findings that have one cause in common.")
      .def_ro("path", &Finding::path)
      .def_ro("evidence", &Finding::evidence)
      .def_ro("why", &Finding::why)
      .def_ro("remedy", &Finding::remedy)
      .def_ro("others", &Finding::others)
      .def_prop_ro(
          "confidence", [](const Finding& f) { return name_of(f.confidence); }, "'proven', 'likely' or 'unknown'.")
      .def("__str__", [](const Finding& f) { return Explanation({f}).to_string(); })
      .def("__repr__", [](const Finding& f) {
        return fmt::format("<Finding {} {} of {}{}{}>", name_of(f.status), reason(f.cause).name, f.source, f.place.known() ? " at " : "",
                           text_of(f.place));
      });
}

}  // namespace

void bind_explain(nb::module_& m) {
  bind_parts_of_findings(m);
  bind_finding(m);
  nb::class_<Explanation>(m, "Explanation", "Why gradients are missing: one finding for each.")
      .def_prop_ro("findings", [](const Explanation& e) { return e.findings(); })
      .def("__len__", [](const Explanation& e) { return e.findings().size(); })
      .def("to_json", [](const Explanation& e) { return to_json(e); })
      .def("to_sarif", [](const Explanation& e) { return to_sarif(e); })
      .def(
          "to_html", [](const Explanation& e, const std::string& title) { return to_html(e, {.title = title}); },
          nb::arg("title") = HtmlOptions().title, "A page of its own, which needs no network.")
      .def("__str__", &Explanation::to_string);
  nb::class_<Report>(m, "Report")
      .def(nb::init<bool, bool>(), nb::arg("values"), nb::arg("partial"))
      .def("open", &Report::open)
      .def("close", &Report::close)
      .def_prop_ro("asked", &Report::asked, "How many gradients were asked for.")
      .def_prop_ro("findings", [](const Report& r) { return findings_of(r.explanations()); })
      .def("to_json", [](const Report& r) { return to_json(r.explanations()); })
      .def(
          "to_sarif", [](const Report& r, const std::string& root) { return to_sarif(r.explanations(), {.root = root}); }, nb::arg("root") = "")
      .def(
          "to_html",
          [](const Report& r, const std::string& title, const std::string& note) {
            return to_html(r.explanations(), {.title = title, .note = note});
          },
          nb::arg("title"), nb::arg("note"))
      .def("__str__", [](const Report& r) { return Explanation(findings_of(r.explanations())).to_string(); });
  m.def(
      "texts",
      [] {
        std::vector<std::string> texts;
        for (const Reason& r : reasons()) texts.insert(texts.end(), {r.title, r.remedy});
        for (const OpDef* op : op_table()) {
          for (const InputDef& in : op->inputs) texts.insert(texts.end(), {or_empty(in.gradient.why), or_empty(in.gradient.remedy)});
          texts.insert(texts.end(), {op->zero.remedy, op->nonfinite.remedy});
        }
        return texts;
      },
      "What the catalogue of causes and the records of the ops say, as it is written for C++.");
  m.def("explain", explain_tape, nb::arg("tape"), nb::arg("targets"), nb::arg("sources"), nb::arg("values") = false);
  m.def("report", report, nb::arg("status"), nb::arg("cause"), nb::arg("why"), nb::arg("remedy"), nb::arg("asked") = 0);
}

}  // namespace whygrad::python
