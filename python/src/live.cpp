// The bindings that collectors of other engines use: the log, tapes, drawings and the report.
#include "live.hpp"
#include "flow_builder.hpp"
#include "flow_drawing.hpp"
#include "language.hpp"
#include "op_knowledge.hpp"
#include "places.hpp"
#include "tensorflow_ops/find.hpp"

#include "flow/finding_set.hpp"
#include "flow/json_names.hpp"
#include "flow/words.hpp"
#include "kernels/census.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/flow/render.hpp>
#include <whygrad/render_html/html.hpp>

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace whygrad::python {
namespace {

using Tape = std::shared_ptr<FlowTape>;

template <class E>
E named(const std::string& name, const char* what) {
  constexpr auto kNames = internal::names_of(E{});
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<E>(i);
  }
  throw ValueError("FlowBuilder", fmt::format("no {} is called \"{}\"; there are {}", what, name, fmt::join(kNames, ", ")),
                   "see docs/flow.schema.json");
}

// The findings of a collector, with the same contents as those that whygrad.diagnose() makes for whygrad's own engine.
class LiveReport {
 public:
  explicit LiveReport(std::string engine) : engine_(std::move(engine)) {}

  std::size_t asked = 0;

  // Adds the explanations that f() returns.
  template <class F>
  void read(F&& f) {
    const Spoken spoken(engine_);
    for (const Explanation& e : std::forward<F>(f)()) {
      ++asked;
      found_.add(as_answered(engine_, e));
    }
  }
  Explanation judge(FlowDrawing& drawing) const {
    const Spoken spoken(engine_);
    return as_answered(engine_, whygrad::explain(drawing.take()));
  }
  void take(const Explanation& explanation) {
    const Spoken spoken(engine_);
    found_.add(explanation);
  }
  // Adds findings with another status than the graph shows, because the engine answered otherwise: for example with zeros instead of no gradient.
  void take_as(const Explanation& explanation, const std::string& status, const std::string& evidence) {
    std::vector<Finding> findings = explanation.findings();
    for (Finding& f : findings) {
      f.status = named<Finding::Status>(status, "status");
      f.evidence.insert(f.evidence.begin(), evidence);
    }
    take(Explanation(std::move(findings), explanation.graph()));
  }
  void add(Finding finding) {
    const Spoken spoken(engine_);
    found_.add(Explanation({std::move(finding)}));
  }
  void add_spread(const Where& where) { add(found_.spread(where)); }
  const std::vector<Explanation>& explanations() const { return found_.explanations(); }
  std::vector<Finding> findings() const {
    std::vector<Finding> all;
    for (const Explanation& e : explanations()) all.insert(all.end(), e.findings().begin(), e.findings().end());
    return all;
  }
  Explanation explanation() const { return explanations().size() == 1 ? explanations()[0] : Explanation(findings()); }
  // Returns f(explanations), in the words of the engine.
  template <class F>
  std::string render(F&& f) const {
    const Spoken spoken(engine_);
    return std::forward<F>(f)(explanations());
  }

 private:
  std::string engine_;
  internal::FindingSet found_;
};

// A finding that is not derived from a graph, such as an exception that the engine raised.
struct PlainFinding {
  std::string status, cause, op, op_type, source, source_name, why, remedy;
  Where where;
};

Finding finding_of(const PlainFinding& p) {
  const Reason* reason = find_reason(p.cause);
  if (reason == nullptr) throw ValueError("report", "no cause is called " + p.cause, "see whygrad::reasons()");
  Finding f;
  f.status = named<Finding::Status>(p.status, "status");
  f.cause = reason->cause;
  f.op = p.op;
  f.op_type = p.op_type;
  f.source = p.source;
  f.source_name = p.source_name;
  f.place = internal::place_of(p.where);
  f.why = p.why;
  f.remedy = p.remedy.empty() ? reason->remedy : p.remedy;
  return f;
}

// None for the shape: the rank is unknown. None as an extent: that extent is unknown.
using Extents = std::optional<std::vector<std::optional<std::int64_t>>>;

std::uint32_t shape_of(FlowBuilder& log, const Extents& extents) {
  if (!extents) return log.unknown_shape();
  std::vector<std::int64_t> known;
  for (const auto& extent : *extents) known.push_back(extent.value_or(FlowGraph::kUnknownExtent));
  return log.shape(known.data(), known.size());
}

LogId make_value(FlowBuilder& log, std::uint64_t key, const std::string& dtype, const Extents& shape, nb::object tensor) {
  if (tensor.is_none()) tensor.reset();
  return log.make(key, dtype_named(dtype), shape_of(log, shape), std::move(tensor));
}

LogId add_variable(FlowBuilder& log, std::uint64_t key, const std::string& name, bool named_by_program, bool trainable, const std::string& dtype,
                   const Extents& shape, const Where& where, const std::string& noun) {
  FlowBuilder::Variable v{.name = name, .named = named_by_program, .trainable = trainable, .where = where};
  v.dtype = dtype_named(dtype);
  v.shape = shape_of(log, shape);
  if (!noun.empty()) v.noun = interned(noun);
  return log.add_variable(std::move(v), key);
}

LogId define(FlowBuilder& log, const std::string& type,
             const std::vector<std::tuple<std::string, std::string, std::string, std::string, std::string>>& answers, const std::string& name,
             const std::string& like, const std::string& kind, bool backward_pass, const std::string& zero, const std::string& nonfinite) {
  EngineOp op{
      .name = name, .type = type, .like = like, .kind = kind, .answers = {}, .backward_pass = backward_pass, .zero = zero, .nonfinite = nonfinite};
  std::string key = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", type, name, like, kind, backward_pass, zero, nonfinite);
  for (const auto& [flow, role, input, why, remedy] : answers) {
    op.answers.push_back({flow, role, input, why, remedy});
    key += fmt::format("\n{}\t{}\t{}\t{}\t{}", flow, role, input, why, remedy);
  }
  return log.define(key, [&op] { return definition_of(op); });
}

FlowBuilder::Op& op_at(FlowBuilder& log, LogId id) {
  if (!log.has_op(id)) throw ValueError("FlowBuilder", fmt::format("op {} is no longer in the log", id), "keep no ids over forget()");
  return log.op(id);
}
FlowBuilder::Value& value_at(FlowBuilder& log, LogId id) {
  if (!log.has_value(id)) throw ValueError("FlowBuilder", fmt::format("value {} is no longer in the log", id), "keep no ids over forget()");
  return log.value(id);
}

nb::object extents_of(const FlowBuilder& log, std::uint32_t shape) {
  if (shape == FlowBuilder::unknown_shape()) return nb::none();
  nb::list extents;
  for (const std::int64_t n : log.shape_at(shape)) extents.append(n == FlowGraph::kUnknownExtent ? nb::object(nb::none()) : nb::cast(n));
  return extents;
}

void bind_places_and_tapes(nb::module_& m) {
  nb::class_<Where>(m, "Where", "A place in the program, not yet in words.").def(nb::init<>()).def("words", [](const Where& where) {
    const Place place = internal::place_of(where);
    return nb::make_tuple(place.file, place.line, place.column, place.function);
  });
  m.def(
      "here", [] { return caller(); }, "The place that called: the innermost line of the user's.");
  m.def(
      "place_of_frame", [](nb::handle code, std::uint32_t offset) { return place_in(code, offset); }, nb::arg("code"), nb::arg("offset"),
      "An instruction of a code object, by its offset in bytes.");
  m.def(
      "place_of_line",
      [](const std::string& file, std::uint32_t line, const std::string& function) {
        return Where{interned(file), interned(function), line, 0};
      },
      nb::arg("file"), nb::arg("line"), nb::arg("function"), "A line that no frame stands at.");
  nb::class_<FlowTape>(m, "FlowTape", "One recording, in windows, and what it watches.")
      .def(
          "__init__",
          [](FlowTape* tape, const Where& made_at, bool watches) {
            new (tape) FlowTape{.made_at = made_at, .asked_at = {}, .watches_variables = watches};
          },
          nb::arg("made_at"), nb::arg("watches_variables") = true)
      .def_rw("asked_at", &FlowTape::asked_at)
      .def_rw("made_at", &FlowTape::made_at)
      .def_ro("watches_variables", &FlowTape::watches_variables)
      .def_prop_ro("began", [](const FlowTape& t) { return t.windows.empty() ? kNowhere : t.windows.front().begin; })
      .def(
          "window",
          [](FlowTape& t, LogId begin, LogId end, const std::string& after, const Where& where) {
            t.windows.push_back({begin, end, named<FlowGraph::Standing>(after, "standing"), where});
          },
          nb::arg("begin"), nb::arg("end"), nb::arg("after"), nb::arg("where"), "It recorded in these moments; end -1: it still does.")
      .def("forgotten",
           [](FlowTape& t, LogId begin, LogId end, const Where& where) {
             t.forgotten.push_back({begin, end, FlowGraph::Standing::kReset, where});
           })
      .def(
          "watch", [](FlowTape& t, LogId value, LogId since) { t.watched.try_emplace(value, since); }, nb::arg("value"), nb::arg("since"))
      .def("watch_variable", [](FlowTape& t, LogId variable) { t.variables.insert(variable); })
      .def("watches", [](const FlowTape& t, LogId value) { return t.watched.contains(value); });
}

void bind_recording(nb::class_<FlowBuilder>& c) {
  c.def(nb::init<>())
      .def_rw("busy", &FlowBuilder::busy, "More than 0: what happens is the collector's own doing.")
      .def_rw("keeps_values", &FlowBuilder::keeps_values)
      .def("value", make_value, nb::arg("key"), nb::arg("dtype"), nb::arg("shape").none(), nb::arg("tensor") = nb::none(),
           "A value that nobody knew; key 0: nothing names it.")
      .def("find", &FlowBuilder::find, nb::arg("key"), "The value of a tensor, -1 where there is none.")
      .def("alias", &FlowBuilder::alias, nb::arg("key"), nb::arg("value"))
      .def(
          "record",
          [](FlowBuilder& log, const std::string& type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where,
             const std::string& kind) { return log.record(named<OpKind>(kind, "kind"), log.type(type), inputs, outputs, where); },
          nb::arg("type"), nb::arg("inputs"), nb::arg("outputs"), nb::arg("where"), nb::arg("kind") = "compute")
      .def(
          "record_inside",
          [](FlowBuilder& log, LogId whole, const std::string& type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs,
             const Where& where,
             const std::string& kind) { return log.record_inside(whole, named<OpKind>(kind, "kind"), log.type(type), inputs, outputs, where); },
          nb::arg("whole"), nb::arg("type"), nb::arg("inputs"), nb::arg("outputs"), nb::arg("where"), nb::arg("kind") = "compute",
          "An op that another one is made of, and which happens when that one does.")
      .def("add_variable", add_variable, nb::arg("key"), nb::arg("name"), nb::arg("named"), nb::arg("trainable"), nb::arg("dtype"),
           nb::arg("shape").none(), nb::arg("where"), nb::arg("noun") = "", "noun: what such a thing is called; a variable if empty.")
      .def("variable_of", &FlowBuilder::variable_of, nb::arg("key"))
      .def("name_variable", &FlowBuilder::name_variable, nb::arg("key"), nb::arg("variable"))
      .def("read", &FlowBuilder::read, nb::arg("variable"), nb::arg("since"),
           "The variable's present value, watched from that moment on by the tapes that record; -1: by none.")
      .def("set_version", &FlowBuilder::set_version, nb::arg("variable"), nb::arg("value"))
      .def(
          "describe_variable",
          [](FlowBuilder& log, LogId id, const std::string& name, bool named_by_program, bool trainable, const std::string& dtype,
             const Extents& shape, const Where& where, const std::string& noun) {
            FlowBuilder::Variable& v = log.variable(id);
            v.dtype = dtype_named(dtype);
            v.shape = shape_of(log, shape);
            v.name = name;
            v.named = named_by_program;
            v.trainable = trainable;
            v.where = where;
            if (!noun.empty()) v.noun = interned(noun);
          },
          nb::arg("variable"), nb::arg("name"), nb::arg("named"), nb::arg("trainable"), nb::arg("dtype"), nb::arg("shape").none(), nb::arg("where"),
          nb::arg("noun") = "", "noun: as in add_variable.")
      .def("start", &FlowBuilder::start, nb::arg("tape"))
      .def(
          "stop",
          [](FlowBuilder& log, const Tape& tape, const std::string& after, const Where& where) {
            log.stop(tape, named<FlowGraph::Standing>(after, "standing"), where);
          },
          nb::arg("tape"), nb::arg("after"), nb::arg("where"))
      .def("reset", [](FlowBuilder& log, FlowTape& tape, const Where& where) { log.reset(tape, where); })
      .def_prop_ro("recording", [](const FlowBuilder& log) { return log.recording(); })
      .def_prop_ro("moment", &FlowBuilder::moment)
      .def("tick", &FlowBuilder::tick)
      .def("forget", &FlowBuilder::forget, nb::arg("most"))
      .def("let_go", &FlowBuilder::let_go, nb::arg("since"));
}

void bind_ops(nb::class_<FlowBuilder>& c) {
  c.def_prop_ro("size", &FlowBuilder::size)
      .def("type_of", [](FlowBuilder& log, LogId id) { return log.type_name(op_at(log, id).type); })
      .def("kind_of", [](FlowBuilder& log, LogId id) { return internal::name_in_file(op_at(log, id).kind); })
      .def("inputs_of",
           [](FlowBuilder& log, LogId id) {
             const FlowBuilder::Op& op = op_at(log, id);
             std::vector<LogId> in;
             in.reserve(op.inputs);
             for (std::size_t i = 0; i < op.inputs; ++i) in.push_back(log.input(op, i));
             return in;
           })
      .def("outputs_of",
           [](FlowBuilder& log, LogId id) {
             const FlowBuilder::Op& op = op_at(log, id);
             std::vector<LogId> out;
             out.reserve(op.outputs);
             for (std::size_t k = 0; k < op.outputs; ++k) out.push_back(log.output(op, k));
             return out;
           })
      .def("moment_of", [](FlowBuilder& log, LogId id) { return op_at(log, id).moment; })
      .def("place_of", [](FlowBuilder& log, LogId id) { return op_at(log, id).where; })
      .def("set_place", [](FlowBuilder& log, LogId id, const Where& where) { op_at(log, id).where = where; })
      .def("call_of", [](FlowBuilder& log, LogId id) { return op_at(log, id).call.is_valid() ? op_at(log, id).call : nb::object(nb::none()); })
      .def("set_call", [](FlowBuilder& log, LogId id, nb::object call) { op_at(log, id).call = std::move(call); })
      .def(
          "can_run_again", [](FlowBuilder& log, LogId id) { return op_at(log, id).facts.again; }, "Whether its results were left out for that.")
      .def("facts_of",
           [](FlowBuilder& log, LogId id) {
             const FlowBuilder::CallFacts& f = op_at(log, id).facts;
             return nb::make_tuple(f.recording, f.needs, f.gives, f.changes);
           })
      .def(
          "set_facts",
          [](FlowBuilder& log, LogId id, bool recording, std::uint64_t needs, bool gives, bool changes) {
            op_at(log, id).facts = {recording, needs, gives, changes};
          },
          nb::arg("op"), nb::arg("recording"), nb::arg("needs"), nb::arg("gives"), nb::arg("changes"),
          "What was seen of the call; needs: the inputs that required a gradient, as bits.")
      .def("tensors_of",
           [](FlowBuilder& log, LogId id) { return op_at(log, id).tensors.is_valid() ? op_at(log, id).tensors : nb::object(nb::none()); })
      .def("set_tensors",
           [](FlowBuilder& log, LogId id, nb::object tensors) { op_at(log, id).tensors = tensors.is_none() ? nb::object() : std::move(tensors); });
}

// The facts of an op that are set when it is settled for a drawing.
void bind_drawn_ops(nb::class_<FlowBuilder>& c) {
  c.def("is_settled", [](FlowBuilder& log, LogId id) { return op_at(log, id).definition != kNowhere; })
      .def("settle", [](FlowBuilder& log, LogId id, LogId definition) { op_at(log, id).definition = definition; })
      .def("is_opened", [](FlowBuilder& log, LogId id) { return op_at(log, id).inside != nullptr; })
      .def("hide", [](FlowBuilder& log, LogId id) { op_at(log, id).hidden = true; })
      .def("stopped", [](FlowBuilder& log, LogId id) { return op_at(log, id).stopped; })
      .def(
          "set_stopped",
          [](FlowBuilder& log, LogId id, bool stopped, const Where& where) {
            op_at(log, id).stopped = stopped;
            op_at(log, id).stopped_at = where;
          },
          nb::arg("op"), nb::arg("stopped"), nb::arg("where") = Where())
      .def("set_moment", [](FlowBuilder& log, LogId id, LogId moment) { op_at(log, id).moment = moment; })
      .def("rule_of", [](FlowBuilder& log, LogId id) { return op_at(log, id).rule_of; })
      .def("set_rule_of", [](FlowBuilder& log, LogId id, LogId rule_of) { op_at(log, id).rule_of = rule_of; })
      .def("set_returns_at", [](FlowBuilder& log, LogId id, const Where& where) { op_at(log, id).returns_at = where; })
      .def("set_choice", [](FlowBuilder& log, LogId id, std::int64_t choice) { op_at(log, id).choice = choice; })
      .def("set_written", [](FlowBuilder& log, LogId id, double written) { op_at(log, id).written = written; })
      .def("set_backward_pass", [](FlowBuilder& log, LogId id) { op_at(log, id).backward_pass = true; })
      .def("set_print", set_print, nb::arg("op"), nb::arg("elements").none(), "Takes the fingerprint of a constant's or a host read's elements.");
}

void bind_values(nb::class_<FlowBuilder>& c) {
  c.def("has_value", &FlowBuilder::has_value)
      .def("maker_of", [](FlowBuilder& log, LogId id) { return value_at(log, id).op; })
      .def("key_of", [](FlowBuilder& log, LogId id) { return value_at(log, id).key; })
      .def("variable_of_value", [](FlowBuilder& log, LogId id) { return value_at(log, id).variable; })
      .def("set_variable",
           [](FlowBuilder& log, LogId id, LogId variable) {
             value_at(log, id).variable = variable;
             log.variable(variable).values.push_back(id);
           })
      .def("is_trainable", [](FlowBuilder& log, LogId variable) { return log.variable(variable).trainable; })
      .def("variable_facts",
           [](FlowBuilder& log, LogId variable) {
             const FlowBuilder::Variable& v = log.variable(variable);
             return nb::make_tuple(v.name, v.named, v.trainable, dtype_name(v.dtype), extents_of(log, v.shape), v.where);
           })
      .def("last_of_type",
           [](FlowBuilder& log, const std::string& type) {
             const std::uint32_t wanted = log.type(type);
             for (LogId id = log.first_op() + static_cast<LogId>(log.size()); id-- > log.first_op();) {
               if (log.op(id).type == wanted) return id;
             }
             return kNowhere;
           })
      .def("has_op", &FlowBuilder::has_op)
      .def("version_of", [](FlowBuilder& log, LogId variable) { return log.read(variable, kNowhere); })
      .def("shape_of", [](FlowBuilder& log, LogId id) { return extents_of(log, value_at(log, id).shape); })
      .def("dtype_of", [](FlowBuilder& log, LogId id) { return dtype_name(value_at(log, id).dtype); })
      .def("tensor_of",
           [](FlowBuilder& log, LogId id) {
             const nb::object& t = value_at(log, id).tensor;
             return t.is_valid() ? t : nb::object(nb::none());
           })
      .def(
          "set_path", [](FlowBuilder& log, LogId id, const std::string& path) { value_at(log, id).path = interned(path); }, nb::arg("value"),
          nb::arg("path"),
          "How the program takes the value from what the call returned: \"\", \"[1]\", \"['loss']\". Otherwise it is named by its number.")
      .def(
          "set_tensor",
          [](FlowBuilder& log, LogId id, nb::object tensor) { value_at(log, id).tensor = tensor.is_none() ? nb::object() : std::move(tensor); },
          nb::arg("value"), nb::arg("tensor").none());
}

void bind_asking(nb::class_<FlowBuilder>& c) {
  c.def("define", define, nb::arg("type"), nb::arg("answers"), nb::arg("name") = "", nb::arg("like") = "", nb::arg("kind") = "compute",
        nb::arg("backward_pass") = false, nb::arg("zero") = "", nb::arg("nonfinite") = "",
        "What all calls of an op have in common. answers: for each input flow, role, name, why and remedy; empty words come from the op's record.")
      .def(
          "relevant", [](const FlowBuilder& log, const FlowQuestion& q) { return relevant_ops(log, q).ops; }, nb::arg("question"))
      .def(
          "draw", [](const FlowBuilder& log, const FlowQuestion& q) { return FlowDrawing(log, q); }, nb::arg("question"), nb::keep_alive<0, 1>());
}

void bind_question(nb::module_& m) {
  nb::class_<FlowQuestion>(m, "FlowQuestion", "Sources of which a tape has no gradient, or none that is of use.")
      .def(
          "__init__",
          [](FlowQuestion* q, const Tape& tape, std::vector<LogId> targets, const std::string& kind, std::uint32_t variables, std::uint32_t tensors) {
            new (q) FlowQuestion{tape, std::move(targets), {}, named<FlowGraph::Question>(kind, "question"), variables, tensors};
          },
          nb::arg("tape"), nb::arg("targets"), nb::arg("kind") = "absent", nb::arg("asked_variables") = 0, nb::arg("asked_tensors") = 0)
      .def(
          "add_source",
          [](FlowQuestion& q, LogId value, LogId variable, bool replaced) {
            q.sources.push_back({value, variable, replaced});
          },
          nb::arg("value"), nb::arg("variable") = kNowhere, nb::arg("replaced") = false);
  nb::class_<FlowDrawing>(m, "FlowDrawing", "The part of a log that a question is about.")
      .def_prop_ro("ops", &FlowDrawing::ops)
      .def("backward_steps", &FlowDrawing::backward_steps, "Ops that the tape recorded and that carry a gradient, the last one first.")
      .def("look_at_values", &FlowDrawing::look_at_values, nb::arg("elements_of"), "elements_of(value) gives an array or None.")
      .def("look_at_step", &FlowDrawing::look_at_step, nb::arg("op"), nb::arg("arrived"), nb::arg("passed"))
      .def("look_at_answer", &FlowDrawing::look_at_answer, nb::arg("source"), nb::arg("gradient"));
}

void bind_report(nb::module_& m) {
  nb::class_<LiveReport>(m, "LiveReport")
      .def(nb::init<std::string>(), nb::arg("engine"))
      .def_rw("asked", &LiveReport::asked)
      .def("judge", &LiveReport::judge, nb::arg("drawing"), "What there is to say about a drawing, which is used up. The report stays as it is.")
      .def("take", &LiveReport::take, nb::arg("explanation"), "Keeps what is not known yet.")
      .def("take", &LiveReport::take_as, nb::arg("explanation"), nb::arg("status"), nb::arg("evidence"),
           "The same of gradients of which the engine answered something else than none, and why.")
      .def(
          "explain", [](LiveReport& r, FlowDrawing& drawing) { r.take(r.judge(drawing)); }, nb::arg("drawing"), "Both.")
      .def(
          "add",
          [](LiveReport& r, const std::string& status, const std::string& cause, const std::string& why, const Where& where,
             const std::string& remedy, const std::string& source, const std::string& source_name, const std::string& op,
             const std::string& op_type) {
            r.add(finding_of({status, cause, op, op_type, source, source_name, why, remedy, where}));
          },
          nb::arg("status"), nb::arg("cause"), nb::arg("why"), nb::arg("where"), nb::arg("remedy") = "", nb::arg("source") = "",
          nb::arg("source_name") = "", nb::arg("op") = "", nb::arg("op_type") = "")
      .def("add_spread", &LiveReport::add_spread, nb::arg("where"), "Gradients that were fine were divided there by a norm that is not finite.")
      .def_prop_ro("findings", &LiveReport::findings)
      .def_prop_ro("explanation", &LiveReport::explanation, "All of it as one, without graphs where there are several.")
      .def("to_json", [](const LiveReport& r) { return r.render([](const auto& all) { return to_json(all); }); })
      .def(
          "to_sarif",
          [](const LiveReport& r, const std::string& root) { return r.render([&root](const auto& all) { return to_sarif(all, {.root = root}); }); },
          nb::arg("root") = "")
      .def(
          "to_html",
          [](const LiveReport& r, const std::string& title, const std::string& note) {
            return r.render([&](const auto& all) { return to_html(all, {.title = title, .note = note}); });
          },
          nb::arg("title"), nb::arg("note"))
      .def("__str__", [](const LiveReport& r) { return r.render([&r](const auto&) { return Explanation(r.findings()).to_string(); }); });
}

}  // namespace

void set_print(FlowBuilder& log, LogId id, nb::handle elements) {
  FlowBuilder::Op& op = op_at(log, id);
  const Elements e(elements);
  if (!e.there()) return;
  const internal::Fingerprint print = internal::fingerprint(e.view().data, e.bytes());
  op.print = print.hash;
  op.bytes = print.bytes;
}

void bind_flow_builder(nb::module_& m) {
  bind_places_and_tapes(m);
  bind_question(m);
  nb::class_<FlowBuilder> builder(m, "FlowBuilder", "The log of a program that runs on another engine.");
  bind_recording(builder);
  bind_ops(builder);
  bind_drawn_ops(builder);
  bind_values(builder);
  bind_asking(builder);
  bind_report(m);
  m.def(
      "load_flow",
      [](const std::string& path, const std::string& engine) {
        LiveReport report(engine);
        report.read([&path] { return load_flow(path); });
        return report;
      },
      nb::arg("path"), nb::arg("engine"), "The report that a file holds; graphs without findings are judged, in the words of the engine.");
  m.def(
      "flow_from_json",
      [](const nb::bytes& text, const std::string& name, const std::string& engine) {
        LiveReport report(engine);
        report.read([&] { return from_json(std::string(text.c_str(), text.size()), name); });
        return report;
      },
      nb::arg("text"), nb::arg("name"), nb::arg("engine"), "The same of a text.");
  m.def(
      "known_flows",
      [](const std::string& type_or_name) {
        nb::list flows;
        for (const GradientFlow flow : known_flows(type_or_name)) flows.append(internal::name_in_file(flow));
        return flows;
      },
      "What the record of this type or name says of each input; empty where there is none.");
  m.def("knows_op", &knows_op, "Whether there is a record of this type or name.");
  m.def("name_of_type", &name_of_type, "The function of an op type of TensorFlow's, as a program writes it.");
  m.def("type_texts", &type_texts, "Every sentence that is said of TensorFlow's op types alone.");
  m.def(
      "count_elements",
      [](nb::handle array) -> nb::object {
        const Elements e(array);
        if (!e.there()) return nb::none();
        const kernels::Census c = kernels::census(e.view());
        return nb::make_tuple(e.view().size(), c.zeros, c.nans, c.infs);
      },
      "How many elements there are, and how many are 0, NaN and infinite; None for what has no numbers.");
}

}  // namespace whygrad::python
