// Optimizers: they move variables along their gradients.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/optim/learning_rate.hpp>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace whygrad::optim {

// Called for a variable without a gradient instead of throwing; the variable is left as it is. gradient.why() says why.
using OnMissing = std::function<void(const Variable& variable, const Gradient& gradient)>;
// Leaves such variables as they are without a word.
inline void skip_missing(const Variable&, const Gradient&) {}

// The square root of the sum of squares of each gradient, in their order; NaN for one that is missing.
WG_API std::vector<double> gradient_norms(const Gradients& gradients);
// The same over all gradients together that are not missing.
WG_API double global_norm(const Gradients& gradients);

// Variables under names that stay the same from run to run, as Sequential::parameters() gives them.
using NamedVariables = std::vector<std::pair<std::string, Variable>>;

// What all optimizers share. A step is one pass over all variables, whose buffers are written in place where nobody else sees them. Variables are f32
// or f64. Not to be used from two threads at once.
class WG_API Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One step. All gradients are checked before any variable moves: throws MissingGradient, with the explanation of each that is missing, unless
  // on_missing was given; ValueError where a source is no variable, is not trainable or comes twice; ShapeError or DTypeError where a gradient does
  // not fit its variable.
  void apply_gradients(const Gradients& gradients, Where where = Where::here());
  void apply_gradients(const std::vector<std::pair<Gradient, Variable>>& pairs, Where where = Where::here());

  // Steps taken so far.
  std::int64_t iterations() const;
  // Of the next step.
  double learning_rate() const;
  void set_learning_rate(LearningRate learning_rate);

  // All that the next step depends on beside the variables: "iterations" (i64 scalar) and "<name>/<slot>" such as "dense/kernel/m" for each
  // variable that has been moved. The tensors are copies. Throws ValueError where the optimizer has moved a variable that is not among `variables`.
  std::map<std::string, Tensor> state(const NamedVariables& variables, Where where = Where::here()) const;
  // Goes on exactly where state() was taken. Throws ValueError, ShapeError or DTypeError, and changes nothing, where `state` does not fit.
  void load_state(const NamedVariables& variables, const std::map<std::string, Tensor>& state);

 protected:
  static constexpr int kMaxSlots = 3;
  using SlotNames = std::array<const char*, kMaxSlots>;  // null where unused

  struct Common {
    const char* name;  // "Adam", for messages
    LearningRate learning_rate;
    double global_clipnorm;  // 0: no clipping
    OnMissing on_missing;
    SlotNames slots;
  };
  explicit Optimizer(Common common);

  // A variable in a step: buffers of `size` elements. The slots start as zeros.
  struct Update {
    void* value;
    const void* gradient;
    void* slots[kMaxSlots];
    std::int64_t size;
    Device device;  // whose memory all of these are
  };
  // Moves variables of one dtype, f32 or f64. `step` counts from 1.
  virtual void move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t step) = 0;

 private:
  class SlotTable;
  struct Item {
    Variable variable;
    Gradient gradient;
  };
  // What is to be moved: checked, without missing gradients.
  std::vector<Item> checked(std::vector<Item> items) const;
  void clip(std::vector<Item>& items, const Where& where) const;
  void apply(std::vector<Item> items, const Where& where);

  Common common_;
  std::int64_t iterations_ = 0;
  std::unique_ptr<SlotTable> slots_;
};

}  // namespace whygrad::optim
