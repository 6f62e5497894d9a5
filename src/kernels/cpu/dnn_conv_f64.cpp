// Convolutions in double precision, as products of matrices.
#include "kernels/cpu/dnn_conv_f64.hpp"

#include <algorithm>

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_gemm.hpp"

namespace whygrad::kernels::cpu {
namespace {

// A filter's tap multiplies, in each row of outputs, one run of pixels: a matrix product without any copy (im2col), because gemm reads rows of any
// distance. The padding is what the runs leave out.
struct TapRow {
  std::int64_t x, y;    // element offsets of the run's first input and output pixel
  std::int64_t w;       // element offset of the tap's [c / groups, o] matrix
  std::int64_t pixels;  // the run's length
};

// Positions p in [0, outputs) whose input p * stride + shift is in [0, inputs).
struct Range {
  Range(std::int64_t outputs, std::int64_t inputs, std::int64_t stride, std::int64_t shift)
      : begin(std::max<std::int64_t>(0, (-shift + stride - 1) / stride)),
        end(shift >= inputs ? 0 : std::min(outputs, (inputs - 1 - shift) / stride + 1)) {}
  std::int64_t begin, end;
};

template <class Visit>
void for_each_row(const ConvShape& s, std::int64_t image, std::int64_t i, std::int64_t j, const Visit& visit) {
  const ConvParams& p = s.params;
  const std::int64_t row_shift = i * p.dilations[0] - p.pad_before[0], column_shift = j * p.dilations[1] - p.pad_before[1];
  const Range rows(s.oh, s.h, p.strides[0], row_shift), columns(s.ow, s.w, p.strides[1], column_shift);
  if (columns.begin >= columns.end) return;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    visit(TapRow{.x = ((image * s.h + row * p.strides[0] + row_shift) * s.w + columns.begin * p.strides[1] + column_shift) * s.c,
                 .y = ((image * s.oh + row) * s.ow + columns.begin) * s.o,
                 .w = (i * s.kw + j) * s.group_inputs() * s.o,
                 .pixels = columns.end - columns.begin});
  }
}

// visit(run) for all runs of one image.
template <class Visit>
void for_each_tap(const ConvShape& s, std::int64_t image, const Visit& visit) {
  for (std::int64_t i = 0; i < s.kh; ++i) {
    for (std::int64_t j = 0; j < s.kw; ++j) for_each_row(s, image, i, j, visit);
  }
}

}  // namespace

void conv2d_f64(const double* x, const double* w, const ConvShape& s, double* out) {
  const std::int64_t image_size = s.oh * s.ow * s.o, inputs = s.group_inputs(), outputs = s.group_outputs();
  device::parallel_for(s.n, 1, [&](std::int64_t begin, std::int64_t end) {
    std::fill(out + begin * image_size, out + end * image_size, 0.0);
    for (std::int64_t image = begin; image < end; ++image) {
      for_each_tap(s, image, [&](const TapRow& run) {
        for (std::int64_t g = 0; g < s.params.groups; ++g) {
          gemm(Gemm<double>{.m = run.pixels,
                            .n = outputs,
                            .k = inputs,
                            .a = x + run.x + g * inputs,
                            .a_row = s.params.strides[1] * s.c,
                            .a_col = 1,
                            .b = w + run.w + g * outputs,
                            .b_row = s.o,
                            .b_col = 1,
                            .c = out + run.y + g * outputs,
                            .c_row = s.o,
                            .accumulate = true});
        }
      });
    }
  });
}

void conv2d_backward_input_f64(const double* dy, const double* w, const ConvShape& s, double* dx) {
  const std::int64_t image_size = s.h * s.w * s.c, inputs = s.group_inputs(), outputs = s.group_outputs();
  device::parallel_for(s.n, 1, [&](std::int64_t begin, std::int64_t end) {
    std::fill(dx + begin * image_size, dx + end * image_size, 0.0);
    for (std::int64_t image = begin; image < end; ++image) {
      for_each_tap(s, image, [&](const TapRow& run) {
        for (std::int64_t g = 0; g < s.params.groups; ++g) {
          gemm(Gemm<double>{.m = run.pixels,
                            .n = inputs,
                            .k = outputs,
                            .a = dy + run.y + g * outputs,
                            .a_row = s.o,
                            .a_col = 1,
                            .b = w + run.w + g * outputs,
                            .b_row = 1,
                            .b_col = s.o,
                            .c = dx + run.x + g * inputs,
                            .c_row = s.params.strides[1] * s.c,
                            .accumulate = true});
        }
      });
    }
  });
}

void conv2d_backward_filter_f64(const double* x, const double* dy, const ConvShape& s, double* dw) {
  const std::int64_t inputs = s.group_inputs(), outputs = s.group_outputs(), tap_size = inputs * s.o;
  device::parallel_for(s.kh * s.kw, 1, [&](std::int64_t begin, std::int64_t end) {
    std::fill(dw + begin * tap_size, dw + end * tap_size, 0.0);
    for (std::int64_t tap = begin; tap < end; ++tap) {
      for (std::int64_t image = 0; image < s.n; ++image) {
        for_each_row(s, image, tap / s.kw, tap % s.kw, [&](const TapRow& run) {
          for (std::int64_t g = 0; g < s.params.groups; ++g) {
            gemm(Gemm<double>{.m = inputs,
                              .n = outputs,
                              .k = run.pixels,
                              .a = x + run.x + g * inputs,
                              .a_row = 1,
                              .a_col = s.params.strides[1] * s.c,
                              .b = dy + run.y + g * outputs,
                              .b_row = s.o,
                              .b_col = 1,
                              .c = dw + run.w + g * outputs,
                              .c_row = s.o,
                              .accumulate = true});
          }
        });
      }
    }
  });
}

}  // namespace whygrad::kernels::cpu
