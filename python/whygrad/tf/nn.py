"""tf.nn"""

from whygrad import _ctc, _embedding, _spatial
from whygrad.tf import _names

for _module, _its in (
    (_ctc, "ctc_loss ctc_unique_labels ctc_greedy_decoder collapse_repeated"),
    (
        _embedding,
        "batch_norm_with_global_normalization compute_average_loss embedding_lookup_sparse safe_embedding_lookup_sparse scale_regularization_loss",
    ),
    (
        _spatial,
        "atrous_conv2d atrous_conv2d_transpose avg_pool3d conv1d_transpose conv3d conv3d_transpose conv_transpose convolution dilation2d erosion2d max_pool3d "
        "max_pool_with_argmax pool space_to_batch with_space_to_batch",
    ),
):
    globals().update((_name, getattr(_module, _name)) for _name in _its.split())
lrn = local_response_normalization = _names.functions["local_response_normalization"]

__getattr__ = _names.fill("nn", globals())
