// Which tracer a thread has, and which traces there were.
#include "tensor/tracer.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/base/foreign_place.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace whygrad::internal {
namespace {

// The logs of traces. Some that are gone stay until there are many.
struct TraceLogs {
  struct Known {
    std::weak_ptr<Log> log;
    std::string function;
  };
  static constexpr std::size_t kMany = 256;
  std::mutex mutex;
  std::vector<Known> all;

  static TraceLogs& get() {
    static auto* const logs = new TraceLogs;  // never destroyed: static functions may be called while the program ends
    return *logs;
  }
};

}  // namespace

std::atomic<int> Tracer::count_{0};

Tracer::Tracer() : outer_(std::exchange(Log::mine().tracer, this)) { count_.fetch_add(1, std::memory_order_relaxed); }

Tracer::~Tracer() {
  Log::mine().tracer = outer_;
  count_.fetch_sub(1, std::memory_order_relaxed);
}

std::string line_of(const Where& where) {
  const auto base = [](std::string_view file) { return file.substr(file.find_last_of('/') + 1); };
  if (where.file != nullptr) return fmt::format("{}:{}", base(where.file), where.line);
  const ForeignPlace place = resolve_foreign(where);
  return place.file.empty() ? std::string() : fmt::format("{}:{}", base(place.file), place.line);
}

void note_trace_log(const std::shared_ptr<Log>& log, const std::string& function) {
  TraceLogs& logs = TraceLogs::get();
  const std::lock_guard lock(logs.mutex);
  if (logs.all.size() >= TraceLogs::kMany) std::erase_if(logs.all, [](const TraceLogs::Known& known) { return known.log.expired(); });
  logs.all.push_back({log, function});
}

void refuse_leaked(const char* op, const Tensor& value) {
  std::string made;
  {
    TraceLogs& logs = TraceLogs::get();
    const std::lock_guard lock(logs.mutex);
    for (const TraceLogs::Known& known : logs.all) {
      const std::shared_ptr<Log> log = known.log.lock();
      if (log == nullptr || !log->owns(value.id())) continue;
      const Record* const record = log->find(value.id());
      const std::string place = record != nullptr ? line_of(record->where) : std::string();
      made = fmt::format("`{}` was traced{}", known.function, place.empty() ? "" : fmt::format(", at {},", place));
      break;
    }
  }
  if (made.empty()) return;
  throw ValueError(
      op, fmt::format("{} was made while {} and has no elements outside of it", value.signature(), made),
      "return it from that function and use the result; what a traced function keeps aside (a list, an attribute, a global) is no value");
}

}  // namespace whygrad::internal
