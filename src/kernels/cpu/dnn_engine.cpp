// oneDNN's engine, its threads and how its operations are run.
#include "kernels/cpu/dnn_engine.hpp"

#include <omp.h>

#include <new>
#include <optional>
#include <string>

#include "device/thread_pool.hpp"
#include "kernels/cpu/dnn_scratch.hpp"

namespace whygrad::kernels::cpu {
namespace {

// Streams are not thread-safe.
const dnnl::stream& stream() {
  thread_local const dnnl::stream stream(dnn_engine());
  return stream;
}

// Each instruction set's number has the bits of all that it contains.
bool uses(dnnl::cpu_isa isa) {
  const auto effective = static_cast<unsigned>(dnnl::get_effective_cpu_isa()), wanted = static_cast<unsigned>(isa);
  return (effective & wanted) == wanted;
}

}  // namespace

const dnnl::engine& dnn_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

bool dnn_has_avx512() {
  static const bool has = uses(dnnl::cpu_isa::avx512_core);
  return has;
}
bool dnn_has_bf16() {
  static const bool has = uses(dnnl::cpu_isa::avx512_core_bf16);
  return has;
}

int dnn_threads() { return device::in_parallel() ? 1 : device::thread_count(); }

DnnThreads::DnnThreads(int count) : before_(omp_get_max_threads()), count_(count) {
  if (count_ != before_) omp_set_num_threads(count_);
}
DnnThreads::~DnnThreads() {
  if (count_ != before_) omp_set_num_threads(before_);
}

DnnOperation::DnnOperation(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad, std::initializer_list<Operand> operands)
    : primitive_(primitive), scratchpad_bytes_(scratchpad.get_size()) {
  const auto add = [this](int argument, const dnnl::memory::desc& desc) {
    arguments_[count_] = argument;
    memories_[count_++] = dnnl::memory(desc, dnn_engine(), DNNL_MEMORY_NONE);
  };
  for (const Operand& operand : operands) {
    if (!operand.desc.is_zero()) add(operand.argument, operand.desc);
  }
  if (scratchpad_bytes_ > 0) add(DNNL_ARG_SCRATCHPAD, scratchpad);
}

void DnnOperation::run(std::initializer_list<const void*> addresses) const {
  std::optional<Scratch> scratchpad;
  if (scratchpad_bytes_ > 0) scratchpad.emplace(scratchpad_bytes_);
  std::array<dnnl_exec_arg_t, kMaxOperands + 1> arguments;
  const void* const* address = addresses.begin();
  dnnl_status_t status = dnnl_success;
  for (std::size_t i = 0; i < count_ && status == dnnl_success; ++i) {
    void* data = scratchpad && i + 1 == count_ ? scratchpad->data() : const_cast<void*>(*address++);  // oneDNN takes inputs as void* too
    arguments[i] = {arguments_[i], memories_[i].get()};
    status = dnnl_memory_set_data_handle(memories_[i].get(), data);
  }
  // The C function: dnnl::primitive::execute would allocate a map and a vector at each run.
  if (status == dnnl_success) status = dnnl_primitive_execute(primitive_.get(), stream().get(), static_cast<int>(count_), arguments.data());
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  if (status != dnnl_success) throw InternalError("oneDNN", "a primitive failed with status " + std::to_string(status));
}

}  // namespace whygrad::kernels::cpu
