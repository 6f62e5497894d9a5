// Vectors whose memory is asked for as that of tensors is: cached, and refused with an error that tells how much was wanted.
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
