// Temporary files of killed writers: names that identify the writer, and their removal.
#pragma once

#include <string>

namespace whygrad::io {

// NOTE [left-over files]
// A writer holds an exclusive lock (flock) on its temporary file until the file has its final name. The kernel releases the lock when the process
// ends, however it ends, so a file whose lock can be taken has no living writer, in whatever PID namespace or container that would be. The number in
// the name that the file's writer saw as its process id is for people only.
//
// Two things limit what a free lock proves, and the name holds what is needed for both. Some network file systems do not show a lock to other
// machines, so the name begins with the machine's boot id: for a file of another boot or machine the lock must be free and the last write at least a
// day ago. Some file systems have no locks: a file that could not be locked has boot id 0, and the same holds for it.

// The boot id of this machine as the names have it, 8 hexadecimal digits; kNoBoot where the system does not tell.
const std::string& boot_id();
inline constexpr char kNoBoot[] = "00000000";

// A new name beside `path` for the file that is to replace it; `boot` is boot_id(), or kNoBoot for a file without a lock.
std::string temporary_name(const std::string& path, const std::string& boot);

// Removes the temporary files in `folder` that have no living writer, once per process and folder: a later listing would cost each save more time the
// more files the folder holds. What cannot be removed is left alone without an error.
void remove_leftovers(const std::string& folder);

}  // namespace whygrad::io
