// Name scopes: paths such as "encoder/block_3/attention", so that a report reads like the model.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace whygrad {

// Puts what this thread computes, and the names of variables that it makes, below `name` while it lives, as tf.name_scope does. Scopes nest; they
// must end in the reverse order of their beginning.
//
//   NameScope encoder("encoder");
//   NameScope block("block_3");
//   Variable w(zeros({3}), "w");  // encoder/block_3/w
//
// Costs one look into a table. The process remembers 65,536 paths; ops under further ones are noted under the innermost path that it has.
class WG_API [[nodiscard]] NameScope {
 public:
  // A name may have several parts, "block_3/attention". An empty one leads to the top again, and one that ends in '/' begins there, as in TensorFlow.
  explicit NameScope(std::string_view name);
  ~NameScope();
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

 private:
  std::uint32_t outer_;
};

// The path of the scopes that are open on this thread; "" at the top.
WG_API std::string current_name_scope();

namespace internal {
// The path of Record::scope, which lives as long as the process; "" for 0.
const char* scope_path(std::uint32_t scope);
}  // namespace internal

}  // namespace whygrad
