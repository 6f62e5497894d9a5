// Atomic replacement of a file: its name always refers to the complete old or the complete new contents.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace whygrad::io {

// The system calls that can fail, so that tests can make each of them fail. As in POSIX.
struct SystemCalls {
  int (*open)(const char* path, int flags, mode_t mode);
  ssize_t (*write)(int descriptor, const void* data, std::size_t bytes);
  int (*fsync)(int descriptor);
  int (*close)(int descriptor);
  int (*rename)(const char* from, const char* to);
  int (*lock)(int descriptor);  // exclusive, without waiting
};
extern const SystemCalls kSystemCalls;

// NOTE [old or new]
// The bytes go to a temporary file in the same folder (a rename does not cross file systems), reach the disk by fsync, and only then take the name
// by rename, which POSIX makes at once. The folder is synced last, for the new name to outlive a power cut. A killed program leaves at most its
// temporary file behind, which nobody reads and a later writer in the folder removes, see NOTE [left-over files].
class AtomicFile {
 public:
  // Opens the temporary file. All of these throw IoError; `op` names the writer in messages.
  AtomicFile(const char* op, const std::string& path, const SystemCalls& calls = kSystemCalls);
  // Removes the temporary file if commit() did not come to the rename.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t bytes);
  // Gives the file its name. Call once, last.
  void commit();

 private:
  // Opens a temporary file with a new name, and locks it unless `boot` is kNoBoot. Returns false, with no file, where the file system has no locks.
  bool create(const std::string& boot);
  // Closes and removes the temporary file, as far as there is one.
  void discard();
  // Throws IoError with the reason in errno.
  [[noreturn]] void fail(const char* doing) const;
  void sync_folder();

  const char* op_;
  std::string path_;
  std::string temporary_;  // empty where there is none (any more)
  const SystemCalls& calls_;
  int descriptor_ = -1;
  int lock_ = -1;
  std::uint64_t written_ = 0;
};

}  // namespace whygrad::io
