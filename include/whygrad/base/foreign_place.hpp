// Places in programs of other languages, and their conversion to text.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace whygrad {

// A place as text. `line` and `column` count from 1; 0 and empty texts mean unknown.
struct ForeignPlace {
  std::string file;
  std::string function;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::vector<ForeignPlace> callers = {};  // callers of this line, innermost first
  std::vector<ForeignPlace> inside = {};   // lines of installed packages that this line called, innermost first
};

// The name of a value in a program, and the line that gives it; no name if it is not clear.
struct ForeignName {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
};

// Which of a call's results a value is.
struct ForeignResult {
  std::size_t number = 0, count = 1;
  const char* path = nullptr;  // how the program takes it from what the call returned, "['loss'][0]"; nullptr: by its number
};

// The functions of a binding that records its own places (Where::file == nullptr). They may be called from any thread.
struct ForeignPlaces {
  ForeignPlace (*resolve)(const Where& where) = nullptr;
  // Returns the text of a line; empty if unknown. Asked about files of the binding's places, which need not exist on disk.
  std::string (*source_line)(const std::string& file, std::uint32_t line) = nullptr;
  // Returns the name of a result of the call at this place.
  ForeignName (*assigned_name)(const Where& where, const ForeignResult& result, bool variable) = nullptr;
  // Returns the function that the program calls at this place, as written: "tf.norm"; empty if it is not clear.
  std::string (*called)(const Where& where) = nullptr;
  // Translates a text of the library, written for C++, into the terms of the other language. Leaves quoted parts as they are.
  std::string (*spell)(const std::string& text) = nullptr;
};

// Installs them for the whole process, before the first such place is recorded.
WG_API void install_foreign_places(const ForeignPlaces& places) noexcept;

// Describes a place without a file. All fields are unknown if no binding is installed or the place is no longer held.
WG_API ForeignPlace resolve_foreign(const Where& where);
WG_API std::string foreign_source_line(const std::string& file, std::uint32_t line);
// Translates into the terms of the installed language; without one, returns the text as it is.
WG_API std::string spelled(std::string text);
WG_API std::string foreign_called(const Where& where);
WG_API ForeignName foreign_assigned_name(const Where& where, const ForeignResult& result, bool variable);

}  // namespace whygrad
