"""The ops as functions. Those that the engine's table describes completely are made from it; the others have functions in the module."""

from whygrad import _whygrad

# TensorFlow's parameter names if they differ from the table's: inputs first, then attributes.
_PARAMETERS = {
    "x y": "add subtract multiply divide floordiv floormod maximum minimum pow squared_difference xlogy xlog1py xdivy multiply_no_nan divide_no_nan "
    "bitwise_and bitwise_or bitwise_xor left_shift right_shift equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor",
    "features": "relu relu6 elu selu softplus softsign silu",
    "features alpha": "leaky_relu",
    "input": "identity stop_gradient cholesky",
    "input num_lower num_upper": "matrix_band_part",
    "input shift axis": "roll",
    "a x": "polygamma",
    "input axis": "expand_dims",
    "t clip_value_min clip_value_max": "clip_by_value",
    "input k": "top_k",
}
# Functions of the module that are not ops.
_INTERNAL = frozenset(
    "own_folder package_folder texts caller op_function op_names functions_of_library custom_gradient choose choose_case choose_branch run_loop map_fn vectorized_map foldl foldr scan "
    "note_host_function peek current_name_scope explain report load_flow flow_from_json known_flows knows_op count_elements here place_of_frame place_of_line hook_buffers "
    "unhook_buffers from_dlpack to_dlpack sparse_dense_matmul sparse_to_dense sparse_from_dense sparse_transpose sparse_reduce_sum "
    "settled graph_from_json positions dispatched stft inverse_stft inverse_stft_window mdct inverse_mdct".split()
)


def _make():
    made = {}
    parameters = {op: names for names, ops in _PARAMETERS.items() for op in ops.split()}
    for op in _whygrad.op_names():
        if not hasattr(_whygrad, op) and not op.endswith("_grad"):
            made[op] = _whygrad.op_function(op, op, parameters.get(op, ""))
    own = (name for name in dir(_whygrad) if not name.startswith("_"))
    made.update((name, getattr(_whygrad, name)) for name in own if type(getattr(_whygrad, name)).__name__ == "nb_func" and name not in _INTERNAL)
    return made


functions = _make()
