#include <whygrad/explain/explanation.hpp>

#include <ostream>

namespace whygrad {

Explanation Gradient::why() const {
  if (has_value() || facts_ == nullptr) return {};
  return Explanation({Finding{}});
}

void Gradient::throw_missing() const { throw MissingGradient("gradient", why().to_string(), {*this}); }

std::string Explanation::to_string() const {
  std::string text;
  for (const Finding& f : findings_) text += std::string("no gradient [") + f.code() + "]\n";
  return text;
}

std::ostream& operator<<(std::ostream& out, const Explanation& explanation) { return out << explanation.to_string(); }

}  // namespace whygrad
