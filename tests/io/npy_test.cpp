#include "files.hpp"

#include <whygrad/io/npy.hpp>

#include <sys/stat.h>

#include <complex>

namespace whygrad::io {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string golden(const std::string& name) { return WG_SOURCE_DIR "/tests/io/golden/" + name; }

std::string message_of(const std::string& path) {
  try {
    load_npy(path);
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<Tensor> one_of_each_dtype() {
  return {tensor_of<bool>({2}, {true, false}),
          ramp<std::uint8_t>({2, 3}),
          ramp<std::int8_t>({2, 3}),
          ramp<std::int16_t>({2, 3}),
          ramp<std::int32_t>({2, 3}),
          ramp<std::int64_t>({2, 3}),
          ramp<Half>({2, 3}),
          ramp<float>({2, 3}),
          ramp<double>({2, 3}),
          ramp<std::complex<float>>({2, 3}),
          ramp<std::complex<double>>({2, 3})};
}

TEST(Npy, ComesBackAsItWasSaved) {
  const TemporaryFolder folder;
  for (const Tensor& t : one_of_each_dtype()) {
    SCOPED_TRACE(t.signature());
    save_npy(folder / "a.npy", t);
    EXPECT_THAT(load_npy(folder / "a.npy"), SameTensorAs(t));
  }
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{3, 0, 2}, Shape{1, 2, 1, 2, 1, 2, 1, 2}}) {
    SCOPED_TRACE(shape.to_string());
    save_npy(folder / "a.npy", ramp<float>(shape));
    EXPECT_THAT(load_npy(folder / "a.npy"), SameTensorAs(ramp<float>(shape)));
  }
  EXPECT_THAT(folder.names(), ElementsAre("a.npy"));
}

TEST(Npy, WritesWhatNumPyWrites) {
  const TemporaryFolder folder;
  save_npy(folder / "a.npy", tensor_of<double>({}, {2.5}));
  EXPECT_EQ(read_bytes(folder / "a.npy"), read_bytes(golden("scalar.npy")));
  save_npy(folder / "a.npy", ramp<float>({0, 5}));
  EXPECT_EQ(read_bytes(folder / "a.npy"), read_bytes(golden("empty.npy")));
}

TEST(Npy, SavesAViewRowByRow) {
  const TemporaryFolder folder;
  const std::int64_t transposed[] = {1, 3};
  Tensor view = internal::make_view(ramp<float>({2, 3}), {3, 2}, transposed, 0);
  internal::log_constant(view, {}, Where::here());
  save_npy(folder / "a.npy", view);
  EXPECT_THAT(load_npy(folder / "a.npy"), SameTensorAs(tensor_of<float>({3, 2}, {0, 3, 1, 4, 2, 5})));
}

TEST(Npy, ReadsWhatNumPyWrote) {
  EXPECT_THAT(load_npy(golden("fortran.npy")), SameTensorAs(ramp<float>({2, 3, 4})));
  EXPECT_TRUE(load_npy(golden("fortran.npy")).is_contiguous());
  EXPECT_THAT(load_npy(golden("big_endian.npy")), SameTensorAs(ramp<float>({2, 3})));
  std::vector<std::complex<float>> expected;
  for (int i = 0; i < 6; ++i) expected.push_back({static_cast<float>(i), static_cast<float>(2 * i)});
  EXPECT_THAT(load_npy(golden("big_endian_complex.npy")), SameTensorAs(tensor_of<std::complex<float>>({2, 3}, expected)));
  EXPECT_THAT(load_npy(golden("scalar.npy")), SameTensorAs(tensor_of<double>({}, {2.5})));
  EXPECT_THAT(load_npy(golden("empty.npy")), SameTensorAs(ramp<float>({0, 5})));
  EXPECT_THAT(load_npy(golden("format_2.npy")), SameTensorAs(ramp<std::int32_t>({2, 3})));
  EXPECT_THAT(load_npy(golden("format_3.npy")), SameTensorAs(ramp<std::int32_t>({2, 3})));
  EXPECT_THAT(load_npy(golden("unsigned.npy")), SameTensorAs(ramp<std::uint32_t>({2, 3})));
}

TEST(Npy, SaysWhatItCannotHold) {
  EXPECT_THAT(message_of(golden("text.npy")), HasSubstr("byte 20: the elements are of NumPy's type '<U2', which whygrad lacks"));
  EXPECT_THAT(message_of(golden("fields.npy")), HasSubstr("named fields"));
  const TemporaryFolder folder;
  EXPECT_THROW(save_npy(folder / "a.npy", ramp<BFloat16>({2})), DTypeError);
  EXPECT_THROW(save_npy(folder / "a.npy", Tensor()), ValueError);
  EXPECT_THAT(folder.names(), ElementsAre());
}

TEST(Npy, NamesFileAndOffsetAndWhatWasExpected) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy";
  EXPECT_THAT(message_of(path), HasSubstr(path + " cannot be opened: No such file or directory"));
  EXPECT_THAT(message_of(folder.path()), HasSubstr("is not a regular file"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(message_of(folder / "pipe"), HasSubstr("is not a regular file"));

  save_npy(path, ramp<float>({2, 3}));
  const std::string good = read_bytes(path);
  const auto message_after = [&](auto change) {
    std::string bytes = good;
    change(bytes);
    write_bytes(path, bytes);
    return message_of(path);
  };
  EXPECT_EQ(message_after([](std::string& b) { b.pop_back(); }), "[load_npy] " + path +
                                                                     ", byte 128: the array is f32[2, 3] and takes 24 bytes, but there are 23\n"
                                                                     "help: the file is damaged or of another kind; copy or write it again");
  EXPECT_THAT(message_after([](std::string& b) { b += 'x'; }), HasSubstr("takes 24 bytes, but there are 25"));
  EXPECT_THAT(message_after([](std::string& b) { b[0] = 'x'; }), HasSubstr("byte 0: expected NumPy's magic bytes"));
  EXPECT_THAT(message_after([](std::string& b) { b[6] = 4; }), HasSubstr("byte 6: expected format 1.0, 2.0 or 3.0, found 4.0"));
  EXPECT_THAT(message_after([](std::string& b) { b.resize(100); }),
              HasSubstr("byte 10: expected the description of 118 bytes, but the file ends after 90"));
  EXPECT_THAT(message_after([](std::string& b) { b.replace(b.find("(2, 3)"), 6, "(2, x)"); }),
              HasSubstr("byte 64: expected a whole number of the shape"));
  EXPECT_THAT(message_after([](std::string& b) { b.replace(b.find("(2, 3)"), 6, "(2,-3)"); }), HasSubstr("expected extents of 0 or more"));
  EXPECT_THAT(message_after([](std::string& b) { b.replace(b.find("False"), 5, "Maybe"); }), HasSubstr("expected True or False"));
  EXPECT_THAT(message_after([](std::string& b) { b.replace(b.find("shape"), 5, "descr"); }), HasSubstr("once each, found 'descr'"));
}

// Extents whose product overflows, or is 0 while the strides overflow, and more than there are bytes.
TEST(Npy, AllocatesNothingOnTheWordOfAFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy";
  for (const std::string shape : {"(4611686018427387904, 4)", "(9223372036854775807, 9223372036854775807)", "(0, 4294967296, 4294967296, 4294967296)",
                                  "(99999999999999999999,)", "(1000000000000,)", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"}) {
    const std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
    write_bytes(path, std::string("\x93NUMPY\1\0", 8) + static_cast<char>(text.size()) + '\0' + text);
    expect_refusal(
        path, [](const std::string& p) { load_npy(p); }, false, shape);
  }
  write_bytes(path, std::string("\x93NUMPY\2\0\xff\xff\xff\x7f", 12) + "{");
  EXPECT_THAT(message_of(path), HasSubstr("byte 8: expected a description of at most 65536 bytes, found 2147483647"));
}

TEST(Npy, RefusesABoolThatIsNeither) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy";
  save_npy(path, tensor_of<bool>({3}, {true, false, true}));
  std::string bytes = read_bytes(path);
  bytes.back() = 2;
  write_bytes(path, bytes);
  EXPECT_THAT(message_of(path), HasSubstr("byte 130: expected a bool, 0 or 1, found 2"));
}

TEST(Npy, SurvivesDamage) {
  const auto load = [](const std::string& p) { load_npy(p); };
  for (const char* name : {"fortran.npy", "format_2.npy"}) {
    SCOPED_TRACE(name);
    const std::string bytes = read_bytes(golden(name));
    expect_every_truncation_refused(bytes, load);
    expect_no_harm_from_damage(bytes, 128, load);
  }
}

// ---- npz ----

std::map<std::string, Tensor> by_numpy_name() {
  const std::vector<Tensor> t = one_of_each_dtype();
  return {{"bool", tensor_of<bool>({2, 3}, {false, true, true, true, true, true})},
          {"uint8", t[1]},
          {"int8", t[2]},
          {"int16", t[3]},
          {"int32", t[4]},
          {"int64", t[5]},
          {"float16", t[6]},
          {"float32", t[7]},
          {"float64", t[8]},
          {"complex64", t[9]},
          {"complex128", t[10]}};
}

void expect_same(const std::map<std::string, Tensor>& actual, const std::map<std::string, Tensor>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(actual.contains(name));
    EXPECT_THAT(actual.at(name), SameTensorAs(tensor));
  }
}

TEST(Npz, ComesBackAsItWasSaved) {
  const TemporaryFolder folder;
  save_npz(folder / "a.npz", by_numpy_name());
  expect_same(load_npz(folder / "a.npz"), by_numpy_name());
  save_npz(folder / "a.npz", {});
  EXPECT_TRUE(load_npz(folder / "a.npz").empty());
  EXPECT_THROW(save_npz(folder / "a.npz", {{"a", Tensor()}}), ValueError);
  EXPECT_TRUE(load_npz(folder / "a.npz").empty()) << "the failed save must leave the old file";
  EXPECT_THAT(folder.names(), ElementsAre("a.npz"));
}

TEST(Npz, ReadsWhatNumPyWrote) {
  expect_same(load_npz(golden("types.npz")), by_numpy_name());
  expect_same(load_npz(golden("compressed.npz")), {{"weights", ramp<float>({30, 40})}, {"bias", ramp<double>({40})}});
}

TEST(Npz, SurvivesDamage) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  const auto load = [](const std::string& p) { load_npz(p); };
  const std::string compressed = read_bytes(golden("compressed.npz"));
  expect_every_truncation_refused(compressed, load);
  expect_no_harm_from_damage(compressed, compressed.size(), load);
  save_npz(path, {{"a", ramp<float>({3})}, {"b", ramp<std::int8_t>({2})}});
  const std::string stored = read_bytes(path);
  expect_every_truncation_refused(stored, load);
  expect_no_harm_from_damage(stored, stored.size(), load);
}

TEST(Npz, NoticesAChangedElement) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  save_npz(path, {{"a", ramp<float>({3})}});
  std::string bytes = read_bytes(path);
  const std::size_t element = bytes.find("PK\1\2") - 1;
  bytes[element] = static_cast<char>(bytes[element] ^ 1);
  write_bytes(path, bytes);
  try {
    load_npz(path);
    FAIL() << "read without an error";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("member a.npy has the checksum"));
  }
}

// A member may not claim more bytes than deflate can pack into those that it has.
TEST(Npz, AllocatesNothingOnTheWordOfAFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  std::string bytes = read_bytes(golden("compressed.npz"));
  const std::size_t entry = bytes.find("PK\1\2");
  bytes.replace(entry + 24, 4, "\xf0\xff\xff\xff", 4);
  write_bytes(path, bytes);
  try {
    load_npz(path);
    FAIL() << "read without an error";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("claims 4294967280 bytes, more than"));
  }
}

}  // namespace
}  // namespace whygrad::io
