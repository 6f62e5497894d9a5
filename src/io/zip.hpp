// The part of the zip format that NumPy's archives use: members stored or deflated, one disk, no encryption, no zip64.
#pragma once

#include "io/atomic_file.hpp"
#include "io/source.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace whygrad::io {

struct ZipMember {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint32_t compressed = 0;  // bytes in the archive
  std::uint32_t size = 0;        // bytes once inflated
  std::uint32_t offset = 0;      // of its local header
  std::uint64_t entry = 0;       // where the central directory describes it, for messages
};

// The archive's members as its central directory lists them. Throws IoError.
std::vector<ZipMember> zip_members(const Source& archive);

// A member's contents, inflated and checked against its size and checksum. Throws IoError.
std::vector<char> zip_read(const Source& archive, const ZipMember& member);

// Writes an archive of stored members.
class ZipWriter {
 public:
  ZipWriter(const char* op, AtomicFile& file) : op_(op), file_(file) {}
  // Adds a member that consists of the parts. Throws IoError where the archive would need zip64.
  void add(const std::string& name, std::span<const std::span<const char>> parts);
  // Writes the directory. Call once, last.
  void finish();

 private:
  // Throws IoError where the archive would grow beyond what the format counts.
  void reserve(std::uint64_t bytes) const;
  void write(const std::string& bytes);

  const char* op_;
  AtomicFile& file_;
  std::vector<ZipMember> members_;
  std::uint64_t written_ = 0;
};

}  // namespace whygrad::io
