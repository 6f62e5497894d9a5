// Pipeline steps that select elements by position: repeat, take, skip.
#include "data/stage.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::data {
namespace {

void check_count(const char* op, std::int64_t count) {
  if (count < 0) throw ValueError(op, fmt::format("{} elements", count), "0 or more");
}

class RepeatCursor : public Cursor {
 public:
  RepeatCursor(const Stage& upstream, std::uint64_t first_epoch, std::int64_t count) : upstream_(upstream), epoch_(first_epoch), left_(count) {}

  bool next(Element& element) override {
    while (true) {
      if (cursor_ == nullptr && !start()) return false;
      if (cursor_->next(element)) {
        ++position_;
        return true;
      }
      cursor_ = nullptr;
    }
  }

  void skip(std::int64_t count) override {
    const std::int64_t size = upstream_.size();
    while (count > 0) {
      if (cursor_ == nullptr && !start()) return;
      const std::int64_t step = size == kEndless ? count : std::min(count, size - position_);
      cursor_->skip(step);
      position_ += step;
      count -= step;
      if (position_ == size) cursor_ = nullptr;
    }
  }

 private:
  // Opens the next epoch.
  bool start() {
    if (left_ == 0 || upstream_.size() == 0) return false;
    if (left_ != kAll) --left_;
    cursor_ = upstream_.open(epoch_++);
    position_ = 0;
    return true;
  }

  const Stage& upstream_;
  std::uint64_t epoch_;
  std::int64_t left_;
  std::unique_ptr<Cursor> cursor_;
  std::int64_t position_ = 0;
};

class RepeatStage : public Stage {
 public:
  RepeatStage(StagePtr upstream, std::int64_t count) : upstream_(std::move(upstream)), count_(count) {}
  std::int64_t size() const override {
    const std::int64_t once = upstream_->size();
    std::int64_t all = 0;
    if (once == 0 || count_ == 0) return 0;
    return once == kEndless || count_ == kAll || __builtin_mul_overflow(once, count_, &all) ? kEndless : all;
  }
  // Every repetition is an epoch of its own for the earlier steps, also over several passes.
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override {
    return std::make_unique<RepeatCursor>(*upstream_, count_ == kAll ? epoch : epoch * static_cast<std::uint64_t>(count_), count_);
  }

 private:
  StagePtr upstream_;
  std::int64_t count_;
};

class TakeCursor : public Cursor {
 public:
  TakeCursor(std::unique_ptr<Cursor> upstream, std::int64_t count) : upstream_(std::move(upstream)), left_(count) {}
  bool next(Element& element) override {
    if (left_ == 0) return false;
    --left_;
    return upstream_->next(element);
  }
  void skip(std::int64_t count) override {
    const std::int64_t step = std::min(count, left_);
    left_ -= step;
    upstream_->skip(step);
  }

 private:
  std::unique_ptr<Cursor> upstream_;
  std::int64_t left_;
};

class TakeStage : public Stage {
 public:
  TakeStage(StagePtr upstream, std::int64_t count) : upstream_(std::move(upstream)), count_(count) {}
  std::int64_t size() const override {
    const std::int64_t all = upstream_->size();
    return all == kEndless ? count_ : std::min(all, count_);
  }
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override { return std::make_unique<TakeCursor>(upstream_->open(epoch), count_); }

 private:
  StagePtr upstream_;
  std::int64_t count_;
};

class SkipStage : public Stage {
 public:
  SkipStage(StagePtr upstream, std::int64_t count) : upstream_(std::move(upstream)), count_(count) {}
  std::int64_t size() const override {
    const std::int64_t all = upstream_->size();
    return all == kEndless ? kEndless : std::max<std::int64_t>(all - count_, 0);
  }
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override {
    std::unique_ptr<Cursor> cursor = upstream_->open(epoch);
    cursor->skip(count_);
    return cursor;
  }

 private:
  StagePtr upstream_;
  std::int64_t count_;
};

}  // namespace

StagePtr repeat_stage(StagePtr upstream, std::int64_t count) {
  check_count("repeat", count);
  return std::make_shared<RepeatStage>(std::move(upstream), count);
}

StagePtr take_stage(StagePtr upstream, std::int64_t count) {
  check_count("take", count);
  return std::make_shared<TakeStage>(std::move(upstream), count);
}

StagePtr skip_stage(StagePtr upstream, std::int64_t count) {
  check_count("skip", count);
  return std::make_shared<SkipStage>(std::move(upstream), count);
}

}  // namespace whygrad::data
