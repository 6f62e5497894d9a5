// Convolutions and their gradients by oneDNN, and the choice of those that have code of our own.
#include "kernels/conv.hpp"
#include "kernels/cpu/table.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_conv_f64.hpp"
#include "kernels/cpu/dnn_conv_narrow.hpp"
#include "kernels/cpu/dnn_conv_shape.hpp"
#include "kernels/cpu/dnn_engine.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/elementwise.hpp"

namespace whygrad::kernels::cpu {
namespace {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;

enum class Pass : std::uint8_t { kForward, kBackwardInput, kBackwardFilter };

// A convolution compiled for one set of sizes. oneDNN chooses the memory order of the filter: `reorder` converts to it, or back for the filter's
// gradient, if the orders differ.
// the two orders differ.
struct ConvOperation {
  DnnOperation convolution;
  std::optional<DnnOperation> reorder;
  std::size_t filter_bytes;
};

using ConvCache = DnnCache<20, ConvOperation>;

ConvCache::Key key_of(Pass pass, bool with_bias, DType dtype, const ConvShape& s) {
  const ConvParams& p = s.params;
  return {static_cast<std::int64_t>(pass),
          with_bias,
          static_cast<std::int64_t>(dtype),
          s.n,
          s.h,
          s.w,
          s.c,
          s.kh,
          s.kw,
          s.o,
          p.strides[0],
          p.strides[1],
          p.dilations[0],
          p.dilations[1],
          p.pad_before[0],
          p.pad_before[1],
          p.pad_after[0],
          p.pad_after[1],
          p.groups,
          dnn_threads()};
}

// The operands as oneDNN describes them: logical dimensions are [n, c, h, w] and [groups,] [o, c, kh, kw], whatever the order in memory.
struct ConvDescs {
  ConvDescs(DType dtype, const ConvShape& s)
      : type(dtype == DType::kBF16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32),
        x({s.n, s.c, s.h, s.w}, type, Tag::nhwc),
        y({s.n, s.o, s.oh, s.ow}, type, Tag::nhwc),
        bias({s.o}, type, Tag::x),
        strides{s.params.strides[0], s.params.strides[1]},
        dilations{s.params.dilations[0] - 1, s.params.dilations[1] - 1},
        pad_before{s.params.pad_before[0], s.params.pad_before[1]},
        pad_after{s.params.pad_after[0], s.params.pad_after[1]} {
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const Dims dims = {s.group_outputs(), s.group_inputs(), s.kh, s.kw};
    if (s.params.groups == 1) {
      w = Desc(dims, type, Tag::hwio);
      any_w = Desc(dims, type, Tag::any);
    } else {
      const Dims grouped = {s.params.groups, dims[0], dims[1], dims[2], dims[3]};
      w = Desc(grouped, type, Tag::hwigo);
      any_w = Desc(grouped, type, Tag::any);
    }
  }

  dnnl::convolution_forward::primitive_desc forward(const Desc& with_bias) const {
    return {
        {dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, x, any_w, with_bias, y, strides, dilations, pad_before, pad_after},
        attributes,
        dnn_engine()};
  }
  std::optional<DnnOperation> reorder(const Desc& from, const Desc& to) const {
    if (from == to) return std::nullopt;
    const dnnl::reorder::primitive_desc primitive(dnn_engine(), from, dnn_engine(), to, attributes);
    return DnnOperation(dnnl::reorder(primitive), primitive.scratchpad_desc(), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  }

  dnnl::memory::data_type type;
  Desc x, w, any_w, y, bias;
  Dims strides, dilations, pad_before, pad_after;
  dnnl::primitive_attr attributes;
};

ConvOperation make_forward(DType dtype, const ConvShape& s, bool with_bias) {
  const ConvDescs d(dtype, s);
  const Desc bias = with_bias ? d.bias : Desc();
  const auto primitive = d.forward(bias);
  return {DnnOperation(dnnl::convolution_forward(primitive), primitive.scratchpad_desc(),
                       {{DNNL_ARG_SRC, d.x}, {DNNL_ARG_WEIGHTS, primitive.weights_desc()}, {DNNL_ARG_DST, d.y}, {DNNL_ARG_BIAS, bias}}),
          d.reorder(d.w, primitive.weights_desc()), primitive.weights_desc().get_size()};
}

// NOTE [backward input as forward] With stride 1 the gradient of the input is itself a convolution: of dy with the filter turned by 180 degrees, its
// inputs and outputs exchanged. For AVX-512 oneDNN 2.6 has a better kernel for that (brgconv): over twelve shapes of 1x1 to 5x5 filters it takes 0.80
// to 0.98 of the time of the backward data kernel, for one odd one 1.08. With AVX2 the two are the same at best, so it is not used there.
bool is_flippable(const ConvShape& s) {
  const ConvParams& p = s.params;
  const auto fits = [&](int axis, std::int64_t kernel) {
    return p.strides[axis] == 1 && p.dilations[axis] == 1 && std::max(p.pad_before[axis], p.pad_after[axis]) < kernel;
  };
  return dnn_has_avx512() && p.groups == 1 && fits(0, s.kh) && fits(1, s.kw);
}

ConvShape flipped(const ConvShape& s) {
  ConvShape f = s;
  std::swap(f.h, f.oh);
  std::swap(f.w, f.ow);
  std::swap(f.c, f.o);
  for (const auto& [axis, kernel] : {std::pair{0, s.kh}, std::pair{1, s.kw}}) {
    f.params.pad_before[axis] = kernel - 1 - s.params.pad_before[axis];
    f.params.pad_after[axis] = kernel - 1 - s.params.pad_after[axis];
  }
  return f;
}

// The taps in reverse order. The matrix of each tap is unchanged; the strides of make_flipped exchange its axes.
void reverse_taps(const void* w, const ConvShape& s, DType dtype, void* out) {
  const std::int64_t taps = s.kh * s.kw;
  const std::size_t tap_bytes = static_cast<std::size_t>(s.c * s.o) * size_of(dtype);
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    std::memcpy(static_cast<std::byte*>(out) + static_cast<std::size_t>(taps - 1 - tap) * tap_bytes,
                static_cast<const std::byte*>(w) + static_cast<std::size_t>(tap) * tap_bytes, tap_bytes);
  }
}

ConvOperation make_flipped(DType dtype, const ConvShape& s) {
  const ConvDescs d(dtype, flipped(s));
  const auto primitive = d.forward(Desc());
  const Desc reversed({s.c, s.o, s.kh, s.kw}, d.type, {s.o, 1, s.kw * s.c * s.o, s.c * s.o});
  return {DnnOperation(dnnl::convolution_forward(primitive), primitive.scratchpad_desc(),
                       {{DNNL_ARG_SRC, d.x}, {DNNL_ARG_WEIGHTS, primitive.weights_desc()}, {DNNL_ARG_DST, d.y}}),
          d.reorder(reversed, primitive.weights_desc()), primitive.weights_desc().get_size()};
}

ConvOperation make_backward_input(DType dtype, const ConvShape& s) {
  const ConvDescs d(dtype, s);
  const dnnl::convolution_backward_data::primitive_desc primitive(
      {dnnl::algorithm::convolution_direct, d.x, d.any_w, d.y, d.strides, d.dilations, d.pad_before, d.pad_after}, d.attributes, dnn_engine(),
      d.forward(Desc()));
  return {DnnOperation(dnnl::convolution_backward_data(primitive), primitive.scratchpad_desc(),
                       {{DNNL_ARG_DIFF_DST, d.y}, {DNNL_ARG_WEIGHTS, primitive.weights_desc()}, {DNNL_ARG_DIFF_SRC, d.x}}),
          d.reorder(d.w, primitive.weights_desc()), primitive.weights_desc().get_size()};
}

ConvOperation make_backward_filter(DType dtype, const ConvShape& s, bool with_bias) {
  const ConvDescs d(dtype, s);
  const Desc bias = with_bias ? d.bias : Desc();
  const dnnl::convolution_backward_weights::primitive_desc primitive(
      {dnnl::algorithm::convolution_direct, d.x, d.any_w, bias, d.y, d.strides, d.dilations, d.pad_before, d.pad_after}, d.attributes, dnn_engine(),
      d.forward(bias));
  const Desc filter = primitive.diff_weights_desc();
  return {DnnOperation(dnnl::convolution_backward_weights(primitive), primitive.scratchpad_desc(),
                       {{DNNL_ARG_SRC, d.x}, {DNNL_ARG_DIFF_DST, d.y}, {DNNL_ARG_DIFF_WEIGHTS, filter}, {DNNL_ARG_DIFF_BIAS, bias}}),
          d.reorder(filter, d.w), filter.get_size()};
}

// Multiplications that justify another thread.
constexpr std::int64_t kGrain = 1 << 17;

// The number of parts of a convolution, split by images. One if there are too few for all threads: oneDNN has its own ways to split those.
int part_count(const ConvShape& s) {
  const std::int64_t work = s.n * s.oh * s.ow * s.o * s.kh * s.kw * s.group_inputs(), threads = dnn_threads();
  const std::int64_t longest = (s.n + threads - 1) / threads;
  return work / kGrain < threads || 8 * longest * threads > 9 * s.n ? 1 : static_cast<int>(threads);
}

// Calls body(part, its first image, its number) for each part, on several threads.
template <class Body>
void for_each_part(const ConvShape& s, int parts, const Body& body) {
  const int own = parts == 1 ? dnn_threads() : 1;
  device::parallel_pieces(parts, [&](int number) {
    const DnnThreads threads(own);
    const std::int64_t first = s.n * number / parts, end = s.n * (number + 1) / parts;
    ConvShape part = s;
    part.n = end - first;
    body(part, first, number);
  });
}

// The images of a batch from `first` on, each of `size` elements.
void* images_at(const View& batch, std::int64_t first, std::int64_t size) {
  return static_cast<std::byte*>(batch.data) + static_cast<std::size_t>(first * size) * size_of(batch.dtype);
}

const ConvOperation& operation(Pass pass, bool with_bias, DType dtype, const ConvShape& s) {
  thread_local ConvCache cache;
  return cache.find("conv2d", key_of(pass, with_bias, dtype, s), [&] {
    switch (pass) {
      case Pass::kForward: return make_forward(dtype, s, with_bias);
      case Pass::kBackwardInput: return is_flippable(s) ? make_flipped(dtype, s) : make_backward_input(dtype, s);
      default: return make_backward_filter(dtype, s, with_bias);
    }
  });
}

// The filter in the order that `operation` wants it in.
class OrderedFilter {
 public:
  OrderedFilter(const ConvOperation& operation, const void* filter) : data_(filter) {
    if (!operation.reorder) return;
    copy_.emplace(operation.filter_bytes);
    operation.reorder->run({filter, copy_->data()});
    data_ = copy_->data();
  }
  const void* data() const { return data_; }

 private:
  const void* data_;
  std::optional<Scratch> copy_;
};

// The dtype in which a convolution of `dtype` is computed.
DType compute_dtype(DType dtype) {
  const bool direct = dtype == DType::kF64 || (dtype == DType::kBF16 && dnn_has_bf16());
  return direct ? dtype : DType::kF32;
}

void add_bias_f64(const View& bias, const View& out) {
  std::int64_t strides[kMaxRank] = {0, 0, 0, 1};
  cpu::binary(Binary::kAdd, out, bias.under(bias.data, out.shape, strides, out.rank), out);
}

void sum_pixels_f64(const double* dy, std::int64_t pixels, std::int64_t outputs, double* sum) {
  std::fill_n(sum, outputs, 0.0);
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (std::int64_t j = 0; j < outputs; ++j) sum[j] += dy[i * outputs + j];
  }
}

void zero(const View& out) { std::memset(out.data, 0, static_cast<std::size_t>(out.size()) * size_of(out.dtype)); }

// dw, and dbias unless it is null, of one part of the batch.
void backward_filter_part(const ConvShape& part, DType dtype, const void* x, const void* dy, void* dw, void* dbias) {
  const ConvOperation& conv = operation(Pass::kBackwardFilter, dbias != nullptr, dtype, part);
  std::optional<Scratch> ordered;
  if (conv.reorder) ordered.emplace(conv.filter_bytes);
  void* filter = ordered ? ordered->data() : dw;
  conv.convolution.run({x, dy, filter, dbias});
  if (ordered) conv.reorder->run({filter, dw});
}

// Each part but the first has its own sums, which are added up at the end. Sums in bf16 would be rounded twice, so bf16 has only one part.
void backward_filter(const ConvShape& s, const View& x, const View& dy, const View& dw, const View* dbias) {
  const int parts = dw.dtype == DType::kF32 ? part_count(s) : 1;
  const std::int64_t size = dw.size() + s.o;
  const Scratch sums(static_cast<std::size_t>(std::max<std::int64_t>(1, (parts - 1) * size)) * sizeof(float));
  for_each_part(s, parts, [&](const ConvShape& part, std::int64_t first, int number) {
    float* own = sums.as<float>() + (number - 1) * size;
    backward_filter_part(part, dw.dtype, images_at(x, first, s.input_size()), images_at(dy, first, s.output_size()), number == 0 ? dw.data : own,
                         dbias == nullptr ? nullptr
                         : number == 0    ? dbias->data
                                          : own + dw.size());
  });
  for (int number = 1; number < parts; ++number) {
    const float* own = sums.as<float>() + (number - 1) * size;
    for (std::int64_t i = 0; i < dw.size(); ++i) dw.as<float>()[i] += own[i];
    for (std::int64_t i = 0; i < s.o && dbias != nullptr; ++i) dbias->as<float>()[i] += own[dw.size() + i];
  }
}

void forward(const View& x, const View& w, const View* bias, const ConvParams& params, Activation activation, const View& out) {
  if (out.size() == 0) return;
  const DType dtype = compute_dtype(out.dtype);
  const ConvShape shape(x, w, out, params);
  const Staged image(x, dtype), filter(w, dtype);
  StagedResult result(out, dtype);
  std::optional<Staged> row;
  if (bias != nullptr) row.emplace(*bias, dtype);
  if (dtype == DType::kF64) {
    conv2d_f64(image.view().as<double>(), filter.view().as<double>(), shape, result.view().as<double>());
    if (row) add_bias_f64(row->view(), result.view());
  } else if (dtype == DType::kF32 && is_narrow(shape)) {
    conv2d_narrow(image.view().as<float>(), filter.view().as<float>(), row ? row->view().as<float>() : nullptr, activation, shape,
                  result.view().as<float>());
    return result.finish();
  } else {
    for_each_part(shape, part_count(shape), [&](const ConvShape& part, std::int64_t first, int) {
      const ConvOperation& conv = operation(Pass::kForward, row.has_value(), dtype, part);
      const OrderedFilter ordered(conv, filter.view().data);
      conv.convolution.run({images_at(image.view(), first, shape.input_size()), ordered.data(), images_at(result.view(), first, shape.output_size()),
                            row ? row->view().data : nullptr});
    });
  }
  // oneDNN's own relu after the convolution would turn NaN into 0 and hide the origin of the NaN.
  if (activation == Activation::kRelu) cpu::unary(Unary::kRelu, result.view(), result.view());
  result.finish();
}

}  // namespace

void conv2d(const View& x, const View& w, const ConvParams& params, const View& out) { forward(x, w, nullptr, params, Activation::kNone, out); }

void conv2d_bias(const View& x, const View& w, const View& bias, const ConvParams& params, Activation activation, const View& out) {
  forward(x, w, &bias, params, activation, out);
}

void conv2d_backward_input(const View& dy, const View& w, const ConvParams& params, const View& dx) {
  if (dx.size() == 0) return;
  if (dy.size() == 0) return zero(dx);
  const DType dtype = compute_dtype(dx.dtype);
  const ConvShape shape(dx, w, dy, params);
  const Staged gradient(dy, dtype), filter(w, dtype);
  StagedResult result(dx, dtype);
  if (dtype == DType::kF64) {
    conv2d_backward_input_f64(gradient.view().as<double>(), filter.view().as<double>(), shape, result.view().as<double>());
  } else {
    const void* taps = filter.view().data;
    std::optional<Scratch> reversed;
    if (is_flippable(shape)) {
      reversed.emplace(static_cast<std::size_t>(w.size()) * size_of(dtype));
      reverse_taps(taps, shape, dtype, reversed->data());
      taps = reversed->data();
    }
    for_each_part(shape, part_count(shape), [&](const ConvShape& part, std::int64_t first, int) {
      const ConvOperation& conv = operation(Pass::kBackwardInput, false, dtype, part);
      const OrderedFilter ordered(conv, taps);
      conv.convolution.run(
          {images_at(gradient.view(), first, shape.output_size()), ordered.data(), images_at(result.view(), first, shape.input_size())});
    });
  }
  result.finish();
}

void conv2d_backward_filter(const View& x, const View& dy, const ConvParams& params, const View& dw, const View* dbias) {
  if (dy.size() == 0) {
    zero(dw);
    if (dbias != nullptr) zero(*dbias);
    return;
  }
  const DType dtype = compute_dtype(dw.dtype);
  const ConvShape shape(x, dw, dy, params);
  const Staged image(x, dtype), gradient(dy, dtype);
  StagedResult result(dw, dtype);
  std::optional<StagedResult> bias_result;
  if (dbias != nullptr) bias_result.emplace(*dbias, dtype);
  if (dtype == DType::kF64) {
    conv2d_backward_filter_f64(image.view().as<double>(), gradient.view().as<double>(), shape, result.view().as<double>());
    if (bias_result) sum_pixels_f64(gradient.view().as<double>(), shape.n * shape.oh * shape.ow, shape.o, bias_result->view().as<double>());
  } else if (dtype == DType::kF32 && is_narrow(shape)) {
    conv2d_backward_filter_narrow(image.view().as<float>(), gradient.view().as<float>(), shape, result.view().as<float>(),
                                  bias_result ? bias_result->view().as<float>() : nullptr);
  } else {
    backward_filter(shape, image.view(), gradient.view(), result.view(), bias_result ? &bias_result->view() : nullptr);
  }
  result.finish();
  if (bias_result) bias_result->finish();
}

}  // namespace whygrad::kernels::cpu
