// ADBench's mixture of Gaussians in double precision: the gradient of the log likelihood with respect to weights, means and inverse covariances.
#include "train.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numbers>
#include <sstream>

namespace whygrad::bench {
namespace {

// A row of a file: numbers up to the end of the line.
std::vector<double> row_of(std::istream& in) {
  std::string line;
  while (std::getline(in, line) && line.find_first_not_of(" \r\t") == std::string::npos) {
  }
  std::istringstream numbers(line);
  std::vector<double> row;
  for (double x; numbers >> x;) row.push_back(x);
  return row;
}
std::vector<double> rows_of(std::istream& in, std::int64_t count) {
  std::vector<double> all;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::vector<double> row = row_of(in);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

struct Mixture {
  std::int64_t d, k, n;
  Tensor alphas, means, icf, x, below;
  double gamma, wishart_m, constant;

  explicit Mixture(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw ValueError("gmm", "cannot open " + path, "name the files of ADBench in the environment variable GMM");
    const std::vector<double> sizes = row_of(in);
    d = static_cast<std::int64_t>(sizes[0]);
    k = static_cast<std::int64_t>(sizes[1]);
    n = static_cast<std::int64_t>(sizes[2]);
    alphas = reshape(whygrad::constant(rows_of(in, k)), {k});
    means = reshape(whygrad::constant(rows_of(in, k)), {k, d});
    icf = reshape(whygrad::constant(rows_of(in, k)), {k, d + d * (d - 1) / 2});
    x = reshape(whygrad::constant(rows_of(in, n)), {n, 1, d});
    const std::vector<double> last = row_of(in);
    gamma = last[0];
    wishart_m = last[1];
    place_triangle();
    set_constant();
  }

  Tensor objective(const Tensor& weights, const Tensor& centres, const Tensor& factors) const {
    const std::vector<Tensor> parts = split(factors, {d, d * (d - 1) / 2}, 1);
    const Tensor q = exp(parts[0]), low = reshape(gather(pad(parts[1], {{0, 0}, {1, 0}}), below, 1), {k, d, d});
    const Tensor difference = x - centres;
    const Tensor z = q * difference + einsum("kij,nkj->nki", {low, difference});
    const Tensor main = weights + reduce_sum(parts[0], {1}) - 0.5 * reduce_sum(square(z), {2});
    const Tensor wishart = 0.5 * gamma * gamma * (reduce_sum(square(q)) + reduce_sum(square(parts[1]))) - wishart_m * reduce_sum(parts[0]);
    return reduce_sum(reduce_logsumexp(main, {1})) - static_cast<double>(n) * reduce_logsumexp(weights) + constant + wishart;
  }

 private:
  // Which entry of a row of icf stands at [i, j] of the lower triangle, plus 1; 0 elsewhere.
  void place_triangle() {
    std::vector<std::int64_t> at(static_cast<std::size_t>(d * d));
    std::int64_t next = 1;
    for (std::int64_t j = 0; j < d; ++j) {
      for (std::int64_t i = j + 1; i < d; ++i) at[static_cast<std::size_t>(i * d + j)] = next++;
    }
    below = whygrad::constant(at);
  }
  void set_constant() {
    const double dd = static_cast<double>(d), df = dd + wishart_m + 1;
    double gammas = 0;
    for (std::int64_t j = 1; j <= d; ++j) gammas += std::lgamma(0.5 * df + 0.5 * (1 - static_cast<double>(j)));
    const double wishart = df * dd * (std::log(gamma) - 0.5 * std::numbers::ln2) - (0.25 * dd * (dd - 1) * std::log(std::numbers::pi) + gammas);
    constant = -static_cast<double>(n) * dd * 0.5 * std::log(2 * std::numbers::pi) - static_cast<double>(k) * wishart;
  }
};

std::function<void()> mixture(const std::string& path, Mode mode) {
  const auto model = std::make_shared<const Mixture>(path);
  const auto step = [model](const Tensor& alphas, const Tensor& means, const Tensor& icf) {
    GradientTape tape;
    for (const Tensor* t : {&alphas, &means, &icf}) tape.watch(*t);
    const Tensor value = model->objective(alphas, means, icf);
    const Gradients gradients = tape.gradient(value, {alphas, means, icf});
    return std::vector<Tensor>{*gradients[0], *gradients[1], *gradients[2]};
  };
  if (mode == Mode::kEager) return [model, step] { (void)step(model->alphas, model->means, model->icf); };
  return [model, step = function(step)] { (void)step(model->alphas, model->means, model->icf); };
}

}  // namespace

std::vector<Workload> mixtures() {
  std::vector<Workload> all;
  const char* const files = std::getenv("GMM");
  std::stringstream list(files == nullptr ? "" : files);
  for (std::string file; std::getline(list, file, ',');) {
    const std::filesystem::path path(file);
    const std::string name = "adbench-gmm-" + path.parent_path().filename().string() + "-" + path.stem().string().substr(4);
    all.push_back({"gmm", name, 1, [file](Mode mode) { return mixture(file, mode); }});
  }
  return all;
}

}  // namespace whygrad::bench
