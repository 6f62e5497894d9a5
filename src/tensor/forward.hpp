// Who hears of each op as soon as it is recorded: forward mode computes tangents as the program runs (autodiff/forward.hpp), and what is to be run
// for many rows is collected (autodiff/rows.hpp). A listener tells the one that was there before it.
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
  // Called when an accumulator begins to listen while this one does.
  virtual void overtaken() {}

  // The calling thread's; null unless an accumulator or a RowProgram of it records. Asked only while something records (Log::recording), so other ops
  // pay nothing.
  static constinit thread_local RecordListener* mine __attribute__((tls_model("initial-exec")));

 protected:
  RecordListener() = default;
};

}  // namespace whygrad::internal
