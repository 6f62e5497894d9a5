// Conversion of a call's attributes to and from JSON.
#include "ops/core/attr_json.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>

namespace whygrad::internal {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no numbers that are not finite.
Json real_to_json(double x) {
  if (std::isfinite(x)) return x;
  return std::isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";
}
double real_from_json(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto& text = json.get_ref<const std::string&>();
  if (text == "Infinity") return kInfinity;
  if (text == "-Infinity") return -kInfinity;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  throw std::invalid_argument(text);
}

DType dtype_from_name(std::string_view name) {
  for (int i = 0; i < kDTypeCount; ++i) {
    if (name_of(static_cast<DType>(i)) == name) return static_cast<DType>(i);
  }
  throw std::invalid_argument(std::string(name));
}

Json number_to_json(const Number& x) {
  Json value;
  if (x.is_whole()) {
    value = x.whole();
    if (x.type() == DType::kU64) value = static_cast<std::uint64_t>(x.whole());
  } else if (is_complex(x.type())) {
    value = {real_to_json(x.real()), real_to_json(x.imaginary())};
  } else {
    value = real_to_json(x.real());
  }
  return {{std::string(name_of(x.type())), std::move(value)}};
}
Number number_from_json(const Json& json) {
  if (!json.is_object() || json.size() != 1) throw std::invalid_argument("a number");
  const DType type = dtype_from_name(json.begin().key());
  const Json& value = json.begin().value();
  if (type == DType::kBool || is_integer(type)) {
    if (type == DType::kU64) return Number(value.get<std::uint64_t>());
    const auto integer = value.get<std::int64_t>();
    return Number::of(type, integer, static_cast<double>(integer), 0);
  }
  if (is_complex(type)) return Number::of(type, 0, real_from_json(value.at(0)), real_from_json(value.at(1)));
  return Number::of(type, 0, real_from_json(value), 0);
}

// A place refers to texts that live as long as the program, so these texts are never freed.
const char* kept_text(const std::string& text) {
  if (text.empty()) return nullptr;
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return texts.insert(text).first->c_str();
}
Json place_to_json(const Where& place) {
  ForeignPlace words{place.file == nullptr ? "" : place.file, place.function == nullptr ? "" : place.function, place.line, place.column};
  if (place.file == nullptr) words = resolve_foreign(place);
  return {{"file", words.file}, {"function", words.function}, {"line", words.line}, {"column", words.column}};
}
Where place_from_json(const Json& json) {
  return {kept_text(json.at("file").get<std::string>()), kept_text(json.at("function").get<std::string>()), json.at("line").get<std::uint32_t>(),
          json.at("column").get<std::uint32_t>()};
}

Json value_to_json(const AttrValue& value) {
  switch (value.type) {
    case AttrType::kBool: return value.boolean;
    case AttrType::kInt: return value.integer;
    case AttrType::kFloat: return real_to_json(value.real);
    case AttrType::kNumber: return number_to_json(value.number);
    case AttrType::kDType: return std::string(name_of(value.dtype));
    case AttrType::kInts: return Json(std::vector<std::int64_t>(value.integers.begin(), value.integers.end()));
    case AttrType::kString: return value.text;
    case AttrType::kPlace: return place_to_json(value.place);
  }
  return {};
}

// A value and the storage that it refers to.
struct ReadValue {
  AttrValue value;
  std::vector<std::int64_t> integers;
  std::string text;

  ReadValue(AttrType type, const Json& json) : value{.type = type} {
    switch (type) {
      case AttrType::kBool: value.boolean = json.get<bool>(); return;
      case AttrType::kInt:
        if (!json.is_number_integer()) throw std::invalid_argument("an integer");
        value.integer = json.get<std::int64_t>();
        return;
      case AttrType::kFloat: value.real = real_from_json(json); return;
      case AttrType::kNumber: value.number = number_from_json(json); return;
      case AttrType::kDType: value.dtype = dtype_from_name(json.get_ref<const std::string&>()); return;
      case AttrType::kInts:
        integers = json.get<std::vector<std::int64_t>>();
        value.integers = integers;
        return;
      case AttrType::kString:
        text = json.get<std::string>();
        value.text = text.c_str();
        return;
      case AttrType::kPlace: value.place = place_from_json(json); return;
    }
  }
  ReadValue(const ReadValue&) = delete;
  ReadValue& operator=(const ReadValue&) = delete;
};

[[noreturn]] void refuse(const OpDef& op, const AttrDef& a, const Json& json) {
  throw ValueError(op.name, fmt::format("attribute {} cannot be {}", a.name, json.dump()), fmt::format("{}: {}", a.name, a.doc));
}

Json parse(const OpDef& op, std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw ValueError(op.name, "its attributes are no JSON object", R"(write {"name": value, ...}, {} for defaults)");
  for (const auto& [name, value] : json.items()) {
    const std::string& key = name;
    if (std::none_of(op.attrs.begin(), op.attrs.end(), [&key](const AttrDef& a) { return a.name == key; }))
      throw ValueError(op.name, fmt::format("it has no attribute {}", key), "see `whygrad ops " + std::string(op.name) + "` for those it has");
  }
  return json;
}

void set_from_json(const OpDef& op, const AttrDef& a, const Json& json, void* attrs) {
  bool fits = false;
  // Reads only the length of a list that is stored after the struct; the list itself is empty here.
  const AttrType type = a.tail ? AttrType::kInts : a.get(attrs).type;
  try {
    fits = a.set(attrs, ReadValue(type, json).value);
  } catch (const std::invalid_argument&) {
  } catch (const nlohmann::json::exception&) {
  }
  if (!fits) refuse(op, a, json);
}

}  // namespace

std::string attrs_to_json(const OpDef& op, const void* attrs) {
  Json json = Json::object();
  for (const AttrDef& a : op.attrs) json[a.name] = value_to_json(a.get(attrs));
  return json.dump();
}

std::vector<std::byte> attrs_from_json(const OpDef& op, std::string_view text) {
  const Json json = parse(op, text);
  if (op.attrs.count == 0) return {};
  std::size_t bytes = op.attrs[0].bytes;
  for (const AttrDef& a : op.attrs) {
    if (a.tail && json.contains(a.name)) bytes += json[a.name].size() * sizeof(std::int64_t);
  }
  std::vector<std::byte> attrs(bytes);
  op.attrs[0].make(attrs.data());
  for (const AttrDef& a : op.attrs) {
    if (json.contains(a.name)) {
      set_from_json(op, a, json[a.name], attrs.data());
    } else if (a.required) {
      throw ValueError(op.name, fmt::format("attribute {} is missing", a.name), fmt::format("{}: {}", a.name, a.doc));
    }
  }
  return attrs;
}

}  // namespace whygrad::internal
