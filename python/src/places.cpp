// Places in Python programs.
//
// NOTE [stacks of frames]
// A place is the user's line and a number for the way in which the line was reached: the frames that called it, and the frames of installed packages
// that it called. A known stack is recognised by the instructions of its innermost 8 frames (a block), compared with known blocks; the address of an
// instruction identifies code object and line, because code objects are held. Outer frames are inspected, block by block, only if the inner ones
// contain too few of the user's. Blocks are in a ring too: a number whose block is gone has no callers any more, but the line remains.
#include "places.hpp"

#include "code_objects.hpp"
#include "frames.hpp"
#include "language.hpp"
#include "module.hpp"

#include <whygrad/base/foreign_place.hpp>

#include <nanobind/stl/string.h>

#include <array>
#include <bit>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace whygrad::python {
namespace {

struct Frame {
  std::uintptr_t code;  // its handle
  std::uint32_t offset;
};

Where place_in(const Frame& frame, std::uint32_t stack) noexcept {
  Where where;
  where.function = reinterpret_cast<const char*>(frame.code);  // NOLINT(performance-no-int-to-ptr): a handle, never read through
  where.line = frame.offset;
  where.column = stack;
  return where;
}

// The known facts of a stack, by its innermost frames.
struct Reading {
  std::vector<Frame> user, packages;  // innermost first; packages: those inside of the user's innermost frame
  bool in_part = false;               // the last frame is a part; the next one of the user's is of the same call, and not shown
};

class Stacks {
 public:
  static constexpr std::size_t kBlock = 8;   // frames that are compared at once
  static constexpr std::size_t kBlocks = 6;  // maximum per stack
  static constexpr std::size_t kEnough = 4;  // number of the user's frames after which no further block is inspected
  static constexpr std::size_t kPackages = 4;
  static constexpr std::size_t kRing = 1 << 14, kIndex = 2 * kRing;

  static Stacks& instance() {
    static auto* all = new Stacks;
    return *all;
  }

  Where find() {
    if (epoch_ != CodeObjects::instance().epoch()) forget();
    std::uint32_t before = 0;
    for (Frames frames;;) {
      Key key{};
      const std::uint64_t hash = read(frames, before, key);
      const Block* block = lookup(hash, before, key);
      if (block == nullptr) return meet();
      if (block->whole) return block->where;
      before = block->number;
    }
  }

  // Null if it is gone.
  const Reading* reading(std::uint32_t number) const {
    const std::size_t at = number % kRing;
    return number != 0 && at < blocks_.size() && blocks_[at].number == number ? &blocks_[at].reading : nullptr;
  }

 private:
  using Key = std::array<std::uintptr_t, kBlock>;
  struct Block {
    std::uint32_t number = 0;
    std::uint32_t before = 0;  // number of the next block inwards
    bool whole = false;        // outer frames are irrelevant
    Where where;
    Key key{};
    Reading reading;
  };

  static std::uint64_t read(Frames& frames, std::uint32_t before, Key& key) {
    std::uint64_t hash = before;
    for (std::size_t i = 0; i < kBlock && !frames.end(); frames.next(), ++i) {
      key[i] = frames.instruction();
      hash = std::rotl(hash, 11) ^ key[i];
    }
    return hash * 0x9e3779b97f4a7c15u;
  }

  std::size_t slot_of(std::uint64_t hash) const { return hash >> (64 - std::bit_width(kIndex - 1)); }

  const Block* lookup(std::uint64_t hash, std::uint32_t before, const Key& key) const {
    for (std::size_t slot = slot_of(hash); index_[slot] != 0; slot = (slot + 1) % kIndex) {
      const Block& block = blocks_[index_[slot] - 1];
      if (block.before == before && block.key == key) return &block;
    }
    return nullptr;
  }

  // Adds an unknown stack.
  Where meet() {
    read_owners();
    std::uint32_t before = 0;
    Reading reading;
    Frames frames, owners;
    for (std::size_t count = 1;; ++count) {
      Key key{};
      const std::uint64_t hash = read(frames, before, key);
      for (std::size_t i = 0; i < kBlock && !owners.end(); owners.next(), ++i) add(owners, reading);
      const Block* block = lookup(hash, before, key);
      if (block == nullptr) block = &insert(hash, before, key, reading, frames.end() || reading.user.size() >= kEnough || count == kBlocks);
      if (block->whole) return block->where;
      before = block->number;
    }
  }

  // Registers all code objects first, because a full ring releases others.
  void read_owners() {
    std::size_t count = 0;
    for (Frames frames; !frames.end() && count < kBlock * kBlocks; frames.next(), ++count) {
      if (PyCodeObject* code = frames.code(); code != nullptr) CodeObjects::instance().find(code);
    }
    if (epoch_ != CodeObjects::instance().epoch()) forget();
  }

  static void add(const Frames& frames, Reading& reading) {
    PyCodeObject* code = frames.code();
    if (code == nullptr) return;
    const CodeObjects::Known& known = CodeObjects::instance().find(code);
    const Frame frame{known.handle, frames.offset()};
    if (known.owner == Owner::kUser) {
      if (!reading.in_part) reading.user.push_back(frame);
      reading.in_part = known.part;
    } else if (known.owner == Owner::kPackage && reading.user.empty() && reading.packages.size() < kPackages) {
      reading.packages.push_back(frame);
    }
  }

  const Block& insert(std::uint64_t hash, std::uint32_t before, const Key& key, const Reading& reading, bool whole) {
    if (next_ % kRing == 0) forget();
    const std::uint32_t number = next_++;
    if (next_ == 0) next_ = 1;  // 0 names none
    if (blocks_.size() <= number % kRing) blocks_.resize(number % kRing + 1);
    Block& block = blocks_[number % kRing];
    block = {number, before, whole, {}, key, whole ? reading : Reading{}};
    if (whole) finish(block);
    std::size_t slot = slot_of(hash);
    while (index_[slot] != 0) slot = (slot + 1) % kIndex;
    index_[slot] = number % kRing + 1;
    return block;
  }

  // Code of a package is shown itself if no code of the user's called it.
  static void finish(Block& block) {
    Reading& r = block.reading;
    if (r.user.empty()) std::swap(r.user, r.packages);
    if (!r.user.empty()) block.where = place_in(r.user[0], block.number);
  }

  void forget() {
    index_.assign(kIndex, 0);
    epoch_ = CodeObjects::instance().epoch();
  }

  std::vector<Block> blocks_;
  std::vector<std::uint32_t> index_ = std::vector<std::uint32_t>(kIndex);  // places in blocks_, from 1
  std::uint32_t next_ = 1;
  std::uint64_t epoch_ = 0;
};

// Calls f() with the interpreter lock; does nothing without an interpreter.
template <class F>
std::invoke_result_t<F> locked_if_there(F&& f) {
  if (!interpreter_is_there()) return {};
  return locked(std::forward<F>(f));
}

// Line and column from the code's table of positions, if it has one.
void find_position(nb::handle code, std::uint32_t offset, ForeignPlace& place) {
  place.line = static_cast<std::uint32_t>(PyCode_Addr2Line(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(offset)));
#if PY_VERSION_HEX >= 0x030B0000
  int line = 0, column = 0, end_line = 0, end_column = 0;
  if (PyCode_Addr2Location(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(offset), &line, &column, &end_line, &end_column) == 0)
    return;
  if (line > 0) place.line = static_cast<std::uint32_t>(line);
  if (column >= 0) place.column = static_cast<std::uint32_t>(column) + 1;
#endif
}

ForeignPlace words_of(const Frame& frame) {
  ForeignPlace place;
  const nb::handle code = reinterpret_cast<PyObject*>(CodeObjects::instance().code_of(frame.code));
  if (!code.is_valid()) return place;
  try {
    place.file = nb::cast<std::string>(nb::module_::import_("whygrad._source_names").attr("shown")(code.attr("co_filename")));
    place.function = nb::cast<std::string>(nb::getattr(code, "co_qualname", code.attr("co_name")));
    find_position(code, frame.offset, place);
  } catch (nb::python_error&) {  // a name that is not UTF-8 stays unknown
  }
  return place;
}

ForeignPlace resolve(const Where& where) {
  ForeignPlace place = words_of({reinterpret_cast<std::uintptr_t>(where.function), where.line});
  const Reading* reading = Stacks::instance().reading(where.column);
  if (place.file.empty() || reading == nullptr) return place;
  for (std::size_t i = 1; i < reading->user.size(); ++i) {
    if (ForeignPlace caller = words_of(reading->user[i]); !caller.file.empty()) place.callers.push_back(std::move(caller));
  }
  for (const Frame& frame : reading->packages) {
    if (ForeignPlace inside = words_of(frame); !inside.file.empty()) place.inside.push_back(std::move(inside));
  }
  return place;
}

// The position of an instruction as Python's ast counts them, for interpreters that know it.
nb::object span_of(nb::handle code, std::uint32_t offset) {
#if PY_VERSION_HEX >= 0x030B0000
  int line = 0, column = 0, end_line = 0, end_column = 0;
  const int known =
      PyCode_Addr2Location(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(offset), &line, &column, &end_line, &end_column);
  if (known != 0 && column >= 0) return nb::make_tuple(line, column, end_line, end_column);
#else
  static_cast<void>(code);
  static_cast<void>(offset);
#endif
  return nb::none();
}

ForeignName assigned_name(const Where& where, const ForeignResult& result, bool variable) {
  std::vector<Frame> frames{{reinterpret_cast<std::uintptr_t>(where.function), where.line}};
  if (const Reading* reading = Stacks::instance().reading(where.column); reading != nullptr && !reading->user.empty()) frames = reading->user;
  try {
    nb::list stack;
    for (const Frame& frame : frames) {
      const nb::handle code = reinterpret_cast<PyObject*>(CodeObjects::instance().code_of(frame.code));
      if (!code.is_valid()) break;
      const int line = PyCode_Addr2Line(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(frame.offset));
      stack.append(nb::make_tuple(code.attr("co_filename"), line, span_of(code, frame.offset), code.attr("co_name")));
    }
    const nb::object found = nb::module_::import_("whygrad._source_names").attr("find")(stack, result.number, result.count, variable, result.path);
    if (found.is_none()) return {};
    return {nb::cast<std::string>(found[0]), nb::cast<std::string>(found[1]), nb::cast<std::uint32_t>(found[2])};
  } catch (std::exception&) {  // a file that is not UTF-8, or the interpreter ends: no name then
    return {};
  }
}

std::string called(const Where& where) {
  try {
    const nb::handle code = reinterpret_cast<PyObject*>(CodeObjects::instance().code_of(reinterpret_cast<std::uintptr_t>(where.function)));
    if (!code.is_valid()) return {};
    const int line = PyCode_Addr2Line(reinterpret_cast<PyCodeObject*>(code.ptr()), static_cast<int>(where.line));
    return nb::cast<std::string>(
        nb::module_::import_("whygrad._source_names").attr("called")(code.attr("co_filename"), line, span_of(code, where.line)));
  } catch (std::exception&) {  // a file that is not UTF-8, or the interpreter ends
    return {};
  }
}

std::string spell(const std::string& text) {
  try {
    return nb::cast<std::string>(nb::module_::import_("whygrad._language").attr("spell")(text, Spoken::now()));
  } catch (std::exception&) {  // the interpreter ends
    return text;
  }
}

std::string source_line(const std::string& file, std::uint32_t line) {
  try {
    return nb::cast<std::string>(nb::module_::import_("whygrad._source_names").attr("line_of")(file, line));
  } catch (nb::python_error&) {
    return {};
  }
}

}  // namespace

Where caller() noexcept {
  try {
    return Stacks::instance().find();
  } catch (const std::exception&) {  // no memory for a new place
    return {};
  }
}

Where place_in(nb::handle code, std::uint32_t offset) {
  return place_in({CodeObjects::instance().find(reinterpret_cast<PyCodeObject*>(code.ptr())).handle, offset}, 0);
}

void bind_places(nb::module_& m) {
  install_foreign_places(
      {.resolve = [](const Where& where) { return locked_if_there([&] { return resolve(where); }); },
       .source_line = [](const std::string& file, std::uint32_t line) { return locked_if_there([&] { return source_line(file, line); }); },
       .assigned_name = [](const Where& where, const ForeignResult& result,
                           bool variable) { return locked_if_there([&] { return assigned_name(where, result, variable); }); },
       .called = [](const Where& where) { return locked_if_there([&] { return called(where); }); },
       .spell = [](const std::string& text) { return interpreter_is_there() ? locked([&] { return spell(text); }) : text; }});
  m.def(
      "own_folder", [](std::string folder) { CodeObjects::instance().add_folder(std::move(folder), Owner::kOwn); }, nb::arg("folder"),
      "Code below this folder is part of the library, and never shown.");
  m.def(
      "package_folder", [](std::string folder) { CodeObjects::instance().add_folder(std::move(folder), Owner::kPackage); }, nb::arg("folder"),
      "Code below this folder is not the user's: it is shown behind the line that called it.");
  m.def(
      "is_users", [](nb::handle code) { return CodeObjects::instance().owner_of(reinterpret_cast<PyCodeObject*>(code.ptr())) == Owner::kUser; },
      nb::arg("code"), "Whether the code is neither the library's nor an installed package's.");
  m.def(
      "caller",
      [] {
        const ForeignPlace place = resolve(python::caller());
        return nb::make_tuple(place.file, place.line, place.column, place.function);
      },
      "The place that an op called here would get: file, line, column, function.");
}

}  // namespace whygrad::python
