// The zip format, PKWARE's APPNOTE.TXT 6.3: local headers with the members, the central directory, the end record.
#include "io/zip.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

namespace whygrad::io {
namespace {

constexpr std::string_view kLocalHeader("PK\3\4", 4), kCentralHeader("PK\1\2", 4), kEndRecord("PK\5\6", 4);
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint16_t kEncrypted = 1, kUtf8 = 1 << 11;
constexpr std::uint32_t kFull16 = 0xffff, kFull32 = 0xffffffff;  // stand for "see the zip64 fields"

template <class T>
T number_at(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}
std::uint16_t u16(const char* at) { return number_at<std::uint16_t>(at); }
std::uint32_t u32(const char* at) { return number_at<std::uint32_t>(at); }

template <class T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// What the local header and the central directory say alike.
void put_common(std::string& to, const ZipMember& m) {
  put<std::uint16_t>(to, 20);  // zip version 2.0 reads it
  put(to, m.flags);
  put(to, m.method);
  put<std::uint16_t>(to, 0);       // midnight
  put<std::uint16_t>(to, 0x0021);  // of 1 January 1980, so that equal tensors give equal bytes
  put(to, m.crc);
  put(to, m.compressed);
  put(to, m.size);
  put<std::uint16_t>(to, static_cast<std::uint16_t>(m.name.size()));
  put<std::uint16_t>(to, 0);  // bytes of extra fields
}

[[noreturn]] void refuse_zip64(const Source& archive, std::uint64_t offset) {
  archive.fail(offset, "the archive is in the zip64 format, which is not read", "save it as safetensors, or each array as a .npy file");
}

struct Directory {
  std::uint64_t offset, bytes;
  std::size_t count;
};

// The end record is the last thing in the file but for a comment of at most 64 KiB.
Directory find_directory(const Source& archive) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(archive.size(), kEndBytes + kFull16);
  const std::uint64_t tail_offset = archive.size() - tail_bytes;
  std::string tail(tail_bytes, '\0');
  archive.read(tail_offset, tail.data(), tail.size(), "the archive's end");
  for (std::size_t at = tail.rfind(kEndRecord); at != std::string::npos; at = at == 0 ? std::string::npos : tail.rfind(kEndRecord, at - 1)) {
    const char* end = tail.data() + at;
    const std::size_t left = tail.size() - at;
    if (left < kEndBytes || left != kEndBytes + u16(end + 20)) continue;  // the four bytes stand in the comment
    const std::uint64_t offset = tail_offset + at;
    const Directory d = {u32(end + 16), u32(end + 12), u16(end + 10)};
    if (d.count == kFull16 || d.offset == kFull32 || d.bytes == kFull32) refuse_zip64(archive, offset);
    if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != d.count) archive.fail(offset, "expected an archive in one piece");
    if (d.offset + d.bytes != offset)
      archive.fail(offset, fmt::format("expected the end of the directory, which lies at {} with {} bytes", d.offset, d.bytes));
    return d;
  }
  archive.fail(archive.size(), "expected a zip archive's end record, PK\\5\\6, at the end of the file", "the file was cut short, or is no .npz file");
}

std::vector<char> inflate_member(const Source& archive, const ZipMember& member, std::uint64_t offset, const std::vector<char>& packed) {
  // Deflate packs at most 1,032 bytes into one, so a larger claim is false and its memory is never asked for.
  constexpr std::uint64_t kMaxRatio = 1032;
  if (member.size > kMaxRatio * packed.size()) {
    archive.fail(member.entry,
                 fmt::format("member {} claims {} bytes, more than {} compressed bytes can hold", member.name, member.size, packed.size()));
  }
  // One byte more than the member should have: a longer one then ends with the buffer full instead of the stream's end.
  std::vector<char> contents(std::size_t{member.size} + 1);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(contents.data());
  stream.avail_out = static_cast<uInt>(contents.size());
  const int status = inflate(&stream, Z_FINISH);
  const std::uint64_t consumed = stream.total_in, produced = stream.total_out;
  inflateEnd(&stream);
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status != Z_STREAM_END || produced != member.size || consumed != packed.size()) {
    archive.fail(offset + consumed, fmt::format("expected {} bytes of member {} from its {} compressed ones, got {} from {}", member.size,
                                                member.name, packed.size(), produced, consumed));
  }
  contents.pop_back();
  return contents;
}

}  // namespace

std::vector<ZipMember> zip_members(const Source& archive) {
  const Directory directory = find_directory(archive);
  std::string text(directory.bytes, '\0');
  archive.read(directory.offset, text.data(), text.size(), "the archive's directory");
  std::vector<ZipMember> members;
  std::size_t at = 0;
  std::uint64_t compressed = 0;
  for (std::size_t i = 0; i < directory.count; ++i) {
    const std::uint64_t offset = directory.offset + at;
    const char* entry = text.data() + at;
    if (text.size() - at < kCentralBytes || std::string_view(entry, 4) != kCentralHeader) {
      archive.fail(offset, fmt::format("expected entry {} of {} of the archive's directory, PK\\1\\2", i + 1, directory.count));
    }
    const std::size_t name_bytes = u16(entry + 28);
    const std::size_t entry_bytes = kCentralBytes + name_bytes + u16(entry + 30) + u16(entry + 32);
    if (text.size() - at < entry_bytes) archive.fail(offset, fmt::format("expected an entry of {} bytes, but the directory ends", entry_bytes));
    ZipMember m{std::string(entry + kCentralBytes, name_bytes),
                u16(entry + 8),
                u16(entry + 10),
                u32(entry + 16),
                u32(entry + 20),
                u32(entry + 24),
                u32(entry + 42),
                offset};
    if (m.size == kFull32 || m.compressed == kFull32 || m.offset == kFull32) refuse_zip64(archive, offset);
    // Members that share bytes would let a small file inflate to any size.
    compressed += kLocalBytes + m.compressed;
    if (compressed > directory.offset)
      archive.fail(offset, fmt::format("the first {} members claim {} of {} bytes", i + 1, compressed, directory.offset));
    members.push_back(std::move(m));
    at += entry_bytes;
  }
  if (at != text.size()) archive.fail(directory.offset + at, fmt::format("expected the end of the directory after {} entries", directory.count));
  return members;
}

std::vector<char> zip_read(const Source& archive, const ZipMember& member) {
  if ((member.flags & kEncrypted) != 0) archive.fail(member.entry, fmt::format("member {} is encrypted", member.name), "write it without a password");
  if (member.method != kStored && member.method != kDeflated) {
    archive.fail(member.entry,
                 fmt::format("member {} is compressed by method {}; only 0 (stored) and 8 (deflate) are read", member.name, member.method));
  }
  char header[kLocalBytes];
  archive.read(member.offset, header, sizeof(header), "a member's header");
  if (std::string_view(header, 4) != kLocalHeader)
    archive.fail(member.offset, fmt::format("expected the header of member {}, PK\\3\\4", member.name));
  const std::uint64_t offset = std::uint64_t{member.offset} + kLocalBytes + u16(header + 26) + u16(header + 28);
  if (offset > archive.size() || member.compressed > archive.size() - offset) {
    archive.fail(offset, fmt::format("expected {} bytes of member {}, but the file ends", member.compressed, member.name));
  }
  std::vector<char> contents(member.compressed);
  archive.read(offset, contents.data(), contents.size(), "a member's contents");
  if (member.method == kDeflated) {
    contents = inflate_member(archive, member, offset, contents);
  } else if (member.size != member.compressed) {
    archive.fail(member.entry, fmt::format("member {} is stored as it is, but has {} bytes of {}", member.name, member.compressed, member.size));
  }
  const auto crc = static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(contents.data()), contents.size()));
  if (crc != member.crc) archive.fail(offset, fmt::format("member {} has the checksum {:08x}, expected {:08x}", member.name, crc, member.crc));
  return contents;
}

void ZipWriter::reserve(std::uint64_t bytes) const {
  if (members_.size() >= kFull16 || written_ + bytes >= kFull32) {
    throw IoError(op_, "the archive would be larger than 4 GiB or have more than 65,534 members", "save it as safetensors, which has no such limit");
  }
}

void ZipWriter::write(const std::string& bytes) {
  file_.write(bytes.data(), bytes.size());
  written_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::span<const std::span<const char>> parts) {
  std::uint64_t size = 0;
  uLong crc = 0;
  for (const auto part : parts) {
    size += part.size();
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(part.data()), part.size());
  }
  if (name.size() >= kFull16) throw IoError(op_, fmt::format("a member's name has {} bytes, the format allows {}", name.size(), kFull16 - 1));
  reserve(size + kLocalBytes + name.size());
  ZipMember m{.name = name,
              .flags = kUtf8,
              .method = kStored,
              .crc = static_cast<std::uint32_t>(crc),
              .compressed = static_cast<std::uint32_t>(size),
              .size = static_cast<std::uint32_t>(size),
              .offset = static_cast<std::uint32_t>(written_)};
  std::string header(kLocalHeader);
  put_common(header, m);
  write(header + name);
  for (const auto part : parts) file_.write(part.data(), part.size());
  written_ += size;
  members_.push_back(std::move(m));
}

void ZipWriter::finish() {
  std::string directory;
  for (const ZipMember& m : members_) {
    directory += kCentralHeader;
    put<std::uint16_t>(directory, 20);  // written by zip version 2.0
    put_common(directory, m);
    directory.append(6, '\0');         // comment bytes, disk, kind of contents
    put<std::uint32_t>(directory, 0);  // attributes outside
    put(directory, m.offset);
    directory += m.name;
  }
  const std::uint64_t offset = written_;
  reserve(directory.size());
  std::string end(kEndRecord);
  put<std::uint32_t>(end, 0);  // this disk, the directory's disk
  put(end, static_cast<std::uint16_t>(members_.size()));
  put(end, static_cast<std::uint16_t>(members_.size()));
  put(end, static_cast<std::uint32_t>(directory.size()));
  put(end, static_cast<std::uint32_t>(offset));
  put<std::uint16_t>(end, 0);  // comment bytes
  write(directory + end);
}

}  // namespace whygrad::io
