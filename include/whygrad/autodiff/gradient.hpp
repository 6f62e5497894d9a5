// The result of a gradient request: a value, or the reason why there is none.
#pragma once

#include <whygrad/autodiff/variable.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/indexed_slices.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <vector>

namespace whygrad {

class Explanation;

// A tensor or a variable: a target or a source of a gradient.
class WG_API Watchable {
 public:
  Watchable(const Tensor& tensor) : tensor_(tensor) {}
  Watchable(const Variable& variable) : variable_(variable) {}

  bool is_variable() const noexcept { return variable_.defined(); }
  const Tensor& tensor() const noexcept { return tensor_; }
  const Variable& variable() const noexcept { return variable_; }

 private:
  Tensor tensor_;
  Variable variable_;
};

namespace internal {
struct TapeFacts;
struct RowsGradient;
}  // namespace internal

// The gradient of a target with respect to one source, as std::expected is: `if (g)`, `*g`, `g.why()`.
class WG_API Gradient {
 public:
  Gradient() = default;
  explicit Gradient(Tensor value) : value_(std::move(value)) {}
  explicit Gradient(IndexedSlices rows);
  Gradient(std::shared_ptr<const internal::TapeFacts> facts, std::size_t source) : facts_(std::move(facts)), source_(source) {}

  bool has_value() const noexcept { return value_.defined() || rows_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  // The gradient, of its source's shape and dtype. Throws MissingGradient, whose message is the explanation, if there is none. Of slices the whole
  // tensor is made at the first request.
  const Tensor& value() const {
    if (!value_.defined()) [[unlikely]]
      return dense();
    return value_;
  }
  const Tensor& operator*() const { return value(); }
  const Tensor* operator->() const { return &value(); }
  // The gradient of what only gather, embedding_lookup and the like read of: the slices that they took. Null for any other.
  const IndexedSlices* rows() const noexcept;

  // Why there is no gradient, or why it is zero or not finite: cause, op, source line, path and remedy. Empty if nothing is wrong. Include
  // <whygrad/flow/explanation.hpp> to use it. Texts are made by this call.
  Explanation why() const;

  // The data of why(); null if there is a value.
  const std::shared_ptr<const internal::TapeFacts>& facts() const noexcept { return facts_; }
  std::size_t source() const noexcept { return source_; }

 private:
  [[noreturn]] void throw_missing() const;
  const Tensor& dense() const;

  Tensor value_;
  std::shared_ptr<internal::RowsGradient> rows_;
  std::shared_ptr<const internal::TapeFacts> facts_;
  std::size_t source_ = 0;
};

// Thrown where a gradient would lack the part that comes through an op without a rule, which other parts do not make up for.
struct MissingRule : UnsupportedError {
  using UnsupportedError::UnsupportedError;
};

// Thrown when a missing gradient is needed. The message is the whole explanation.
class WG_API MissingGradient : public Error {
 public:
  MissingGradient(const std::string& op, const std::string& text, std::vector<Gradient> missing) : Error(op, text), missing_(std::move(missing)) {}
  const std::vector<Gradient>& missing() const noexcept { return missing_; }

 private:
  std::vector<Gradient> missing_;
};

// One gradient per source, in the order asked for.
class WG_API Gradients {
 public:
  Gradients() = default;
  Gradients(std::vector<Watchable> sources, std::vector<Gradient> gradients) : sources_(std::move(sources)), gradients_(std::move(gradients)) {}

  std::size_t size() const noexcept { return gradients_.size(); }
  bool empty() const noexcept { return gradients_.empty(); }
  // Throws IndexError.
  const Gradient& operator[](std::size_t i) const;
  // The gradient with respect to that variable. Throws ValueError if it was not among the sources.
  const Gradient& operator[](const Variable& variable) const;
  const std::vector<Watchable>& sources() const noexcept { return sources_; }
  auto begin() const noexcept { return gradients_.begin(); }
  auto end() const noexcept { return gradients_.end(); }

 private:
  std::vector<Watchable> sources_;
  std::vector<Gradient> gradients_;
};

}  // namespace whygrad
