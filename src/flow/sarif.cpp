// Findings as a SARIF 2.1.0 log. The section numbers are those of the OASIS standard.
#include "flow/json_names.hpp"
#include "flow/words.hpp"

#include <whygrad/base/foreign_place.hpp>
#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/render.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <string_view>

namespace whygrad {
namespace {

using Json = nlohmann::ordered_json;

// 3.4: a URI reference. What is below the root is relative to it.
std::string uri_of(std::string_view path, std::string root) {
  if (!root.empty() && !root.ends_with('/')) root += '/';
  std::string uri;
  if (!root.empty() && path.starts_with(root)) {
    path.remove_prefix(root.size());
  } else if (path.starts_with('/')) {
    uri = "file://";
  }
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", byte);
    }
  }
  return uri;
}

class SarifLog {
 public:
  explicit SarifLog(const SarifOptions& options) : options_(options) {}

  void add(const Finding& f) {
    std::string text = fmt::format("{}: {}", title_of(f), f.why);
    for (const std::string& evidence : f.evidence) text += "\nseen: " + evidence;
    text += "\nfix: " + f.remedy;
    for (const std::string& further : internal::further_remedies(f)) text += "\nthen: " + further;
    Json result = {{"ruleId", f.code()}, {"ruleIndex", rule_of(reason(f.cause))}, {"level", level_of(f)}, {"message", {{"text", text}}}};
    result["locations"] = Json::array();
    if (f.place.known()) result["locations"].push_back(location(f.place, f.op));
    result["relatedLocations"] = related(f);
    if (!f.place.callers.empty() || !f.place.inside.empty()) result["stacks"] = Json::array({stack(f.place)});
    if (Json flow = code_flow(f); !flow.empty()) result["codeFlows"] = Json::array({std::move(flow)});
    result["properties"] = {{"source", f.source}, {"target", f.target}, {"confidence", internal::name_in_file(f.confidence)}, {"group", f.group()}};
    results_.push_back(std::move(result));
  }

  std::string text() const {
    const Json driver = {{"name", "whygrad"}, {"rules", rules_}};
    const Json run = {{"tool", {{"driver", driver}}}, {"columnKind", "unicodeCodePoints"}, {"results", results_}};
    const Json log = {{"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", Json::array({run})}};
    return log.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  static std::string title_of(const Finding& f) {
    const std::string target = f.target.empty() ? "the target" : fmt::format("`{}`", f.target);
    return fmt::format("{} of {} with respect to {}", internal::status_text(f.status), target, f.source);
  }

  // 3.27.10: only proven findings are errors.
  static const char* level_of(const Finding& f) {
    if (f.status == Finding::Status::kPartial || f.confidence == Confidence::kUnknown) return "note";
    return f.confidence == Confidence::kProven ? "error" : "warning";
  }

  // 3.27.6: the index of a rule, which is listed when it is first broken.
  std::size_t rule_of(const Reason& rule) {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i]["id"] == rule.code) return i;
    }
    rules_.push_back({{"id", rule.code},
                      {"name", rule.name},
                      {"shortDescription", {{"text", rule.title}}},
                      {"help", {{"text", fmt::format("{}. More: {}", spelled(rule.remedy), rule.page)}}}});
    return rules_.size() - 1;
  }

  // 3.28
  Json location(const Place& place, const std::string& message) const {
    Json region = {{"startLine", place.line == 0 ? 1 : place.line}};
    if (place.column != 0) region["startColumn"] = place.column;
    Json result = {{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(place.file, options_.root)}}}, {"region", region}}}};
    if (!place.function.empty()) result["logicalLocations"] = Json::array({{{"name", place.function}, {"kind", "function"}}});
    if (!message.empty()) result["message"] = {{"text", message}};
    return result;
  }

  Json related(const Finding& f) const {
    Json locations = Json::array();
    if (f.target_place.known()) locations.push_back(location(f.target_place, "the target"));
    for (const OtherBreak& other : f.others) {
      if (other.place.known())
        locations.push_back(location(other.place, fmt::format("{} {}", other.op, internal::remains_text(f.status, other.cause))));
    }
    return locations;
  }

  // 3.44: innermost first.
  Json stack(const Place& place) const {
    Json frames = Json::array();
    for (const Place& inside : place.inside) frames.push_back({{"location", location(inside, "")}});
    frames.push_back({{"location", location(place, "")}});
    for (const Place& caller : place.callers) frames.push_back({{"location", location(caller, "")}});
    return {{"message", {{"text", "how the program came here"}}}, {"frames", std::move(frames)}};
  }

  // 3.36: the path from the source to the target; empty if no step has a place.
  Json code_flow(const Finding& f) const {
    Json steps = Json::array();
    for (const Step& step : f.path) {
      if (!step.place.known()) continue;
      const bool flows = step.status == Step::Status::kFlows || step.status == Step::Status::kSource;
      steps.push_back({{"location", location(step.place, fmt::format("{} {}", step.name, step.signature))},
                       {"executionOrder", steps.size() + 1},
                       {"importance", flows ? "important" : "essential"}});
    }
    if (steps.empty()) return {};
    return {{"threadFlows", Json::array({{{"locations", std::move(steps)}}})}};
  }

  const SarifOptions& options_;
  Json rules_ = Json::array(), results_ = Json::array();
};

}  // namespace

std::string to_sarif(const Explanations& explanations, const SarifOptions& options) {
  SarifLog log(options);
  for (const Explanation& explanation : explanations) {
    for (const Finding& finding : explanation.findings()) log.add(finding);
  }
  return log.text();
}

}  // namespace whygrad
