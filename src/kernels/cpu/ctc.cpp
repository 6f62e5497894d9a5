// Connectionist temporal classification, in numbers or in numbers with a derivative.
#include "kernels/ctc.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/doubles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kSoftEnd = -706.8936235;  // log(1e-307)

// A number and its derivative along a direction.
struct Dual {
  double v = 0, d = 0;
  Dual() = default;
  Dual(double value) : v(value) {}
  Dual(double value, double derivative) : v(value), d(derivative) {}
  friend Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
  friend Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
};
double value(double x) { return x; }
double value(Dual x) { return x.v; }
double exp_of(double x) { return std::exp(x); }
Dual exp_of(Dual x) {
  const double e = std::exp(x.v);
  return {e, e == 0 ? 0 : e * x.d};
}

// log(e^a + e^b).
double log_add(double a, double b) {
  if (a == kNever) return b;
  if (b == kNever) return a;
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}
Dual log_add(Dual a, Dual b) {
  if (a.v == kNever) return b;
  if (b.v == kNever) return a;
  const double sum = log_add(a.v, b.v);
  return {sum, std::exp(a.v - sum) * a.d + std::exp(b.v - sum) * b.d};
}

// The alignments of one sequence. State i in [0, l] has seen i labels and is at the last of them (before all frames for i = 0); state l + 1 + i is at
// the blank behind it.
template <class S>
class Alignments {
 public:
  // `log_y` [frames, classes]: logarithms of the probabilities of the classes.
  Alignments(std::span<const std::int64_t> labels, std::int64_t length, std::int64_t frames, std::int64_t classes, const CtcParams& params,
             const S* log_y)
      : labels_(labels), frames_(frames), classes_(classes), params_(params), log_y_(log_y), count_(labels.size() + 1) {
    for (std::size_t s = 0; s < 2 * count_; ++s) {
      const double soft = params.soft_ends ? kSoftEnd : kNever;
      first_.push_back(S(s == 0 ? 0 : soft));
      last_.push_back(S(s % count_ == static_cast<std::size_t>(length) ? 0 : soft));
    }
  }

  // -log(probability). Subtracts from `gradient` [frames, classes], which holds the probabilities of the classes, how probable each is in alignments.
  S run(S* gradient) const {
    const std::vector<S> forward = run_forward();
    std::vector<S> behind = last_;  // of a frame: log of the probability of all that comes after it, by state
    for (std::int64_t t = frames_ - 1; t >= 0; --t) {
      subtract_shares(&forward[static_cast<std::size_t>(t) * 2 * count_], behind, gradient + t * classes_);
      behind = before(behind, t);
    }
    return S(0) - behind[0];
  }

 private:
  S seen(std::int64_t t, std::size_t state) const {
    if (state == 0) return S(kNever);
    return log_y_[t * classes_ + (state < count_ ? class_of(state - 1) : params_.blank)];
  }
  // Padding behind the labels may hold anything.
  std::int64_t class_of(std::size_t i) const { return labels_[i] >= 0 && labels_[i] < classes_ ? labels_[i] : params_.blank; }
  // Whether label state i follows label state i - 1 without a blank between them.
  bool follows(std::size_t i) const { return i == 1 || class_of(i - 1) != class_of(i - 2); }

  std::vector<S> run_forward() const {
    std::vector<S> all;
    all.reserve(static_cast<std::size_t>(frames_) * 2 * count_);
    std::vector<S> now = first_;
    for (std::int64_t t = 0; t < frames_; ++t) {
      std::vector<S> next(2 * count_, S(kNever));
      for (std::size_t i = 0; i < count_; ++i) {
        S label = now[i], blank = log_add(now[count_ + i], now[i]);
        if (i > 0) label = log_add(label, now[count_ + i - 1]);
        if (i > 0 && follows(i)) label = log_add(label, now[i - 1]);
        next[i] = label + seen(t, i);
        next[count_ + i] = blank + seen(t, count_ + i);
      }
      now = next;
      all.insert(all.end(), now.begin(), now.end());
    }
    return all;
  }

  // From what comes after frame t to what comes after frame t - 1.
  std::vector<S> before(const std::vector<S>& behind, std::int64_t t) const {
    std::vector<S> sums(2 * count_, S(kNever));
    for (std::size_t i = 0; i < count_; ++i) {
      const S blank = behind[count_ + i] + seen(t, count_ + i);
      S label = log_add(behind[i] + seen(t, i), blank), from_blank = blank;
      if (i + 1 < count_) {
        const S next = behind[i + 1] + seen(t, i + 1);
        from_blank = log_add(from_blank, next);
        if (follows(i + 1)) label = log_add(label, next);
      }
      sums[i] = label;
      sums[count_ + i] = from_blank;
    }
    return sums;
  }

  void subtract_shares(const S* forward, const std::vector<S>& behind, S* gradient) const {
    S total(kNever);
    for (std::size_t s = 0; s < 2 * count_; ++s) total = log_add(total, forward[s] + behind[s]);
    if (value(total) == kNever) return;  // no alignment
    for (std::size_t s = 1; s < 2 * count_; ++s) {
      const bool padding = s < count_ && class_of(s - 1) == params_.blank;  // no label: not counted, as in TensorFlow
      S& entry = gradient[s < count_ ? class_of(s - 1) : params_.blank];
      if (!padding) entry = entry - exp_of(forward[s] + behind[s] - total);
    }
  }

  std::span<const std::int64_t> labels_;
  std::int64_t frames_, classes_;
  const CtcParams& params_;
  const S* log_y_;
  std::size_t count_;
  std::vector<S> first_, last_;
};

// The operands in whole numbers and double precision.
class Batch {
 public:
  Batch(const View& logits, const View& labels, const View& label_length, const View& logit_length, const CtcParams& params)
      : params_(params),
        frames_(logits.shape[0]),
        rows_(logits.shape[1]),
        classes_(logits.shape[2]),
        most_labels_(labels.shape[1]),
        logits_(logits, DType::kF64),
        labels_(labels, DType::kI64),
        label_length_(label_length, DType::kI64),
        logit_length_(logit_length, DType::kI64) {}

  CtcFault fault() const {
    for (std::int64_t b = 0; b < rows_; ++b) {
      const std::int64_t length = whole(label_length_)[b], frames = whole(logit_length_)[b];
      if (length < 0 || length > most_labels_) return {CtcFault::kLabelLength, b, length};
      if (frames < 0 || frames > frames_) return {CtcFault::kLogitLength, b, frames};
      for (const std::int64_t label : labels(b).first(static_cast<std::size_t>(length))) {
        if (label < 0 || label >= classes_) return {CtcFault::kLabel, b, label};
      }
    }
    return {};
  }

  // Calls store(row, loss, gradient [frames of the row, classes]) for each row; load(t, b, c) is a logit.
  template <class S, class Load, class Store>
  void run(const Load& load, const Store& store) const {
    device::parallel_for(rows_, 4, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) {
        const std::int64_t frames = whole(logit_length_)[b];
        std::vector<S> log_y(static_cast<std::size_t>(frames * classes_)), gradient(log_y.size());
        for (std::int64_t t = 0; t < frames; ++t) {
          S total(kNever);
          for (std::int64_t c = 0; c < classes_; ++c) total = log_add(total, load(t, b, c));
          for (std::int64_t c = 0; c < classes_; ++c) {
            const auto at = static_cast<std::size_t>(t * classes_ + c);
            log_y[at] = load(t, b, c) - total;
            gradient[at] = exp_of(log_y[at]);
          }
        }
        const Alignments<S> alignments(labels(b), whole(label_length_)[b], frames, classes_, params_, log_y.data());
        const S loss = alignments.run(gradient.data());
        store(b, loss, gradient);
      }
    });
  }

  std::int64_t at(std::int64_t t, std::int64_t b, std::int64_t c) const { return (t * rows_ + b) * classes_ + c; }
  const double* logits() const { return logits_.view().as<const double>(); }
  std::int64_t classes() const { return classes_; }

 private:
  static const std::int64_t* whole(const Staged& numbers) { return numbers.view().as<const std::int64_t>(); }
  std::span<const std::int64_t> labels(std::int64_t b) const { return {whole(labels_) + b * most_labels_, static_cast<std::size_t>(most_labels_)}; }

  const CtcParams& params_;
  std::int64_t frames_, rows_, classes_, most_labels_;
  Staged logits_, labels_, label_length_, logit_length_;
};

}  // namespace

CtcFault ctc_loss(const View& logits, const View& labels, const View& label_length, const View& logit_length, const CtcParams& params,
                  const View& loss, const View& gradient) {
  const Batch batch(logits, labels, label_length, logit_length, params);
  if (const CtcFault fault = batch.fault(); fault.kind != CtcFault::kNone) return fault;
  Doubles losses(loss), gradients(gradient);
  const double* x = batch.logits();
  batch.run<double>([&](std::int64_t t, std::int64_t b, std::int64_t c) { return x[batch.at(t, b, c)]; },
                    [&](std::int64_t b, double value, const std::vector<double>& rows) {
                      losses[static_cast<std::size_t>(b)] = value;
                      for (std::size_t i = 0; i < rows.size(); ++i) {
                        const auto k = static_cast<std::int64_t>(i);
                        gradients[static_cast<std::size_t>(batch.at(k / batch.classes(), b, k % batch.classes()))] = rows[i];
                      }
                    });
  losses.store(loss);
  gradients.store(gradient);
  return {};
}

CtcFault ctc_curvature(const View& logits, const View& labels, const View& label_length, const View& logit_length, const View& direction,
                       const CtcParams& params, const View& out) {
  const Batch batch(logits, labels, label_length, logit_length, params);
  if (const CtcFault fault = batch.fault(); fault.kind != CtcFault::kNone) return fault;
  const Staged along(direction, DType::kF64);
  Doubles derivatives(out);
  const double *x = batch.logits(), *d = along.view().as<const double>();
  batch.run<Dual>([&](std::int64_t t, std::int64_t b, std::int64_t c) { return Dual(x[batch.at(t, b, c)], d[batch.at(t, b, c)]); },
                  [&](std::int64_t b, Dual, const std::vector<Dual>& rows) {
                    for (std::size_t i = 0; i < rows.size(); ++i) {
                      const auto k = static_cast<std::int64_t>(i);
                      derivatives[static_cast<std::size_t>(batch.at(k / batch.classes(), b, k % batch.classes()))] = rows[i].d;
                    }
                  });
  derivatives.store(out);
  return {};
}

}  // namespace whygrad::kernels::cpu
