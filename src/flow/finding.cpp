// Short texts of places, and the group of a finding, which is equal for findings with the same cause.
#include <whygrad/flow/finding.hpp>

#include <fmt/format.h>

#include <string_view>

namespace whygrad {
namespace {

// FNV-1a over texts, including their ends.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0xff);
  }
  void add(const Place& place) {
    add(place.file);
    add(fmt::format("{}:{}", place.line, place.column));
    for (const Place& caller : place.callers) add(caller);
  }
  std::uint64_t value() const { return hash_; }

 private:
  void mix(std::uint64_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3u; }

  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace

std::string Place::short_text() const {
  if (!known()) return {};
  if (file.starts_with("cell [")) return fmt::format("{}, line {}", file, line);
  return fmt::format("{}:{}", std::string_view(file).substr(file.find_last_of("/\\") + 1), line);
}

std::string Finding::group() const {
  Hash hash;
  hash.add(std::to_string(static_cast<int>(status)));
  hash.add(op);
  hash.add(scope);
  hash.add(place);
  hash.add(target);
  hash.add(target_place);
  return fmt::format("{}-{:016x}", code(), hash.value());
}

}  // namespace whygrad
