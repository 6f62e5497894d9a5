// Places in programs of another language, such as Python.
#include <whygrad/base/foreign_place.hpp>

#include <utility>

namespace whygrad {
namespace {

ForeignPlaces& installed() noexcept {
  static ForeignPlaces places;
  return places;
}

}  // namespace

void install_foreign_places(const ForeignPlaces& places) noexcept { installed() = places; }

ForeignPlace resolve_foreign(const Where& where) {
  return where.function == nullptr || installed().resolve == nullptr ? ForeignPlace{} : installed().resolve(where);
}

std::string foreign_source_line(const std::string& file, std::uint32_t line) {
  return installed().source_line == nullptr ? std::string() : installed().source_line(file, line);
}

std::string spelled(std::string text) { return installed().spell == nullptr || text.empty() ? std::move(text) : installed().spell(text); }

std::string foreign_called(const Where& where) {
  return where.function == nullptr || installed().called == nullptr ? std::string() : installed().called(where);
}

ForeignName foreign_assigned_name(const Where& where, const ForeignResult& result, bool variable) {
  const bool known = where.function != nullptr && installed().assigned_name != nullptr;
  return known ? installed().assigned_name(where, result, variable) : ForeignName{};
}

}  // namespace whygrad
