// Untrusted input: every read is checked against the available bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace whygrad::io {

// A file, or a part of one in memory. Messages name it, the offset and what was expected there.
class Source {
 public:
  // `op` is the reader that the messages name, `name` the file.
  Source(const char* op, std::string name) : op_(op), name_(std::move(name)) {}
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const char* op() const { return op_; }
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }

  // Fills `to` with the bytes from `offset` on. Throws IoError where they end before that; `expected` says what they are.
  void read(std::uint64_t offset, void* to, std::size_t bytes, const char* expected) const;
  // Throws IoError: the bytes at `offset` are not what was expected.
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what, const std::string& help = {}) const;

 protected:
  std::uint64_t size_ = 0;

 private:
  virtual void read_inside(std::uint64_t offset, void* to, std::size_t bytes) const = 0;

  const char* op_;
  std::string name_;
};

// A regular file. Throws IoError where it cannot be opened.
class FileSource : public Source {
 public:
  FileSource(const char* op, const std::string& path);
  ~FileSource() override;

 private:
  void read_inside(std::uint64_t offset, void* to, std::size_t bytes) const override;
  int descriptor_;
};

// Bytes in memory, which must outlive it.
class MemorySource : public Source {
 public:
  MemorySource(const char* op, std::string name, std::span<const char> bytes);

 private:
  void read_inside(std::uint64_t offset, void* to, std::size_t bytes) const override;
  std::span<const char> bytes_;
};

}  // namespace whygrad::io
