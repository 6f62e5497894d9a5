// The page of explanations.
#include <whygrad/render_html/html.hpp>

#include "render_html/page.hpp"
#include "render_html/views.hpp"

#include <map>
#include <string>

namespace whygrad {
namespace {

using namespace render_html;

// Findings with a common cause are one picture: their numbers, in the order of the first of each.
std::vector<std::vector<std::size_t>> findings_by_cause(const std::vector<Finding>& findings) {
  std::map<std::string, std::size_t> known;
  std::vector<std::vector<std::size_t>> result;
  for (std::size_t f = 0; f < findings.size(); ++f) {
    const auto [at, added] = known.try_emplace(findings[f].group(), result.size());
    if (added) result.emplace_back();
    result[at->second].push_back(f);
  }
  return result;
}

Json pictures_json(const Explanation& explanation) {
  const FlowGraph* graph = explanation.graph().get();
  const std::vector<OpStatus> of_ops = graph != nullptr ? flow_status(*graph, explanation.findings()) : std::vector<OpStatus>();
  Json paths = Json::array(), groups = Json::array(), status = Json::array(), group_of_op = Json::array();
  for (const std::vector<std::size_t>& members : findings_by_cause(explanation.findings())) {
    paths.push_back(view_json(path_view(explanation, of_ops, members)));
    paths.back()["findings"] = members;
  }
  if (!of_ops.empty()) {
    const ScopeTree tree(*graph);
    for (View& view : graph_views(*graph, tree, of_ops)) groups.push_back(view_json(std::move(view)));
    for (FlowGraph::Index op = 0; op < graph->ops.size(); ++op) {
      status.push_back(name_of(of_ops[op]));
      group_of_op.push_back(tree.group_of_op(op));
    }
  }
  return {{"paths", std::move(paths)}, {"groups", std::move(groups)}, {"status", std::move(status)}, {"group_of_op", std::move(group_of_op)}};
}

}  // namespace

std::string to_html(const Explanations& explanations, const HtmlOptions& options) {
  Json data = {{"title", options.title}, {"note", options.note}, {"flow", Json::parse(to_json(explanations))}, {"pictures", Json::array()}};
  for (const Explanation& explanation : explanations) data["pictures"].push_back(pictures_json(explanation));
  data["reasons"] = Json::object();
  for (const Reason& r : reasons()) data["reasons"][r.code] = {{"title", r.title}, {"page", r.page}};
  return page_of(std::move(data));
}

}  // namespace whygrad
