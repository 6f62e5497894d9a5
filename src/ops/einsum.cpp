// Sums over named axes, as products of matrices.
#include <whygrad/ops/einsum.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <string>

namespace whygrad {
namespace {

using Labels = std::string;  // one letter per axis

bool has(const Labels& labels, char c) { return labels.find(c) != Labels::npos; }

template <class Keep>
Labels filter(const Labels& labels, const Keep& keep) {
  Labels kept;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(kept), keep);
  return kept;
}

struct Equation {
  std::vector<Labels> operands;
  Labels result;
  Labels between;  // replaces "..."
};

[[noreturn]] void refuse(std::string_view equation, const std::string& what) {
  throw ValueError("einsum", fmt::format("{} in \"{}\"", what, equation),
                   "name each axis of each operand by a letter of its own, as in \"bij,bjk->bik\"");
}

void check_letters(std::string_view equation, const Labels& labels) {
  for (const char c : labels) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) refuse(equation, fmt::format("'{}' is no letter", c));
  }
}

constexpr std::string_view kEllipsis = "...";

// Letters that the equation does not use, for the axes of "...".
Labels unused_letters(const std::string& text, std::size_t count) {
  Labels letters;
  for (char c = 'A'; letters.size() < count && c <= 'z'; ++c) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0 && text.find(c) == std::string::npos) letters += c;
  }
  return letters;
}

// The last axes of `all` in place of "...", as many as are left for it.
Labels without_ellipsis(const Labels& labels, const Labels& all, std::size_t count) {
  const std::size_t at = labels.find(kEllipsis);
  return at == Labels::npos ? labels : labels.substr(0, at) + all.substr(all.size() - count) + labels.substr(at + kEllipsis.size());
}

Equation parse(std::string_view equation, const std::vector<Tensor>& operands) {
  std::string text;
  std::copy_if(equation.begin(), equation.end(), std::back_inserter(text), [](char c) { return c != ' '; });
  const std::size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  Equation e;
  for (std::size_t begin = 0; begin <= left.size();) {
    const std::size_t end = std::min(left.find(',', begin), left.size());
    e.operands.push_back(left.substr(begin, end - begin));
    begin = end + 1;
  }
  if (operands.size() != e.operands.size()) refuse(equation, fmt::format("{} operands are given and {} named", operands.size(), e.operands.size()));

  std::vector<std::size_t> counts;  // number of axes of each "..."
  for (std::size_t i = 0; i < operands.size(); ++i) {
    internal::require_defined("einsum", operands[i]);
    const auto rank = static_cast<std::size_t>(operands[i].rank());
    const std::size_t named = e.operands[i].find(kEllipsis) == Labels::npos ? rank : e.operands[i].size() - kEllipsis.size();
    counts.push_back(rank > named ? rank - named : 0);
  }
  const Labels between = unused_letters(text, *std::max_element(counts.begin(), counts.end()));
  for (std::size_t i = 0; i < operands.size(); ++i) {
    e.operands[i] = without_ellipsis(e.operands[i], between, counts[i]);
    check_letters(equation, e.operands[i]);
  }
  if (arrow != std::string::npos) {
    e.result = without_ellipsis(text.substr(arrow + 2), between, between.size());
    check_letters(equation, e.result);
    for (const char c : e.result) {
      if (!has(left, c) && !has(between, c)) refuse(equation, fmt::format("'{}' of the result names no axis", c));
      if (std::count(e.result.begin(), e.result.end(), c) > 1) refuse(equation, fmt::format("'{}' stands twice in the result", c));
    }
  } else {
    e.result = filter(left, [&](char c) { return c != ',' && c != '.' && std::count(left.begin(), left.end(), c) == 1; });
    std::sort(e.result.begin(), e.result.end());
    e.result = between + e.result;
  }
  e.between = between;
  return e;
}

// A tensor with named axes.
struct Named {
  Tensor tensor;
  Labels labels;

  std::int64_t extent(char c) const { return tensor.shape()[static_cast<int>(labels.find(c))]; }
  std::int64_t extent(const Labels& several) const {
    std::int64_t product = 1;
    for (const char c : several) product *= extent(c);
    return product;
  }
};

constexpr std::int64_t kVector = 8;  // elements, of AVX-512 and f64

// Its axes in the order of `labels`; the others are summed over.
Named arranged(const Named& x, const Labels& labels, const Where& where) {
  Ints summed, perm;
  for (std::size_t i = 0; i < x.labels.size(); ++i) {
    if (!has(labels, x.labels[i])) summed.push_back(static_cast<std::int64_t>(i));
  }
  const Labels left = filter(x.labels, [&](char c) { return has(labels, c); });
  const Tensor folded = summed.empty() ? x.tensor : reduce_sum(x.tensor, summed, false, where);
  for (const char c : labels) perm.push_back(static_cast<std::int64_t>(left.find(c)));
  return {left == labels ? folded : transpose(folded, perm, where), labels};
}

// Sums the products of a and b over all axes that are not in `needed`, by one matrix product.
Named contract(const Named& a, const Named& b, const Labels& needed, const Where& where) {
  const auto shared = [&](char c) { return has(a.labels, c) && has(b.labels, c); };
  const Labels batch = filter(a.labels, [&](char c) { return shared(c) && has(needed, c); });
  const Labels summed = filter(a.labels, [&](char c) { return shared(c) && !has(needed, c); });
  const Labels rows = filter(a.labels, [&](char c) { return !shared(c) && has(needed, c); });
  const Labels columns = filter(b.labels, [&](char c) { return !shared(c) && has(needed, c); });
  const Named left = arranged(a, batch + rows + summed, where), right = arranged(b, batch + summed + columns, where);
  const std::int64_t count = left.extent(batch), inner = left.extent(summed);
  const Tensor product = matmul(reshape(left.tensor, {count, left.extent(rows), inner}, where),
                                reshape(right.tensor, {count, inner, right.extent(columns)}, where), {}, where);
  Ints shape;
  for (const char c : batch + rows) shape.push_back(left.extent(c));
  for (const char c : columns) shape.push_back(right.extent(c));
  return {reshape(product, shape, where), batch + rows + columns};
}

void check_extents(const Equation& e, const std::vector<Tensor>& operands) {
  std::map<char, std::int64_t> extents;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Shape& shape = operands[i].shape();
    if (shape.rank() != static_cast<int>(e.operands[i].size())) {
      throw ShapeError("einsum", fmt::format("operand {} is {} and its axes are named \"{}\"", i, operands[i].signature(), e.operands[i]),
                       "give each axis a letter, and each letter an axis");
    }
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const char c = e.operands[i][static_cast<std::size_t>(axis)];
      const auto [at, added] = extents.emplace(c, shape[axis]);
      if (has(e.between, c)) {  // these broadcast
        if (at->second == 1) at->second = shape[axis];
        if (shape[axis] == 1) continue;
      }
      if (at->second != shape[axis]) {
        throw ShapeError("einsum", fmt::format("'{}' is {} in one operand and {} in {}", c, at->second, shape[axis], operands[i].signature()),
                         "axes of one name run together and need one extent");
      }
    }
  }
}

// A repeated axis is a diagonal.
Named with_diagonals(Named x, const Where& where) {
  for (std::size_t i = 0; i < x.labels.size(); ++i) {
    const std::size_t twin = x.labels.find(x.labels[i], i + 1);
    if (twin == Labels::npos) continue;
    Ints perm;
    Labels left;
    for (std::size_t k = 0; k < x.labels.size(); ++k) {
      if (k == i || k == twin) continue;
      perm.push_back(static_cast<std::int64_t>(k));
      left += x.labels[k];
    }
    perm.push_back(static_cast<std::int64_t>(i));
    perm.push_back(static_cast<std::int64_t>(twin));
    return with_diagonals({matrix_diag_part(transpose(x.tensor, perm, where), where), left + x.labels[i]}, where);
  }
  return x;
}

// Leaves out axes of "..." that are 1 and longer elsewhere: an operand without such an axis broadcasts along it.
Named without_ones(const Named& x, const Equation& e, const std::vector<Tensor>& operands, const Where& where) {
  Ints ones;
  Labels left;
  for (const char c : x.labels) {
    const auto is_longer = [&](std::size_t i) { return has(e.operands[i], c) && operands[i].shape()[static_cast<int>(e.operands[i].find(c))] > 1; };
    bool longer = false;
    for (std::size_t i = 0; i < operands.size(); ++i) longer |= is_longer(i);
    if (has(e.between, c) && x.extent(c) == 1 && longer) {
      ones.push_back(static_cast<std::int64_t>(x.labels.find(c)));
    } else {
      left += c;
    }
  }
  return ones.empty() ? x : Named{squeeze(x.tensor, ones, where), left};
}

}  // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands, Where where) {
  const Equation e = parse(equation, operands);
  check_extents(e, operands);
  const auto operand = [&](std::size_t i) { return with_diagonals(without_ones({operands[i], e.operands[i]}, e, operands, where), where); };
  Named total = operand(0);
  for (std::size_t i = 1; i < operands.size(); ++i) {
    Labels needed = e.result;
    for (std::size_t later = i + 1; later < operands.size(); ++later) needed += e.operands[later];
    // A product has the axes of its second operand last, so the one whose axis is the result's last goes there: elements stay one after the other.
    // Where that axis is shorter than a vector, a product with it last wastes more than strided elements cost.
    const Named next = operand(i);
    const Labels last = e.result.substr(e.result.empty() ? 0 : e.result.size() - 1);
    const bool swaps = !last.empty() && has(total.labels, last[0]) && !has(next.labels, last[0]) && total.extent(last) >= kVector;
    total = swaps ? contract(next, total, needed, where) : contract(total, next, needed, where);
  }
  return arranged(total, e.result, where).tensor;
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Ints& axes_a, const Ints& axes_b, Where where) {
  internal::require_defined("tensordot", a);
  internal::require_defined("tensordot", b);
  if (axes_a.size() != axes_b.size()) {
    throw ValueError("tensordot", fmt::format("{} axes of a and {} of b are named", axes_a.size(), axes_b.size()), "axes go in pairs");
  }
  Labels names_a, names_b, result;
  for (int i = 0; i < a.rank(); ++i) names_a += static_cast<char>('a' + i);
  for (int i = 0; i < b.rank(); ++i) names_b += static_cast<char>('A' + i);
  result = names_a + names_b;
  for (int i = 0; i < axes_a.size(); ++i) {
    char& in_a = names_a[static_cast<std::size_t>(normalize_axis("tensordot", axes_a[i], a.rank()))];
    char& in_b = names_b[static_cast<std::size_t>(normalize_axis("tensordot", axes_b[i], b.rank()))];
    if (!has(result, in_a) || !has(result, in_b)) throw ValueError("tensordot", "an axis is named twice", "each axis goes into one pair");
    std::erase(result, in_a);
    std::erase(result, in_b);
    in_b = in_a;
  }
  return einsum(names_a + "," + names_b + "->" + result, {a, b}, where);
}

}  // namespace whygrad
