"""Calls as in signature_calls.py, of images, layers, random numbers and quantisation."""

_IMAGE = "t([[[[0.1, 0.9, 0.5], [0.2, 0.7, 0.4]], [[0.3, 0.6, 0.8], [0.4, 0.1, 0.2]]]])"
_WIDE = "tf.reshape(tf.range(32.0), [1, 4, 4, 2])"
_ROW = "tf.reshape(tf.range(12.0), [1, 6, 2])"
_M = "t([[4.0, 1.0], [1.0, 3.0]])"
_PAIR = f"[{_M}, t([[1.0, -2.0], [0.5, 3.0]])]"
_BOXES = "t([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]]), t([0.9, 0.8, 0.7])"
_SIMILAR = "tf.reshape(tf.range(64.0), [8, 8, 1]) / 64.0, tf.reshape(tf.range(64.0), [8, 8, 1]) ** 2.0 / 4096.0"
_JOINED = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
_NORM_WEIGHTS = (
    "beta_initializer='ones', gamma_initializer='zeros'",
    "beta_regularizer='l2'",
    "gamma_regularizer='l2'",
    "beta_constraint='non_neg'",
    "gamma_constraint='non_neg'",
)


def _layer(arguments, given, *refused):
    return "\n".join([f"{arguments} | ({given})", *refused])


def _normalised(arguments, given):
    lines = [f"{arguments} | ({given})", f"{arguments}, center=False, scale=False | ({given})", f"{arguments}, {_NORM_WEIGHTS[0]} | ({given})"]
    return "\n".join(lines + [f"{arguments}, {weights}" for weights in _NORM_WEIGHTS[1:]])


def _by_place(rank):
    given = {3: _ROW, 4: _WIDE, 5: f"tf.expand_dims({_WIDE}, 0)"}[rank]
    return f" | ({given})\ndata_format='channels_last', keepdims=True | ({given})"


def _refused(first, kinds):
    return [f"{first}, {kind}_{what}='{value}'" for kind in kinds.split() for what, value in (("regularizer", "l2"), ("constraint", "non_neg"))]


def _conv(arguments, given, kinds="kernel bias", more=()):
    first = arguments.split(",")[0] + ", 2" if "filters" not in arguments else arguments
    return "\n".join([f"{arguments} | ({given})", *more, *_refused(first, kinds), f"{first}, activity_regularizer='l2'"])


_FILTERS = "kernel_initializer='ones', bias_initializer='ones', activation='relu', use_bias=True, data_format='channels_last'"
_VOLUME = "tf.reshape(tf.range(54.0), [1, 3, 3, 3, 2]) / 54.0"

CALLS = {
    "tf.keras.layers.Conv1D": _conv(
        f"2, 3, strides=2, padding='same', dilation_rate=1, groups=2, {_FILTERS}",
        _ROW,
        more=[f"1, 2, padding='causal', dilation_rate=2, kernel_initializer='ones' | ({_ROW})"],
    ),
    "tf.keras.layers.Conv3D": _conv(f"1, 2, strides=(1, 2, 1), padding='same', dilation_rate=1, groups=1, {_FILTERS}", _VOLUME),
    "tf.keras.layers.Conv2DTranspose": _conv(
        f"1, (2, 3), strides=2, padding='valid', dilation_rate=1, {_FILTERS}",
        _WIDE,
        more=["1, 2, output_padding=1", f"1, 3, 2, 'same', kernel_initializer='ones' | ({_WIDE})", f"1, 2, 3, kernel_initializer='ones' | ({_WIDE})"],
    ),
    "tf.keras.layers.DepthwiseConv2D": _conv(
        "2, strides=1, padding='same', depth_multiplier=2, dilation_rate=1, depthwise_initializer='ones', bias_initializer='ones', activation='relu', use_bias=True, "
        "data_format='channels_last'",
        _WIDE,
        "depthwise bias",
    ),
    "tf.keras.layers.SeparableConv2D": _conv(
        "2, 2, strides=1, padding='same', depth_multiplier=2, dilation_rate=1, depthwise_initializer='ones', pointwise_initializer='ones', bias_initializer='ones', "
        "activation='relu', use_bias=True, data_format='channels_last'",
        _WIDE,
        "depthwise pointwise bias",
    ),
    **{
        f"tf.keras.layers.{kind}Pooling{space}D": f"2, strides=1, padding='same', data_format='channels_last', name='p{kind}{space}' | ({given})\n2 | ({given})"
        for kind in ("Max", "Average")
        for space, given in ((1, _ROW), (3, _VOLUME))
    },
    "tf.nn.conv3d": f"{_VOLUME}, tf.ones([2, 2, 2, 2, 1]), [1, 1, 1, 1, 1], 'SAME', data_format='NDHWC', dilations=[1, 1, 1, 1, 1]",
    "tf.nn.conv3d_transpose": f"{_VOLUME}, tf.ones([2, 2, 2, 1, 2]), [1, 6, 6, 6, 1], 2, padding='SAME', data_format='NDHWC', dilations=None",
    "tf.nn.conv1d_transpose": f"{_ROW}, tf.ones([2, 1, 2]), output_shape=[1, 12, 1], strides=2, padding='SAME', data_format='NWC', dilations=1",
    "tf.nn.conv_transpose": f"{_ROW}, tf.ones([2, 1, 2]), output_shape=[1, 12, 1], strides=2, padding='SAME', data_format='NWC', dilations=1",
    "tf.nn.convolution": f"{_ROW}, tf.ones([2, 2, 1]), strides=[2], padding='SAME', data_format='NWC', dilations=[1]",
    "tf.nn.atrous_conv2d": f"{_WIDE}, tf.ones([2, 2, 2, 1]), rate=2, padding='SAME'",
    "tf.nn.atrous_conv2d_transpose": f"{_WIDE}, tf.ones([2, 2, 1, 2]), output_shape=[1, 4, 4, 1], rate=2, padding='SAME'",
    "tf.nn.pool": f"{_WIDE}, [2, 2], 'MAX', strides=[1, 1], padding='SAME', data_format='NHWC', dilations=[1, 1]",
    "tf.nn.with_space_to_batch": f"{_WIDE}, [2, 2], 'VALID', lambda x, _, padding: tf.nn.max_pool2d(x, 2, 1, padding), filter_shape=[2, 2], spatial_dims=[1, 2], data_format='NHWC'",
    "tf.nn.max_pool3d": f"{_VOLUME}, 2, 1, 'SAME', data_format='NDHWC'",
    "tf.nn.avg_pool3d": f"{_VOLUME}, 2, 1, 'SAME', data_format='NDHWC'",
    "tf.nn.max_pool_with_argmax": f"{_WIDE}, 2, 2, 'SAME', data_format='NHWC', output_dtype=tf.int32, include_batch_in_index=True",
    "tf.nn.space_to_batch": f"{_WIDE}, [2, 2], [[0, 0], [0, 0]]",
    "tf.space_to_batch": f"{_WIDE}, [2, 2], [[0, 0], [0, 0]]",
    "tf.space_to_batch_nd": f"{_WIDE}, [2, 2], [[0, 0], [0, 0]]",
    "tf.batch_to_space": "tf.reshape(tf.range(16.0), [4, 2, 2, 1]), [2, 2], [[0, 0], [0, 0]]",
    "tf.extract_volume_patches": f"{_VOLUME}, [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], 'VALID'",
    "tf.nn.dilation2d": f"{_WIDE}, tf.ones([2, 2, 2]), [1, 1, 1, 1], 'SAME', 'NHWC', [1, 1, 1, 1]",
    "tf.nn.erosion2d": f"{_WIDE}, tf.ones([2, 2, 2]), [1, 1, 1, 1], 'SAME', 'NHWC', [1, 1, 1, 1]",
    "tf.nn.local_response_normalization": f"{_WIDE}, depth_radius=1, bias=2.0, alpha=0.5, beta=0.75",
    **{f"tf.keras.layers.{name}": f" | ({_PAIR})" for name in _JOINED},
    **{f"tf.keras.layers.{name.lower()}": _PAIR for name in _JOINED},
    **{f"tf.keras.layers.Global{kind}Pooling{rank - 2}D": _by_place(rank) for kind in ("Average", "Max") for rank in (3, 4, 5)},
    "tf.keras.layers.Concatenate": f"axis=0 | ({_PAIR})",
    "tf.keras.layers.concatenate": f"{_PAIR}, axis=0",
    "tf.keras.layers.Dot": f"1, normalize=True | ({_PAIR})\n1 | ({_PAIR})",
    "tf.keras.layers.dot": f"{_PAIR}, axes=1",
    "tf.keras.layers.ELU": "alpha=0.5 | (t([-1.0, 2.0]))",
    "tf.keras.layers.LeakyReLU": "negative_slope=0.5 | (t([-1.0, 2.0]))",
    "tf.keras.layers.ReLU": "max_value=3.0, negative_slope=0.5, threshold=1.0 | (t([-1.0, 2.0, 5.0]))\nmax_value=-1.0",
    "tf.keras.layers.PReLU": _layer(
        "alpha_initializer='ones', shared_axes=[1]", "t([[-1.0, 2.0]])", "alpha_regularizer='l2'", "alpha_constraint='non_neg'"
    ),
    "tf.keras.layers.Identity": " | (t([1.0]))",
    "tf.keras.layers.Reshape": f"(4, -1) | ({_WIDE})",
    "tf.keras.layers.Permute": f"(3, 1, 2) | ({_WIDE})\n(0, 1)",
    "tf.keras.layers.RepeatVector": f"2 | ({_M})\n2.5",
    "tf.keras.layers.Rescaling": "0.5, offset=1.0 | (t([1, 2]))",
    "tf.keras.layers.UnitNormalization": f"axis=0 | ({_M})\n | ({_M})",
    "tf.keras.layers.RMSNormalization": f"axis=-1, epsilon=0.5 | ({_M})",
    "tf.keras.layers.LayerNormalization": _normalised("axis=-1, epsilon=0.5", _WIDE) + f"\n[1, 2] | ({_WIDE})",
    "tf.keras.layers.GroupNormalization": _normalised("groups=2, axis=-1, epsilon=0.5", _WIDE) + f"\n-1 | ({_WIDE})\n3 | ({_WIDE})",
    "tf.keras.layers.ZeroPadding1D": f"padding=2, data_format='channels_last' | ({_ROW})\n(1, 2) | ({_ROW})",
    "tf.keras.layers.ZeroPadding2D": f"padding=1, data_format='channels_last' | ({_WIDE})\n(1, 2) | ({_WIDE})\n((1, 0), (0, 2)) | ({_WIDE})",
    "tf.keras.layers.Cropping1D": f"cropping=1 | ({_ROW})\n(1, 2) | ({_ROW})",
    "tf.keras.layers.Cropping2D": f"cropping=1, data_format='channels_last' | ({_WIDE})\n((1, 0), (0, 2)) | ({_WIDE})",
    "tf.keras.layers.UpSampling1D": f"size=3 | ({_ROW})",
    "tf.keras.layers.UpSampling2D": f"size=(2, 3), data_format='channels_last', interpolation='bilinear' | ({_WIDE})\n2 | ({_WIDE})",
    "tf.keras.layers.GaussianNoise": f"0.5, seed=1 | ({_M})\n1.5",
    "tf.keras.layers.GaussianDropout": f"0.5, seed=1 | ({_M})",
    "tf.keras.layers.SpatialDropout1D": f"0.5, seed=1, name='a', dtype='float32' | ({_ROW})",
    "tf.keras.layers.SpatialDropout2D": f"0.5, data_format='channels_last', seed=1, name='b', dtype='float32' | ({_WIDE})",
    "tf.image.adjust_saturation": f"{_IMAGE}, 0.5",
    "tf.image.crop_and_resize": f"{_WIDE}, t([[0.1, 0.2, 0.9, 0.7]]), [0], [2, 3]\n{_WIDE}, boxes=t([[-0.5, 0.2, 0.9, 0.7]]), box_indices=[0], crop_size=[3, 3], "
    "method='nearest', extrapolation_value=2.0",
    "tf.image.extract_patches": f"{_WIDE}, sizes=[1, 2, 2, 1], strides=[1, 1, 2, 1], rates=[1, 1, 1, 1], padding='SAME'",
    **{f"tf.image.{name}": _IMAGE for name in ("hsv_to_rgb", "rgb_to_hsv", "rgb_to_yiq", "rgb_to_yuv", "yiq_to_rgb", "yuv_to_rgb")},
    "tf.image.non_max_suppression": f"{_BOXES}, 3, iou_threshold=0.9, score_threshold=0.75\n{_BOXES}, max_output_size=1",
    "tf.image.non_max_suppression_with_scores": f"{_BOXES}, 3, iou_threshold=0.9, score_threshold=0.1, soft_nms_sigma=0.5",
    "tf.image.non_max_suppression_overlaps": "t([[1.0, 0.6], [0.6, 1.0]]), t([0.5, 0.9]), 2, overlap_threshold=0.7, score_threshold=0.6",
    "tf.image.random_brightness": f"{_IMAGE}, 0.0, seed=1\n{_IMAGE}, -1.0",
    "tf.image.random_contrast": f"{_IMAGE}, lower=0.2, upper=0.7, seed=1\n{_IMAGE}, 0.7, 0.2",
    "tf.image.random_hue": f"{_IMAGE}, 0.1, seed=1\n{_IMAGE}, 0.9",
    "tf.image.random_saturation": f"{_IMAGE}, 0.1, 0.5, seed=1\n{_IMAGE}, -0.1, 0.5",
    "tf.image.stateless_random_brightness": f"{_IMAGE}, 0.5, seed=[1, 2]",
    "tf.image.stateless_random_contrast": f"{_IMAGE}, lower=0.2, upper=0.7, seed=[1, 2]",
    "tf.image.stateless_random_hue": f"{_IMAGE}, 0.1, seed=[1, 2]",
    "tf.image.stateless_random_saturation": f"{_IMAGE}, 0.1, 0.5, seed=[1, 2]",
    "tf.image.stateless_random_crop": f"{_WIDE}, size=[1, 2, 2, 2], seed=[1, 2]\n{_WIDE}, [1, 5, 2, 2], [1, 2]",
    "tf.image.stateless_random_flip_left_right": f"{_IMAGE}, seed=[1, 2]\n{_IMAGE}, [3, 3]",
    "tf.image.stateless_random_flip_up_down": f"{_IMAGE}, seed=[1, 2]\n{_IMAGE}, [3, 3]",
    "tf.image.resize": f"{_WIDE}, [2, 3]\n{_WIDE}, size=[3, 3], method='lanczos3', preserve_aspect_ratio=True, antialias=True\n{_WIDE}, [3, 3], tf.image.ResizeMethod.BICUBIC",
    "tf.image.resize_with_crop_or_pad": f"{_WIDE}, target_height=2, target_width=6",
    "tf.image.resize_with_pad": f"{_WIDE}, 2, 6, method='bicubic', antialias=True",
    "tf.image.ssim": f"{_SIMILAR}, 1.0, filter_size=5, filter_sigma=1.0, k1=0.02, k2=0.05, return_index_map=True",
    "tf.image.ssim_multiscale": f"{_SIMILAR}, 1.0, power_factors=(0.4, 0.6), filter_size=3, filter_sigma=1.0, k1=0.02, k2=0.05",
    "tf.nn.ctc_loss": "t([[1, 2]]), tf.reshape(tf.range(12.0), [3, 1, 4]) / 10.0, label_length=[2], logit_length=[3], logits_time_major=True, blank_index=0\n"
    "t([[1, 2]]), tf.reshape(tf.range(12.0), [1, 3, 4]) / 10.0, [2], [3], False, unique=None, blank_index=-1",
    "tf.nn.ctc_unique_labels": "t([[3, 4, 3]])",
    "tf.nn.collapse_repeated": "t([[1, 1, 2]]), [3]",
    "tf.nn.ctc_greedy_decoder": "tf.reshape(tf.range(12.0), [3, 1, 4]), [3], merge_repeated=False, blank_index=0",
    "tf.quantization.fake_quant_with_min_max_args": "t([-9.0, 0.3, 2.0]), min=-1.0, max=1.0, num_bits=4, narrow_range=True",
    "tf.quantization.fake_quant_with_min_max_args_gradient": "t([1.0, 2.0, 3.0]), t([-9.0, 0.3, 2.0]), min=-1.0, max=1.0, num_bits=4, narrow_range=True",
    "tf.quantization.fake_quant_with_min_max_vars": "t([-9.0, 0.3, 2.0]), -1.0, 1.0, num_bits=4, narrow_range=True",
    "tf.quantization.fake_quant_with_min_max_vars_per_channel": "t([[-9.0, 0.3]]), min=[-1.0, 0.0], max=[1.0, 2.0], num_bits=4, narrow_range=True",
    **{
        f"tf.quantization.{name}": "t([-9.0, 0.3, 2.0]), -1.0, 1.0, signed_input=False, num_bits=4, range_given=True, round_mode='HALF_UP', narrow_range=True\n"
        "t([[-9.0, 0.3], [2.0, 1.0]]), -1.0, 1.0, axis=0"
        for name in ("quantize_and_dequantize", "quantize_and_dequantize_v2")
    },
    "tf.random.create_rng_state": "12, 'philox'",
    "tf.random.fold_in": "[1, 2], 3, alg='philox'",
    "tf.random.split": "[1, 2], num=3, alg='auto_select'",
    "tf.random.gamma": "[2], 3.0\n[2], alpha=t([1.0, 2.0]), beta=2.0, dtype=tf.float32, seed=1",
    "tf.random.get_global_generator": " | .normal([2])",
    "tf.random.set_global_generator": "tf.random.Generator.from_seed(1)",
    "tf.random.Generator": "state=[1, 2, 3], alg='philox' | .normal([2])\ncopy_from=tf.random.Generator.from_seed(1) | .uniform([2], 0, 9, tf.int32)",
    "tf.random.stateless_binomial": "[2], [1, 2], counts=50.0, probs=0.5, output_dtype=tf.float32",
    "tf.random.stateless_categorical": f"{_M}, 3, [1, 2], dtype=tf.int32",
    "tf.random.stateless_gamma": "[2], [1, 2], alpha=t([1.0, 2.0]), beta=2.0, dtype=tf.float32",
    "tf.random.stateless_poisson": "[2], [1, 2], lam=t([1.0, 20.0]), dtype=tf.float32",
    "tf.random.stateless_truncated_normal": "[2], seed=[1, 2], mean=3.0, stddev=2.0, dtype=tf.float64, alg='philox'",
    "tf.nn.embedding_lookup_sparse": "t([[1.0, 2.0], [3.0, 4.0]]), tf.SparseTensor([[0, 0], [0, 1]], t([1, 0], tf.int64), [1, 2]), "
    "sp_weights=tf.SparseTensor([[0, 0], [0, 1]], [2.0, 3.0], [1, 2]), combiner='mean', max_norm=3.0, allow_fast_lookup=False",
    "tf.nn.safe_embedding_lookup_sparse": "t([[1.0, 2.0], [3.0, 4.0]]), tf.SparseTensor([[0, 0], [0, 1]], t([1, 0], tf.int64), [2, 2]), "
    "sparse_weights=tf.SparseTensor([[0, 0], [0, 1]], [2.0, 3.0], [2, 2]), combiner='mean', default_id=1, max_norm=3.0, allow_fast_lookup=False",
    "tf.nn.compute_average_loss": "t([1.0, 2.0]), sample_weight=[1.0, 0.5], global_batch_size=4",
    "tf.nn.scale_regularization_loss": "t([1.0, 2.0])",
    "tf.nn.batch_norm_with_global_normalization": f"{_WIDE}, t([1.0, 2.0]), t([1.0, 2.0]), t([1.0, 2.0]), t([1.0, 2.0]), variance_epsilon=0.1, scale_after_normalization=True",
}
