"""Rows of a table for ids that stand in sparse tensors, and means of losses over a batch."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.errors import InvalidArgumentError

_COMBINERS = ("mean", "sqrtn", "sum")


def _table(params):
    """One table; of several that share the ids, id i is row i // count of table i % count."""
    if not isinstance(params, (list, tuple)):
        return params
    if len(params) == 1:
        return params[0]
    rows = [_ops["convert_to_tensor"](part) for part in params]
    most = max(part.shape[0] for part in rows)
    padded = [_ops["pad"](part, [[0, most - part.shape[0]], *[[0, 0]] * (len(part.shape) - 1)]) for part in rows]
    return _ops["reshape"](_ops["stack"](padded, axis=1), [most * len(rows), *rows[0].shape.as_list()[1:]])


def _combined(embeddings, weights, segments, count, combiner):
    rank = len(embeddings.shape)

    def spread(values):
        return _ops["reshape"](values, [-1, *[1] * (rank - 1)])

    weighted = embeddings if weights is None else embeddings * spread(weights)
    sums = _ops["unsorted_segment_sum"](weighted, segments, count)
    if combiner == "sum":
        return sums
    weights = _ops["ones_like"](_ops["cast"](segments, embeddings.dtype)) if weights is None else weights
    if combiner == "mean":
        return _ops["divide_no_nan"](sums, spread(_ops["unsorted_segment_sum"](weights, segments, count)))
    return _ops["divide_no_nan"](sums, spread(_ops["sqrt"](_ops["unsorted_segment_sum"](_ops["square"](weights), segments, count))))


def embedding_lookup_sparse(params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None, allow_fast_lookup=False):
    """For each row of ids the mean, sum or sum over the root of squared weights of the rows of a table."""
    del allow_fast_lookup  # one way to look up
    combiner = combiner or "mean"
    if combiner not in _COMBINERS:
        raise ValueError(f"[embedding_lookup_sparse] combiner {combiner!r}\nhelp: it is 'mean', 'sqrtn' or 'sum'")
    if not isinstance(sp_ids, _whygrad.SparseTensor):
        raise TypeError("[embedding_lookup_sparse] sp_ids must be SparseTensor\nhelp: for dense ids write tf.nn.embedding_lookup and reduce")
    segments = sp_ids.indices[:, 0]
    count = int(_ops["reduce_max"](segments)) + 1 if segments.shape[0] else 0
    embeddings = _ops["embedding_lookup"](_table(params), sp_ids.values, max_norm)
    weights = None
    if sp_weights is not None:
        weights = _ops["cast"](sp_weights.values, embeddings.dtype)
        if weights.shape != sp_ids.values.shape:
            raise InvalidArgumentError("[embedding_lookup_sparse] ids and weights differ in number\nhelp: each id has one weight")
    return _combined(embeddings, weights, segments, count, combiner)


def safe_embedding_lookup_sparse(
    embedding_weights, sparse_ids, sparse_weights=None, combiner="mean", default_id=None, max_norm=None, name=None, allow_fast_lookup=False
):
    """The same for rows that may be empty, ids below 0 and weights that are not above 0: these are left out, and an empty row gives zeros or row default_id."""
    del allow_fast_lookup
    table = _table(embedding_weights)
    ids, indices = sparse_ids.values, sparse_ids.indices
    rows = int(sparse_ids.dense_shape[0])
    kept = _ops["greater_equal"](ids, 0)
    weights = None if sparse_weights is None else sparse_weights.values
    if weights is not None and combiner != "sum":
        kept = _ops["logical_and"](kept, _ops["greater"](weights, 0))
    ids, segments = _ops["boolean_mask"](ids, kept), _ops["boolean_mask"](indices[:, 0], kept)
    weights = None if weights is None else _ops["boolean_mask"](weights, kept)
    embeddings = _ops["embedding_lookup"](table, ids, max_norm)
    combined = _combined(embeddings, None if weights is None else _ops["cast"](weights, embeddings.dtype), segments, rows, combiner)
    if default_id is None:
        return combined
    counts = _ops["unsorted_segment_sum"](_ops["ones_like"](segments), segments, rows)
    empty = _ops["reshape"](_ops["equal"](counts, 0), [rows, *[1] * (len(combined.shape) - 1)])
    default = _ops["embedding_lookup"](table, _ops["constant"]([default_id], dtype=ids.dtype), max_norm)
    return _ops["where"](empty, default, combined)


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the losses over the number of examples."""
    loss = _ops["convert_to_tensor"](per_example_loss)
    if sample_weight is not None:
        loss = loss * _ops["cast"](sample_weight, loss.dtype)
    size = loss.shape[0] if global_batch_size is None and len(loss.shape) else 1 if global_batch_size is None else global_batch_size
    return _ops["reduce_sum"](loss) / _ops["cast"](size, loss.dtype)


def scale_regularization_loss(regularization_loss):
    """The sum of the losses: there is one process."""
    return _ops["reduce_sum"](regularization_loss)


def batch_norm_with_global_normalization(
    input,
    mean,
    variance,
    beta,
    gamma,
    variance_epsilon,
    scale_after_normalization,
    name=None,  # noqa: A002
):
    """Batch normalization with statistics that are given."""
    return _ops["batch_normalization"](input, mean, variance, beta, gamma if scale_after_normalization else None, variance_epsilon)
