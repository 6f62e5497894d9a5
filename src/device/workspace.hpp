// Vectors in memory of the tensor allocator: cached, and with an error that names the requested size.
#pragma once

#include "device/allocator.hpp"

#include <cstddef>
#include <vector>

namespace whygrad::device {

template <class T>
struct WorkspaceAllocator {
  using value_type = T;
  WorkspaceAllocator() = default;
  template <class U>
  WorkspaceAllocator(const WorkspaceAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) { return static_cast<T*>(device::allocate(count * sizeof(T))); }
  void deallocate(T* block, std::size_t count) noexcept { device::deallocate(block, count * sizeof(T)); }
  friend bool operator==(const WorkspaceAllocator&, const WorkspaceAllocator&) noexcept { return true; }
};

template <class T>
using Workspace = std::vector<T, WorkspaceAllocator<T>>;

}  // namespace whygrad::device
