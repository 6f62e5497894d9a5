// Variable: a named tensor that can be assigned, such as a weight.
#pragma once

#include <whygrad/ops/creation.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace whygrad {

namespace internal {
struct VariableImpl;
}

struct VariableOptions {
  // Whether tapes watch it by default and optimizers may update it.
  bool trainable = true;
};

// A handle: copies refer to the same variable. The first value fixes shape and dtype. Several threads may read at once; an assignment must not run at
// the same time as a read or another assignment.
class WG_API Variable {
 public:
  // Refers to no variable; every use throws ValueError.
  Variable() = default;
  // Called `name`, or "variable", below the name scopes that are open: "encoder/w". Throws ValueError for an empty tensor.
  explicit Variable(const Tensor& initial, std::string name = {}, VariableOptions options = {}, Where where = Where::here());
  // Has one element, of the dtype that constant(initial) has.
  template <class T>
  requires std::is_arithmetic_v<T>
  explicit Variable(T initial, std::string name = {}, VariableOptions options = {}, Where where = Where::here())
      : Variable(constant(initial, where), std::move(name), options, where) {}

  // The current value. Reading a trainable variable watches it under a tape that watches accessed variables.
  operator Tensor() const { return value(); }
  Tensor value() const;

  // Replaces the value. No gradient flows through an assignment: a later read does not depend on the assigned value, as in TensorFlow. Throws
  // ShapeError or DTypeError unless shape and dtype are the variable's.
  void assign(const Tensor& value, Where where = Where::here()) const;
  void assign_add(const Tensor& delta, Where where = Where::here()) const;
  void assign_sub(const Tensor& delta, Where where = Where::here()) const;

  bool defined() const noexcept { return impl_ != nullptr; }
  const std::string& name() const;
  const Shape& shape() const;
  DType dtype() const;
  bool trainable() const;
  // Where it was created.
  Where where() const;
  // Whether two handles refer to the same variable.
  bool is(const Variable& other) const noexcept { return impl_ == other.impl_; }

  internal::VariableImpl& impl() const;
  const std::shared_ptr<internal::VariableImpl>& shared() const noexcept { return impl_; }
  explicit Variable(std::shared_ptr<internal::VariableImpl> impl) noexcept : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<internal::VariableImpl> impl_;
};

}  // namespace whygrad
