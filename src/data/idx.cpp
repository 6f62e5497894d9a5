// The IDX format, as http://yann.lecun.com/exdb/mnist described it: two zero bytes, the element type, the number of axes, their extents as big-endian
// 32-bit numbers, the elements, big-endian too.
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/data/idx.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace whygrad::data {
namespace {

constexpr const char* kOp = "load_idx";

// A plain or gzipped file, read from its beginning on.
class UnpackedFile {
 public:
  explicit UnpackedFile(const std::string& path) : path_(path) {
    // Without O_NONBLOCK a named pipe would be waited for here.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
      throw IoError(kOp, fmt::format("{} cannot be opened: {}", path, std::generic_category().message(errno)), "check the path and the permissions");
    }
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(descriptor);
      throw IoError(kOp, fmt::format("{} is not a regular file", path), "folders, pipes and devices are not read; give a file");
    }
    file_bytes_ = static_cast<std::uint64_t>(status.st_size);
    file_ = gzdopen(descriptor, "rb");  // passes plain files through
    if (file_ == nullptr) {
      ::close(descriptor);
      throw std::bad_alloc();
    }
    gzbuffer(file_, 1 << 17);
  }
  ~UnpackedFile() { gzclose_r(file_); }
  UnpackedFile(const UnpackedFile&) = delete;
  UnpackedFile& operator=(const UnpackedFile&) = delete;

  // The most bytes that can come: deflate packs at most 1,032 into one. A file that declares more is damaged, and its memory is never asked for.
  std::uint64_t most_bytes() const { return gzdirect(file_) != 0 ? file_bytes_ : file_bytes_ * 1032; }

  void read(void* to, std::size_t bytes, const std::string& expected) {
    const std::size_t count = read_some(to, bytes);
    if (count < bytes)
      fail(offset_, fmt::format("expected {} of {} bytes, but the file ends after {}", expected, bytes, count),
           "the file was cut short; copy it again");
  }
  void expect_end() {
    char more;
    if (read_some(&more, 1) != 0) fail(offset_ - 1, "expected the end of the file after the last element");
  }
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what,
                         const std::string& help = "the file is damaged or of another kind; copy it again") const {
    throw IoError(kOp, fmt::format("{}, byte {}: {}", path_, offset, what), help);
  }

 private:
  // Fewer than `bytes` at the end of the file only.
  std::size_t read_some(void* to, std::size_t bytes) {
    auto* at = static_cast<char*>(to);
    std::size_t total = 0;
    while (total < bytes) {
      constexpr std::size_t kMost = 1 << 30;  // zlib counts in int
      const int count = gzread(file_, at + total, static_cast<unsigned>(std::min(bytes - total, kMost)));
      if (count > 0) {
        total += static_cast<std::size_t>(count);
        offset_ += static_cast<std::uint64_t>(count);
      }
      int error = Z_OK;
      const std::string_view text = gzerror(file_, &error);  // "<fd:3>: incorrect data check"
      if (error == Z_BUF_ERROR) fail(offset_, "expected more gzipped bytes, but the file ends", "the file was cut short; copy it again");
      if (error == Z_MEM_ERROR) throw std::bad_alloc();
      if (error != Z_OK) fail(offset_, fmt::format("expected intact gzipped bytes: {}", text.substr(text.find(' ') + 1)));
      if (count <= 0) break;
    }
    return total;
  }

  const std::string& path_;
  gzFile file_ = nullptr;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t offset_ = 0;  // of the unpacked bytes
};

std::optional<DType> dtype_of_code(unsigned char code) {
  switch (code) {
    case 0x08: return DType::kU8;
    case 0x09: return DType::kI8;
    case 0x0b: return DType::kI16;
    case 0x0c: return DType::kI32;
    case 0x0d: return DType::kF32;
    case 0x0e: return DType::kF64;
    default: return std::nullopt;
  }
}

Shape read_shape(UnpackedFile& file, int rank, DType dtype) {
  std::vector<std::int64_t> extents;
  std::uint64_t bytes = size_of(dtype);
  for (int i = 0; i < rank; ++i) {
    std::array<unsigned char, 4> digits{};
    file.read(digits.data(), digits.size(), fmt::format("extent {} of {}", i + 1, rank));
    const std::uint64_t extent = std::uint64_t{digits[0]} << 24 | digits[1] << 16 | digits[2] << 8 | digits[3];
    // An extent of 0 counts as 1 here: strides are computed from the others all the same.
    if (__builtin_mul_overflow(bytes, std::max<std::uint64_t>(extent, 1), &bytes) || bytes > file.most_bytes()) {
      file.fail(4 + 4 * static_cast<std::uint64_t>(i),
                fmt::format("extent {} of {} is {}, more elements than the file can hold", i + 1, rank, extent));
    }
    extents.push_back(static_cast<std::int64_t>(extent));
  }
  return Shape(extents);
}

Tensor read_file(const std::string& path, const Where& where) {
  UnpackedFile file(path);
  std::array<unsigned char, 4> magic{};
  file.read(magic.data(), magic.size(), "the magic number");
  const std::optional<DType> dtype = dtype_of_code(magic[2]);
  if (magic[0] != 0 || magic[1] != 0 || !dtype) {
    file.fail(0,
              fmt::format("expected IDX's magic number, 00 00 TYPE AXES, found {:02x} {:02x} {:02x} {:02x}", magic[0], magic[1], magic[2], magic[3]),
              "this is no IDX file");
  }
  if (magic[3] > Shape::kMaxRank) file.fail(3, fmt::format("the array has {} axes; whygrad has at most {}", magic[3], Shape::kMaxRank));
  const Shape shape = read_shape(file, magic[3], *dtype);
  Tensor tensor = internal::make_host_tensor(*dtype, shape, kOp);
  char* data = tensor.impl()->data;
  const std::size_t element = size_of(*dtype), bytes = static_cast<std::size_t>(shape.size()) * element;
  file.read(data, bytes, "elements");
  file.expect_end();
  if (element > 1) {
    for (char* at = data; at != data + bytes; at += element) std::reverse(at, at + element);
  }
  internal::log_constant(tensor, {internal::fingerprint(data, bytes)}, where);
  return tensor;
}

}  // namespace

Tensor load_idx(const std::string& path, Where where) {
  return internal::in_the_name_of(kOp, [&] { return read_file(path, where); });
}

}  // namespace whygrad::data
