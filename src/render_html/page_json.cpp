// Assembles a page: the template page.html, its style and script, and one block of JSON with all its contents.
#include "render_html/page.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <string_view>

namespace whygrad::render_html {
namespace {

// ---- Views ----

double rounded(double x) { return std::round(x * 10) / 10; }

// An SVG path of Bezier curves; empty for a curve of no points.
std::string path_data(const std::vector<Point>& curve) {
  std::string text;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const Json x = rounded(curve[i].x), y = rounded(curve[i].y);
    text += (i == 0 ? "M" : i == 1 ? "C" : " ") + x.dump() + "," + y.dump();
  }
  return text;
}

}  // namespace

Json view_json(View view) {
  lay_out(view.drawing);
  Json nodes = Json::array(), edges = Json::array();
  for (std::size_t i = 0; i < view.nodes.size(); ++i) {
    const Node& node = view.nodes[i];
    const Box& box = view.drawing.boxes[i];
    nodes.push_back(
        {{"kind", name_of(node.kind)}, {"index", node.index}, {"name", node.name}, {"note", node.note}, {"status", name_of(node.status)}});
    if (node.outside) nodes.back()["outside"] = true;
    if (!node.lines.empty()) nodes.back()["lines"] = node.lines;
    if (node.kind == Node::Kind::kStep) nodes.back()["finding"] = node.finding;
    nodes.back()["box"] = {rounded(box.centre.x), rounded(box.centre.y), rounded(box.width), rounded(box.height)};
  }
  for (const Arrow& arrow : view.drawing.arrows) {
    edges.push_back({{"from", arrow.from}, {"to", arrow.to}, {"d", path_data(arrow.curve)}});
    if (arrow.spine) edges.back()["spine"] = true;
  }
  return {{"title", view.title},       {"parent", view.parent},    {"width", rounded(view.drawing.width)}, {"height", rounded(view.drawing.height)},
          {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

namespace {

// ---- Source lines ----

constexpr std::uint32_t kAround = 4;  // lines before and behind a place

// The required lines, by file.
using Lines = std::map<std::string, std::set<std::uint32_t>>;

void want(Lines& lines, const Json& place) {
  const auto line = place["line"].get<std::uint32_t>();
  if (line == 0) return;
  std::set<std::uint32_t>& wanted = lines[place["file"].get<std::string>()];
  for (std::uint32_t l = line > kAround ? line - kAround : 1; l <= line + kAround; ++l) wanted.insert(l);
}

Lines wanted_lines(const Json& flow) {
  Lines lines;
  for (const Json& explanation : flow["explanations"]) {
    for (const Json& finding : explanation["findings"]) {
      if (finding.contains("place")) want(lines, finding["place"]);
      for (const Json& step : finding["path"]) {
        if (step.contains("place")) want(lines, step["place"]);
      }
    }
    if (!explanation.contains("graph")) continue;
    for (const Json& place : explanation["graph"]["places"]) want(lines, place);
  }
  return lines;
}

// {file: {line: text}}, of what can be read.
Json source_json(const Lines& lines) {
  Json result = Json::object();
  for (const auto& [path, wanted] : lines) {
    std::ifstream file(path);
    std::string text;
    if (!file) {  // a notebook's cell is no file
      for (const std::uint32_t line : wanted) {
        text = foreign_source_line(path, line);
        if (!text.empty()) result[path][std::to_string(line)] = text.substr(0, text.find_last_not_of("\r\n") + 1);
      }
    }
    for (std::uint32_t line = 1; line <= *wanted.rbegin() && std::getline(file, text); ++line) {
      if (wanted.count(line) != 0) result[path][std::to_string(line)] = text;
    }
  }
  return result;
}

// ---- The page ----

void replace(std::string& text, std::string_view mark, std::string_view by) {
  const std::size_t at = text.find(mark);
  text.replace(at, mark.size(), by);
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      default: result += c;
    }
  }
  return result;
}

// A script element must not contain anything that looks like its end.
std::string script_json(const Json& json) {
  std::string result;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace)) result += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return result;
}

}  // namespace

std::string page_of(Json data) {
  data["source"] = source_json(wanted_lines(data["flow"]));
  std::string page = kPageHtml;
  replace(page, "{{title}}", escaped(data["title"].get<std::string>()));
  replace(page, "{{style}}", kPageCss);
  replace(page, "{{script}}", kPageJs);
  replace(page, "{{data}}", script_json(data));
  return page;
}

}  // namespace whygrad::render_html
