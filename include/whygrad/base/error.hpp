// The exceptions of the library. Every message reads "[op] what is wrong, with the values" and, on the next line, "help: what to do".
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace whygrad {

// Base of all exceptions thrown by whygrad. `op()` is the op or function that refused, `help()` the remedy without its "help: " prefix.
class Error : public std::runtime_error {
 public:
  Error(const std::string& op, const std::string& what, const std::string& help = {})
      : std::runtime_error("[" + op + "] " + what + (help.empty() ? "" : "\nhelp: " + help)), op_(op), help_(help) {}

  const std::string& op() const noexcept { return op_; }
  const std::string& help() const noexcept { return help_; }

 private:
  std::string op_;
  std::string help_;
};

// Shapes that do not fit each other or the op.
struct ShapeError : Error {
  using Error::Error;
};
// A dtype that the op does not take, or two that do not match.
struct DTypeError : Error {
  using Error::Error;
};
// An axis or an element index out of range.
struct IndexError : Error {
  using Error::Error;
};
// Any other unusable argument: an attribute out of range, a flag, an environment variable.
struct ValueError : Error {
  using Error::Error;
};
// A function of the user's that cannot be called as it must be.
struct SignatureError : Error {
  using Error::Error;
};
// A file that is missing, truncated, corrupt or not writable.
struct IoError : Error {
  using Error::Error;
};
// A tape used against its rules (asked twice, entered twice, used from another thread).
struct TapeError : Error {
  using Error::Error;
};
// Something that this version does not offer; the help names the nearest thing that it does.
struct UnsupportedError : Error {
  using Error::Error;
};
// Memory that cannot be had. What was there before is whole: free some, or ask for less, and go on.
class MemoryError : public Error {
 public:
  // `subject` is what needs it, such as "a tensor f32[1000, 1000]". `wanted` 0: not known.
  MemoryError(const std::string& op, const std::string& subject, std::uint64_t wanted, std::uint64_t available);

  const std::string& subject() const noexcept { return subject_; }
  std::uint64_t wanted() const noexcept { return wanted_; }        // bytes
  std::uint64_t available() const noexcept { return available_; }  // bytes, when it was asked for

 private:
  std::string subject_;
  std::uint64_t wanted_, available_;
};
// A defect of whygrad itself.
struct InternalError : Error {
  InternalError(const std::string& op, const std::string& what) : Error(op, what, "this is a defect of whygrad; please report it") {}
};

}  // namespace whygrad
