// Optimizers: they update variables by their gradients.
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

namespace whygrad::internal {
class Tracer;
}

namespace whygrad::optim {

// Called for a variable without a gradient, instead of throwing; the variable is not changed. gradient.why() gives the reason.
using OnMissing = std::function<void(const Variable& variable, const Gradient& gradient)>;
// Skips such variables silently.
inline void skip_missing(const Variable&, const Gradient&) {}

// The Euclidean norm of each gradient, in their order; NaN for a missing one.
WG_API std::vector<double> gradient_norms(const Gradients& gradients);
// The Euclidean norm of all gradients together, without the missing ones.
WG_API double global_norm(const Gradients& gradients);

// Variables by names that are the same in every run, as Sequential::parameters() gives them.
using NamedVariables = std::vector<std::pair<std::string, Variable>>;

// The base class of all optimizers. Of a gradient that is slices of a table, slices of one row are added up first; SGD without momentum moves these
// rows alone, all others move every row, as the moments of the rows without a gradient decay. A step is one pass over all variables, whose buffers
// are written in place if nobody else holds them. Variables are f32 or f64. Not to be used from two threads at once.
class WG_API Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One step. All gradients are checked before any variable changes: throws MissingGradient, with the explanation of each missing gradient, unless
  // on_missing was given; ValueError if a source is not a variable, is not trainable or occurs twice; ShapeError or DTypeError if a gradient does not
  // fit its variable.
  void apply_gradients(const Gradients& gradients, Where where = Where::here());
  void apply_gradients(const std::vector<std::pair<Gradient, Variable>>& pairs, Where where = Where::here());

  // The number of steps so far.
  std::int64_t iterations() const;
  // The learning rate of the next step.
  double learning_rate() const;
  void set_learning_rate(LearningRate learning_rate);

  // The state on which the next step depends, in addition to the variables: "iterations" (i64 scalar) and "<name>/<slot>" such as "dense/kernel/m"
  // for each variable that was updated. The tensors are copies. Throws ValueError if the optimizer has updated a variable that is not among
  // `variables`.
  std::map<std::string, Tensor> state(const NamedVariables& variables, Where where = Where::here()) const;
  // Continues exactly where state() was taken. Throws ValueError, ShapeError or DTypeError, and changes nothing, if `state` does not fit.
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
    // A step leaves what has the gradient 0 as it is. Then, and without slots, only the rows that a gradient of slices names are touched.
    bool leaves_rest = false;
  };
  explicit Optimizer(Common common);

  // A variable in a step: buffers of `size` elements. The slots start as zeros.
  struct Update {
    void* value;
    const void* gradient;
    void* slots[kMaxSlots];
    std::int64_t size;
    Device device;  // the device of all these buffers
  };
  // Updates variables of one dtype, f32 or f64. `step` counts from 1.
  virtual void move(DType dtype, std::span<const Update> updates, double learning_rate, std::int64_t step) = 0;

 private:
  class SlotTable;
  struct Item {
    Variable variable;
    Gradient gradient;
  };
  // The variables to update: checked, without missing gradients.
  std::vector<Item> checked(std::vector<Item> items) const;
  void clip(std::vector<Item>& items, const Where& where) const;
  struct Step;
  Update update_of(Item& item, Step& step, const Where& where);
  void apply(std::vector<Item> items, const Where& where);
  void apply_now(std::vector<Item> items, const Where& where);
  void apply_later(whygrad::internal::Tracer& tracer, const std::vector<Item>& items, const Where& where);

  Common common_;
  std::int64_t iterations_ = 0;
  std::unique_ptr<SlotTable> slots_;
  std::shared_ptr<Optimizer*> self_ = std::make_shared<Optimizer*>(this);  // null once it is gone
};

}  // namespace whygrad::optim
