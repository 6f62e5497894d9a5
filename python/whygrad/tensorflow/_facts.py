"""Facts about TensorFlow's ops: the role of each input, and whether TensorFlow's own gradient function gives it a gradient."""

from whygrad.tensorflow._tensorflow import FLOATS, array_ops, func_graph, op_def_registry, ops, record, tf

# Names that TensorFlow's op definitions use for arguments that choose or measure data instead of being data.
_INDEX = frozenset(
    "axis perm dim dimension reduction_indices multiples paddings begin end strides split_dim size_splits shift k indices shape dims size segment_ids "
    "num_segments depth start limit delta input_sizes filter_sizes batch_dims n num_lower num_upper block_shape crops slice_index index concat_dim "
    "fft_length group_assignment box_ind crop_size output_shape seq_lengths sequence_length sequence_lengths seq_len_max lengths ksize row_lengths "
    "num_rows num_cols num_bits reduction_axes element_shape leading_dims num_elements labels_indices sp_indices sp_shape a_indices a_shape b_indices "
    "b_shape input_indices input_shape dense_shape value_rowids nrows row_partition_tensors rt_nested_splits params_nested_splits".split()
)
_CONDITIONS = frozenset(("condition", "cond", "pred"))
_SHAPE_OPS = frozenset(("Shape", "ZerosLike", "OnesLike", "Size", "Rank", "ShapeN"))
NO_DERIVATIVE = ("TensorFlow passes no gradient through this op", "compute the loss from what went into it by ops that have a gradient")
NO_RULE = (
    "this op has no gradient registered in TensorFlow",
    "write it with ops that have one, or give it a gradient with tf.custom_gradient",
)
NO_NUMBERS = (
    "its results are no floating numbers: they do not move when what it was given moves a little, so they have no derivative",
    "compute the loss from what went into it by ops that have a gradient",
)


class Facts:
    """The facts of each op. They are found out once for each combination of dtypes and shapes."""

    def __init__(self, silence, rule):
        self._silence, self._rule = silence, rule  # a context in which nothing is recorded; TensorFlow's call of a gradient function
        self._roles, self._passes = {}, {}
        self.unasked = set()  # op types whose gradient function failed here, so that the answer was taken from the dtypes

    def roles(self, type_, count):
        """The role of each input of an op; lists of inputs are flattened."""
        key = type_, count
        if key not in self._roles:
            definition = op_def_registry.get(type_)
            self._roles[key] = ["data"] * count if definition is None else _roles_of(type_, definition, count)
        return self._roles[key]

    def passes(self, type_, attrs, inputs, outputs):
        """Whether a gradient reaches each input, as booleans; "no_rule" if TensorFlow would raise LookupError. inputs, outputs: (dtype, shape)."""
        key = type_, repr(inputs), repr(outputs), repr(attrs)[:500]
        if key not in self._passes:
            self._passes[key] = self._ask(type_, attrs, inputs, outputs)
        return self._passes[key]

    def _ask(self, type_, attrs, inputs, outputs):
        by_dtype = [dtype in FLOATS for dtype, _ in inputs]
        try:
            if isinstance(attrs, ops.Operation):
                has_rule = ops.get_gradient_function(attrs) is not None
            else:
                has_rule = ops._gradient_registry.lookup(type_) is not None
        except LookupError:
            return "no_rule"
        if not has_rule:
            return [False] * len(inputs)
        try:
            with self._silence(), func_graph.FuncGraph("whygrad_scratch").as_default(), record.stop_recording():
                ins, outs = [_placeholder(*like) for like in inputs], [_placeholder(*like) for like in outputs]
                seeds = [tf.ones_like(out) if dtype in FLOATS and dtype != "variant" else None for out, (dtype, _) in zip(outs, outputs)]
                if all(seed is None for seed in seeds):
                    seeds = [_placeholder(*like) for like in outputs]
                given = self._call(type_, attrs, ins, outs, seeds)
        except (LookupError, NotImplementedError):  # the op, or one that its rule uses, has no rule for these arguments
            return "no_rule"
        except Exception:
            self.unasked.add(type_)
            return by_dtype
        given = list(given) if isinstance(given, (list, tuple)) else [given]
        return [i < len(given) and given[i] is not None for i in range(len(inputs))]

    def _call(self, type_, attrs, inputs, outputs, seeds):
        """Calls the op's gradient function with these tensors."""
        if isinstance(attrs, ops.Operation):
            return ops.get_gradient_function(attrs)(Call(attrs, inputs, outputs), *seeds)
        return self._rule(type_, attrs, len(inputs), inputs, outputs, seeds, (), "")

    def call(self, type_, attrs, inputs, outputs, seeds):
        """Calls the op's gradient function and returns a list with an entry for each input."""
        given = self._call(type_, attrs, inputs, outputs, seeds)
        given = list(given) if isinstance(given, (list, tuple)) else [given]
        return given + [None] * (len(inputs) - len(given))


class Call:
    """An op of a graph with other inputs and outputs."""

    skip_input_indices = ()

    def __init__(self, op, inputs, outputs):
        self._op, self.type, self.inputs, self.outputs = op, op.type, list(inputs), list(outputs)

    def get_attr(self, name):
        return self._op.get_attr(name)

    def __getattr__(self, name):
        return getattr(self._op, name)


def _placeholder(dtype, shape):
    return array_ops.placeholder(tf.as_dtype(dtype), shape=shape)


def _roles_of(type_, definition, count):
    fixed = sum(1 for arg in definition.input_arg if not (arg.number_attr or arg.type_list_attr))
    roles = []
    for arg in definition.input_arg:
        role = "data"
        if type_ in _SHAPE_OPS:
            role = "shape"
        elif arg.name in _INDEX:
            role = "index"
        elif arg.name in _CONDITIONS:
            role = "condition"
        elif arg.name == "seed":
            role = "seed"
        roles += [role] * (max(0, count - fixed) if arg.number_attr or arg.type_list_attr else 1)
    return (roles + ["data"] * count)[:count]
