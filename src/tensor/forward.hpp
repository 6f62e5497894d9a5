// Who hears of each op as soon as it is recorded: forward mode computes tangents as the program runs (autodiff/forward.hpp).
#pragma once

#include "tensor/log.hpp"

namespace whygrad::internal {

class RecordListener {
 public:
  virtual ~RecordListener() = default;
  RecordListener(const RecordListener&) = delete;
  RecordListener& operator=(const RecordListener&) = delete;

  // Called after `record` was written and the outputs of `entry` have their ids.
  virtual void recorded(const Entry& entry, Record& record) = 0;

  // The calling thread's; null unless an accumulator of it records. Asked only while something records (Log::recording), so other ops pay nothing.
  static constinit thread_local RecordListener* mine __attribute__((tls_model("initial-exec")));

 protected:
  RecordListener() = default;
};

}  // namespace whygrad::internal
