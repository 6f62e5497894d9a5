// Calls of every op with arguments that are wrong in random ways: of another rank, shape, dtype or number, with elements and attributes at their
// limits. Each is answered, or refused by an error that names the op and says what to do; it takes little time, and memory as its arguments say;
// nothing else changes. A few thousand calls are made, or those that WHYGRAD_BAD_CALLS says: a number of them (`./run fuzz`: 100,000), or FIRST:LAST.
#include "ops/golden/programs.hpp"

#include "device/allocator.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace whygrad::samples {
namespace {

constexpr double kMostSeconds = 20;           // under sanitizers on a busy machine; a call takes a millisecond
constexpr std::int64_t kMostElements = 4096;  // of an input that is made here
constexpr double kMostBytes = 1e6;            // of results that are really made
constexpr double kBeyondAllMemory = 1e13;
constexpr double kWorkspaces = 32e6;
constexpr std::array kDTypes = {DType::kBool, DType::kU8,  DType::kI8,   DType::kU16, DType::kI16, DType::kU32, DType::kI32, DType::kU64,
                                DType::kI64,  DType::kF16, DType::kBF16, DType::kF32, DType::kF64, DType::kC64, DType::kC128};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
constexpr std::array kReals = {kNan, kInf, -kInf, 0.0, -0.0, -1.0, 1.0, 0.5, 2.0, 1e300, -1e300, 1e12, 1e-320, 3e9, -3e9, 1e38};
constexpr std::array<std::int64_t, 10> kHuge = {
    INT64_MAX,     INT64_MIN, std::int64_t{1} << 62, std::int64_t{1} << 48, -(std::int64_t{1} << 48), std::int64_t{1} << 32,
    INT64_MAX / 8, INT32_MIN, INT64_MIN + 1,         INT64_MAX - 1};

// ---- What was called when the process died ----

std::string& last_call() {
  static std::string text;
  return text;
}
void tell_last_call() {
  const std::string& text = last_call();
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}
void tell_and_die(int number) {
  tell_last_call();
  ::signal(number, SIG_DFL);
  ::raise(number);
}
void tell_when_the_process_dies() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(tell_last_call);
  ::signal(SIGALRM, tell_and_die);
#else
  for (const int number : {SIGALRM, SIGSEGV, SIGFPE, SIGABRT, SIGBUS, SIGILL}) ::signal(number, tell_and_die);
#endif
}

// ---- Arguments that are wrong ----

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List>
  const auto& of(const List& list) {
    return *(std::begin(list) + static_cast<std::ptrdiff_t>(below(std::size(list))));
  }
  std::int64_t whole() { return one_in(3) ? of(kHuge) : static_cast<std::int64_t>(below(13)) - 3; }
  double real() { return one_in(2) ? of(kReals) : static_cast<double>(below(4001)) / 1000 - 2; }

 private:
  std::mt19937_64 random_;
};

Tensor of_values(const Shape& shape, DType dtype, Dice& dice) {
  const bool wild = dice.one_in(4);
  if (is_integer(dtype)) {
    std::vector<std::int64_t> values(static_cast<std::size_t>(shape.size()));
    for (auto& v : values) v = wild ? dice.whole() : static_cast<std::int64_t>(dice.below(4));
    return cast(constant(values, shape), dtype);
  }
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  for (double& v : values) v = wild ? dice.real() : static_cast<double>(dice.below(4001)) / 1000 - 2;
  return cast(constant(values, shape), dtype);
}

Shape any_shape(Dice& dice) {
  constexpr std::array<std::int64_t, 8> kExtents = {0, 1, 1, 2, 3, 4, 5, 7};
  Shape shape;
  for (std::size_t rank = dice.below(dice.one_in(4) ? 9 : 5); rank > 0; --rank) {
    const std::int64_t extent = dice.of(kExtents);
    shape.push_back(shape.size() * extent > kMostElements ? 1 : extent);
  }
  return shape;
}

// One axis is longer, shorter, away, or more.
Shape near_shape(const Shape& shape, Dice& dice) {
  Shape other;
  const std::size_t which = dice.below(static_cast<std::size_t>(shape.rank()) + 1), how = dice.below(4);
  for (int i = 0; i < shape.rank(); ++i) {
    if (static_cast<std::size_t>(i) != which) {
      other.push_back(shape[i]);
    } else if (how != 0) {
      other.push_back(how == 1 ? 0 : how == 2 ? shape[i] + 1 : std::max<std::int64_t>(shape[i] - 1, 0));
    }
  }
  if (which == static_cast<std::size_t>(shape.rank()) && shape.rank() < Shape::kMaxRank) other.push_back(1 + static_cast<std::int64_t>(how % 2));
  return other;
}

// The same with one element at a limit.
Tensor with_a_limit(const Tensor& x, Dice& dice) {
  if (x.size() == 0 || x.size() > kMostElements) return x;
  const std::size_t at = dice.below(static_cast<std::size_t>(x.size()));
  if (is_integer(x.dtype())) {
    auto values = cast(x, int64).to_vector<std::int64_t>();
    values[at] = dice.whole();
    return cast(constant(values, x.shape()), x.dtype());
  }
  if (is_complex(x.dtype()) || x.dtype() == DType::kBool) return of_values(x.shape(), x.dtype(), dice);
  auto values = cast(x, float64).to_vector<double>();
  values[at] = dice.of(kReals);
  return cast(constant(values, x.shape()), x.dtype());
}

Tensor changed(const Tensor& x, const std::vector<OpCall>& others, Dice& dice) {
  switch (dice.below(8)) {
    case 0: return of_values(any_shape(dice), x.dtype(), dice);
    case 1: return of_values(x.size() > kMostElements ? Shape{2} : near_shape(x.shape(), dice), x.dtype(), dice);
    case 2: return cast(x, dice.of(kDTypes));
    case 3: return of_values(x.size() > kMostElements ? Shape{2} : x.shape(), x.dtype(), dice);
    case 4: return x.rank() < 2 ? x : transpose(x);
    case 5: {
      const OpCall& other = dice.of(others);
      return other.inputs.empty() ? x : dice.of(other.inputs);
    }
    default: return with_a_limit(x, dice);
  }
}

void change_attribute(OpCall& call, Dice& dice) {
  const AttrDef& a = call.op->attrs[static_cast<int>(dice.below(static_cast<std::size_t>(call.op->attrs.count)))];
  if (a.tail) return;  // the list lies after the struct and keeps its length
  AttrValue v = a.get(call.attrs.data());
  constexpr std::array kWords = {"same",       "valid",      "explicit",  "reflect",    "symmetric", "constant",
                                 "left_right", "right_left", "ascending", "descending", "gaussian",  ""};
  std::vector<std::int64_t> list(v.integers.begin(), v.integers.end());
  v.boolean = !v.boolean;
  v.integer = dice.whole();
  v.real = dice.real();
  v.dtype = dice.of(kDTypes);
  v.number = dice.one_in(2) ? Number(dice.whole()) : Number(dice.real());
  if (v.type == AttrType::kString) v.text = dice.of(kWords);
  if (!list.empty()) dice.one_in(4) ? list.pop_back() : void(list[dice.below(list.size())] = dice.whole());
  if (dice.one_in(4) && list.size() < 9) list.push_back(dice.whole());
  v.integers = list;
  try {
    a.set(call.attrs.data(), v);
  } catch (const Error&) {  // no shape, or no list of axes, so there is nothing to call the op with
  }
}

OpCall made_wrong(OpCall call, const std::vector<OpCall>& others, Dice& dice) {
  for (std::size_t changes = 1 + dice.below(3); changes > 0; --changes) {
    if (dice.one_in(40)) {
      call.inputs.push_back(dice.one_in(2) ? Tensor() : of_values({2}, DType::kF32, dice));
    } else if (!call.inputs.empty() && dice.one_in(40)) {
      call.inputs.pop_back();
    } else if (call.op->attrs.count != 0 && dice.one_in(2)) {
      change_attribute(call, dice);
    } else if (!call.inputs.empty()) {
      Tensor& input = call.inputs[dice.below(call.inputs.size())];
      if (input.defined()) input = changed(input, others, dice);
    }
  }
  return call;
}

// ---- What is looked at ----

std::string text_of(const OpCall& call, std::size_t number) {
  std::ostringstream out;
  out << "\nbad call " << number << ": " << call.op->name;
  for (const Tensor& t : call.inputs) {
    if (!t.defined()) {
      out << "\n  an empty handle";
    } else {
      const bool shown = t.size() <= 48 && t.rank() < Shape::kMaxRank;
      out << "\n  " << t.signature() << (shown ? ": " : "");
      if (!shown) continue;
      for (const double v : to_array(t).values) out << v << " ";
    }
  }
  for (const AttrDef& a : call.op->attrs) {
    const AttrValue v = a.get(call.attrs.data());
    out << "\n  " << a.name << " = ";
    switch (v.type) {
      case AttrType::kBool: out << v.boolean; break;
      case AttrType::kInt: out << v.integer; break;
      case AttrType::kFloat: out << v.real; break;
      case AttrType::kNumber: out << v.number.real(); break;
      case AttrType::kDType: out << name_of(v.dtype); break;
      case AttrType::kString: out << v.text; break;
      case AttrType::kPlace: break;
      case AttrType::kInts:
        for (const std::int64_t i : v.integers) out << i << " ";
    }
  }
  out << "\n";
  return out.str();
}

std::vector<std::byte> bytes_of(const OpCall& call) {
  std::vector<std::byte> all = call.attrs;
  for (const Tensor& t : call.inputs) {
    if (!t.defined()) continue;
    const std::size_t before = all.size();
    all.resize(before + static_cast<std::size_t>(t.size()) * size_of(t.dtype()));
    internal::copy_elements(t, all.data() + before);
  }
  return all;
}

std::vector<Tensor> applied(const OpCall& call) {
  std::vector<const Tensor*> inputs;
  inputs.reserve(call.inputs.size());
  for (const Tensor& t : call.inputs) inputs.push_back(&t);
  return apply_many(*call.op, inputs, call.attrs.data(), call.attrs.size(), Where::here());
}

OpCall without_elements(OpCall call) {
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const bool read = i < 16 && (call.op->shape_reads >> i & 1) != 0;
    if (call.inputs[i].defined() && !read) call.inputs[i] = abstract(spec_of(call.inputs[i]));
  }
  return call;
}

// Runs f and says what is wrong with the error that it throws. The gradient's rules are made of other ops, which may refuse in their own name.
template <class F>
std::string problem_of(const OpCall& call, bool in_the_ops_name, bool* refused, const F& f) {
  *refused = true;
  try {
    f();
    *refused = false;
    return {};
  } catch (const InternalError& error) {
    return std::string("calls itself a defect: ") + error.what();
  } catch (const Error& error) {
    const std::string what = error.what();
    if (in_the_ops_name && error.op() != call.op->name) return "speaks in another name: " + what;
    if (error.help().empty()) return "says not what to do: " + what;
    return {};
  } catch (const std::exception& error) {
    return std::string("throws no whygrad::Error: ") + error.what();
  }
}

// The most memory that was held so far.
double most_ever = 0;

std::string gradient_problem(const OpCall& call, bool* refused) {
  return problem_of(call, false, refused, [&call] {
    GradientTape tape;
    std::vector<Watchable> sources;
    for (const Tensor& t : call.inputs) {
      if (!is_differentiable(t.dtype())) continue;
      sources.emplace_back(t);
      tape.watch(sources.back());
    }
    const std::vector<Tensor> outputs = applied(call);
    if (!sources.empty()) static_cast<void>(tape.gradient(Targets(outputs), Sources(sources)));
  });
}

// The bytes of the results, by the shape rule alone; 0 where it refuses.
double claimed_bytes(const OpCall& call) {
  if (std::any_of(call.inputs.begin(), call.inputs.end(), [](const Tensor& t) { return !t.defined(); })) return 0;
  if (call.op->variadic ? static_cast<int>(call.inputs.size()) < call.op->inputs.count
                        : static_cast<int>(call.inputs.size()) != call.op->inputs.count)
    return 0;
  std::vector<const Tensor*> inputs;
  inputs.reserve(call.inputs.size());
  for (const Tensor& t : call.inputs) inputs.push_back(&t);
  try {
    InferContext inferred(*call.op, inputs, call.attrs.data());
    call.op->infer(inferred);
    double sum = 0;
    for (int k = 0; k < inferred.output_count(); ++k) {
      double bytes = static_cast<double>(size_of(inferred.spec(k).dtype));
      for (const std::int64_t extent : inferred.spec(k).shape) bytes *= static_cast<double>(extent);
      sum += bytes;
    }
    return sum;
  } catch (const Error&) {
    return 0;
  }
}

std::string call_problem(const OpCall& call) {
  const double bytes = claimed_bytes(call);
  if (bytes > kMostBytes && bytes < kBeyondAllMemory) return {};
  bool abstractly_refused = false, refused = false;
  std::vector<Tensor> specs, outputs;
  std::string problem = problem_of(call, true, &refused, [&] { outputs = applied(call); });
  if (!problem.empty()) return "it " + problem;
  if (bytes >= kBeyondAllMemory && !refused && call.op->kernel != nullptr) return "it makes more than there is memory";
  const double held = static_cast<double>(device::allocator_stats().peak_bytes);
  if (held > most_ever + 8 * bytes + kWorkspaces) return "it takes " + std::to_string(held) + " bytes for " + std::to_string(bytes);
  most_ever = std::max(most_ever, held);
  if (!call.inputs.empty()) {
    problem = problem_of(call, true, &abstractly_refused, [&] { specs = applied(without_elements(call)); });
    if (!problem.empty()) return "without elements it " + problem;
    if (abstractly_refused && !refused) return "only without elements it is refused";
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (spec_of(outputs[k]) != spec_of(specs[k])) return "it gives " + outputs[k].signature() + ", and without elements " + specs[k].signature();
    }
  }
  if (refused || call.op->vjp == nullptr) return {};
  outputs.clear();
  problem = gradient_problem(call, &refused);
  most_ever = std::max(most_ever, static_cast<double>(device::allocator_stats().peak_bytes));
  return problem.empty() ? problem : "its gradient " + problem;
}

unsigned float_mode() {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr() & 0xffc0u;  // without the flags of what happened
#else
  return 0;
#endif
}

std::string problem_of(const OpCall& call) {
  using Clock = std::chrono::steady_clock;
  const std::vector<std::byte> before = bytes_of(call);
  const std::size_t live = device::allocator_stats().live_bytes;
  const unsigned mode = float_mode();
  const Clock::time_point start = Clock::now();
  ::alarm(60);
  std::string problem = call_problem(call);
  ::alarm(0);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (!problem.empty()) return problem;
  if (seconds > kMostSeconds) return "it took " + std::to_string(seconds) + " s";
  if (bytes_of(call) != before) return "it changed its arguments";
  if (float_mode() != mode) return "it changed how numbers are rounded";
  if (internal::Log::mine().recording() != 0) return "it left a tape that records";
  if (device::allocator_stats().live_bytes > live) return "it keeps memory";
  return {};
}

std::pair<std::size_t, std::size_t> wanted_calls() {
  const char* wanted = std::getenv("WHYGRAD_BAD_CALLS");
  if (wanted == nullptr) return {0, 3000};
  char* end = nullptr;
  const std::size_t number = std::strtoull(wanted, &end, 10);
  return *end == ':' ? std::pair{number, static_cast<std::size_t>(std::strtoull(end + 1, nullptr, 10))} : std::pair{std::size_t{0}, number};
}

TEST(BadCalls, AreRefusedAndChangeNothing) {
  const auto [first, last] = wanted_calls();
  std::map<std::string_view, std::vector<OpCall>> by_op;
  std::vector<OpCall> all;
  for (const Sample& sample : all_samples().samples()) {
    for (OpCall& call : calls_of(sample)) {
      // Numbers that are drawn by the hundred thousand have another test.
      const bool many = std::any_of(call.inputs.begin(), call.inputs.end(), [](const Tensor& t) { return t.size() > kMostElements; });
      if (many) continue;
      by_op[call.op->name].push_back(call);
      all.push_back(std::move(call));
    }
  }
  for (const OpDef* op : op_table()) EXPECT_TRUE(by_op.contains(op->name)) << op->name;
  tell_when_the_process_dies();
  int problems = 0;
  for (std::size_t number = first; number < last && problems < 40; ++number) {
    Dice dice(number);
    const OpDef& op = *op_table()[number % op_table().size()];
    const OpCall call = made_wrong(dice.of(by_op[op.name]), all, dice);
    last_call() = text_of(call, number);
    const std::string problem = problem_of(call);
    EXPECT_EQ(problem, "") << last_call();
    problems += problem.empty() ? 0 : 1;
  }
  random::set_seed(0);
}

}  // namespace
}  // namespace whygrad::samples
