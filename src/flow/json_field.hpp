// Reading documents that may contain anything: every field is checked before its use, and an error names it by its path in the document.
#pragma once

#include "flow/json_names.hpp"

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_dtype.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace whygrad::internal {

// A kind of document, for its check and for errors.
struct FileKind {
  const char *load, *save;  // the functions that read and write it
  const char* extension;
  const char* format;
  int version;  // the newest that is read
};

inline constexpr std::uint64_t kMostU32 = std::numeric_limits<std::uint32_t>::max();

// One field of the document. Refers to the enclosing fields and must not outlive them.
class Field {
 public:
  using Json = nlohmann::json;
  using Index = FlowGraph::Index;
  Field(const FileKind& kind, const std::string& file, const Json& json) : kind_(kind), file_(file), json_(json) {}

  [[noreturn]] void fail(const std::string& what) const;

  bool has(const char* key) const { return json_.is_object() && json_.contains(key); }
  Field operator[](const char* key) const;
  std::size_t size() const;
  Field operator[](std::size_t i) const { return {*this, nullptr, i, json_[i]}; }
  // Calls read(element) for each element of a list.
  template <class Read>
  void each(const Read& read) const {
    for (std::size_t i = 0; i < size(); ++i) read((*this)[i]);
  }

  bool is_null() const { return json_.is_null(); }
  std::string text() const;
  bool boolean() const;
  double number() const;
  std::int64_t integer() const;
  std::uint64_t count(std::uint64_t most = ~std::uint64_t{0}) const;
  // An index below `limit`.
  Index index(std::size_t limit) const;
  template <class E>
  E name() const {
    const std::string word = text();
    constexpr auto kNames = names_of(E{});
    std::string all;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (word == kNames[i]) return static_cast<E>(i);
      all += (i == 0 ? "" : ", ") + std::string(kNames[i]);
    }
    fail("is \"" + word + "\", which is none of " + all);
  }
  Cause cause() const;
  FlowDType dtype() const;
  // A place without callers.
  Place line() const;
  Place place() const;

  // Optional fields.
  std::string text_or_none(const char* key) const { return has(key) ? (*this)[key].text() : std::string(); }
  Index index_or_none(const char* key, std::size_t limit) const { return has(key) ? (*this)[key].index(limit) : FlowGraph::kNone; }
  bool is_true(const char* key) const { return has(key) && (*this)[key].boolean(); }
  Place place_or_none(const char* key) const { return has(key) ? (*this)[key].place() : Place(); }

 private:
  Field(const Field& around, const char* key, std::size_t number, const Json& json)
      : kind_(around.kind_), file_(around.file_), json_(json), around_(&around), key_(key), number_(number) {}
  std::string path() const;

  const FileKind& kind_;
  const std::string& file_;
  const Json& json_;
  const Field* around_ = nullptr;
  const char* key_ = nullptr;
  std::size_t number_ = 0;
};

// A document that was parsed, of the format and a version that the kind names. Throws IoError if it is not.
class JsonDocument {
 public:
  JsonDocument(const FileKind& kind, const std::string& text, const std::string& name);
  const Field& root() const { return root_; }

 private:
  std::string name_;
  nlohmann::json json_;
  Field root_;
};

// The bytes of a file. Throws IoError.
std::string text_of_file(const FileKind& kind, const std::string& path);

}  // namespace whygrad::internal
