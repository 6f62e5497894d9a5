// The safetensors format, https://github.com/huggingface/safetensors: eight bytes with the header's length, the header as JSON, the elements of all
// tensors without gaps.
#include "io/atomic_file.hpp"
#include "io/elements.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/io/safetensors.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace whygrad::io {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr const char* kMetadata = "__metadata__";

struct TypeName {
  DType dtype;
  std::string_view name;
};
constexpr TypeName kTypes[] = {{DType::kBool, "BOOL"}, {DType::kU8, "U8"},   {DType::kI8, "I8"},   {DType::kI16, "I16"}, {DType::kU16, "U16"},
                               {DType::kU32, "U32"},   {DType::kU64, "U64"}, {DType::kI32, "I32"}, {DType::kI64, "I64"}, {DType::kF16, "F16"},
                               {DType::kBF16, "BF16"}, {DType::kF32, "F32"}, {DType::kF64, "F64"}, {DType::kC64, "C64"}};

constexpr std::uint64_t kHeaderOffset = 8;

struct Entry {
  std::string name;
  DType dtype{};
  Shape shape;
  std::uint64_t begin = 0, end = 0;  // from the end of the header
};

// Parses the header. A depth of three holds all that the format has, and no name may come twice; both are seen while parsing, before a hostile header
// has grown into a large tree.
Json parse_header(const Source& file, const std::string& text) {
  constexpr int kMaxDepth = 3;
  std::set<std::string> names;
  const Json::parser_callback_t check = [&](int depth, Json::parse_event_t event, Json& value) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= kMaxDepth) file.fail(kHeaderOffset, "the header's objects are nested deeper than the format has them");
    if (event == Json::parse_event_t::key && depth == 1 && !names.insert(value.get<std::string>()).second) {
      file.fail(kHeaderOffset, fmt::format("the header names {} twice", value.get<std::string>()));
    }
    return true;
  };
  try {
    Json header = Json::parse(text, check);
    if (!header.is_object()) file.fail(kHeaderOffset, "expected a JSON object as header");
    return header;
  } catch (const Json::parse_error& error) {
    file.fail(kHeaderOffset + (error.byte > 0 ? error.byte - 1 : 0), "expected a header in JSON");
  } catch (const Json::out_of_range&) {
    file.fail(kHeaderOffset, "the header holds a number that is too large");
  }
}

std::int64_t whole_number(const Source& file, const std::string& name, const Json& value) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::uint64_t{1} << 62) {
    file.fail(kHeaderOffset, fmt::format("tensor {}: expected a whole number of 0 or more, found {}", name, value.type_name()));
  }
  return value.get<std::int64_t>();
}

const Json& field(const Source& file, const std::string& name, const Json& tensor, const char* key, bool (Json::*is_right)() const noexcept) {
  const auto found = tensor.is_object() ? tensor.find(key) : tensor.end();
  if (found == tensor.end() || !((*found).*is_right)()) file.fail(kHeaderOffset, fmt::format("tensor {}: expected the field \"{}\"", name, key));
  return *found;
}

Entry read_entry(const Source& file, const std::string& name, const Json& tensor) {
  Entry entry{.name = name};
  const auto& type_name = field(file, name, tensor, "dtype", &Json::is_string).get_ref<const std::string&>();
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& t) { return t.name == type_name; });
  if (type == std::end(kTypes)) {
    file.fail(kHeaderOffset, fmt::format("tensor {} is of type {}, which whygrad lacks", name, type_name),
              "convert it before saving, to F32 or I64 for example");
  }
  entry.dtype = type->dtype;
  std::vector<std::int64_t> extents;
  for (const Json& extent : field(file, name, tensor, "shape", &Json::is_array)) extents.push_back(whole_number(file, name, extent));
  const Json& offsets = field(file, name, tensor, "data_offsets", &Json::is_array);
  if (offsets.size() != 2) file.fail(kHeaderOffset, fmt::format("tensor {}: expected two data_offsets, found {}", name, offsets.size()));
  entry.begin = static_cast<std::uint64_t>(whole_number(file, name, offsets[0]));
  entry.end = static_cast<std::uint64_t>(whole_number(file, name, offsets[1]));
  if (entry.begin > entry.end)
    file.fail(kHeaderOffset, fmt::format("tensor {} ends at {}, before its beginning at {}", name, entry.end, entry.begin));
  entry.shape = checked_shape(file, kHeaderOffset, "tensor " + name, extents, entry.dtype, entry.end - entry.begin);
  return entry;
}

std::map<std::string, std::string> read_metadata(const Source& file, const Json& metadata) {
  std::map<std::string, std::string> result;
  if (!metadata.is_object()) file.fail(kHeaderOffset, "expected an object of strings as __metadata__");
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) file.fail(kHeaderOffset, fmt::format("expected a string as metadata {}, found {}", key, value.type_name()));
    result[key] = value.get<std::string>();
  }
  return result;
}

// The tensors must fill the file: each begins where the one before it ends.
void check_layout(const Source& file, std::uint64_t data_offset, std::vector<Entry>& entries) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != at) {
      file.fail(data_offset + std::min(at, entry.begin),
                fmt::format("expected tensor {} to begin at offset {}, where the one before it ends; it begins at {}", entry.name, at, entry.begin));
    }
    at = entry.end;
  }
  const std::uint64_t available = file.size() - data_offset;
  if (at != available) file.fail(data_offset + std::min(at, available), fmt::format("expected {} bytes of elements, the file has {}", at, available));
}

// Large elements first, then by name: so each tensor lies aligned, as readers that map the file need it.
std::vector<Entry> lay_out(const std::map<std::string, Tensor>& tensors) {
  constexpr const char* kOp = "save_safetensors";
  std::vector<Entry> entries;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined()) throw ValueError(kOp, fmt::format("{} is an empty handle", name), "assign a tensor to it before saving it");
    if (tensor.dtype() == DType::kC128)
      throw DTypeError(kOp, fmt::format("{} is {}; safetensors has no c128", name, tensor.signature()), "save it as .npy, or cast to complex64");
    if (name == kMetadata)
      throw ValueError(kOp, fmt::format("a tensor is called {}, which the format keeps for the metadata", name), "give it another name");
    entries.push_back({.name = name, .dtype = tensor.dtype(), .shape = tensor.shape()});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return size_of(a.dtype) > size_of(b.dtype); });
  std::uint64_t at = 0;
  for (Entry& entry : entries) {
    entry.begin = at;
    at += static_cast<std::uint64_t>(entry.shape.size()) * size_of(entry.dtype);
    entry.end = at;
  }
  return entries;
}

// The header in the order of the elements, filled up with blanks so that these begin at a multiple of 8.
std::string header_text(const std::vector<Entry>& entries, const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  const auto add = [&text](const std::string& name, const Json& value) {
    if (text.size() > 1) text += ',';
    text += Json(name).dump() + ':' + value.dump();
  };
  try {
    if (!metadata.empty()) add(kMetadata, metadata);
    for (const Entry& entry : entries) {
      const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& t) { return t.dtype == entry.dtype; });
      add(entry.name,
          {{"dtype", type->name}, {"shape", std::vector(entry.shape.begin(), entry.shape.end())}, {"data_offsets", {entry.begin, entry.end}}});
    }
  } catch (const Json::type_error&) {
    throw ValueError("save_safetensors", "a name or a metadata string is no UTF-8, which the format asks for", "name tensors in UTF-8");
  }
  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

SafeTensors read_file(const std::string& path, const Where& where) {
  const FileSource file("load_safetensors", path);
  std::uint64_t length = 0;
  file.read(0, &length, sizeof(length), "the header's length");
  if (length > kMaxHeader || length > file.size() - kHeaderOffset) {
    file.fail(0, fmt::format("expected the header's length, at most {}, found {}", std::min(kMaxHeader, file.size() - kHeaderOffset), length),
              "the file was cut short, or is no safetensors file");
  }
  std::string text(length, '\0');
  file.read(kHeaderOffset, text.data(), text.size(), "the header");

  SafeTensors result;
  std::vector<Entry> entries;
  const Json header = parse_header(file, text);
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      result.metadata = read_metadata(file, value);
    } else {
      entries.push_back(read_entry(file, name, value));
    }
  }
  const std::uint64_t data_offset = kHeaderOffset + length;
  check_layout(file, data_offset, entries);
  for (const Entry& entry : entries) {
    result.tensors[entry.name] = from_file(read_elements(file, data_offset + entry.begin, entry.dtype, entry.shape), where);
  }
  return result;
}

}  // namespace

SafeTensors load_safetensors(const std::string& path, Where where) {
  return internal::in_the_name_of("load_safetensors", [&] { return read_file(path, where); });
}

void save_safetensors(const std::string& path, const std::map<std::string, Tensor>& tensors, const std::map<std::string, std::string>& metadata,
                      Where where) {
  constexpr const char* kOp = "save_safetensors";
  const std::vector<Entry> entries = lay_out(tensors);
  const std::string header = header_text(entries, metadata);
  const std::uint64_t length = header.size();
  if (length > kMaxHeader)
    throw IoError(kOp, fmt::format("the header has {} bytes, the format allows {}", length, kMaxHeader), "save in several files");
  AtomicFile file(kOp, path);
  file.write(&length, sizeof(length));
  file.write(header.data(), header.size());
  for (const Entry& entry : entries) {
    const Elements elements(kOp, tensors.at(entry.name), where);
    file.write(elements.bytes().data(), elements.bytes().size());
  }
  file.commit();
}

}  // namespace whygrad::io
