#include "files.hpp"

#include <whygrad/data/idx.hpp>
#include <whygrad/data/mnist.hpp>

#include <sys/stat.h>
#include <zlib.h>

#include <numeric>

namespace whygrad::data {
namespace {

using namespace whygrad::testing;
using ::testing::HasSubstr;

std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);  // + 16: gzip's header and checksum
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string idx(char type, const std::vector<std::uint32_t>& extents, const std::string& elements) {
  std::string bytes = {'\0', '\0', type, static_cast<char>(extents.size())};
  for (const std::uint32_t n : extents) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(n >> shift);
  }
  return bytes + elements;
}

std::string counting(std::size_t count) {
  std::string bytes(count, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  return bytes;
}

Tensor load_bytes(const std::string& bytes) {
  MemoryFile file;
  file.write(bytes.data(), bytes.size());
  return load_idx(file.path());
}

std::string message_of(const std::string& bytes) {
  try {
    load_bytes(bytes);
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Idx, ReadsEveryTypePlainAndGzipped) {
  const std::pair<std::string, Tensor> cases[] = {
      {idx(0x08, {2, 3}, counting(6)), ramp<std::uint8_t>({2, 3})},
      {idx(0x09, {2}, "\xff\x01"), tensor_of<std::int8_t>({2}, {-1, 1})},
      {idx(0x0b, {2}, std::string("\xff\xfe\x01\x02", 4)), tensor_of<std::int16_t>({2}, {-2, 0x102})},
      {idx(0x0c, {1}, std::string("\x01\x02\x03\x04", 4)), tensor_of<std::int32_t>({1}, {0x01020304})},
      {idx(0x0d, {1}, std::string("\xc0\x20\x00\x00", 4)), tensor_of<float>({1}, {-2.5f})},
      {idx(0x0e, {1}, std::string("\x40\x04\0\0\0\0\0\0", 8)), tensor_of<double>({1}, {2.5})},
      {idx(0x08, {}, "\7"), tensor_of<std::uint8_t>({}, {7})},
      {idx(0x08, {3, 0, 2}, ""), ramp<std::uint8_t>({3, 0, 2})},
  };
  for (const auto& [bytes, expected] : cases) {
    SCOPED_TRACE(expected.signature());
    EXPECT_THAT(load_bytes(bytes), SameTensorAs(expected));
    EXPECT_THAT(load_bytes(gzipped(bytes)), SameTensorAs(expected));
  }
}

TEST(Idx, NamesFileAndOffsetAndWhatWasExpected) {
  const std::string good = idx(0x08, {2, 3}, counting(6));
  EXPECT_THAT(message_of(""), HasSubstr("byte 0: expected the magic number of 4 bytes, but the file ends after 0"));
  EXPECT_THAT(message_of("nonsense"), HasSubstr("byte 0: expected IDX's magic number, 00 00 TYPE AXES, found 6e 6f 6e 73"));
  EXPECT_THAT(message_of(idx(0x0a, {}, "")), HasSubstr("found 00 00 0a 00"));
  EXPECT_THAT(message_of(idx(0x08, std::vector<std::uint32_t>(9, 1), "x")), HasSubstr("byte 3: the array has 9 axes; whygrad has at most 8"));
  EXPECT_THAT(message_of(good.substr(0, 10)), HasSubstr("byte 10: expected extent 2 of 2 of 4 bytes, but the file ends after 2"));
  EXPECT_THAT(message_of(good.substr(0, 15)), HasSubstr("byte 15: expected elements of 6 bytes, but the file ends after 3"));
  EXPECT_THAT(message_of(good + "x"), HasSubstr("byte 18: expected the end of the file after the last element"));
  const std::string packed = gzipped(good);
  EXPECT_THAT(message_of(packed.substr(0, packed.size() - 9)), HasSubstr("expected more gzipped bytes, but the file ends"));
  std::string flipped = packed;
  flipped[flipped.size() - 8] ^= 1;
  EXPECT_THAT(message_of(flipped), HasSubstr("expected intact gzipped bytes: incorrect data check"));

  const TemporaryFolder folder;
  EXPECT_THROW(load_idx(folder.path()), IoError);
  EXPECT_THROW(load_idx(folder / "missing"), IoError);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(load_idx(folder / "pipe"), IoError);
}

TEST(Idx, AllocatesNothingOnTheWordOfAFile) {
  EXPECT_THAT(message_of(idx(0x08, {0xffffffff, 2}, counting(6))),
              HasSubstr("byte 4: extent 1 of 2 is 4294967295, more elements than the file can hold"));
  EXPECT_THAT(message_of(idx(0x0e, {0, 0xffffffff, 0xffffffff, 0xffffffff}, "")), HasSubstr("byte 8: extent 2 of 4 is 4294967295"));
  EXPECT_THAT(message_of(gzipped(idx(0x0e, {0x10000000, 2}, counting(6)))), HasSubstr("more elements than the file can hold"));
}

TEST(Idx, SurvivesDamage) {
  const auto load = [](const std::string& path) { load_idx(path); };
  for (const std::string& bytes : {idx(0x0b, {3, 5}, counting(30)), gzipped(idx(0x0b, {3, 50}, counting(300)))}) {
    expect_every_truncation_refused(bytes, load);
    expect_no_harm_from_damage(bytes, std::min<std::size_t>(bytes.size(), 100), load);
  }
}

// ---- MNIST ----

class MnistTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pixels = counting(3 * 28 * 28);
    pixels[0] = '\xff';
    write_bytes(folder_ / "train-images-idx3-ubyte", idx(0x08, {3, 28, 28}, pixels));
    write_bytes(folder_ / "train-labels-idx1-ubyte.gz", gzipped(idx(0x08, {3}, "\7\x09\1")));
    write_bytes(folder_ / "t10k-images-idx3-ubyte.gz", gzipped(idx(0x08, {1, 28, 28}, counting(28 * 28))));
    write_bytes(folder_ / "t10k-labels-idx1-ubyte", idx(0x08, {1}, "\5"));
  }
  std::string message() {
    try {
      mnist(folder_.path());
    } catch (const IoError& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryFolder folder_;
};

TEST_F(MnistTest, GivesImagesBetweenZeroAndOneWithTheirLabels) {
  auto train = mnist(folder_.path()).batch(2);
  EXPECT_EQ(train.size(), 2);
  std::vector<std::int64_t> seen;
  for (auto [images, labels] : train) {
    const std::int64_t n = labels.shape()[0];
    EXPECT_EQ(images.dtype(), float32);
    EXPECT_EQ(images.shape(), (Shape{n, 28, 28, 1}));
    const std::vector<float> pixels = images.to_vector<float>();
    if (seen.empty()) {
      EXPECT_EQ(pixels[0], 1.0f);
      EXPECT_EQ(pixels[1], 1.0f / 255.0f);
      EXPECT_EQ(pixels[784], 16.0f / 255.0f);
    }
    for (const std::int64_t label : labels.to_vector<std::int64_t>()) seen.push_back(label);
  }
  EXPECT_THAT(seen, ::testing::ElementsAre(7, 9, 1));
}

TEST_F(MnistTest, HasATestSetAndFlatImages) {
  for (auto [image, label] : mnist(folder_.path(), {.split = Split::kTest, .flatten = true})) {
    EXPECT_EQ(image.signature(), "f32[784]");
    EXPECT_EQ(label.signature(), "i64[]");
    EXPECT_EQ(label.item<std::int64_t>(), 5);
  }
}

TEST_F(MnistTest, SaysWhatIsMissing) {
  std::filesystem::remove(folder_ / "train-images-idx3-ubyte");
  EXPECT_THAT(message(), HasSubstr("[mnist] " + folder_.path() + " has neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz"));
  write_bytes(folder_ / "train-images-idx3-ubyte", idx(0x08, {2, 28, 28}, counting(2 * 28 * 28)));
  EXPECT_THAT(message(), HasSubstr("has 2 images and 3 labels of the train set"));
  write_bytes(folder_ / "train-images-idx3-ubyte", idx(0x09, {3, 28, 28}, counting(3 * 28 * 28)));
  EXPECT_THAT(message(), HasSubstr("holds i8[3, 28, 28], expected u8 of 3 axes"));
  try {
    fashion_mnist({}, folder_ / "nowhere");
    FAIL() << "no error";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[fashion_mnist] there is no folder " + (folder_ / "nowhere")));
    EXPECT_THAT(error.help(), HasSubstr("Debian's package dataset-fashion-mnist has the four files in /usr/share/datasets/fashion-mnist"));
  }
}

// packages.txt installs the real one.
TEST(FashionMnist, HasAsManyImagesOfEachClass) {
  for (const Split split : {Split::kTrain, Split::kTest}) {
    std::vector<std::int64_t> classes(10);
    float least = 1.0f, most = 0.0f;
    for (auto [images, labels] : fashion_mnist({.split = split}).batch(1000)) {
      EXPECT_EQ(images.shape(), (Shape{1000, 28, 28, 1}));
      for (const std::int64_t label : labels.span<std::int64_t>()) ++classes.at(static_cast<std::size_t>(label));
      const auto [low, high] = std::ranges::minmax(images.span<float>());
      least = std::min(least, low);
      most = std::max(most, high);
    }
    EXPECT_THAT(classes, ::testing::Each(split == Split::kTrain ? 6000 : 1000));
    EXPECT_EQ(least, 0.0f);
    EXPECT_EQ(most, 1.0f);
  }
}

}  // namespace
}  // namespace whygrad::data
