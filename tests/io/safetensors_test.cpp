#include "files.hpp"

#include <whygrad/io/safetensors.hpp>

#include <complex>

namespace whygrad::io {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Tensors = std::map<std::string, Tensor>;

std::string golden(const std::string& name) { return WG_SOURCE_DIR "/tests/io/golden/" + name; }

void expect_same(const Tensors& actual, const Tensors& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(actual.contains(name));
    EXPECT_THAT(actual.at(name), SameTensorAs(tensor));
  }
}

Tensors one_of_each_dtype() {
  return {{"bool", tensor_of<bool>({2, 3}, {false, true, true, true, true, true})},
          {"uint8", ramp<std::uint8_t>({2, 3})},
          {"int8", ramp<std::int8_t>({2, 3})},
          {"int16", ramp<std::int16_t>({2, 3})},
          {"int32", ramp<std::int32_t>({2, 3})},
          {"int64", ramp<std::int64_t>({2, 3})},
          {"float16", ramp<Half>({2, 3})},
          {"float32", ramp<float>({2, 3})},
          {"float64", ramp<double>({2, 3})}};
}

// A file with this header and so many bytes of elements.
std::string file_of(const std::string& header, std::size_t element_bytes) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + std::string(element_bytes, '\0');
}

std::string message_of(const std::string& path) {
  try {
    load_safetensors(path);
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SafeTensors, ComesBackAsItWasSaved) {
  const TemporaryFolder folder;
  Tensors tensors = one_of_each_dtype();
  tensors["bfloat16"] = ramp<BFloat16>({3});
  tensors["complex64"] = ramp<std::complex<float>>({3});
  tensors["scalar"] = ramp<float>({});
  tensors["nothing"] = ramp<float>({0, 4});
  tensors["nothing else"] = ramp<float>({0});
  tensors["a \"name\"\nwith é"] = ramp<float>({1});
  const std::map<std::string, std::string> metadata = {{"epoch", "12"}, {"", "empty key"}, {"quote\"", "\\ \n é"}};
  save_safetensors(folder / "a.safetensors", tensors, metadata);
  const SafeTensors loaded = load_safetensors(folder / "a.safetensors");
  expect_same(loaded.tensors, tensors);
  EXPECT_EQ(loaded.metadata, metadata);
  save_safetensors(folder / "a.safetensors", {});
  EXPECT_TRUE(load_safetensors(folder / "a.safetensors").tensors.empty());
  EXPECT_THAT(folder.names(), ElementsAre("a.safetensors"));
}

TEST(SafeTensors, ReadsWhatTheFormatsOwnLibraryWrote) {
  const SafeTensors loaded = load_safetensors(golden("types.safetensors"));
  expect_same(loaded.tensors, one_of_each_dtype());
  EXPECT_EQ(loaded.metadata, (std::map<std::string, std::string>{{"made by", "safetensors"}, {"note", "é"}}));
}

TEST(SafeTensors, TheSameTensorsGiveTheSameBytesAndEachLiesAligned) {
  const TemporaryFolder folder;
  const Tensors tensors = {{"a", tensor_of<bool>({3}, {true, false, true})}, {"c", ramp<double>({2})}, {"b", ramp<float>({3})}};
  save_safetensors(folder / "1", tensors, {{"k", "v"}});
  save_safetensors(folder / "2", tensors, {{"k", "v"}});
  const std::string bytes = read_bytes(folder / "1");
  EXPECT_EQ(bytes, read_bytes(folder / "2"));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof(length));
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(bytes.substr(8, bytes.find_last_of('}') + 1 - 8),
            R"({"__metadata__":{"k":"v"},"c":{"data_offsets":[0,16],"dtype":"F64","shape":[2]},)"
            R"("b":{"data_offsets":[16,28],"dtype":"F32","shape":[3]},"a":{"data_offsets":[28,31],"dtype":"BOOL","shape":[3]}})");
}

TEST(SafeTensors, RefusesToSaveWhatTheFormatLacks) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  EXPECT_THROW(save_safetensors(path, {{"z", ramp<std::complex<double>>({2})}}), DTypeError);
  EXPECT_THROW(save_safetensors(path, {{"z", Tensor()}}), ValueError);
  EXPECT_THROW(save_safetensors(path, {{"__metadata__", ramp<float>({2})}}), ValueError);
  EXPECT_THROW(save_safetensors(path, {{"\xff", ramp<float>({2})}}), ValueError);
  EXPECT_THROW(save_safetensors(path, {}, {{"k", "\xff"}}), ValueError);
  EXPECT_THAT(folder.names(), ElementsAre());
}

struct BadHeader {
  const char* header;
  std::size_t element_bytes;
  const char* expected;
};

TEST(SafeTensors, NamesFileAndOffsetAndWhatWasExpected) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const BadHeader cases[] = {
      {"[]", 0, "byte 8: expected a JSON object as header"},
      {"{\"a\":}", 0, "byte 13: expected a header in JSON"},
      {"{\"a\":\"\xff\"}", 0, "expected a header in JSON"},
      {R"({"a":1e999})", 0, "a number that is too large"},
      {R"({"a":[[[[1]]]]})", 0, "nested deeper"},
      {R"({"a":7})", 0, "tensor a: expected the field \"dtype\""},
      {R"({"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}})", 2, "tensor a is of type F8_E4M3, which whygrad lacks"},
      {R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "tensor a: expected the field \"shape\""},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "tensor a: expected a whole number of 0 or more"},
      {R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "tensor a: expected a whole number of 0 or more"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "expected two data_offsets, found 1"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "tensor a ends at 0, before its beginning at 4"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "tensor a is f32[2] and takes 8 bytes, but there are 4"},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}})", 4, "more elements than can be counted"},
      {R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", 4, "tensor a has 9 axes; whygrad has at most 8"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8, "expected 4 bytes of elements, the file has 8"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4, "expected 8 bytes of elements, the file has 4"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "expected tensor a to begin at offset 0"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})", 6,
       "expected tensor b to begin at offset 4, where the one before it ends; it begins at 2"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1, "the header names a twice"},
      {R"({"__metadata__":{"epoch":3}})", 0, "expected a string as metadata epoch"},
      {R"({"__metadata__":[]})", 0, "expected an object of strings as __metadata__"},
  };
  for (const BadHeader& c : cases) {
    SCOPED_TRACE(c.header);
    write_bytes(path, file_of(c.header, c.element_bytes));
    const std::string message = message_of(path);
    EXPECT_THAT(message, HasSubstr("[load_safetensors] " + path + ", byte "));
    EXPECT_THAT(message, HasSubstr(c.expected));
  }
}

TEST(SafeTensors, AllocatesNothingOnTheWordOfAFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  for (const std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}, std::uint64_t{99'000'000}, std::uint64_t{3}}) {
    write_bytes(path, std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + "{}");
    EXPECT_THAT(message_of(path), HasSubstr("byte 0: expected the header's length, at most 2, found " + std::to_string(length)));
  }
}

TEST(SafeTensors, SurvivesDamage) {
  const auto load = [](const std::string& p) { load_safetensors(p); };
  const std::string bytes = read_bytes(golden("types.safetensors"));
  expect_every_truncation_refused(bytes, load);
  expect_no_harm_from_damage(bytes, bytes.size() - 180, load);
}

// A value that went out to a file and came back is the same to the log as one that went out to the program.
TEST(SafeTensors, TheLogRemembersTheReadAndTheReturn) {
  const TemporaryFolder folder;
  const Tensor t = ramp<float>({40});
  const internal::Log& log = internal::Log::mine();
  save_safetensors(folder / "a", {{"t", t}});
  const internal::Record* read = log.find(log.next_id() - 1);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->op, &internal::host_read_op());
  EXPECT_EQ(read->input_ids()[0], t.id());
  const Where line = Where::here();
  const Tensor back = load_safetensors(folder / "a").tensors.at("t");
  const internal::Record* made = log.find(back.id());
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->op, &internal::constant_op());
  EXPECT_STREQ(made->where.file, line.file);
  EXPECT_EQ(made->where.line, line.line + 1);
  EXPECT_EQ(*static_cast<const internal::Fingerprint*>(read->attrs()), static_cast<const internal::ConstantAttrs*>(made->attrs())->print);
}

}  // namespace
}  // namespace whygrad::io
