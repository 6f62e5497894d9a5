"""TensorFlow parameters that support only some values. Others are refused with a reason, and never ignored."""

from whygrad.errors import UnsupportedError

# Why, and what to do instead.
_REASONS = {
    "bad_indices_policy": ("an index out of range is an error here, as it is on TensorFlow's processors", "mask the indices first"),
    "regularizer": ("no penalty is collected by layers", "add the penalty of layer.kernel, layer.bias to the loss"),
    "constraint": ("no optimizer applies it", "assign what the constraint gives of the variable after each step"),
    "initializer_of_moving": ("moving statistics begin with 0 and 1", "assign them after the layer is built"),
    "renorm": ("batch normalization takes the statistics of the batch", "leave it out"),
    "synchronized": ("there is one process", "leave it out"),
    "lora": ("layers have their whole kernels", "add two narrow Dense layers beside this one"),
    "quantization_config": ("layers compute in floats", "leave it out"),
    "mask_zero": ("layers pass no masks on", "multiply by tf.cast(ids != 0, tf.float32)"),
    "weights": ("the table is made by its initializer", "give embeddings_initializer=tf.keras.initializers.Constant(weights)"),
    "sparse": ("layers take whole tensors", "convert it with tf.sparse.to_dense"),
    "ragged": ("there are no ragged tensors", "pad the rows, with tf.sequence_mask for what counts"),
    "tensor": ("models have no graph of tensors", "derive a class from tf.keras.Model"),
    "optional": ("every input is given", "leave it out"),
    "autocast": ("variables keep their dtype", "cast them where they are used"),
    "aggregation": ("there is one process", "leave it out"),
    "overwrite": ("variables move along gradients", "leave it out"),
    "layout": ("a layout spreads a tensor over devices, and there is one here", "leave it out"),
    "axis": ("classes stand along the last axis", "transpose labels and predictions"),
    "ignore_class": ("every label is a class", "give such labels sample_weight 0 and any class"),
    "top_k": ("only thresholds are counted", "count tf.math.in_top_k"),
    "class_id": ("all classes are counted together", "give the metric the column of that class"),
    "thresholds": ("one threshold is counted", "make one metric for each threshold"),
    "amsgrad": ("Adam keeps the mean of squares and not its largest value", "leave it out"),
    "weight_decay": ("a step moves along the gradient alone", "assign variable * (1 - rate * decay) before each step"),
    "ema": ("no average of variables is kept", "keep tf.Variables with the averages, and assign them after each step"),
    "loss_scale_factor": ("gradients are taken as they are", "divide them by the factor"),
    "gradient_accumulation_steps": ("each call is a step", "add gradients up, and apply their mean"),
    "axes": ("fans are counted from a kernel's last two axes", "reshape the kernel"),
    "momentum": ("there is no such average", "leave it out"),
    "validate": ("it is not checked twice", "leave it out"),
    "default_value": ("what is not stored is 0", "add tf.where(tf.sparse.to_dense(mask), 0, value)"),
    "output_is_sparse": ("sums are whole tensors", "use tf.sparse.from_dense"),
    "graph": ("there are no graphs and no sessions", "run the test eagerly"),
    "rebuild": ("a Sequential is built anew by its next call", "leave it out"),
    "var": ("a slice is a value", "assign to a part: variable[begin:end].assign(x)"),
    "gate_gradients": ("gradients are computed in the order of the program", "leave it out"),
    "aggregation_method": ("gradients are added up one after the other", "leave it out"),
    "recursive": ("a function that is called is rewritten when it is called", "decorate it with tf.autograph.experimental.do_not_convert"),
    "experimental_optional_features": ("all statements that may meet a tensor are rewritten", "leave it out"),
    "expand_composites": ("sparse tensors are leaves", "flatten their indices, values and dense_shape"),
    "implements": ("no other program reads these graphs", "leave it out"),
    "output_padding": ("the extents follow from stride and kernel", "crop or pad what the layer gives"),
    "masking": ("layers pass no masks on", "multiply by the mask, or give it where the layer adds up"),
    "stateful": ("a layer keeps no state from one call to the next", "give initial_state, and take it with return_state"),
    "flash_attention": ("attention is computed in one way", "leave it out"),
    "sliding_window": ("attention looks at all places", "give attention_mask"),
    "use_gate": ("attention has no gate", "multiply what it gives"),
    "attention_axes": ("attention goes along the axis before the last", "transpose the inputs"),
    "handle": ("there are no graphs", "leave it out"),
}


def only(function, **given):
    """Raises for each parameter that is neither None nor its default: parameter=(value, default or tuple of what is there[, key of the reason])."""
    for parameter, (value, known, *reason) in given.items():
        known = known if isinstance(known, tuple) else (known,)
        if value is None or any(value is k or (type(value) in (str, int, float, bool) and value == k) for k in known):
            continue
        why, instead = _REASONS[reason[0] if reason else parameter]
        raise UnsupportedError(f"[{function}] {parameter}={value!r}: {why}\nhelp: {instead}")
