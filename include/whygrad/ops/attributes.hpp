// The attributes of ops: how a member of an attribute struct is described, read and set by name.
#pragma once

#include <whygrad/base/dtype.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>
#include <whygrad/ops/number.hpp>
#include <whygrad/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace whygrad {

// kNumber is a number whose type follows a dtype attribute: exact for 64-bit integers, and complex if necessary.
enum class AttrType : std::uint8_t { kBool, kInt, kFloat, kNumber, kDType, kInts, kString, kPlace };

// The value of an attribute for bindings and explanations.
struct AttrValue {
  AttrType type;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  DType dtype{};
  std::span<const std::int64_t> integers = {};
  const char* text = nullptr;  // the name of an enumerator, or a text
  Number number = 0;
  Where place = {};
};

// NOTE [attributes are complete]
// A record keeps the attribute struct of its call as bytes. Readers, such as files and replays, access it by names. So every member is described by
// exactly one AttrDef, or by one for each of its own members if it is a struct. define_op counts the members and refuses an incomplete description.
struct AttrDef {
  const char* name = nullptr;
  const char* doc = nullptr;
  AttrValue (*get)(const void* attrs) = nullptr;
  // Stores a value of get's type. Returns false if it does not fit.
  bool (*set)(void* attrs, const AttrValue& value) = nullptr;
  // The attribute struct of this member: its size, and a function that makes one with default values.
  std::size_t bytes = 0;
  void (*make)(void* at) = nullptr;
  int members = 0;               // members of that struct
  const char* member = nullptr;  // identifies the member; equal for the parts of one member
  int parts = 1;                 // descriptions that the member is split into
  bool required = false;         // has no default
  bool resolved = false;         // computed by the op's function from its arguments, so a call by attribute names is not offered to users
  bool tail = false;             // a list of any length stored after the struct; set() needs room for it there
};

// A short list of numbers for attributes: axes, permutations, paddings. Trivially copyable, because a record keeps attributes as bytes.
struct Ints {
  static constexpr int kMax = 16;
  std::int64_t values[kMax] = {};
  int count = 0;

  constexpr Ints() = default;
  constexpr Ints(std::initializer_list<std::int64_t> list) {
    for (const std::int64_t v : list) push_back(v);
  }
  // From a vector, an array. Shape has an overload of its own: its size() counts the elements of a tensor, and a span would take that for the length.
  Ints(const Shape& shape) : Ints(shape.extents()) {}
  template <class R>
  requires(std::convertible_to<const R&, std::span<const std::int64_t>> && !std::same_as<R, Ints> &&
           !std::same_as<R, Shape>) constexpr Ints(const R& list) {
    for (const std::int64_t v : std::span<const std::int64_t>(list)) push_back(v);
  }
  constexpr void push_back(std::int64_t v) {
    if (count == kMax) throw ValueError("Ints", "more than 16 numbers in one list", "a tensor has at most 8 axes, so no axis list is longer");
    values[count++] = v;
  }
  constexpr int size() const { return count; }
  constexpr bool empty() const { return count == 0; }
  constexpr std::int64_t operator[](int i) const { return values[i]; }
  constexpr std::int64_t& operator[](int i) { return values[i]; }
  constexpr const std::int64_t* begin() const { return values; }
  constexpr const std::int64_t* end() const { return values + count; }
};

namespace internal {

// Converts to any member type, to count the members of a struct. Not to the span that converts to a list as well.
struct AnyMember {
  template <class T>
  requires(!std::same_as<T, std::span<const std::int64_t>>) constexpr operator T() const noexcept;
};
template <class S, std::size_t... I>
consteval bool has_members(std::index_sequence<I...>) {
  return requires { S{(static_cast<void>(I), AnyMember{})...}; };
}
// The number of members of a struct without constructors, at most 8.
template <class S, std::size_t N = 8>
consteval int member_count() {
  static_assert(std::is_aggregate_v<S>, "an attribute struct has no constructors");
  if constexpr (N == 0 || has_members<S>(std::make_index_sequence<N>())) {
    return static_cast<int>(N);
  } else {
    return member_count<S, N - 1>();
  }
}

template <auto M>
struct MemberOf;
template <class S, class T, T S::*M>
struct MemberOf<M> {
  using Struct = S;
  using Type = T;
};
template <auto M>
inline constexpr char kMemberTag = 0;

template <class S>
void make_attrs(void* at) {
  new (at) S();
}

template <class T>
inline constexpr bool is_text = false;
template <std::size_t N>
inline constexpr bool is_text<std::array<char, N>> = true;

}  // namespace internal

// Member M of an attribute struct, or member Inner of that member.
template <auto M, auto... Inner>
struct AttrMember {
  using S = typename internal::MemberOf<M>::Struct;

  static AttrValue get(const void* attrs) {
    const auto& v = ((static_cast<const S*>(attrs)->*M).*....*Inner);
    using T = std::remove_cvref_t<decltype(v)>;
    if constexpr (std::same_as<T, bool>) {
      return {.type = AttrType::kBool, .boolean = v};
    } else if constexpr (std::floating_point<T>) {
      return {.type = AttrType::kFloat, .real = static_cast<double>(v)};
    } else if constexpr (std::same_as<T, Number>) {
      return {.type = AttrType::kNumber, .number = v};
    } else if constexpr (std::same_as<T, DType>) {
      return {.type = AttrType::kDType, .dtype = v};
    } else if constexpr (std::same_as<T, Where>) {
      return {.type = AttrType::kPlace, .place = v};
    } else if constexpr (internal::is_text<T>) {
      return {.type = AttrType::kString, .text = v.data()};
    } else if constexpr (std::convertible_to<const T&, std::span<const std::int64_t>>) {
      return {.type = AttrType::kInts, .integers = v};
    } else if constexpr (std::is_enum_v<T>) {
      return {.type = AttrType::kString, .integer = static_cast<std::int64_t>(v), .text = name_of(v)};
    } else {
      static_assert(std::is_integral_v<T>, "attributes are numbers, bools, dtypes, enumerators, lists of integers, text and places");
      return {.type = AttrType::kInt, .integer = static_cast<std::int64_t>(v)};
    }
  }

  static bool set(void* attrs, const AttrValue& value) {
    auto& v = ((static_cast<S*>(attrs)->*M).*....*Inner);
    using T = std::remove_cvref_t<decltype(v)>;
    if constexpr (std::same_as<T, bool>) {
      v = value.boolean;
    } else if constexpr (std::floating_point<T>) {
      v = static_cast<T>(value.real);
    } else if constexpr (std::same_as<T, Number>) {
      v = value.number;
    } else if constexpr (std::same_as<T, DType>) {
      v = value.dtype;
    } else if constexpr (std::same_as<T, Where>) {
      v = value.place;
    } else if constexpr (internal::is_text<T>) {
      const std::string_view text = value.text;
      if (text.size() >= v.size()) return false;
      v = {};
      std::copy(text.begin(), text.end(), v.begin());
    } else if constexpr (std::constructible_from<T, std::span<const std::int64_t>>) {
      v = T(value.integers);
    } else if constexpr (std::convertible_to<const T&, std::span<const std::int64_t>>) {  // the whole array
      if (value.integers.size() != std::size(v)) return false;
      std::copy(value.integers.begin(), value.integers.end(), std::begin(v));
    } else if constexpr (std::is_enum_v<T>) {
      constexpr int kMostEnumerators = 8;
      int i = 0;
      while (i < kMostEnumerators && std::string_view(name_of(static_cast<T>(i))) != value.text) ++i;
      if (i == kMostEnumerators) return false;
      v = static_cast<T>(i);
    } else {
      v = static_cast<T>(value.integer);
    }
    return true;
  }
};

enum class Attr : std::uint8_t { kOptional, kRequired, kResolved };
// attr<&ReduceAttrs::keepdims>("keepdims", "..."), and attr<&ConvAttrs::padding, &Padding::kind>("padding", "...") for a part of a member.
template <auto M, auto... Inner>
constexpr AttrDef attr(const char* name, const char* doc, Attr presence = Attr::kOptional) {
  static_assert(sizeof...(Inner) <= 1, "structs in structs in structs are not described");
  using Member = AttrMember<M, Inner...>;
  AttrDef def{name, doc, &Member::get, &Member::set, sizeof(typename Member::S), &internal::make_attrs<typename Member::S>};
  def.members = internal::member_count<typename Member::S>();
  def.member = &internal::kMemberTag<M>;
  if constexpr (sizeof...(Inner) == 1) def.parts = internal::member_count<typename internal::MemberOf<M>::Type>();
  def.required = presence == Attr::kRequired;
  def.resolved = presence == Attr::kResolved;
  return def;
}

// A list that is stored after the attribute struct. Its member Count holds the length.
template <auto Count>
constexpr AttrDef tail_attr(const char* name, const char* doc) {
  using S = typename internal::MemberOf<Count>::Struct;
  AttrDef def = attr<Count>(name, doc, Attr::kResolved);
  def.get = [](const void* attrs) -> AttrValue {
    const auto* s = static_cast<const S*>(attrs);
    return {.type = AttrType::kInts, .integers = {reinterpret_cast<const std::int64_t*>(s + 1), static_cast<std::size_t>(s->*Count)}};
  };
  def.set = [](void* attrs, const AttrValue& value) {
    auto* s = static_cast<S*>(attrs);
    s->*Count = static_cast<std::int64_t>(value.integers.size());
    std::copy(value.integers.begin(), value.integers.end(), reinterpret_cast<std::int64_t*>(s + 1));
    return true;
  };
  def.tail = true;
  return def;
}

}  // namespace whygrad
