// TensorFlow's op types that layers and losses are made of: convolutions, pools, norms, recurrent cells, CTC.
#include "records.hpp"

namespace whygrad::python {
namespace {

constexpr ZeroGradient kWinnerOnly{ZeroGradient::kMasks,
                                   "only the largest element of each window gets a gradient; avg_pool(x) gives every element one"};
constexpr ZeroGradient kSaturatingCell{ZeroGradient::kSaturates,
                                       "its gates are sigmoids and tanhs: keep weights and inputs small, or normalise the inputs"};
constexpr NonFinite kVariance{NonFinite::kRootOfZero, "make epsilon larger: it keeps the root of the variance away from 0"};
constexpr const char* kStatistics = "TensorFlow takes the moving statistics as given and has no rule for them";
constexpr const char* kBatchStatistics = "write (x - mean) * rsqrt(variance + epsilon), whose mean and variance carry a gradient";

constexpr TypeRecord kRecords[]{
    {.types =
         "Conv3D=conv3d Conv3DBackpropFilterV2=conv3d_backprop_filter Conv3DBackpropInputV2=conv3d_transpose DepthwiseConv2dNative=depthwise_conv2d "
         "DepthwiseConv2dNativeBackpropFilter=depthwise_conv2d_backprop_filter DepthwiseConv2dNativeBackpropInput=depthwise_conv2d_backprop_input",
     .like = "Conv2D"},
    {.types = "Dilation2D", .zero = kWinnerOnly},
    {.types = "AvgPool3D AvgPool3DGrad FractionalAvgPool"},
    {.types = "MaxPoolV2 MaxPool3D MaxPoolWithArgmax FractionalMaxPool", .zero = kWinnerOnly},
    {.types = "MaxPoolGradV2 MaxPool3DGrad MaxPool3DGradGrad", .zero = kWinnerOnly},
    {.types = "BiasAddV1", .like = "bias_add"},
    {.types = "BiasAddGrad"},
    {.types = "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3", .why = kStatistics, .remedy = kBatchStatistics, .nonfinite = kVariance},
    {.types = "FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3", .why = kStatistics, .remedy = kBatchStatistics, .nonfinite = kVariance},
    {.types = "BatchNormWithGlobalNormalization", .nonfinite = kVariance},
    {.types = "LRN=local_response_normalization"},
    {.types = "BlockLSTM BlockLSTMV2", .zero = kSaturatingCell},
    {.types = "CudnnRNN CudnnRNNV2 CudnnRNNV3", .zero = kSaturatingCell},
    {.types = "CTCLoss CTCLossV2",
     .why = "labels are numbers of classes: a class is there or not, with nothing between",
     .remedy = "differentiate with respect to the logits",
     .nonfinite =
         {NonFinite::kLogOfZero,
          "a label that is longer than its frames has probability 0 and an infinite loss: give each example at least as many frames as labels, "
          "and one more between two equal ones"}},
    {.types = "CTCGreedyDecoder CTCBeamSearchDecoder",
     .why = "decoded labels are choices of classes, which do not move when the logits move a little",
     .remedy = "train on tf.nn.ctc_loss(labels, logits, label_length, logit_length), and decode for the metric"},
    {.types = "EditDistance",
     .why = "an edit distance counts steps between two texts, and a count does not move a little",
     .remedy = "train on tf.nn.ctc_loss(labels, logits, label_length, logit_length), and keep the edit distance for the metric"},
    {.types = "SdcaOptimizer SdcaOptimizerV2 SdcaShrinkL1 SdcaFprint",
     .why = "it is an optimizer's step, of which TensorFlow records no gradient",
     .remedy = "differentiate the loss that it lowers"},
};

}  // namespace

std::span<const TypeRecord> network_types() { return checked(kRecords); }

}  // namespace whygrad::python
