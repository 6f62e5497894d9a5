// Errors: "[op] what is wrong", then "help: what to do".
#include <whygrad/base/error.hpp>

#include "base/bytes_text.hpp"

#include <fmt/format.h>

namespace whygrad {
namespace {

using internal::bytes_text;

std::string shortage(const std::string& subject, std::uint64_t wanted, std::uint64_t available) {
  if (wanted == 0) return fmt::format("there is no memory for {}; {} can be had", subject, bytes_text(available));
  return fmt::format("there is no memory for {}: it needs {}, and {} can be had", subject, bytes_text(wanted), bytes_text(available));
}

}  // namespace

MemoryError::MemoryError(const std::string& op, const std::string& subject, std::uint64_t wanted, std::uint64_t available)
    : Error(op, shortage(subject, wanted, available), "work in smaller batches or a narrower dtype, or let go of tensors and persistent tapes"),
      subject_(subject),
      wanted_(wanted),
      available_(available) {}

}  // namespace whygrad
