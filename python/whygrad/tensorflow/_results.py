"""How a program takes the results of an op or of a traced function from what the call returned."""

from whygrad.tensorflow._tensorflow import tf

# The number of results that TensorFlow's functions return, where the op has more.
_RETURNED = {
    "CTCLoss": 1,
    "CTCLossV2": 1,
    "FusedBatchNorm": 3,
    "FusedBatchNormV2": 3,
    "FusedBatchNormV3": 3,
    "SoftmaxCrossEntropyWithLogits": 1,
    "SparseSoftmaxCrossEntropyWithLogits": 1,
}
_ONE_WITHOUT = {"Eig": "compute_v", "SelfAdjointEigV2": "compute_v", "Svd": "compute_uv"}


def paths_in(structure, path=""):
    """For each tensor of a nested structure, in TensorFlow's order, what Python writes behind the structure's name: `[1]['loss']`. The tensors that a
    composite tensor consists of have its path."""
    if structure is None:
        return []
    if isinstance(structure, dict):
        parts = [(structure[key], f"[{key!r}]") for key in sorted(structure)]
    elif hasattr(structure, "_fields"):
        parts = [(part, f".{name}") for name, part in zip(structure._fields, structure)]
    elif isinstance(structure, (list, tuple)):
        parts = [(part, f"[{i}]") for i, part in enumerate(structure)]
    else:
        return [path] * len(tf.nest.flatten(structure, expand_composites=True))
    return [found for part, step in parts for found in paths_in(part, path + step)]


def note_paths(log, op, graph=None):
    """Notes the paths of an op's results. graph: that of the function, if the op is a call."""
    outputs = log.outputs_of(op)
    if graph is not None:
        paths = [] if graph.structured_outputs is None else paths_in(graph.structured_outputs)
    else:
        count = _returned(log.type_of(op), log.call_of(op))
        paths = [""] if count == 1 else [f"[{i}]" for i in range(count)]
    for value, path in zip(outputs, paths):
        log.set_path(value, path)


def _returned(type_, attrs):
    """How many results the program sees; 0: all."""
    optional = _ONE_WITHOUT.get(type_)
    if optional is not None and isinstance(attrs, tuple):
        return int(dict(zip(attrs[::2], attrs[1::2])).get(optional) is False)
    return _RETURNED.get(type_, 0)
