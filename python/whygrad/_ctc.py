"""Connectionist temporal classification in TensorFlow's forms: labels dense or sparse, frames or batches first."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.errors import InvalidArgumentError


def _integers(value, name):
    tensor = _ops["convert_to_tensor"](value)
    if not tensor.dtype.is_integer:
        raise InvalidArgumentError(
            f"[ctc_loss] {name} of {tensor.dtype.name}\nhelp: labels and lengths are integers: write tf.cast({name}, tf.int32)"
        )
    return tensor if tensor.dtype.name in ("int32", "int64") else _ops["cast"](tensor, "int32")


def _rows_of(labels):
    """Dense labels and their lengths of sparse ones, whose rows are filled from the left."""
    dense = _whygrad.sparse_to_dense(labels, None)
    rows, most = dense.shape.as_list()
    indices = labels.indices
    lengths = _ops["unsorted_segment_sum"](_ops["ones_like"](indices[:, 0]), indices[:, 0], rows)
    places = _ops["reduce_max"](_ops["concat"]([indices[:, 1] + 1, _ops["zeros"]([1], "int64")], 0))
    if not _whygrad.is_abstract(places) and int(places) > int(_ops["reduce_max"](_ops["concat"]([lengths, _ops["zeros"]([1], "int64")], 0))):
        raise InvalidArgumentError(
            f"[ctc_loss] a row of the sparse labels has gaps: there is a label at column {int(places) - 1} of {most}\n"
            "help: the labels of a row stand at columns 0, 1, 2 and so on; tf.sparse.from_dense drops labels that are 0"
        )
    return dense, lengths


def ctc_loss(labels, logits, label_length, logit_length, logits_time_major=True, unique=None, blank_index=None, name=None):
    """-log of the probability that the frames spell the labels, for each row. Dense labels are padded, sparse ones have their lengths themselves."""
    if unique is not None:
        _ops["convert_to_tensor"](unique[0])  # the same loss by another way, which is faster on TPUs
    logits = _ops["convert_to_tensor"](logits)
    if not logits_time_major:
        logits = _ops["transpose"](logits, [1, 0, 2])
    sparse = isinstance(labels, _whygrad.SparseTensor)
    if sparse:
        if blank_index is None:
            raise ValueError(
                "[ctc_loss] Argument `blank_index` must be provided when `labels` is a `SparseTensor`.\nhelp: give the class of frames without a label"
            )
        labels, label_length = _rows_of(labels)
    elif label_length is None:
        raise ValueError("[ctc_loss] dense labels come with no lengths\nhelp: give label_length, how many labels of each row count")
    blank = 0 if blank_index is None else int(blank_index)
    if blank < 0:
        blank += logits.shape[2]
    labels = _integers(labels, "labels")
    if blank > 0:  # TensorFlow counts the classes without the blank, where a label that is the blank falls on the class before it
        labels = _ops["subtract"](labels, _ops["cast"](_ops["equal"](labels, blank), labels.dtype))
    loss = _ctc_loss(labels, logits, _integers(label_length, "label_length"), _integers(logit_length, "logit_length"), blank, not sparse)
    return loss[0]


_ctc_loss = _whygrad.op_function("ctc_loss", "ctc_loss", "")


def ctc_unique_labels(labels, name=None):
    """The distinct labels of each row, filled with zeros, and which of them each label is."""
    labels = _ops["cast"](labels, "int64")
    rows, places = [], []
    for row in _ops["unstack"](labels, axis=0):
        found, place = _ops["unique"](row)[:2]
        rows.append(_ops["pad"](found, [[0, row.shape[0] - found.shape[0]]]))
        places.append(place)
    return _ops["stack"](rows), _ops["stack"](places)


def collapse_repeated(labels, seq_length, name=None):
    """Each row without labels that equal the one before, and how many are left."""
    labels, lengths = _ops["convert_to_tensor"](labels), _ops["convert_to_tensor"](seq_length)
    rows, most = labels.shape.as_list()
    first = _ops["ones"]([rows, 1], "bool")
    kept = _ops["concat"]([first, _ops["not_equal"](labels[:, 1:], labels[:, :-1])], axis=1)
    kept = _ops["logical_and"](kept, _ops["sequence_mask"](lengths, most))
    counts = _ops["reduce_sum"](_ops["cast"](kept, lengths.dtype), axis=1)
    order = _ops["argsort"](_ops["cast"](_ops["logical_not"](kept), "int32"), axis=1, stable=True)
    widest = int(_ops["reduce_max"](counts)) if rows else 0
    moved = _ops["gather"](_ops["where"](kept, labels, _ops["zeros_like"](labels)), order, batch_dims=1)
    return moved[:, :widest], counts


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None):
    """The labels of the most probable class of each frame: ([SparseTensor], the negated sum of their logits [batch, 1])."""
    from whygrad.tf._sparse import SparseTensor

    inputs, lengths = _ops["convert_to_tensor"](inputs), _ops["convert_to_tensor"](sequence_length)
    frames, batch, classes = inputs.shape.as_list()
    blank = classes - 1 if blank_index is None else int(blank_index)
    if not -classes <= blank < classes:
        raise InvalidArgumentError(f"[ctc_greedy_decoder] blank_index {blank} of {classes} classes\nhelp: it is the number of a class")
    blank %= classes
    best = _ops["argmax"](inputs, axis=2).numpy().T
    largest = _ops["where"](_ops["transpose"](_ops["sequence_mask"](lengths, frames)), _ops["reduce_max"](inputs, axis=2), 0.0)
    indices, values, widest = [], [], 0
    for row, (classes_of_row, length) in enumerate(zip(best, lengths.numpy())):
        before, count = None, 0
        for label in classes_of_row[:length].tolist():
            if label != blank and not (merge_repeated and label == before):
                indices.append([row, count])
                values.append(label)
                count += 1
            before = label
        widest = max(widest, count)
    decoded = SparseTensor(
        _ops["reshape"](_ops["constant"](indices, dtype="int64"), [-1, 2]), _ops["constant"](values, dtype="int64"), [batch, widest]
    )
    return [decoded], _ops["stop_gradient"](-_ops["reshape"](_ops["reduce_sum"](largest, axis=0), [-1, 1]))
