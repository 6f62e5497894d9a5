// Elements computed ahead on a thread.
#include "data/stage.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace whygrad::data {
namespace {

// The thread starts when the first element is asked for, so that a skip before that costs no copies.
class PrefetchCursor : public Cursor {
 public:
  PrefetchCursor(std::unique_ptr<Cursor> upstream, std::size_t count) : upstream_(std::move(upstream)), count_(count) {}

  ~PrefetchCursor() override {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    room_.notify_one();
    thread_.join();
  }

  bool next(Element& element) override {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (error_ != nullptr) std::rethrow_exception(error_);
      return false;
    }
    element = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    room_.notify_one();
    return true;
  }

  void skip(std::int64_t count) override {
    if (thread_.joinable()) return Cursor::skip(count);
    upstream_->skip(count);
  }

 private:
  void run() noexcept {
    std::exception_ptr error;
    try {
      set_num_threads(1);  // the loop's kernels have the processors
      Element element;
      while (upstream_->next(element)) {
        element.materialise();
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return ready_.size() < count_ || stop_; });
        if (stop_) return;
        ready_.push_back(std::move(element));
        lock.unlock();
        filled_.notify_one();
      }
    } catch (...) {
      error = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      error_ = std::move(error);
      ended_ = true;
    }
    filled_.notify_one();
  }

  std::unique_ptr<Cursor> upstream_;  // used by the thread alone while it runs
  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable filled_, room_;
  std::deque<Element> ready_;
  std::exception_ptr error_;
  bool ended_ = false;
  bool stop_ = false;
  std::thread thread_;
};

class PrefetchStage : public Stage {
 public:
  PrefetchStage(StagePtr upstream, std::int64_t count) : upstream_(std::move(upstream)), count_(count) {}
  std::int64_t size() const override { return upstream_->size(); }
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override {
    return std::make_unique<PrefetchCursor>(upstream_->open(epoch), static_cast<std::size_t>(count_));
  }

 private:
  StagePtr upstream_;
  std::int64_t count_;
};

}  // namespace

StagePtr prefetch_stage(StagePtr upstream, std::int64_t count) {
  if (count < 1) throw ValueError("prefetch", fmt::format("{} elements ahead", count), "at least 1; leave prefetch out to have none");
  return std::make_shared<PrefetchStage>(std::move(upstream), count);
}

}  // namespace whygrad::data
