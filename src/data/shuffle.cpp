// Elements in random order, by a buffer.
#include "data/stage.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace whygrad::data {
namespace {

// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers on every machine, which std::shuffle and the distributions of <random> do not promise.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In [0, n). The remainder favours small numbers by n / 2^64, which nobody can see.
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

Numbers numbers_of(std::uint64_t seed, std::uint64_t epoch) { return Numbers(Numbers(seed).next() ^ Numbers(~epoch).next()); }

class ShuffleCursor : public Cursor {
 public:
  ShuffleCursor(std::unique_ptr<Cursor> upstream, std::int64_t buffer, Numbers numbers)
      : upstream_(std::move(upstream)), buffer_(buffer), numbers_(numbers) {}

  bool next(Element& element) override {
    if (!filled_) fill();
    if (waiting_.empty()) return false;
    Element& chosen = waiting_[numbers_.below(waiting_.size())];
    std::swap(element, chosen);
    if (!upstream_->next(chosen)) {
      if (&chosen != &waiting_.back()) chosen = std::move(waiting_.back());
      waiting_.pop_back();
    }
    return true;
  }

 private:
  void fill() {
    filled_ = true;
    Element element;
    while (static_cast<std::int64_t>(waiting_.size()) < buffer_ && upstream_->next(element)) waiting_.push_back(std::move(element));
  }

  std::unique_ptr<Cursor> upstream_;
  std::int64_t buffer_;
  Numbers numbers_;
  std::vector<Element> waiting_;
  bool filled_ = false;
};

class ShuffleStage : public Stage {
 public:
  ShuffleStage(StagePtr upstream, std::int64_t buffer, ShuffleOptions options) : upstream_(std::move(upstream)), buffer_(buffer), options_(options) {}
  std::int64_t size() const override { return upstream_->size(); }
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override {
    return std::make_unique<ShuffleCursor>(upstream_->open(epoch), buffer_, numbers_of(options_.seed, options_.reshuffle ? epoch : 0));
  }

 private:
  StagePtr upstream_;
  std::int64_t buffer_;
  ShuffleOptions options_;
};

}  // namespace

StagePtr shuffle_stage(StagePtr upstream, std::int64_t buffer, ShuffleOptions options) {
  if (buffer < 1) throw ValueError("shuffle", fmt::format("a buffer of {} elements", buffer), "at least 1; kAll holds the whole data set");
  if (buffer == kAll && upstream->size() == kEndless) {
    throw ValueError("shuffle", "the whole of an endless data set", "shuffle before repeat, or give a buffer: shuffle(10000)");
  }
  return std::make_shared<ShuffleStage>(std::move(upstream), buffer, options);
}

}  // namespace whygrad::data
