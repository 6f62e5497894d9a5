// Links of chains, per SIMD target. See NOTE [chains] in loops.hpp.
#if defined(WHYGRAD_KERNELS_CHAIN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WHYGRAD_KERNELS_CHAIN_INL
#undef WHYGRAD_KERNELS_CHAIN_INL
#else
#define WHYGRAD_KERNELS_CHAIN_INL
#endif

#include "kernels/cpu/loop-inl.hpp"
#include "kernels/cpu/loops.hpp"

#include <hwy/highway.h>

#include <cstddef>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The links for elements T. kIndex counts the vectors of a block.
template <class T, class Indices>
struct LinksOf;
template <class T, std::size_t... kIndex>
struct LinksOf<T, std::index_sequence<kIndex...>> {
  using D = hn::ScalableTag<T>;
  using V = hn::VFromD<D>;
  template <std::size_t>
  using Vector = V;
  using Run = void (*)(const Link*, std::byte* const*, std::size_t, Vector<kIndex>...);

  // Where an operand is: in the block, in memory, or one element of memory for all lanes.
  enum class From { kBlock, kMemory, kOne };
  template <From kFrom>
  struct Operand {
    const T* elements = nullptr;
    V splat;

    Operand(D d, const Link* at, std::byte* const* values, std::size_t offset) : splat(hn::Zero(d)) {
      if constexpr (kFrom == From::kMemory) elements = reinterpret_cast<const T*>(values[at->value] + offset);
      if constexpr (kFrom == From::kOne) splat = hn::Set(d, *reinterpret_cast<const T*>(values[at->value]));
    }
    V get(D d, std::size_t index, V block) const {
      if constexpr (kFrom == From::kBlock) return block;
      if constexpr (kFrom == From::kOne) return splat;
      return hn::LoadU(d, elements + index * hn::Lanes(d));
    }
  };

  static HWY_INLINE void next(const Link* at, std::byte* const* values, std::size_t offset, Vector<kIndex>... block) {
    return reinterpret_cast<Run>(at[1].run)(at + 1, values, offset, block...);
  }

  static void load(const Link* at, std::byte* const* values, std::size_t offset, Vector<kIndex>... block) {
    const D d;
    const Operand<From::kMemory> x(d, at, values, offset);
    return next(at, values, offset, x.get(d, kIndex, block)...);
  }
  static void store(const Link* at, std::byte* const* values, std::size_t offset, Vector<kIndex>... block) {
    const D d;
    T* const out = reinterpret_cast<T*>(values[at->value] + offset);
    (hn::StoreU(block, d, out + kIndex * hn::Lanes(d)), ...);
    return next(at, values, offset, block...);
  }
  static void end(const Link*, std::byte* const*, std::size_t, Vector<kIndex>...) {}

  // All vectors of the block are alive while one is computed, so a call would store them all.
  template <class Op>
  [[gnu::flatten]] static void unary(const Link* at, std::byte* const* values, std::size_t offset, Vector<kIndex>... block) {
    const D d;
    return next(at, values, offset, Op::apply(d, block)...);
  }
  template <class Op, From kLeft, From kRight>
  [[gnu::flatten]] static void binary(const Link* at, std::byte* const* values, std::size_t offset, Vector<kIndex>... block) {
    const D d;
    const Operand<kLeft> a(d, at, values, offset);
    const Operand<kRight> b(d, at, values, offset);
    return next(at, values, offset, Op::apply(d, a.get(d, kIndex, block), b.get(d, kIndex, block))...);
  }

  static std::size_t block_size() { return sizeof...(kIndex) * hn::Lanes(D()); }
  static void run(const Link* first, std::byte* const* values, std::size_t blocks) {
    const D d;
    const auto start = reinterpret_cast<Run>(first->run);
    for (std::size_t b = 0; b < blocks; ++b) start(first, values, b * block_size() * sizeof(T), Vector<kIndex>(hn::Zero(d))...);
  }
};
// As many vectors as calls pass in registers.
template <class T>
using Links = LinksOf<T, std::make_index_sequence<8>>;

template <class Run>
LinkRun as_link(Run run) {
  return reinterpret_cast<LinkRun>(run);
}

template <class Op, class T>
UnaryLoops linked_unary() {
  return {unary_loop<Op, T>, as_link(&Links<T>::template unary<Op>)};
}
template <class Op, class T>
BinaryLoops linked_binary() {
  using From = typename Links<T>::From;
  BinaryLoops loops = binary_loops<Op, T>();
  loops.links = {
      .block_memory = as_link(&Links<T>::template binary<Op, From::kBlock, From::kMemory>),
      .memory_block = as_link(&Links<T>::template binary<Op, From::kMemory, From::kBlock>),
      .block_block = as_link(&Links<T>::template binary<Op, From::kBlock, From::kBlock>),
      .block_one = as_link(&Links<T>::template binary<Op, From::kBlock, From::kOne>),
      .one_block = as_link(&Links<T>::template binary<Op, From::kOne, From::kBlock>),
  };
  return loops;
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
