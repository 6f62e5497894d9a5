// Name scopes of a thread.
#include "tensor/log.hpp"

#include <whygrad/tensor/name_scope.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace whygrad {
namespace {

constexpr std::size_t kMostPaths = std::size_t{1} << 16;

// All paths entered so far, by the enclosing scope and the name. Entering a path again makes no string.
class ScopeTable {
 public:
  static ScopeTable& get() {
    static auto* const table = new ScopeTable;  // never destroyed: static variables may still compute while the program ends
    return *table;
  }

  std::uint32_t enter(std::uint32_t outer, std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto known = numbers_.find({outer, name});
    if (known != numbers_.end()) return known->second;
    if (paths_.size() == kMostPaths) return outer;
    const std::string& path = paths_.emplace_back(outer == 0 ? std::string(name) : paths_[outer] + "/" + std::string(name));
    const auto number = static_cast<std::uint32_t>(paths_.size() - 1);
    numbers_.emplace(Key{outer, std::string_view(path).substr(path.size() - name.size())}, number);
    return number;
  }

  const char* path(std::uint32_t number) {
    const std::lock_guard lock(mutex_);
    return paths_[number].c_str();
  }

 private:
  struct Key {
    std::uint32_t outer;
    std::string_view name;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const { return std::hash<std::string_view>()(key.name) * 31 + key.outer; }
  };

  std::mutex mutex_;
  std::deque<std::string> paths_{""};  // a deque, since keys and callers point into it
  std::unordered_map<Key, std::uint32_t, Hash> numbers_;
};

}  // namespace

NameScope::NameScope(std::string_view name) : outer_(internal::Log::mine().scope) {
  const bool from_top = name.ends_with('/');
  if (from_top) name.remove_suffix(1);
  internal::Log::mine().scope = name.empty() ? 0 : ScopeTable::get().enter(from_top ? 0 : outer_, name);
}

NameScope::~NameScope() { internal::Log::mine().scope = outer_; }

std::string current_name_scope() { return internal::scope_path(internal::Log::mine().scope); }

const char* internal::scope_path(std::uint32_t scope) { return ScopeTable::get().path(scope); }

}  // namespace whygrad
