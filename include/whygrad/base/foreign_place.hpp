// Places in programs of another language, and how they become words.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace whygrad {

// A place in words. `line` and `column` count from 1; 0 and empty texts say unknown.
struct ForeignPlace {
  std::string file;
  std::string function;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::vector<ForeignPlace> callers = {};  // of this line, nearest first
  std::vector<ForeignPlace> inside = {};   // lines of installed packages that this line called, innermost first
};

// What a program calls a value, and the line that says so; no name where it does not say it plainly.
struct ForeignName {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
};

// What a binding installs that records its own places (Where::file == nullptr). They may be called from any thread.
struct ForeignPlaces {
  ForeignPlace (*resolve)(const Where& where) = nullptr;
  // The text of a line; empty where it is not known. Asked for files of the binding's places, which need not exist on disk.
  std::string (*source_line)(const std::string& file, std::uint32_t line) = nullptr;
  // Of result number `result` of `results` of the call there, which made a variable or tensors.
  ForeignName (*assigned_name)(const Where& where, std::size_t result, std::size_t results, bool variable) = nullptr;
  // The function that the program calls there, as it is written: "tf.norm"; empty where it is none, or not plain.
  std::string (*called)(const Where& where) = nullptr;
  // A text of the library's, which is written for C++, in the words of the other language. What is in them already stays as it is.
  std::string (*spell)(const std::string& text) = nullptr;
};

// Installs them for the whole process, before the first such place is recorded.
WG_API void install_foreign_places(const ForeignPlaces& places) noexcept;

// The words of a place without a file; all unknown where no binding is installed or the place is no longer held.
WG_API ForeignPlace resolve_foreign(const Where& where);
WG_API std::string foreign_source_line(const std::string& file, std::uint32_t line);
// In the words of the language that was installed, or as it is.
WG_API std::string spelled(std::string text);
WG_API std::string foreign_called(const Where& where);
WG_API ForeignName foreign_assigned_name(const Where& where, std::size_t result, std::size_t results, bool variable);

}  // namespace whygrad
