#include <whygrad/base/foreign_place.hpp>

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

}  // namespace whygrad
