// Checked reading of JSON documents.
#include "flow/json_field.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <fstream>

namespace whygrad::internal {

void Field::fail(const std::string& what) const {
  throw IoError(kind_.load, fmt::format("{}: {}{}", file_, path(), what),
                fmt::format("the file is damaged, or no {} file; save it again with {}", kind_.extension, kind_.save));
}

Field Field::operator[](const char* key) const {
  if (!has(key)) fail(fmt::format("has no \"{}\"", key));
  return {*this, key, 0, json_[key]};
}

std::size_t Field::size() const {
  if (!json_.is_array()) fail("is no list");
  return json_.size();
}

std::string Field::text() const {
  if (!json_.is_string()) fail("is no text");
  return json_.get<std::string>();
}

bool Field::boolean() const {
  if (!json_.is_boolean()) fail("is neither true nor false");
  return json_.get<bool>();
}

double Field::number() const {
  if (json_.is_number()) return json_.get<double>();
  const std::string name = text();
  if (name != "nan" && name != "inf" && name != "-inf") fail("is no number");
  const double inf = std::numeric_limits<double>::infinity();
  return name == "nan" ? std::numeric_limits<double>::quiet_NaN() : name == "inf" ? inf : -inf;
}

std::int64_t Field::integer() const {
  if (!json_.is_number_integer()) fail("is no integer");
  return json_.get<std::int64_t>();
}

std::uint64_t Field::count(std::uint64_t most) const {
  if (!json_.is_number_unsigned()) fail("is no count");
  const auto value = json_.get<std::uint64_t>();
  if (value > most) fail(fmt::format("is {}, above {}", value, most));
  return value;
}

Field::Index Field::index(std::size_t limit) const {
  const std::uint64_t value = count();
  if (value >= limit) fail(fmt::format("is {}, and there are {}", value, limit));
  return static_cast<Index>(value);
}

Cause Field::cause() const {
  const std::string word = text();
  const Reason* known = find_reason(word);
  if (known == nullptr) fail(fmt::format("is \"{}\", which is no known cause", word));
  return known->cause;
}

FlowDType Field::dtype() const {
  const std::string word = text();
  for (int i = 0; i < kFlowDTypeCount; ++i) {
    if (word == name_of(static_cast<FlowDType>(i))) return static_cast<FlowDType>(i);
  }
  fail(fmt::format("is \"{}\", which is no dtype", word));
}

Place Field::line() const {
  Place place;
  place.file = (*this)["file"].text();
  place.function = text_or_none("function");
  place.line = static_cast<std::uint32_t>((*this)["line"].count(kMostU32));
  if (has("column")) place.column = static_cast<std::uint32_t>((*this)["column"].count(kMostU32));
  return place;
}

Place Field::place() const {
  Place place = line();
  if (has("callers")) (*this)["callers"].each([&place](const Field& caller) { place.callers.push_back(caller.line()); });
  if (has("inside")) (*this)["inside"].each([&place](const Field& at) { place.inside.push_back(at.line()); });
  return place;
}

// "explanations[0].graph.ops[3].inputs[1] "
std::string Field::path() const {
  std::string text;
  for (const Field* f = this; f->around_ != nullptr; f = f->around_) {
    text.insert(0, f->key_ != nullptr ? fmt::format(".{}", f->key_) : fmt::format("[{}]", f->number_));
  }
  return text.empty() ? "the file " : text.substr(1) + " ";
}

namespace {

nlohmann::json parse(const FileKind& kind, const std::string& text, const std::string& name) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {  // reports the position; does not treat numbers that are too large as errors
    throw IoError(kind.load, fmt::format("{}: no JSON: {}", name, error.what()), "the file is cut short or damaged; save it again");
  }
}

}  // namespace

JsonDocument::JsonDocument(const FileKind& kind, const std::string& text, const std::string& name)
    : name_(name), json_(parse(kind, text, name)), root_(kind, name_, json_) {
  if (!root_.has("format") || root_["format"].text() != kind.format) root_.fail(fmt::format("is not of format \"{}\"", kind.format));
  const std::uint64_t version = root_["version"].count();
  if (version > static_cast<std::uint64_t>(kind.version)) {
    root_.fail(fmt::format("is of version {}; this program reads up to {}", version, kind.version));
  }
}

std::string text_of_file(const FileKind& kind, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(kind.load, path + " cannot be opened", fmt::format("check the path; {} writes such files", kind.save));
  std::string text;
  for (char block[4096]; file.read(block, sizeof(block)), file.gcount() != 0;) text.append(block, static_cast<std::size_t>(file.gcount()));
  if (file.bad()) throw IoError(kind.load, path + " cannot be read", "it may be a folder, or the disk is damaged");
  return text;
}

}  // namespace whygrad::internal
