// Renders explanations as plain text.
#include "flow/groups.hpp"
#include "flow/source_line.hpp"
#include "flow/words.hpp"

#include <whygrad/flow/render.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace whygrad {
namespace {

constexpr std::size_t kLabel = 8;                            // "why     "
constexpr std::size_t kTailNames = 3;                        // at either end
constexpr std::size_t kNameColumns = 30, kStepColumns = 44;  // of a name; of a step of a composed function, which has two

// ANSI codes: bold, dim, and colours for faults and sound steps.
constexpr const char* kBold = "1";
constexpr const char* kDim = "2";
constexpr const char* kWrong = "1;31";
constexpr const char* kDoubtful = "33";
constexpr const char* kWell = "32";

std::string_view status_text(const Step& step) {
  if (!step.note.empty() && step.status != Step::Status::kStops) return step.note;
  switch (step.status) {
    case Step::Status::kSource: return "source";
    case Step::Status::kFlows: return "gradient flows";
    case Step::Status::kStops: return "STOPS THE GRADIENT";
    case Step::Status::kStopsAsWell: return "would stop it as well";
    case Step::Status::kZero: return "MAKES THE GRADIENT ZERO";
    case Step::Status::kNonFinite: return "MAKES THE FIRST NaN OR INF";
  }
  return "";
}

const char* colour_of(const Step& step) {
  switch (step.status) {
    case Step::Status::kSource: return kBold;
    case Step::Status::kFlows: return step.note.empty() ? kWell : kDoubtful;
    case Step::Status::kStops:
    case Step::Status::kZero:
    case Step::Status::kNonFinite: return kWrong;
    case Step::Status::kStopsAsWell: return kDoubtful;
  }
  return kBold;
}

bool stops(const Step& step) { return step.status != Step::Status::kSource && step.status != Step::Status::kFlows; }

// With its name scope; of a long name both ends, the model and the part of it.
std::string name_text(const Step& step) {
  std::string name = (step.beside ? "+ " : "") + (step.scope.empty() ? step.name : step.scope + "/" + step.name);
  const std::size_t most = step.status != Step::Status::kSource && step.scope.empty() ? kStepColumns : kNameColumns;
  if (name.size() <= most) return name;
  const std::size_t head = (most - 3) / 2, tail = most - 3 - head;
  return name.substr(0, head) + "..." + name.substr(name.size() - tail);
}

std::vector<std::string> why_of(const Finding& f) { return {f.why}; }
std::vector<std::string> seen_of(const Finding& f) { return f.evidence; }
std::vector<std::string> remedy_of(const Finding& f) { return {f.remedy}; }
constexpr std::size_t kThens = 6;  // further remedies that are listed

// "line 12", or "model.py:12" in another file.
std::string caller_text(const Place& place) {
  const Place& caller = place.callers[0];
  return caller.file == place.file ? fmt::format("line {}", caller.line) : internal::short_place(caller);
}

class Page {
 public:
  explicit Page(const TextOptions& options) : options_(options) {}

  void append(const internal::Group& group) {
    if (!text_.empty()) text_ += "\n";
    const Finding& f = *group[0];
    append_heading(group);
    append_paths(group);
    append_code(f);
    text_ += "\n";
    for (const std::string& why : internal::merged_texts(group, why_of)) append_wrapped("why", why);
    for (const std::string& evidence : internal::merged_texts(group, seen_of)) append_wrapped("seen", evidence);
    for (const std::string& remedy : internal::merged_texts(group, remedy_of)) append_wrapped("fix", remedy);
    append_further(group);
    if (f.confidence == Confidence::kLikely) append_wrapped("sure", "likely, not proven");
    if (f.confidence == Confidence::kUnknown) append_wrapped("sure", "not known: records are missing");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string painted(const char* code, std::string_view text) const {
    return options_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

  // `text` after a label, broken between words.
  void append_wrapped(std::string_view label, std::string_view text) {
    text_ += painted(kBold, label) + std::string(kLabel - label.size(), ' ');
    std::size_t column = kLabel;
    while (!text.empty()) {
      const std::size_t space = text.find(' ');
      const std::string_view word = text.substr(0, space);
      if (column > kLabel && column + 1 + word.size() > options_.columns) {
        text_ += "\n" + std::string(kLabel, ' ');
        column = kLabel;
      }
      if (column > kLabel) {
        text_ += ' ';
        ++column;
      }
      text_ += word;
      column += word.size();
      text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    }
    text_ += "\n";
  }

  void append_heading(const internal::Group& group) {
    constexpr std::size_t kSources = 24;
    const Finding& f = *group[0];
    const std::string_view what = internal::status_text(f.status);
    std::string rest;
    if (!f.target.empty()) rest += fmt::format(" of `{}`", f.target);
    if (f.target_place.known()) rest += fmt::format(" ({})", internal::short_place(f.target_place));
    if (group.size() == 1) {
      rest += fmt::format(" with respect to {}{}{}", f.source, f.source_signature.empty() ? "" : " ", f.source_signature);
    } else {
      rest += fmt::format(" for {}", internal::count_text(group));
      if (f.place.known()) rest += fmt::format(", all at {}", internal::line_text(f.place, f.target_place));
    }
    std::string code = fmt::format("[{}]", f.code());
    if (std::find(f.also.begin(), f.also.end(), Cause::kOptimizerNone) != f.also.end())
      code += fmt::format(" [{}]", reason(Cause::kOptimizerNone).code);
    const std::size_t used = what.size() + rest.size() + code.size();
    text_ += painted(f.status == Finding::Status::kPartial ? kDoubtful : kWrong, what) + rest;
    text_ += std::string(used < options_.columns ? options_.columns - used : 1, ' ') + painted(kDim, code) + "\n";
    if (group.size() > 1) append_wrapped("", internal::sources_text(group, kSources));
  }

  void append_paths(const internal::Group& group) {
    const std::vector<Step>& first = group[0]->path;
    if (first.empty()) return;
    if (group.size() == 1) return append_path(first);
    if (const std::vector<Step> common = internal::common_path(group); !common.empty()) return append_path(common);
    append_path(first);
    text_ += painted(kDim, fmt::format("  this is the way of {}", group[0]->source)) + "\n";
  }

  // The faulty line, the lines that called it, and those of packages between it and the op.
  void append_code(const Finding& f) {
    constexpr std::size_t kCallers = 3;
    const std::string excerpt = internal::source_excerpt(f.place, f.called.empty() ? f.op : f.called, options_.columns);
    if (!excerpt.empty()) text_ += "\n" + excerpt;
    const Place* before = &f.place;
    for (std::size_t i = 0; i < std::min(f.place.callers.size(), kCallers); ++i) {
      const Place& caller = f.place.callers[i];
      Place line = caller;
      line.column = 0;
      const std::string code = internal::source_excerpt(line, "", options_.columns);
      text_ += code.empty() || caller.file != before->file ? fmt::format("  called from {}\n", internal::short_place(caller)) : "  called from\n";
      text_ += code;
      before = &caller;
    }
    std::string inside;
    for (const Place& line : f.place.inside) inside += fmt::format("{}{}", inside.empty() ? "" : ", ", internal::short_place(line));
    if (!inside.empty()) text_ += fmt::format("  inside of {}\n", inside);
  }

  void append_path(const std::vector<Step>& path) {
    std::size_t listed = 1;  // the source, and all steps up to the last stop
    for (std::size_t i = 1; i < path.size(); ++i) {
      if (stops(path[i])) listed = i + 1;
    }
    std::size_t name = 9, signature = 8, status = 21;
    for (std::size_t i = 0; i < listed; ++i) {
      name = std::max(name, name_text(path[i]).size());
      signature = std::max(signature, path[i].signature.size());
      status = std::max(status, status_text(path[i]).size());
    }
    text_ += "\n";
    for (std::size_t i = 0; i < listed; ++i) {
      const Step& step = path[i];
      if (step.left_out != 0) text_ += fmt::format("  ... {} more op{}\n", step.left_out, step.left_out == 1 ? "" : "s");
      std::string line =
          fmt::format("  {:{}}  {:{}}   ", name_text(step), name, step.signature, signature) + painted(colour_of(step), status_text(step));
      if (const std::string place = internal::short_place(step.place); !place.empty()) {
        line += std::string(status - status_text(step).size() + 3, ' ') + place;
        if (!step.place.callers.empty()) line += fmt::format(" from {}", caller_text(step.place));
      }
      text_ += line + "\n";
    }
    append_rest(path, listed);
  }

  // What else on the path has to be mended.
  void append_further(const internal::Group& group) {
    const std::vector<std::string> further = internal::merged_texts(group, internal::further_remedies);
    for (std::size_t i = 0; i < std::min(further.size(), kThens); ++i) append_wrapped("then", further[i]);
    if (further.size() > kThens) append_wrapped("then", fmt::format("mend {} more in the same way", further.size() - kThens));
  }

  // The ops after the last stop, on one line: the gradient comes that far.
  void append_rest(const std::vector<Step>& path, std::size_t from) {
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
    text_ += painted(kDim, fmt::format("  {}{} -> the target", first, last)) + "\n";
  }

  const TextOptions& options_;
  std::string text_;
};

}  // namespace

std::string to_text(const Explanations& explanations, const TextOptions& options) {
  Page page(options);
  for (const internal::Group& group : internal::groups_of(explanations)) page.append(group);
  return page.take();
}

std::string Explanation::to_string() const { return to_text(*this); }

std::ostream& operator<<(std::ostream& out, const Explanation& explanation) { return out << explanation.to_string(); }

}  // namespace whygrad
