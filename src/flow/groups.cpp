// Combines findings that have the same cause.
#include "flow/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace whygrad::internal {
namespace {

// Of a source that has a name, the word for what it is: "variable"; "" of others.
std::string_view noun_of(const Finding& f) {
  const std::string_view source = f.source;
  return f.source_name.empty() ? std::string_view() : source.substr(0, source.find(" `"));
}

// Without that word: "`w`".
std::string_view name_of(const Finding& f) {
  std::string_view name = f.source;
  if (const std::size_t noun = noun_of(f).size(); noun != 0 && noun < name.size()) name.remove_prefix(noun + 1);
  return name;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); !from.empty() && at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

bool same_step(const Step& a, const Step& b) {
  return a.status == b.status && a.name == b.name && a.scope == b.scope && a.signature == b.signature && a.note == b.note &&
         a.place.line == b.place.line && a.place.file == b.place.file;
}

bool stops(const Step& step) {
  return step.status == Step::Status::kStops || step.status == Step::Status::kZero || step.status == Step::Status::kNonFinite;
}

std::string kind_of(const Group& group) {
  const std::string_view noun = noun_of(*group[0]);
  const bool alike = std::all_of(group.begin(), group.end(), [noun](const Finding* f) { return noun_of(*f) == noun; });
  if (!alike) return "sources";
  return noun.empty() ? "tensors" : fmt::format("{}s", noun);
}

// A text, and the sources that it applies to.
struct Said {
  std::string text;  // with a placeholder for the source's name
  std::vector<const Finding*> of;
};

std::string text_of(const Said& said) {
  constexpr std::size_t kNamed = 8;
  const std::string mark(1, '\1');
  std::string text = replaced(said.text, mark, name_of(*said.of[0]));
  if (said.of.size() == 1 || said.text.find(mark) == said.text.npos) return text;
  text += "; the same holds for ";
  for (std::size_t i = 1; i < std::min(said.of.size(), kNamed); ++i) text += fmt::format("{}{}", i == 1 ? "" : ", ", name_of(*said.of[i]));
  if (said.of.size() > kNamed) text += fmt::format(" and {} more", said.of.size() - kNamed);
  return text;
}

}  // namespace

std::vector<Group> groups_of(const Explanations& explanations) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> known;
  for (const Explanation& explanation : explanations) {
    for (const Finding& f : explanation.findings()) {
      const auto [at, added] = known.try_emplace(f.group(), groups.size());
      if (added) groups.emplace_back();
      groups[at->second].push_back(&f);
    }
  }
  return groups;
}

std::string count_text(const Group& group) {
  const std::size_t asked = group[0]->asked;
  const bool one_question = std::all_of(group.begin(), group.end(), [asked](const Finding* f) { return f->asked == asked; });
  if (one_question && asked >= group.size()) return fmt::format("{} of {} {}", group.size(), asked, kind_of(group));
  return fmt::format("{} {}", group.size(), kind_of(group));
}

std::string sources_text(const Group& group, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(group.size(), most); ++i) {
    text +=
        fmt::format("{}{}{}{}", i == 0 ? "" : ", ", name_of(*group[i]), group[i]->source_signature.empty() ? "" : " ", group[i]->source_signature);
  }
  return group.size() > most ? fmt::format("{}, and {} more", text, group.size() - most) : text;
}

std::vector<std::string> merged_texts(const Group& group, std::vector<std::string> (*texts_of)(const Finding&)) {
  std::vector<Said> all;
  for (const Finding* f : group) {
    for (const std::string& text : texts_of(*f)) {
      std::string general = replaced(text, name_of(*f), "\1");
      auto said = std::find_if(all.begin(), all.end(), [&general](const Said& s) { return s.text == general; });
      if (said == all.end()) said = all.insert(all.end(), {std::move(general), {}});
      if (said->of.empty() || said->of.back() != f) said->of.push_back(f);
    }
  }
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const Said& said : all) texts.push_back(text_of(said));
  return texts;
}

std::vector<Step> common_path(const Group& group) {
  const std::vector<Step>& first = group[0]->path;
  std::size_t common = first.size(), longest = first.size();
  for (const Finding* f : group) {
    const auto [mine, other] = std::mismatch(first.rbegin(), first.rend(), f->path.rbegin(), f->path.rend(), same_step);
    common = std::min(common, static_cast<std::size_t>(mine - first.rbegin()));
    longest = std::max(longest, f->path.size());
  }
  const auto from = first.end() - static_cast<std::ptrdiff_t>(common);
  if (std::none_of(from, first.end(), stops)) return {};
  std::vector<Step> path{{.status = Step::Status::kSource,
                          .name = fmt::format("{} {}", group.size(), kind_of(group)),
                          .note = longest == common + 1 ? "all in the same way" : "by ways that meet here"}};
  path.insert(path.end(), from, first.end());
  if (longest != common + 1) path[1].left_out = 0;
  return path;
}

}  // namespace whygrad::internal
