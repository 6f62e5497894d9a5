// Explanations as plain text.
#include "explain/source_line.hpp"
#include "explain/words.hpp"

#include <whygrad/explain/explanation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace whygrad {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kLabel = 8;      // "why     "
constexpr std::size_t kTailNames = 3;  // at either end
constexpr std::size_t kNameColumns = 30;

// `text` behind a label, broken between words.
void append_wrapped(std::string& out, std::string_view label, std::string_view text) {
  std::string line = fmt::format("{:{}}", label, kLabel);
  bool first = true;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (!first && line.size() + 1 + word.size() > kColumns) {
      out += line + "\n";
      line = std::string(kLabel, ' ');
      first = true;
    }
    if (!first) line += ' ';
    line += word;
    first = false;
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  }
  out += line + "\n";
}

const char* heading(Finding::Status status) {
  switch (status) {
    case Finding::Status::kAbsent: return "no gradient";
    case Finding::Status::kZero: return "zero gradient";
    case Finding::Status::kNan: return "NaN gradient";
    case Finding::Status::kInf: return "infinite gradient";
    case Finding::Status::kPartial: return "only part of the gradient";
  }
  return "";
}

void append_heading(std::string& out, const Finding& f) {
  std::string line = heading(f.status);
  if (!f.target.empty()) line += fmt::format(" of `{}`", f.target);
  if (f.target_place.known()) line += fmt::format(" ({})", internal::short_place(f.target_place));
  line += fmt::format(" with respect to {} {}", f.source, f.source_signature);
  const std::string code = fmt::format("[{}]", f.code());
  const std::size_t used = line.size() + code.size();
  out += line + std::string(used < kColumns ? kColumns - used : 1, ' ') + code + "\n";
}

std::string_view status_text(const Step& step) {
  if (!step.note.empty() && step.status != Step::Status::kStops) return step.note;
  switch (step.status) {
    case Step::Status::kSource: return "source";
    case Step::Status::kFlows: return "gradient flows";
    case Step::Status::kStops: return "STOPS THE GRADIENT";
    case Step::Status::kStopsAsWell: return "would stop it as well";
    case Step::Status::kZeroes: return "MAKES THE GRADIENT ZERO";
    case Step::Status::kSpoils: return "MAKES THE FIRST NaN OR INF";
  }
  return "";
}

bool stops(const Step& step) { return step.status != Step::Status::kSource && step.status != Step::Status::kFlows; }

// The ops behind the last stop, on one line: the gradient would come that far.
void append_rest(std::string& out, const std::vector<Step>& path, std::size_t from) {
  if (from == path.size()) return;
  std::size_t left_out = 0;
  std::string first, last;
  for (std::size_t i = from; i < path.size(); ++i) {
    left_out += path[i].left_out;
    if (i - from < kTailNames) {
      first += (first.empty() ? "" : ", ") + path[i].name;
    } else if (path.size() - i <= kTailNames) {
      last += ", " + path[i].name;
    } else {
      ++left_out;
    }
  }
  if (left_out != 0) first += fmt::format(", ... {} more", left_out);
  out += fmt::format("  {}{} -> the target\n", first, last);
}

// A long name by its end, which tells variables of one model apart.
std::string short_name(const std::string& name) { return name.size() <= kNameColumns ? name : "..." + name.substr(name.size() - kNameColumns + 3); }

void append_path(std::string& out, const std::vector<Step>& path) {
  std::size_t listed = 1;  // the source, and all up to the last stop
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (stops(path[i])) listed = i + 1;
  }
  std::size_t name = 9, signature = 8, status = 21;
  for (std::size_t i = 0; i < listed; ++i) {
    name = std::max(name, short_name(path[i].name).size());
    signature = std::max(signature, path[i].signature.size());
    status = std::max(status, status_text(path[i]).size());
  }
  out += "\n";
  for (std::size_t i = 0; i < listed; ++i) {
    if (path[i].left_out != 0) out += fmt::format("  ... {} more op{}\n", path[i].left_out, path[i].left_out == 1 ? "" : "s");
    const std::string place = internal::short_place(path[i].place);
    std::string line =
        fmt::format("  {:{}}  {:{}}   {:{}}   {}", short_name(path[i].name), name, path[i].signature, signature, status_text(path[i]), status, place);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  append_rest(out, path, listed);
}

std::string text_of(const Finding& f) {
  std::string out;
  append_heading(out, f);
  if (!f.path.empty()) append_path(out, f.path);
  if (const std::string excerpt = internal::source_excerpt(f.place, f.op, kColumns); !excerpt.empty()) out += "\n" + excerpt;
  out += "\n";
  append_wrapped(out, "why", f.why);
  for (const std::string& evidence : f.evidence) append_wrapped(out, "seen", evidence);
  append_wrapped(out, "fix", f.remedy);
  if (f.confidence == Confidence::kLikely) append_wrapped(out, "sure", "likely, not proven");
  if (f.confidence == Confidence::kUnknown) append_wrapped(out, "sure", "not known: records are missing");
  return out;
}

}  // namespace

std::string Explanation::to_string() const {
  std::string text;
  for (const Finding& f : findings_) text += (text.empty() ? "" : "\n") + text_of(f);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Explanation& explanation) { return out << explanation.to_string(); }

}  // namespace whygrad
