// Name scopes: paths such as "encoder/block_3/attention", so that a report reads like the model.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace whygrad {

// While it lives, puts the ops of this thread, and the names of variables that it creates, below `name`, as tf.name_scope does. Scopes nest; they
// must end in the reverse order of their creation.
//
//   NameScope encoder("encoder");
//   NameScope block("block_3");
//   Variable w(zeros({3}), "w");  // encoder/block_3/w
//
// Costs one table lookup. The process remembers 65,536 paths; beyond that, ops are recorded under the innermost known path.
class WG_API [[nodiscard]] NameScope {
 public:
  // A name may have several parts, "block_3/attention". An empty name leads back to the top, and one that ends in '/' starts there, as in TensorFlow.
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
// The path of Record::scope; "" for 0. It stays valid for the whole process.
const char* scope_path(std::uint32_t scope);
}  // namespace internal

}  // namespace whygrad
