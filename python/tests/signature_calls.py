"""Calls that use every parameter of every function: what they give under TensorFlow is in tensorflow_signatures.json, see there.

A line is a list of arguments, then, behind a bar, what is done with the result. `t` makes a tensor; a method is called of the object that RECEIVERS names.
"""

import signature_calls_composite
import signature_calls_nn
import signature_calls_recurrent
import signature_signal

_M = "t([[4.0, 1.0], [1.0, 3.0]])"
_V = "t([0.5, -0.25, 2.0])"
_IMAGE = "t([[[[0.1, 0.9, 0.5], [0.2, 0.7, 0.4]], [[0.3, 0.6, 0.8], [0.4, 0.1, 0.2]]]])"
_WIDE = "tf.reshape(tf.range(16.0), [1, 4, 4, 1])"
_ROW = "tf.reshape(tf.range(6.0), [1, 6, 1])"
_SPARSE = "tf.SparseTensor([[0, 1], [2, 0]], [3.0, 4.0], [3, 2])"

RECEIVERS = {
    "tf.Variable": "tf.Variable([1.0, 2.0, 3.0])",
    "tf.Tensor": "t([1.0, 2.0])",
    "tf.TensorArray": "tf.TensorArray(tf.float32, 2, element_shape=[2])",
    "tf.TensorShape": "tf.TensorShape([2, None])",
    "tf.TensorSpec": "tf.TensorSpec([2], tf.float32)",
    "tf.SparseTensor": _SPARSE,
    "tf.RaggedTensor": "tf.ragged.constant([[1.0, 2.0], [], [3.0]])",
    "tf.data.Dataset": "tf.data.Dataset.range(5)",
    "tf.keras.Sequential": "tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer='ones')])",
}

_UNARY = (
    "abs acos asin atan atanh ceil cos cosh digamma erf erfc erfinv exp expm1 floor is_finite is_inf is_nan is_non_decreasing "
    "is_strictly_increasing lbeta log_sigmoid negative bessel_i0 bessel_i0e bessel_i1 bessel_i1e reciprocal reciprocal_no_nan rint round sigmoid sign sin sinh softplus softsign square tan tanh"
)
_POSITIVE = "acosh asinh lgamma log log1p rsqrt sqrt"
_BINARY = (
    "add atan2 divide divide_no_nan equal floordiv floormod greater greater_equal less less_equal maximum minimum multiply multiply_no_nan not_equal "
    "squared_difference subtract truediv xdivy xlog1py xlogy"
)
_FOLDS = "reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum reduce_variance"

CALLS = {
    **signature_calls_composite.CALLS,
    **signature_calls_nn.CALLS,
    **signature_calls_recurrent.CALLS,
    **{f"tf.math.{name}": "t([0.5, -0.25])" for name in _UNARY.split()},
    **{f"tf.math.{name}": "t([1.5, 2.25])" for name in _POSITIVE.split()},
    **{f"tf.math.{name}": "t([1.5, 2.0, 0.5]), [0.5, 2.0, 1.0]" for name in _BINARY.split()},
    **{f"tf.math.{name}": f"{_M}\n{_M}, axis=1\n{_M}, 0, True" for name in _FOLDS.split()},
    **{
        f"tf.math.{name}": "t([[True, False], [True, True]])\nt([[True, False], [True, True]]), 1, keepdims=True"
        for name in ("reduce_all", "reduce_any")
    },
    **{f"tf.math.{name}": f"{_V}\n{_M}, 1\n{_M}, axis=1, output_type=tf.int32" for name in ("argmax", "argmin")},
    **{f"tf.math.{name}": f"{_V}\n{_M}, axis=1, exclusive=True\n{_M}, 0, reverse=True" for name in ("cumsum", "cumprod")},
    **{f"tf.math.{name}": "t([True, False, True]), [True, True, False]" for name in ("logical_and", "logical_or", "logical_xor")},
    **{f"tf.math.segment_{name}": "t([1.0, 2.0, 5.0]), [0, 0, 1]" for name in ("max", "mean", "min", "prod", "sum")},
    **{f"tf.math.unsorted_segment_{name}": "t([1.0, 2.0, 5.0]), [1, 0, 1], 3" for name in ("max", "mean", "min", "prod", "sqrt_n", "sum")},
    **{f"tf.nn.{name}": _V for name in ("elu", "relu", "relu6", "selu")},
    **{
        f"tf.debugging.assert_{name}": "t([2, 1]), [1, 2], message='m', summarize=1"
        for name in ("equal", "greater", "greater_equal", "less", "less_equal")
    },
    **{
        f"tf.debugging.assert_{name}": "t([0.0, 1.0, -1.0]), message='m', summarize=1"
        for name in ("negative", "non_negative", "non_positive", "positive")
    },
    "tf.Assert": "t(False), [t([1, 2])], summarize=1\nTrue, [1]",
    "tf.math.accumulate_n": "[t([1.0]), t([2.0])]\n[t([1.0]), t([2.0])], shape=[1], tensor_dtype=tf.float32\n[t([1.0])], shape=[2]\n[t([1.0])], tensor_dtype=tf.int32",
    "tf.math.add_n": "[t([1.0]), t([2.0])]",
    "tf.math.angle": "t([1.0 + 1.0j])",
    "tf.argsort": "t([2, 1, 1])\nt([[2, 1, 3]]), -1, 'DESCENDING'\nt([[2, 1, 1]]), axis=0, direction='ASCENDING', stable=True",
    "tf.as_dtype": "'float32'",
    "tf.as_string": "t([1, 2]), width=4\nt([1, 2]), width=4, fill='0'",
    "tf.boolean_mask": "t([[1, 2], [3, 4]]), [True, False]\nt([[1, 2], [3, 4]]), [True, False], axis=1",
    "tf.broadcast_dynamic_shape": "t([1, 3]), t([2, 1])",
    "tf.broadcast_static_shape": "tf.TensorShape([1, 3]), tf.TensorShape([2, 1])",
    "tf.broadcast_to": "t([1, 2]), [2, 2]",
    "tf.case": "[(t(False), lambda: t(1)), (t(True), lambda: t(2))]\n[(t(False), lambda: t(1))], default=lambda: t(3)\n"
    "[(t(True), lambda: t(1)), (t(True), lambda: t(2))], exclusive=True\n[(t(True), lambda: [t(1)])], strict=True\n[(t(True), lambda: [t(1)])]",
    "tf.cast": "[1.5, -1.5], tf.int32",
    "tf.clip_by_global_norm": "[t([3.0, 4.0])], 1.0\n[t([3.0, 4.0])], 1.0, use_norm=t(10.0)",
    "tf.clip_by_norm": f"{_M}, 1.0\n{_M}, 1.0, axes=[0]",
    "tf.clip_by_value": f"{_V}, 0.0, 1.0",
    "tf.complex": "t([1.0]), t([2.0])",
    "tf.concat": "[[[1]], [[2]]], 1",
    "tf.cond": "t(True), lambda: t(1), lambda: t(2)\nt(False), true_fn=lambda: t(1), false_fn=lambda: t(2)",
    "tf.constant": "[1, 2]\n3, tf.float32, [2, 2]\nTrue, dtype=tf.float32\nnp.array([True]), tf.float32\nnp.array([1.5, -2.5]), tf.int32\n[True, False], tf.int32\n"
    "np.array([1, 2], np.uint16), tf.int32\nnp.array(['a', 'bc'])\nnp.array([b'a'])\nnp.array(['a', 'b'], object)\n"
    "np.array([1, 0]), tf.bool\nnp.array([1.5]), tf.complex64",
    "tf.control_dependencies": "[t(1)] | .__enter__()",
    "tf.convert_to_tensor": "1, tf.float64\n[1], dtype_hint=tf.float32\n[1.5], dtype_hint=tf.int32",
    "tf.custom_gradient": "lambda x: (x * 2.0, lambda d: d) | (t(3.0))",
    "tf.device": "'/CPU:0' | .__enter__()",
    "tf.dynamic_partition": "t([1, 2, 3]), [0, 1, 0], 2",
    "tf.dynamic_stitch": "[[0, 2], [1]], [[1, 3], [2]]",
    "tf.einsum": "'ij,jk->ik', t([[1.0, 2.0]]), t([[3.0], [4.0]])\n'ij->j', t([[1.0, 2.0]]), optimize='greedy'",
    "tf.ensure_shape": "t([1, 2]), [None]",
    "tf.executing_eagerly": "",
    "tf.expand_dims": "t([1, 2]), 1",
    "tf.eye": "2\n2, 3, dtype=tf.int32\n2, num_columns=1, batch_shape=[2]",
    "tf.fill": "[2], 1.5\n[2], 1.5, layout='x'",
    "tf.foldl": "lambda a, x: a - x, t([1.0, 2.0])\nlambda a, x: a - x, t([1.0, 2.0]), initializer=10.0, parallel_iterations=1, back_prop=True, swap_memory=True",
    "tf.foldr": "lambda a, x: a - x, t([1.0, 2.0])\nlambda a, x: a - x, t([1.0, 2.0]), initializer=10.0, parallel_iterations=1, back_prop=True, swap_memory=True",
    "tf.gather": "t([[1, 2], [3, 4]]), [1]\nt([[1, 2], [3, 4]]), [1], axis=1, validate_indices=True\nt([[1, 2], [3, 4]]), [[1], [0]], batch_dims=1\n"
    "t([[1, 2], [3, 4]]), [[1], [0]], None, 1, 1",
    "tf.gather_nd": "t([[1, 2], [3, 4]]), [[1, 0]]\nt([[1, 2], [3, 4]]), [[1], [0]], batch_dims=1\nt([[1, 2], [3, 4]]), [[[0], [1]], [[1], [1]]], 1\n"
    "t([[1, 2], [3, 4]]), [[1, 0]], bad_indices_policy='ERROR'\nt([[[1, 2]], [[3, 4]]]), [[0, 1], [0, 0]], batch_dims=1",
    "tf.get_current_name_scope": "",
    "tf.get_static_value": "t([1, 2]), partial=True",
    "tf.grad_pass_through": "lambda x: x * 2.0 | (t(3.0))",
    "tf.group": "t(1), t(2)",
    "tf.histogram_fixed_width": "[0.1, 0.6, 0.9], [0.0, 1.0]\n[0.1, 0.6, 0.9], [0.0, 1.0], nbins=2, dtype=tf.int64",
    "tf.identity": "[1, 2]",
    "tf.identity_n": "[[1, 2], [3]]",
    "tf.IndexedSlices": "t([[1.0]]), t([1]), dense_shape=t([3, 1])",
    "tf.is_symbolic_tensor": "t(1)",
    "tf.is_tensor": "t(1)",
    "tf.linspace": "0.0, 1.0, 3\nt([0.0, 1.0]), t([1.0, 2.0]), 3, axis=1\n0.0, 1.0, 0\n0, 10, 4\n0.0, 1.0, 1",
    "tf.map_fn": "lambda x: x * 2, t([1, 2])\nlambda x: 1.5, t([1, 2]), fn_output_signature=tf.float32\nlambda x: x * 2, t([1, 2]), dtype=tf.int32, parallel_iterations=1, "
    "back_prop=True, swap_memory=True, infer_shape=True\nlambda x: (x, x * 1.0), t([1.0, 2.0]), fn_output_signature=(tf.float32, tf.float32)\n"
    "lambda x: x * 2, t([1, 2]), dtype=tf.float32",
    "tf.meshgrid": "[1, 2], [3, 4, 5]\n[1, 2], [3, 4, 5], indexing='ij'",
    "tf.name_scope": "'a' | .name",
    "tf.no_op": "",
    "tf.norm": f"{_M}\n{_M}, 1, axis=1\n{_M}, ord=np.inf, axis=0, keepdims=True\n{_M}, 'euclidean', None, False",
    "tf.numpy_function": "lambda x: x + 1, [t([1, 2])], tf.int32\nfunc=lambda x: x + 1, inp=[t([1, 2])], Tout=tf.int32, stateful=False",
    "tf.one_hot": "[1, 0], 2\n[1, 0], 3, on_value=5, off_value=2\n[1, 0], 3, axis=0, dtype=tf.int32",
    "tf.ones": "[2]\n[2], tf.int32\n[2], layout='x'",
    "tf.ones_like": "[1, 2]\n[1, 2], tf.float32\n[1, 2], layout='x'",
    "tf.pad": "[[1, 2]], [[0, 0], [1, 1]]\n[[1, 2]], [[0, 0], [1, 1]], constant_values=9\n[[1, 2, 3]], [[0, 0], [1, 1]], 'REFLECT'\n"
    "[[1, 2, 3]], [[0, 0], [1, 1]], mode='SYMMETRIC'\n[1], [[1, 1]], 'FOO'",
    "tf.math.pow": "[2.0, 3.0], 2.0",
    "tf.py_function": "lambda x: x + 1, [t([1, 2])], tf.int32\nfunc=lambda x: x + 1, inp=[t([1, 2])], Tout=tf.int32",
    "tf.range": "3\n1, 4, 2\n0.1, 1.1, 0.1\n3, delta=2, dtype=tf.float32\nt(0.0), t(1.0), t(0.25)\n5, 0\n5, 0, -2\n2**62, 2**62 + 3\n0, limit=3",
    "tf.rank": "[[1]]",
    "tf.recompute_grad": "lambda x: x * 2.0 | (t(3.0))",
    "tf.repeat": "[1, 2], 2\n[1, 2], [1, 2]\n[[1, 2]], 2, axis=1",
    "tf.reshape": "[[1, 2]], [2, 1]",
    "tf.reverse": "[[1, 2]], [1]",
    "tf.roll": "[1, 2, 3], 1, 0\n[[1, 2, 3]], shift=[1], axis=[1]",
    "tf.saturate_cast": "[300.0, -1.0], tf.uint8",
    "tf.math.scalar_mul": "2.0, t([1.0])",
    "tf.scan": "lambda a, x: a + x, t([1.0, 2.0, 3.0])\nlambda a, x: a + x, t([1.0, 2.0]), initializer=t(10.0), reverse=True\n"
    "lambda a, x: a + x, t([1.0, 2.0]), None, 1, True, True, True",
    "tf.scatter_nd": "[[1], [1]], [2, 3], [3]\n[[1]], [2], [3], bad_indices_policy='ERROR'\n[[1], [7]], [2, 3], [3], bad_indices_policy='IGNORE'",
    "tf.searchsorted": "t([1, 2, 2, 3]), t([2])\nt([1, 2, 2, 3]), t([2]), side='right'\nt([1, 2, 2, 3]), t([2]), 'left', tf.int64\nt([2**60, 2**60 + 1, 2**60 + 2]), t([2**60 + 1])",
    "tf.sequence_mask": "[1, 3]\n[1, 2], 3\n[1, 2], maxlen=2, dtype=tf.int32",
    "tf.shape": "[[1, 2]]\n[[1, 2]], tf.int64\n[[1, 2]], out_type=None",
    "tf.shape_n": "[[1, 2], [3]]\n[[1, 2], [3]], tf.int64",
    "tf.size": "[[1, 2]]\n[[1, 2]], tf.int64",
    "tf.slice": "[[1, 2], [3, 4]], [1, 0], [1, 2]",
    "tf.sort": "[3, 1, 2]\n[[3, 1, 2]], 1, 'DESCENDING'\n[[3], [1]], axis=0, direction='ASCENDING'",
    "tf.split": "[1, 2, 3, 4], 2\n[[1, 2, 3]], [1, 2], axis=1\n[1, 2, 3], [1, 2], 0, 2\n[1, 2, 3], [1, 2], num=3\n[1, 2, 3], t([1, -1])\n[1, 2, 3], np.array([2, 1])",
    "tf.squeeze": "[[[1], [2]]]\n[[[1], [2]]], axis=[0]\n[[[1], [2]]], 2",
    "tf.stack": "[[1, 2], [3, 4]]\n[[1, 2], [3, 4]], axis=1",
    "tf.stop_gradient": "[1.0]",
    "tf.strided_slice": "t([1, 2, 3, 4]), [1], [4], [2]\nt([1, 2, 3, 4]), [1], [3]\nt([1, 2, 3, 4]), [1], [3], begin_mask=1\nt([1, 2, 3, 4]), [1], [3], end_mask=1\n"
    "t([[1, 2], [3, 4]]), [0, 1], [0, 2], ellipsis_mask=1\nt([1, 2]), [0, 0], [0, 2], new_axis_mask=1\nt([1, 2, 3]), [1], [2], shrink_axis_mask=1\n"
    "t([1, 2, 3]), [1], [2], var=t([1, 2, 3])",
    "tf.switch_case": "t(1), [lambda: t(1), lambda: t(2)]\nt(5), {0: lambda: t(1)}, default=lambda: t(3)",
    **{
        f"tf.tensor_scatter_nd_{name}": "t([1, 2, 3]), [[1]], [5]\nt([1, 2, 3]), [[1]], [5], bad_indices_policy='ERROR'"
        for name in ("add", "max", "min", "sub")
    },
    "tf.tensor_scatter_nd_update": "t([1, 2, 3]), [[1]], [5]",
    "tf.tensordot": "t([[1.0, 2.0]]), t([[3.0], [4.0]]), 1\nt([[1.0, 2.0]]), t([[3.0, 4.0]]), axes=[[1], [1]]",
    "tf.tile": "[1, 2], [2]",
    "tf.transpose": "[[1, 2]]\n[[[1, 2]]], [2, 0, 1]\nt([[1 + 2j]]), conjugate=True",
    "tf.tuple": "[t(1), t(2)]\n[t(1), t(2)], control_inputs=[t(3)]",
    "tf.type_spec_from_value": "t([1]) | .shape",
    "tf.unique": "[1, 2, 1]\n[1, 2, 1], tf.int64\n[2**60, 2**60 + 1]",
    "tf.unravel_index": "[3, 4], [2, 3]",
    "tf.unstack": "[[1, 2], [3, 4]]\n[[1, 2], [3, 4]], 2, 1\n[[1, 2], [3, 4]], num=3",
    "tf.vectorized_map": "lambda x: x * 2, t([1, 2])\nlambda x: x * 2, t([1, 2]), fallback_to_while_loop=False, warn=False",
    "tf.where": "[True, False]\n[True, False], [1, 2], [3, 4]\n[True, False], x=1, y=2",
    "tf.while_loop": "lambda i: i < 3, lambda i: [i + 1], [t(0)]\nlambda i: i < 9, lambda i: [i + 1], [t(0)], maximum_iterations=2\n"
    "lambda i: i < 3, lambda i: [i + 1], [t(0)], shape_invariants=[tf.TensorShape([])], parallel_iterations=1, back_prop=True, swap_memory=True",
    "tf.zeros": "[2]\n[2], tf.int32\n[2], layout='x'",
    "tf.zeros_like": "[1, 2]\n[1, 2], tf.float32\n[1, 2], layout='x'",
    # ---- tf.math ----
    "tf.math.bincount": "[0, 2, 2]\n[0, 2], minlength=4\n[0, 2, 2], maxlength=2\n[0, 2], weights=[0.5, 1.5]\n[0, 2], dtype=tf.int64\n[[0, 2], [1, 1]], axis=-1\n"
    "[[0, 2], [1, 1]], axis=0\n[0, 2, 2], binary_output=True\n[[0, 2], [1, 1]], axis=-1, binary_output=True, dtype=tf.float32\n"
    "[[0, 2], [1, 1]], weights=[[0.5, 1.0], [2.0, 4.0]], axis=-1\n[0, 1], weights=[1.0, 2.0], binary_output=True\n[[1]], axis=1\n[[0, 2], [1, 1]]",
    "tf.math.confusion_matrix": "[0, 1, 1], [0, 1, 0]\n[0, 1], [0, 1], num_classes=3, dtype=tf.float32\n[0, 1], [0, 1], weights=[2, 3]",
    "tf.math.conj": "t([1.0 + 2.0j])",
    "tf.math.count_nonzero": "[[0, 1], [2, 3]]\n[[True, False]]\n[[0, 1], [2, 3]], axis=1, keepdims=True, dtype=tf.int32",
    "tf.math.imag": "t([1.0 + 2.0j])",
    "tf.math.in_top_k": "[1], t([[1.0, 2.0, 3.0]]), 2",
    "tf.math.l2_normalize": "t([3.0, 4.0])\nt([[3.0, 4.0]]), axis=1, epsilon=100.0\nt([[3.0, 4.0]]), dim=0",
    "tf.math.log_softmax": f"{_V}\n{_M}, axis=0",
    "tf.math.logical_not": "[True, False]",
    "tf.math.ndtri": "t([0.25, 0.5])",
    "tf.math.polygamma": "t([1.0]), t([2.0])",
    "tf.math.polyval": "[2.0, 1.0], t([3.0])",
    "tf.math.real": "t([1.0 + 2.0j])",
    "tf.math.softmax": f"{_V}\n{_M}, axis=0",
    "tf.math.top_k": "t([3.0, 1.0, 2.0])\nt([3.0, 1.0, 2.0]), 2, True\nt([3.0, 1.0]), k=2, sorted=False\nt([3.0, 1.0]), index_type=tf.int64\nt([2**60, 2**60 + 1]), 1",
    "tf.math.zero_fraction": "[0.0, 1.0]",
    # ---- tf.nn ----
    **{
        f"tf.nn.{name}_pool": f"{_WIDE}, 2, 2, 'VALID'\n{_WIDE}, [1, 2, 2, 1], [1, 1, 1, 1], 'SAME', data_format='NHWC'\n{_ROW}, 2, 2, 'VALID'"
        for name in ("avg", "max")
    },
    **{
        f"tf.nn.{name}_pool2d": f"{_WIDE}, 2, 2, 'VALID'\n{_WIDE}, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding='SAME', data_format='NHWC'"
        for name in ("avg", "max")
    },
    **{f"tf.nn.{name}_pool1d": f"{_ROW}, 2, 2, 'VALID'\n{_ROW}, 2, strides=[1], padding='SAME', data_format='NWC'" for name in ("avg", "max")},
    "tf.nn.batch_normalization": f"{_V}, 1.0, 4.0, 0.5, 2.0, 1e-3\n{_V}, 1.0, 4.0, None, None, variance_epsilon=0.0",
    "tf.nn.bias_add": f"{_M}, [1.0, 2.0]\n{_M}, [1.0, 2.0], data_format='NHWC'",
    "tf.nn.conv1d": f"{_ROW}, t([[[1.0]], [[2.0]]]), 1, 'VALID'\n{_ROW}, t([[[1.0]], [[2.0]]]), stride=2, padding='SAME', data_format='NWC'\n"
    f"{_ROW}, t([[[1.0]], [[2.0]]]), 1, 'VALID', dilations=2",
    "tf.nn.conv2d": f"{_WIDE}, tf.ones([2, 2, 1, 1]), 1, 'VALID'\n{_WIDE}, tf.ones([2, 2, 1, 1]), [1, 2, 2, 1], padding='SAME', data_format='NHWC', dilations=[1, 1, 1, 1]\n"
    f"{_WIDE}, tf.ones([2, 2, 1, 1]), 1, 'VALID', dilations=2",
    "tf.nn.conv2d_transpose": f"{_WIDE}, tf.ones([2, 2, 1, 1]), [1, 8, 8, 1], 2\n"
    f"{_WIDE}, tf.ones([2, 2, 1, 1]), [1, 5, 5, 1], strides=[1, 1, 1, 1], padding='VALID', data_format='NHWC', dilations=[1, 1, 1, 1]",
    "tf.nn.crelu": f"{_V}\n{_M}, axis=0",
    "tf.nn.depth_to_space": "tf.reshape(tf.range(4.0), [1, 1, 1, 4]), 2\ntf.reshape(tf.range(4.0), [1, 1, 1, 4]), block_size=2, data_format='NHWC'",
    "tf.nn.depthwise_conv2d": f"{_WIDE}, tf.ones([2, 2, 1, 2]), [1, 1, 1, 1], 'VALID'\n"
    f"{_WIDE}, filter=tf.ones([2, 2, 1, 1]), strides=[1, 1, 1, 1], padding='SAME', data_format='NHWC', dilations=[2, 2]",
    "tf.nn.dropout": f"{_V}, 0.5\n{_M}, rate=0.5, noise_shape=[2, 1], seed=3",
    "tf.nn.embedding_lookup": "t([[1.0, 2.0], [3.0, 4.0]]), [1]\nt([[1.0, 2.0], [3.0, 4.0]]), [1], max_norm=1.0",
    "tf.nn.gelu": f"{_V}\n{_V}, approximate=True",
    "tf.nn.l2_loss": _V,
    "tf.nn.leaky_relu": f"{_V}\n{_V}, alpha=0.5",
    "tf.nn.log_poisson_loss": "t([2.0]), t([0.5])\nt([2.0]), t([0.5]), compute_full_loss=True",
    "tf.nn.moments": f"{_M}, [0]\n{_M}, axes=[0, 1], shift=t(1.0), keepdims=True",
    "tf.nn.normalize_moments": "t(2.0), t(3.0), t(5.0), None\nt(2.0), t(3.0), t(5.0), shift=t(1.0)",
    "tf.nn.separable_conv2d": f"{_WIDE}, tf.ones([2, 2, 1, 1]), tf.ones([1, 1, 1, 2]), [1, 1, 1, 1], 'VALID'\n"
    f"{_WIDE}, tf.ones([2, 2, 1, 1]), tf.ones([1, 1, 1, 2]), strides=[1, 1, 1, 1], padding='SAME', data_format='NHWC', dilations=[2, 2]",
    "tf.nn.sigmoid_cross_entropy_with_logits": "t([1.0]), t([0.5])\nlabels=t([1.0]), logits=t([0.5])",
    "tf.nn.silu": f"{_V}\n{_V}, 2.0\n{_V}, beta=0.5",
    "tf.nn.softmax_cross_entropy_with_logits": "t([[1.0, 0.0]]), t([[0.5, 2.0]])\nt([[1.0, 0.0], [0.0, 1.0]]), t([[0.5, 2.0], [1.0, 3.0]]), axis=0",
    "tf.nn.space_to_depth": f"{_WIDE}, 2\n{_WIDE}, block_size=2, data_format='NHWC'",
    "tf.nn.sparse_softmax_cross_entropy_with_logits": "[1], t([[0.5, 2.0]])",
    "tf.nn.sufficient_statistics": f"{_M}, [0]\n{_M}, axes=[0], shift=t(1.0), keepdims=True",
    "tf.nn.weighted_cross_entropy_with_logits": "t([1.0, 0.0]), t([0.5, 0.5]), 2.0",
    "tf.nn.weighted_moments": f"{_M}, [0], t([[1.0], [3.0]])\n{_M}, axes=[0], frequency_weights=t([[1.0], [3.0]]), keepdims=True",
    **signature_signal.CALLS,
    # ---- tf.linalg ----
    "tf.linalg.adjoint": "t([[1.0, 2.0]])",
    "tf.linalg.band_part": f"{_M}, 0, 0\ninput={_M}, num_lower=-1, num_upper=0",
    "tf.linalg.cholesky": _M,
    "tf.linalg.cholesky_solve": f"tf.linalg.cholesky({_M}), t([[1.0], [2.0]])",
    "tf.linalg.cross": "t([1.0, 2.0, 3.0]), t([0.0, 1.0, -1.0])",
    "tf.linalg.det": _M,
    "tf.linalg.diag": "[1, 2]\n[1, 2], k=1\n[1, 2], k=-1, padding_value=9\n[[1, 2, 0], [3, 4, 5]], k=(0, 1)\n[1, 2], num_rows=3\n[1, 2], num_rows=2, num_cols=4\n"
    "[1, 2], k=1, num_cols=3\n[[0, 1, 2], [3, 4, 5], [6, 7, 0]], k=(-1, 1), align='LEFT_RIGHT'\n[[1, 2, 0], [3, 4, 5], [0, 6, 7]], k=(-1, 1)\n"
    "[[1, 2, 0], [3, 4, 5], [6, 7, 0]], k=(-1, 1), align='LEFT_LEFT'\n[[[1, 2], [3, 4]]], k=(1, 2), padding_value=7\n[1, 2, 3], k=(0, 1)\n[1, 2], k=(2, 1)",
    "tf.linalg.diag_part": "t([[1, 2, 3], [4, 5, 6], [7, 8, 9]])\nt([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), k=1\nt([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), k=(-1, 1), padding_value=11\n"
    "t([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), k=(-2, 1), align='LEFT_RIGHT'\nt([[[1, 2, 3], [4, 5, 6]]]), k=(0, 2), align='LEFT_LEFT'\n"
    "t([[1, 2, 3], [4, 5, 6]]), k=-1\nt([[1, 2], [3, 4]]), k=5\nt([[1, 2, 3], [4, 5, 6]]), k=(1, 2), align='RIGHT_RIGHT'",
    "tf.linalg.eigh": f"{_M} | [0]",
    "tf.linalg.eigvalsh": _M,
    "tf.linalg.global_norm": "[t([3.0]), t([4.0])]",
    "tf.linalg.inv": f"{_M}\n{_M}, adjoint=True",
    "tf.linalg.logdet": _M,
    "tf.linalg.matmul": f"{_M}, {_M}\nt([[1.0, 2.0]]), t([[3.0, 4.0]]), transpose_b=True\nt([[1.0], [2.0]]), t([[3.0], [4.0]]), transpose_a=True\n"
    f"{_M}, {_M}, adjoint_a=True, adjoint_b=False\n{_M}, {_M}, adjoint_b=True, a_is_sparse=True, b_is_sparse=True\n"
    f"{_M}, {_M}, transpose_a=True, adjoint_a=True\n{_M}, {_M}, grad_a=True, grad_b=True\nt([[1]], tf.int8), t([[2]], tf.int8), output_type=tf.int32",
    "tf.linalg.matrix_transpose": f"{_M}\nt([[1.0 + 2.0j]]), conjugate=True",
    "tf.linalg.matvec": f"{_M}, [1.0, 2.0]\n{_M}, [1.0, 2.0], transpose_a=True\n{_M}, [1.0, 2.0], adjoint_a=True, a_is_sparse=True, b_is_sparse=True",
    "tf.linalg.normalize": f"{_M}\n{_M}, 1, axis=0\n{_M}, ord=np.inf, axis=1",
    "tf.linalg.set_diag": "t([[1, 2], [3, 4]]), [8, 9]\nt([[1, 2, 3], [4, 5, 6]]), [8, 9], k=1\n"
    "t([[1, 2, 3], [4, 5, 6]]), [[8, 9], [6, 7]], k=(0, 1)\n"
    "t([[1, 2, 3], [4, 5, 6]]), [[8, 9], [0, 7]], k=(-1, 0), align='LEFT_RIGHT'",
    "tf.linalg.slogdet": _M,
    "tf.linalg.solve": f"{_M}, t([[1.0], [2.0]])\nt([[1.0, 2.0], [0.0, 1.0]]), t([[1.0], [2.0]]), adjoint=True",
    "tf.linalg.tensor_diag": "[1, 2]",
    "tf.linalg.svd": f"{_M}, compute_uv=False\nt([[3.0, 0.0]]), full_matrices=True | [2].shape",
    "tf.linalg.qr": f"{_M} | .r\nt([[3.0], [4.0]]), full_matrices=True | .q.shape",
    "tf.linalg.lu": f"{_M}\n{_M}, output_idx_type=tf.int64",
    **{name: f"{_M} | [0].shape" for name in ("tf.linalg.eig", "tf.eig")},
    **{name: f"{_M} | .shape" for name in ("tf.linalg.eigvals", "tf.eigvals")},
    "tf.linalg.eigh_tridiagonal": "t([1.0, 2.0]), t([0.5])\nalpha=t([1.0, 2.0]), beta=t([0.5]), eigvals_only=True, select='i', select_range=[1, 1]\n"
    "t([1.0, 2.0]), t([0.5]), eigvals_only=False\nt([1.0, 2.0]), t([0.5]), tol=1e-7",
    "tf.linalg.expm": _M,
    "tf.linalg.logm": f"tf.complex({_M}, {_M} * 0.0)",
    **{name: _M for name in ("tf.linalg.sqrtm", "tf.matrix_square_root")},
    "tf.linalg.pinv": f"{_M}\n{_M}, rcond=0.1, validate_args=True",
    "tf.linalg.matrix_rank": f"{_M}\n{_M}, tol=3.0, validate_args=True",
    "tf.linalg.lstsq": f"{_M}, t([[1.0], [2.0]])\n{_M}, t([[1.0], [2.0]]), l2_regularizer=0.5\n{_M}, t([[1.0], [2.0]]), fast=False",
    **{f"tf.linalg.{name}": f"{_M}, [1, 0]\nlower_upper={_M}, perm=[0, 1], validate_args=True" for name in ("lu_reconstruct", "lu_matrix_inverse")},
    "tf.linalg.lu_solve": f"{_M}, [1, 0], t([[1.0], [2.0]])\n{_M}, [1, 0], t([[1.0], [2.0]]), validate_args=True",
    "tf.linalg.tridiagonal_solve": f"{_M}, t([1.0, 2.0]), diagonals_format='matrix'\nt([[1.0, 0.0], [4.0, 3.0], [0.0, 1.0]]), t([[1.0, 2.0]]), transpose_rhs=True\n"
    f"{_M}, t([1.0, 2.0]), 'matrix', conjugate_rhs=True, partial_pivoting=False\n{_M}, t([1.0, 2.0]), 'matrix', perturb_singular=True",
    "tf.linalg.tridiagonal_matmul": f"{_M}, t([[1.0], [2.0]]), diagonals_format='matrix'",
    "tf.linalg.banded_triangular_solve": f"{_M}, t([[1.0], [2.0]])\n{_M}, t([[1.0], [2.0]]), lower=False\n{_M}, t([[1.0], [2.0]]), adjoint=True",
    "tf.linalg.tensor_diag_part": "t([[1, 2], [3, 4]])",
    "tf.linalg.trace": _M,
    "tf.linalg.triangular_solve": f"{_M}, t([[1.0], [2.0]])\n{_M}, t([[1.0], [2.0]]), lower=False\n{_M}, t([[1.0], [2.0]]), lower=True, adjoint=True",
    # ---- tf.random ----
    "tf.random.categorical": "t([[0.0, 0.0]]), 3\nt([[0.0, 0.0]]), 3, tf.int32, 5\nt([[0.0, 0.0]]), num_samples=3, dtype=None, seed=1",
    **{
        f"tf.random.{name}": "[2]\n[2], 1.0, 2.0, tf.float64, 3\nshape=[2], mean=1.0, stddev=2.0, dtype=tf.float32, seed=1"
        for name in ("normal", "truncated_normal")
    },
    "tf.random.poisson": "[2], [1.0]\n[2], lam=[1.0], dtype=tf.int32, seed=3",
    "tf.random.set_seed": "5",
    "tf.random.shuffle": "[1, 2, 3]\n[1, 2, 3], seed=3",
    "tf.random.stateless_normal": "[2], [1, 2]\n[2], seed=[1, 2], mean=3.0, stddev=2.0, dtype=tf.float64, alg='philox'\n[2], [1, 2], alg='threefry'",
    "tf.random.stateless_uniform": "[2], [1, 2]\n[2], seed=[1, 2], minval=3, maxval=9, dtype=tf.int32, alg='philox'\n[2], [1, 2], alg='threefry'",
    "tf.random.uniform": "[2]\n[2], 1, 5, tf.int32, 3\n[2], minval=1.0, maxval=2.0, dtype=tf.float64, seed=1\n[2], 2**62, 2**62 + 1, tf.int64",
    # ---- tf.image ----
    "tf.image.adjust_brightness": f"{_IMAGE}, 0.1",
    "tf.image.adjust_contrast": f"{_IMAGE}, 2.0",
    "tf.image.adjust_gamma": f"{_IMAGE}\n{_IMAGE}, gamma=2.0, gain=3.0",
    "tf.image.adjust_hue": f"{_IMAGE}, 0.2",
    "tf.image.central_crop": f"{_WIDE}, 0.5",
    "tf.image.convert_image_dtype": f"{_IMAGE}, tf.uint8\n{_IMAGE} * 2.0, dtype=tf.uint8, saturate=True",
    "tf.image.crop_to_bounding_box": f"{_WIDE}, 1, 0, 2, 3",
    "tf.image.flip_left_right": _WIDE,
    "tf.image.flip_up_down": _WIDE,
    "tf.image.grayscale_to_rgb": _WIDE,
    "tf.image.image_gradients": _WIDE,
    "tf.image.pad_to_bounding_box": f"{_IMAGE}, 1, 0, 4, 3",
    "tf.image.per_image_standardization": _WIDE,
    "tf.image.psnr": f"{_IMAGE}, {_IMAGE} * 0.5, 1.0",
    "tf.image.random_crop": f"{_WIDE}, [1, 2, 2, 1]\n{_WIDE}, size=[1, 2, 2, 1], seed=3",
    "tf.image.random_flip_left_right": f"{_WIDE}, seed=3",
    "tf.image.random_flip_up_down": f"{_WIDE}, seed=3",
    "tf.image.rgb_to_grayscale": _IMAGE,
    "tf.image.rot90": f"{_WIDE}\n{_WIDE}, k=2",
    "tf.image.sobel_edges": _WIDE,
    "tf.image.total_variation": _IMAGE,
    "tf.image.transpose": _IMAGE,
    # ---- tf.sparse, tf.strings ----
    "tf.SparseTensor": "[[0, 1]], [2.0], [2, 2]",
    "tf.sparse.from_dense": "[[0.0, 2.0]]",
    "tf.sparse.map_values": f"tf.square, {_SPARSE}",
    "tf.sparse.reduce_sum": f"{_SPARSE}\n{_SPARSE}, axis=1, keepdims=True\n{_SPARSE}, output_is_sparse=True",
    "tf.sparse.sparse_dense_matmul": f"{_SPARSE}, t([[1.0], [2.0]])\n{_SPARSE}, t([[1.0], [2.0], [3.0]]), adjoint_a=True\n{_SPARSE}, t([[1.0, 2.0]]), adjoint_b=True",
    "tf.sparse.to_dense": f"{_SPARSE}\n{_SPARSE}, default_value=7.0, validate_indices=True",
    "tf.sparse.transpose": f"{_SPARSE} | .dense_shape\n{_SPARSE}, perm=[1, 0] | .dense_shape",
    # ---- tf.debugging, tf.test, tf.config, tf.nest ----
    "tf.debugging.Assert": "False, [t([1, 2])], summarize=1",
    "tf.debugging.assert_all_finite": "t([1.0, float('nan')]), 'm'\nt([1.0]), message='m'",
    "tf.debugging.assert_integer": "t([1.0]), message='m'\nt([1])",
    "tf.debugging.assert_near": "t([1.0]), [1.1]\nt([1.0]), [1.1], rtol=1.0\nt([1.0]), [1.1], atol=1.0\nt([1.0]), [2.0], message='m', summarize=1",
    "tf.debugging.assert_none_equal": "t([1]), [1]\nt([1]), [1], summarize=1, message='m'\nt([1]), [2], 3, 'm'",
    "tf.debugging.assert_proper_iterable": "[1]\nt([1])",
    "tf.debugging.assert_rank": "t([1]), 1\nt([1]), 2, message='m'",
    "tf.debugging.assert_rank_at_least": "t([1]), 1\nt([1]), 2, message='m'",
    "tf.debugging.assert_rank_in": "t([1]), [1, 2]\nt([1]), ranks=[2], message='m'",
    "tf.debugging.assert_same_float_dtype": "[t([1.0])] | .name\ntensors=[t([1.0])], dtype=tf.float64",
    "tf.debugging.assert_scalar": "t([1]), 'm'\nt(1)\nt([1]), message='m'",
    "tf.debugging.assert_shapes": "[(t([1, 2]), ['a'])]\n[(t([1, 2]), [3])], data=[t(1)], summarize=1, message='m'",
    "tf.debugging.assert_type": "t([1]), tf.int32\nt([1]), tf_type=tf.float32, message='m'",
    "tf.debugging.check_numerics": "t([1.0]), 'm'\nt([float('inf')]), message='m'",
    "tf.debugging.disable_check_numerics": "",
    "tf.debugging.enable_check_numerics": "stack_height_limit=1, path_length_limit=1",
    "tf.debugging.is_numeric_tensor": "t([1.0])",
    "tf.test.compute_gradient": "lambda x: x * x, [t([3.0])] | [0][0]\nlambda x: x * x, [t([3.0])], delta=0.5 | [1][0]",
    "tf.test.is_built_with_cuda": "",
    "tf.config.set_soft_device_placement": "True",
    "tf.config.set_visible_devices": "[], 'GPU'",
    "tf.config.list_logical_devices": "'GPU'",
    "tf.config.list_physical_devices": "'GPU'",
    "tf.config.get_visible_devices": "'GPU'",
    "tf.test.is_gpu_available": "cuda_only=True, min_cuda_compute_capability=(3, 0)",
    "tf.nest.assert_same_structure": "[1], [2]\n[1], (2,)\n[1], (2,), check_types=False\n[1], [2], expand_composites=True",
    "tf.nest.flatten": f"[1, [2]]\n[{_SPARSE}], expand_composites=True",
    "tf.nest.is_nested": "[1]",
    "tf.nest.map_structure": "lambda x, y: x + y, [1, 2], [3, 4]\nlambda x, y: x, [1], (2,), check_types=False",
    "tf.nest.pack_sequence_as": "[1, [2]], [3, 4]\n[1, [2]], [3, 4], expand_composites=True",
    # ---- Classes ----
    "tf.Module": "name='m' | .name",
    "tf.TensorSpec": "[2], tf.int32, 'x' | .name\n[None], dtype=tf.float32 | .shape",
    "tf.TensorSpec.from_tensor": "t([1]), 'x' | .name",
    "tf.TensorSpec.is_compatible_with": "t([1.0, 2.0])\nt([1.0])",
    "tf.TensorShape": "[2, None]",
    "tf.TensorShape.assert_has_rank": "3\n2",
    "tf.TensorShape.assert_is_compatible_with": "[2, 3]\n[3, 3]",
    "tf.TensorShape.assert_same_rank": "[1]\n[1, 1]",
    "tf.TensorShape.concatenate": "[3]",
    "tf.TensorShape.is_compatible_with": "[2, 3]",
    "tf.TensorShape.merge_with": "[2, 3]",
    "tf.TensorShape.most_specific_compatible_shape": "[2, 3]",
    "tf.TensorShape.with_rank": "2\n3",
    "tf.TensorShape.with_rank_at_least": "2\n3",
    "tf.TensorShape.with_rank_at_most": "2\n1",
    "tf.Tensor.set_shape": "[2]\nshape=[3]",
    "tf.Variable.set_shape": "[3]",
    "tf.Variable": "1.0\n[1, 2], trainable=False | .trainable\n1, dtype=tf.float64\n[1.0], shape=[1]\n[1.0], shape=[2]\n[1.0], name='w' | .name\n1.0, constraint=lambda v: v\n"
    "1.0, True, True, None, 'w', None, tf.float32\n1.0, synchronization=tf.VariableSynchronization.AUTO if hasattr(tf, 'VariableSynchronization') else None\n"
    "initial_value=1.0, import_scope=None, aggregation=None, validate_shape=True, caching_device=None, variable_def=None\n1.0, shape=tf.TensorShape(None)\n"
    "1.0, experimental_enable_variable_lifting=True\n1.0, validate_shape=False",
    "tf.Variable.assign": "[2.0, 3.0, 4.0]\nvalue=[2.0, 3.0, 4.0], use_locking=True, read_value=True",
    "tf.Variable.assign_add": "[2.0, 3.0, 4.0]\ndelta=[2.0, 3.0, 4.0], use_locking=True, read_value=True",
    "tf.Variable.assign_sub": "[2.0, 3.0, 4.0]\ndelta=[2.0, 3.0, 4.0], use_locking=True, read_value=True",
    "tf.Variable.gather_nd": "[[1]]",
    "tf.Variable.sparse_read": "[1, 0]",
    **{
        f"tf.Variable.scatter_{name}": "tf.IndexedSlices(t([2.0]), t([1]))\nsparse_delta=tf.IndexedSlices(t([2.0]), t([1])), use_locking=True"
        for name in ("add", "div", "max", "min", "mul", "sub", "update")
    },
    **{f"tf.Variable.scatter_nd_{name}": "[[1]], [2.0]\nindices=[[1]], updates=[2.0]" for name in ("add", "max", "min", "sub", "update")},
    "tf.TensorArray": "tf.float32, 2, element_shape=[1] | .stack()\ntf.float32, size=0, dynamic_size=True | .write(1, [2.0]).stack()\n"
    "tf.float32, 1, clear_after_read=False, infer_shape=False | .write(0, [1.0]).read(0)\ntf.float32, 1, tensor_array_name='x', handle=t(1)\n"
    "tf.float32, 1, flow=t(1.0), colocate_with_first_write_call=False | .write(0, 1.0).stack()\ntf.float32\n"
    "tf.float32, 1, element_shape=[2] | .write(0, [1.0])\ntf.float32, 1 | .write(0, 1)",
    "tf.TensorArray.concat": "",
    "tf.TensorArray.stack": "",
    "tf.TensorArray.size": "",
    "tf.TensorArray.gather": "[1]",
    "tf.TensorArray.read": "1\nindex=7",
    "tf.TensorArray.write": "1, [1.0, 2.0] | .stack()\nindex=5, value=[1.0, 2.0]\n-1, [1.0, 2.0]",
    "tf.TensorArray.unstack": "[[1.0, 2.0], [3.0, 4.0]] | .stack()\n[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]",
    "tf.SparseTensor.from_value": _SPARSE,
    "tf.SparseTensor.with_values": "[5.0, 6.0]",
    "tf.data.Dataset.from_tensors": "[1, 2] | .__iter__().__next__()",
    "tf.data.Dataset.from_tensor_slices": "[1, 2] | .__iter__().__next__()",
    "tf.data.Dataset.range": "3 | .__iter__().__next__()\n1, 9, 2, output_type=tf.int32 | .batch(9).__iter__().__next__()",
    "tf.data.Dataset.batch": "2 | .__iter__().__next__()\n2, drop_remainder=True | .cardinality()\nbatch_size=2, num_parallel_calls=2, deterministic=True | .__iter__().__next__()",
    "tf.data.Dataset.map": "lambda x: x + 1 | .__iter__().__next__()\nmap_func=lambda x: x + 1, num_parallel_calls=2, deterministic=True, synchronous=None, "
    "use_unbounded_threadpool=False | .__iter__().__next__()",
    "tf.data.Dataset.prefetch": "2 | .__iter__().__next__()",
    "tf.data.Dataset.reduce": "t(0, tf.int64), lambda a, x: a + x\ninitial_state=t(1, tf.int64), reduce_func=lambda a, x: a * 2 + x",
    "tf.data.Dataset.repeat": "2 | .cardinality()",
    "tf.data.Dataset.shuffle": "9, seed=1, reshuffle_each_iteration=False | .cardinality()",
    "tf.data.Dataset.skip": "1 | .__iter__().__next__()",
    "tf.data.Dataset.take": "2 | .cardinality()",
    # ---- tf.keras ----
    "tf.keras.activations.elu": f"{_V}\n{_V}, alpha=2.0",
    "tf.keras.activations.gelu": f"{_V}\n{_V}, approximate=True",
    "tf.keras.activations.leaky_relu": f"{_V}\n{_V}, negative_slope=0.5",
    "tf.keras.activations.log_softmax": f"{_M}\n{_M}, axis=0",
    "tf.keras.activations.relu": f"{_V}\n{_V}, negative_slope=0.5\n{_V}, max_value=1.0\n{_V}, threshold=1.0",
    "tf.keras.activations.softmax": f"{_M}\n{_M}, axis=0",
    **{f"tf.keras.activations.{name}": f"x={_V}" for name in "exponential linear relu6 selu sigmoid silu softplus softsign tanh".split()},
    **{
        f"tf.keras.initializers.{name}": "| ([2, 2], tf.float32)\nseed=3 | ([2, 2])\ninput_axes=[0], output_axes=[1]"
        for name in "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform".split()
    },
    "tf.keras.initializers.Constant": "2.0 | ([2])",
    "tf.keras.initializers.RandomNormal": "mean=1.0, stddev=0.0, seed=3 | ([2])",
    "tf.keras.initializers.TruncatedNormal": "mean=1.0, stddev=0.5, seed=3 | ([2])",
    "tf.keras.initializers.RandomUniform": "minval=1.0, maxval=2.0, seed=3 | ([2])",
    "tf.keras.losses.binary_crossentropy": "t([[1.0, 0.0]]), t([[0.6, 0.3]])\nt([[1.0, 0.0]]), t([[0.6, 0.3]]), from_logits=True, label_smoothing=0.1\nt([[1.0, 0.0]]), t([[0.6, 0.3]]), axis=0",
    "tf.keras.losses.categorical_crossentropy": "t([[1.0, 0.0]]), t([[0.6, 0.4]])\nt([[1.0, 0.0]]), t([[0.6, 0.3]]), from_logits=True, label_smoothing=0.1\n"
    "t([[1.0, 0.0]]), t([[0.6, 0.4]]), axis=0",
    "tf.keras.losses.sparse_categorical_crossentropy": "t([0]), t([[0.6, 0.4]])\nt([0]), t([[0.6, 0.3]]), from_logits=True\nt([0]), t([[0.6, 0.4]]), ignore_class=0\nt([[0]]), t([[0.6], [0.4]]), axis=0",
    "tf.keras.losses.huber": "t([[1.0]]), t([[3.0]])\nt([[1.0]]), t([[3.0]]), delta=0.5",
    **{
        f"tf.keras.losses.{name}": "reduction='sum', name='x', dtype='float32' | (t([[1.0, 0.0]]), t([[0.6, 0.4]]))"
        for name in "KLDivergence LogCosh MeanAbsoluteError MeanSquaredError".split()
    },
    "tf.keras.losses.Huber": "delta=0.1, reduction='sum', name='x', dtype='float64' | (t([[1.0]]), t([[3.0]]))",
    **{
        f"tf.keras.losses.{name}Crossentropy": "from_logits=True, label_smoothing=0.1, reduction='sum', name='x', dtype='float32' | (t([[1.0, 0.0]]), t([[0.6, 0.3]]))\naxis=0"
        for name in ("Binary", "Categorical")
    },
    "tf.keras.losses.SparseCategoricalCrossentropy": "from_logits=True, reduction='sum', name='x', dtype='float32' | (t([0]), t([[0.6, 0.3]]))\naxis=0\nignore_class=0",
    "tf.keras.metrics.BinaryAccuracy": "name='x', dtype='float32', threshold=0.7 | ([1.0, 0.0], [0.6, 0.4])",
    "tf.keras.metrics.BinaryCrossentropy": "name='x', dtype='float32', from_logits=True, label_smoothing=0.1 | ([[1.0, 0.0]], [[0.6, 0.4]])",
    "tf.keras.metrics.CategoricalCrossentropy": "name='x', dtype='float32', from_logits=True, label_smoothing=0.1 | ([[1.0, 0.0]], [[0.6, 0.4]])\naxis=0 | ([[1.0, 0.0]], [[0.6, 0.4]])",
    "tf.keras.metrics.SparseCategoricalCrossentropy": "name='x', dtype='float32', from_logits=True | (t([0]), t([[0.6, 0.4]]))\nignore_class=0\naxis=0",
    **{
        f"tf.keras.metrics.{name}": "name='x', dtype='float32' | ([1.0, 0.0], [1.0, 0.4])"
        for name in "Accuracy MeanAbsoluteError MeanSquaredError RootMeanSquaredError".split()
    },
    **{f"tf.keras.metrics.{name}": "name='x', dtype='float32' | ([1.0, 2.0])" for name in ("Mean", "Sum")},
    "tf.keras.metrics.CategoricalAccuracy": "name='x', dtype='float32' | ([[1.0, 0.0]], [[0.6, 0.4]])",
    "tf.keras.metrics.SparseCategoricalAccuracy": "name='x', dtype='float32' | ([0], [[0.6, 0.4]])",
    **{
        f"tf.keras.metrics.{name}": "thresholds=0.7, name='x', dtype='float32' | ([1.0, 0.0, 1.0], [0.9, 0.8, 0.6])\nthresholds=[0.5, 0.7]\ntop_k=1\nclass_id=1"
        for name in ("Precision", "Recall")
    },
    "tf.keras.metrics.binary_accuracy": "[1.0, 0.0], [0.6, 0.4], threshold=0.7",
    "tf.keras.Input": "[2]\nshape=[2], batch_size=3, dtype='float32', name='x'\nbatch_shape=[None, 2]\nshape=[2], sparse=True\nshape=[2], ragged=True\ntensor=t([1.0])\nshape=[2], optional=True",
    "tf.keras.layers.InputLayer": "shape=[2], batch_size=3, dtype='float32', name='x'\nbatch_shape=[None, 2]\nshape=[2], sparse=True\nshape=[2], ragged=True\n"
    "input_tensor=t([1.0])\nshape=[2], optional=True",
    "tf.keras.Variable": "1.0 | .numpy()\n'ones', [2], 'float64' | .numpy()\nlambda shape, dtype: tf.zeros(shape, dtype), shape=[1] | .numpy()\n1.0, trainable=False, name='w' | .trainable\n"
    "1.0, autocast=False\n1.0, aggregation='sum', synchronization='auto' | .numpy()\n1.0, layout='x'",
    "tf.keras.layers.Activation": "'relu' | (t([-1.0, 1.0]))",
    **{
        f"tf.keras.layers.{name}Pooling2D": f"(2, 2), strides=1, padding='same', data_format='channels_last', name='x' | ({_WIDE})\n2 | ({_WIDE})"
        for name in ("Max", "Average")
    },
    "tf.keras.layers.BatchNormalization": "axis=-1, momentum=0.5, epsilon=0.5, center=False, scale=False | (t([[1.0], [3.0]]), training=True)\n"
    "beta_initializer='ones', gamma_initializer='ones' | (t([[1.0], [3.0]]))\nmoving_mean_initializer='ones'\nmoving_variance_initializer='zeros'\n"
    "beta_regularizer='l2'\ngamma_regularizer='l2'\nbeta_constraint='non_neg'\ngamma_constraint='non_neg'\nrenorm=True\nrenorm_clipping={}\n"
    "renorm_momentum=0.5\nsynchronized=True",
    "tf.keras.layers.Conv2D": f"1, 2, strides=2, padding='same', data_format='channels_last', kernel_initializer='ones' | ({_WIDE})\n"
    f"2, (2, 2), dilation_rate=2, groups=1, activation='relu', use_bias=False, kernel_initializer='ones', bias_initializer='zeros' | ({_WIDE})\n"
    "1, 2, kernel_regularizer='l2'\n1, 2, bias_regularizer='l2'\n1, 2, activity_regularizer='l2'\n1, 2, kernel_constraint='non_neg'\n1, 2, bias_constraint='non_neg'",
    "tf.keras.layers.Dense": "2, kernel_initializer='ones' | (t([[1.0, 2.0]]))\n2, 'relu', False, 'ones', 'zeros', None, None, None, None, None | (t([[1.0, 2.0]]))\n"
    "2, kernel_regularizer='l2'\n2, bias_regularizer='l2'\n2, activity_regularizer='l2'\n2, kernel_constraint='non_neg'\n2, bias_constraint='non_neg'\n"
    "2, lora_rank=2\n2, lora_alpha=2\n2, quantization_config='x'",
    "tf.keras.layers.Dropout": "0.5, noise_shape=None, seed=1 | (t([1.0, 2.0]))\n0.5, noise_shape=(1,)",
    "tf.keras.layers.Embedding": "3, 2, embeddings_initializer='ones' | (t([1]))\n3, 2, embeddings_regularizer='l2'\n3, 2, embeddings_constraint='non_neg'\n3, 2, mask_zero=True\n"
    "3, 2, weights=[np.ones([3, 2])]\n3, 2, lora_rank=2\n3, 2, lora_alpha=2\n3, 2, quantization_config='x'",
    "tf.keras.layers.Flatten": f"data_format='channels_last' | ({_WIDE})",
    "tf.keras.layers.Lambda": "lambda x: x * 2.0 | (t([1.0]))\nlambda x, by: x * by, output_shape=[1], arguments={'by': 3.0} | (t([1.0]))\nlambda x: x, mask=lambda x, m: m",
    "tf.keras.layers.Softmax": f"axis=0 | ({_M})",
    "tf.keras.layers.Layer": "activity_regularizer='l2'\ntrainable=False, dtype='float64', name='x' | .trainable\nautocast=False",
    "tf.keras.Sequential": "[tf.keras.layers.Dense(1, kernel_initializer='ones')], trainable=False, name='x' | (t([[1.0]]))",
    "tf.keras.Sequential.add": "tf.keras.layers.Flatten(), rebuild=False",
    "tf.keras.Sequential.call": "t([[1.0]]), training=True\nt([[1.0]]), mask=t([True])",
    **{
        f"tf.keras.optimizers.{name}": f"learning_rate=0.1, {own}, clipnorm=1.0, name='x' | .learning_rate.numpy()\nweight_decay=0.1\nclipvalue=0.5 | .learning_rate.numpy()\n"
        "global_clipnorm=1.0 | .learning_rate.numpy()\nuse_ema=True\nema_momentum=0.5\nema_overwrite_frequency=2\nloss_scale_factor=2.0\ngradient_accumulation_steps=2"
        for name, own in (
            ("SGD", "momentum=0.9, nesterov=True"),
            ("Adam", "beta_1=0.8, beta_2=0.99, epsilon=1e-3"),
            ("RMSprop", "rho=0.8, momentum=0.1, epsilon=1e-3, centered=True"),
        )
    },
    "tf.keras.backend.argmax": f"{_M}\n{_M}, axis=0",
    "tf.keras.backend.argmin": f"{_M}\n{_M}, axis=0",
    "tf.keras.backend.cast": "t([1.5]), 'int32'",
    "tf.keras.backend.concatenate": f"[{_M}, {_M}]\n[{_M}, {_M}], axis=0",
    "tf.keras.backend.cumsum": f"{_M}\n{_M}, axis=1",
    "tf.keras.backend.cumprod": f"{_M}\n{_M}, axis=1",
    "tf.keras.backend.elu": f"{_V}\n{_V}, alpha=2.0",
    "tf.keras.backend.expand_dims": f"{_M}\n{_M}, axis=0",
    "tf.keras.backend.eye": "2\n2, dtype='int32'",
    "tf.keras.backend.gather": f"{_M}, [1]",
    "tf.keras.backend.one_hot": "[1, 0], 3",
    "tf.keras.backend.ones_like": f"{_M}\n{_M}, dtype='int32'",
    "tf.keras.backend.zeros_like": f"{_M}\n{_M}, dtype='int32'",
    "tf.keras.backend.permute_dimensions": f"{_M}, [1, 0]",
    "tf.keras.backend.transpose": _M,
    "tf.keras.backend.pow": f"{_V}, 2.0",
    "tf.keras.backend.relu": f"{_V}\n{_V}, alpha=0.5\n{_V}, max_value=1.0\n{_V}, threshold=1.0",
    "tf.keras.backend.reshape": f"{_M}, [4]",
    "tf.keras.backend.reverse": f"{_M}, 0",
    "tf.keras.backend.softmax": f"{_M}\n{_M}, axis=0",
    "tf.keras.backend.softplus": f"x={_V}",
    "tf.keras.backend.softsign": f"x={_V}",
    "tf.keras.backend.squeeze": "t([[1.0]]), 0",
    "tf.keras.backend.stack": f"[{_M}, {_M}]\n[{_M}, {_M}], axis=1",
    "tf.keras.backend.stop_gradient": _V,
    "tf.keras.backend.tile": f"{_V}, 2",
    "tf.keras.backend.shape": _M,
    **{f"tf.keras.backend.{name}": f"{_M}\n{_M}, axis=1, keepdims=True" for name in "max mean min prod std sum var".split()},
    **{f"tf.keras.backend.{name}": "t([[True, False]])\nt([[True, False]]), axis=1, keepdims=True" for name in ("all", "any")},
    "tf.keras.backend.batch_flatten": _IMAGE,
    "tf.keras.backend.flatten": _M,
    "tf.keras.backend.binary_crossentropy": "t([[1.0, 0.0]]), t([[0.6, 0.3]])\nt([[1.0, 0.0]]), t([[0.6, 0.3]]), from_logits=True",
    "tf.keras.backend.categorical_crossentropy": "t([[1.0, 0.0]]), t([[0.6, 0.4]])\nt([[1.0, 0.0], [0.0, 1.0]]), t([[0.6, 0.3], [0.2, 0.9]]), from_logits=True, axis=0",
    "tf.keras.backend.clear_session": "\nfree_memory=False",
    "tf.keras.backend.clip": f"{_V}, 0.0, 1.0",
    "tf.keras.backend.dot": f"{_M}, {_M}",
    "tf.keras.backend.l2_normalize": f"{_M}\n{_M}, axis=1",
    "tf.keras.backend.repeat_elements": f"{_M}, 2, 1",
    "tf.keras.backend.constant": "1\n[1, 2], dtype='int32', shape=[2]",
    "tf.keras.backend.variable": "1.0 | .numpy()\n1, dtype='float64', name='x' | .numpy()\n1.0, constraint=lambda v: v",
    "tf.keras.backend.zeros": "[2] | .numpy()\n[2], dtype='int32' | .numpy()",
    "tf.keras.backend.ones": "[2] | .numpy()\n[2], dtype='int32' | .numpy()",
    "tf.keras.backend.random_normal": "[2]\n[2], mean=1.0, stddev=2.0, dtype='float64', seed=1",
    "tf.keras.backend.random_uniform": "[2]\n[2], minval=1.0, maxval=2.0, dtype='float64', seed=1",
    "tf.keras.backend.switch": f"t(True), {_V}, {_V} * 2.0\nt([True, False, True]), {_V}, {_V} * 2.0",
}


def expression(name, line):
    """(the call as Python reads it, its own arguments)"""
    arguments, _, rest = (part.strip() for part in line.partition("|")) if "|" in line else (line.strip(), "", "")
    holder, _, method = name.rpartition(".")
    static = method.startswith("from_") or name == "tf.data.Dataset.range"
    function = f"{RECEIVERS[holder]}.{method}" if holder in RECEIVERS and not static else name
    return f"{function}({arguments}){rest}", arguments


def calls_of(name):
    """All lines of a function: an empty one is a call without arguments."""
    return [expression(name, line) for line in CALLS[name].split("\n")]


def all_calls():
    return list(dict.fromkeys(call for name in CALLS for call, _ in calls_of(name)))
