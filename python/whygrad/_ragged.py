"""RaggedTensor: rows of different lengths, kept as one tensor of values and the places where each row begins."""

import functools
import operator

import numpy

from whygrad import _ragged_rows as rows
from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._shape import TensorShape
from whygrad._text import StringTensor
from whygrad.dtypes import as_dtype
from whygrad.errors import InvalidArgumentError

__all__ = ["RaggedTensor"]


def _of(value):
    """What may stand as values: a ragged tensor, text, or a tensor."""
    if isinstance(value, (RaggedTensor, StringTensor)):
        return value
    if isinstance(value, (list, tuple)) and any(isinstance(item, (str, bytes)) for item in value):
        return StringTensor(value)
    return _whygrad.convert_to_tensor(value)


def _length(values):
    return values.nrows_known if isinstance(values, RaggedTensor) else int(values.shape[0])


class RaggedTensor:
    """Row i is values[row_splits[i] : row_splits[i + 1]]. The values may be ragged themselves. A tape watches and answers its flat values."""

    __slots__ = ("_values", "_row_splits", "_uniform", "_host", "_from", "__weakref__")
    __array_priority__ = 100
    __hash__ = None

    def __init__(self, values, row_splits, uniform=None, host=None, internal=False):
        if not internal:
            raise ValueError(
                "[RaggedTensor] RaggedTensor constructor is private; please use one of the factory methods instead\nhelp: RaggedTensor.from_row_lengths"
            )
        self._values, self._row_splits, self._uniform, self._host, self._from = values, row_splits, uniform, host, None

    # ---- Made of ----

    @classmethod
    def _made(cls, values, splits, uniform=None, like=None):
        """Of row splits that are known, as an array; they were worked out of those of another ragged tensor."""
        made = cls(values, None, uniform, splits, internal=True)
        made._from = rows.origin_of(like)
        return made

    @classmethod
    def _of_splits(cls, name, values, row_splits, validate, uniform=None):
        values = _of(values)
        if len(values.shape) == 0 or row_splits.shape[0] == 0:
            raise ValueError(
                f"[RaggedTensor.{name}] values {values.shape} and row_splits {row_splits.shape}\nhelp: values have rows, and splits the first 0"
            )
        made = cls(values, row_splits, uniform, None, internal=True)
        if validate and not _whygrad.is_tracing():
            rows.check_splits(name, made._splits, _length(values))
        return made

    @classmethod
    def from_row_splits(cls, values, row_splits, name=None, validate=True):
        """Row i is values[row_splits[i] : row_splits[i + 1]]."""
        if isinstance(row_splits, (list, tuple)) and not row_splits:
            raise ValueError("[RaggedTensor.from_row_splits] row_splits tensor may not be empty.\nhelp: no rows are row_splits=[0]")
        return cls._of_splits("from_row_splits", values, rows.partition_tensor("row_splits", row_splits), validate)

    @classmethod
    def from_row_lengths(cls, values, row_lengths, name=None, validate=True):
        """The rows have these lengths."""
        lengths = rows.partition_tensor("row_lengths", row_lengths)
        splits = _ops["concat"](
            [_ops["zeros_like"](lengths[:1]) if lengths.shape[0] else _whygrad.zeros([1], lengths.dtype), _ops["cumsum"](lengths)], 0
        )
        return cls._of_splits("from_row_lengths", values, splits, validate)

    @classmethod
    def from_row_starts(cls, values, row_starts, name=None, validate=True):
        """Row i begins at row_starts[i] and ends where the next one begins."""
        starts, values = rows.partition_tensor("row_starts", row_starts), _of(values)
        end = _whygrad.constant([_length(values)], dtype=starts.dtype)
        return cls._of_splits("from_row_starts", values, _ops["concat"]([starts, end], 0), validate)

    @classmethod
    def from_row_limits(cls, values, row_limits, name=None, validate=True):
        """Row i ends before row_limits[i] and begins where the one before ends."""
        limits = rows.partition_tensor("row_limits", row_limits)
        return cls._of_splits("from_row_limits", values, _ops["concat"]([_whygrad.zeros([1], limits.dtype), limits], 0), validate)

    @classmethod
    def from_value_rowids(cls, values, value_rowids, nrows=None, name=None, validate=True):
        """Value i belongs to row value_rowids[i], which never falls."""
        ids, values = rows.known(rows.partition_tensor("value_rowids", value_rowids)), _of(values)
        count = (int(ids[-1]) + 1 if len(ids) else 0) if nrows is None else int(nrows)
        if count < 0:
            raise ValueError(f"[RaggedTensor.from_value_rowids] Expected nrows >= 0; got {count}\nhelp: give the number of rows")
        if validate and (len(ids) != _length(values) or (numpy.diff(ids) < 0).any() or (len(ids) and not 0 <= ids[0] <= ids[-1] < count)):
            raise InvalidArgumentError(
                f"[RaggedTensor.from_value_rowids] value_rowids {ids.tolist()} for {_length(values)} values and {count} rows\n"
                "help: one row for each value, from 0, which never falls, and below nrows"
            )
        splits = rows.splits_of(numpy.bincount(ids, minlength=count)) if count else numpy.zeros(1, numpy.int64)
        return cls._made(values, splits.astype(ids.dtype), like=value_rowids)

    @classmethod
    def from_uniform_row_length(cls, values, uniform_row_length, nrows=None, validate=True, name=None):
        """All rows have this length."""
        values, length = _of(values), int(uniform_row_length)
        if length < 0:
            raise ValueError(f"[RaggedTensor.from_uniform_row_length] the length is {length}\nhelp: a length is at least 0")
        count = _length(values)
        if nrows is None and length == 0 and count:
            raise InvalidArgumentError("[RaggedTensor.from_uniform_row_length] rows of no values hold none of the values\nhelp: give their length")
        many = (count // length if length else 0) if nrows is None else int(nrows)
        if validate and many * length != count:
            raise InvalidArgumentError(
                f"[RaggedTensor.from_uniform_row_length] {count} values are not {many} rows of {length}\nhelp: the values are nrows * uniform_row_length"
            )
        return cls._made(values, numpy.arange(many + 1, dtype=numpy.int64) * length, length)

    @classmethod
    def _nested(cls, name, make, flat_values, parts):
        if not isinstance(parts, (list, tuple)):
            raise TypeError(
                f"[RaggedTensor.{name}] {type(parts).__name__} is given for a list of tensors\nhelp: one for each ragged axis, outermost first"
            )
        for part in reversed(parts):
            flat_values = make(flat_values, part)
        return flat_values

    @classmethod
    def from_nested_row_splits(cls, flat_values, nested_row_splits, name=None, validate=True):
        """Ragged in several axes: the splits of each, outermost first."""
        return cls._nested("from_nested_row_splits", lambda v, p: cls.from_row_splits(v, p, validate=validate), flat_values, nested_row_splits)

    @classmethod
    def from_nested_row_lengths(cls, flat_values, nested_row_lengths, name=None, validate=True):
        """Ragged in several axes: the lengths of each, outermost first."""
        return cls._nested("from_nested_row_lengths", lambda v, p: cls.from_row_lengths(v, p, validate=validate), flat_values, nested_row_lengths)

    @classmethod
    def from_nested_value_rowids(cls, flat_values, nested_value_rowids, nested_nrows=None, name=None, validate=True):
        """Ragged in several axes: the rows of the values of each, outermost first."""
        counts = [None] * len(nested_value_rowids) if nested_nrows is None else nested_nrows
        if len(counts) != len(nested_value_rowids):
            raise ValueError(
                "[RaggedTensor.from_nested_value_rowids] nested_nrows must have the same length as nested_value_rowids\nhelp: one for each"
            )
        for ids, count in zip(reversed(nested_value_rowids), reversed(counts)):
            flat_values = cls.from_value_rowids(flat_values, ids, count, validate=validate)
        return flat_values

    @classmethod
    def from_tensor(cls, tensor, lengths=None, padding=None, ragged_rank=1, name=None, row_splits_dtype="int64"):
        """The rows of a dense tensor, without what lies behind their lengths or is padding at their ends."""
        from whygrad import _ragged_convert

        return _ragged_convert.from_tensor(tensor, lengths, padding, ragged_rank, as_dtype(row_splits_dtype))

    @classmethod
    def from_sparse(cls, st_input, name=None, row_splits_dtype="int64"):
        """The rows of a sparse matrix that stores the beginning of each row."""
        from whygrad import _ragged_convert

        return _ragged_convert.from_sparse(st_input, as_dtype(row_splits_dtype))

    # ---- What it holds ----

    @property
    def _splits(self):
        """The row splits as an array."""
        if self._host is None:
            self._host = rows.known(self._row_splits)
        return self._host

    @property
    def values(self):
        return self._values

    @property
    def row_splits(self):
        return rows.constant(self._host, self) if self._row_splits is None else self._row_splits

    @property
    def _origin(self):
        """The tensor that the splits were worked out of, if there is one: what only feeds it is named as integers when a gradient is missing."""
        return self._from if self._row_splits is None else self._row_splits

    @property
    def flat_values(self):
        values = self._values
        while isinstance(values, RaggedTensor):
            values = values._values
        return values

    @property
    def _levels(self):
        """The ragged tensors from the outermost one."""
        found, level = [], self
        while isinstance(level, RaggedTensor):
            found.append(level)
            level = level._values
        return found

    @property
    def nested_row_splits(self):
        return tuple(level.row_splits for level in self._levels)

    def nested_row_lengths(self, name=None):
        return tuple(level.row_lengths() for level in self._levels)

    def nested_value_rowids(self, name=None):
        return tuple(level.value_rowids() for level in self._levels)

    @property
    def ragged_rank(self):
        return len(self._levels)

    @property
    def uniform_row_length(self):
        return None if self._uniform is None else self._int(self._uniform)

    @property
    def dtype(self):
        return self.flat_values.dtype

    @property
    def nrows_known(self):
        return (len(self._host) if self._row_splits is None else int(self._row_splits.shape[0])) - 1

    @property
    def _split_dtype(self):
        return self._host.dtype.name if self._row_splits is None else self._row_splits.dtype.name

    @property
    def shape(self):
        inner = self._values.shape.as_list()[1:]
        return TensorShape([self.nrows_known, self._uniform, *inner])

    def get_shape(self):
        return self.shape

    def _int(self, number, out_type=None):
        return _whygrad.constant(number, dtype=self._split_dtype if out_type is None else as_dtype(out_type))

    def nrows(self, out_type=None, name=None):
        return self._int(self.nrows_known, out_type)

    def row_starts(self, name=None):
        return self.row_splits[:-1]

    def row_limits(self, name=None):
        return self.row_splits[1:]

    def row_lengths(self, axis=1, name=None):
        """The lengths of the rows along an axis."""
        if axis == 0:
            return self.nrows()
        if axis == 1:
            splits = self.row_splits
            return splits[1:] - splits[:-1]
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.row_lengths(axis - 1))
        extent = self._values.shape.as_list()[axis - 1]
        return self.with_values(_whygrad.fill([_length(self._values)], self._int(extent)))

    def value_rowids(self, name=None):
        """The row of each value."""
        if self._row_splits is None or not _whygrad.is_tracing():
            return rows.constant(rows.rows_of(self._splits).astype(self._split_dtype), self)
        places = _whygrad.range(_length(self._values), dtype=self._split_dtype)
        return _ops["searchsorted"](self._row_splits, places, "right", self._split_dtype) - self._int(1)

    def bounding_shape(self, axis=None, name=None, out_type=None):
        """The smallest shape that holds all rows."""
        bounds = [self.nrows_known] + [int(numpy.diff(level._splits).max(initial=0)) for level in self._levels]
        bounds += self.flat_values.shape.as_list()[1:]
        return self._int(bounds if axis is None else numpy.array(bounds)[numpy.array(axis)].tolist(), out_type)

    # ---- The same rows ----

    def with_values(self, new_values):
        """The same rows of other values, as many."""
        new_values = _of(new_values)
        if len(new_values.shape) == 0 or _length(new_values) != _length(self._values):
            raise ValueError(
                f"[RaggedTensor.with_values] {new_values.shape} for {_length(self._values)} values\nhelp: give as many rows as there are values"
            )
        made = RaggedTensor(new_values, self._row_splits, self._uniform, self._host, internal=True)
        made._from = self._from
        return made

    def with_flat_values(self, new_values):
        """The same rows of other flat values, as many."""
        inner = self._values
        return self.with_values(inner.with_flat_values(new_values) if isinstance(inner, RaggedTensor) else new_values)

    def with_row_splits_dtype(self, dtype):
        """The same rows with splits of this dtype."""
        dtype = as_dtype(dtype)
        if dtype.name not in rows.INTEGERS:
            raise ValueError(
                f"[RaggedTensor.with_row_splits_dtype] Argument `row_splits` dtype must be int32 or int64, and is {dtype.name}\nhelp: tf.int64"
            )
        inner = self._values.with_row_splits_dtype(dtype) if isinstance(self._values, RaggedTensor) else self._values
        if self._split_dtype == dtype.name:
            return self.with_values(inner)
        if self._row_splits is None:
            return RaggedTensor._made(inner, self._host.astype(dtype.name), self._uniform, self)
        return RaggedTensor(inner, _ops["cast"](self._row_splits, dtype), self._uniform, None, internal=True)

    def merge_dims(self, outer_axis, inner_axis):
        """The axes from outer_axis to inner_axis as one."""
        from whygrad import _ragged_convert

        return _ragged_convert.merge_dims(self, outer_axis, inner_axis)

    # ---- Other forms ----

    def to_tensor(self, default_value=None, name=None, shape=None):
        """The rows in a dense tensor, filled up with default_value, or 0."""
        from whygrad import _ragged_convert

        return _ragged_convert.to_tensor(self, default_value, shape)

    def to_sparse(self, name=None):
        """The rows as a sparse tensor, which stores every value."""
        from whygrad import _ragged_convert

        return _ragged_convert.to_sparse(self)

    def to_list(self):
        """Nested lists of Python's numbers."""
        held = self._values
        if isinstance(held, RaggedTensor):
            held = held.to_list()
        else:
            held = (held.numpy() if isinstance(held, StringTensor) else _whygrad.peek(held)).tolist()
        return [held[start:end] for start, end in zip(self._splits[:-1], self._splits[1:])]

    def numpy(self):
        """An array of arrays, or one array where all rows have one length."""
        held = self._values.numpy()
        parts = [held[start:end] for start, end in zip(self._splits[:-1], self._splits[1:])]
        if len({len(part) for part in parts}) == 1:
            return numpy.array(parts, dtype=held.dtype) if held.dtype != object else numpy.stack(parts)
        array = numpy.empty(len(parts), dtype=object)
        for i, part in enumerate(parts):
            array[i] = part
        return array if parts else held[:0].reshape(0, 0)

    def consumers(self):
        return []

    def __getitem__(self, key):
        from whygrad import _ragged_index

        return _ragged_index.item(self, key)

    def __repr__(self):
        if _whygrad.is_tracing():
            return f"tf.RaggedTensor(values={self._values!r}, row_splits={self.row_splits!r})"
        return f"<tf.RaggedTensor {self.to_list()}>"

    def __bool__(self):
        raise TypeError("[RaggedTensor] a ragged tensor is no truth value\nhelp: tf.reduce_any or tf.reduce_all makes one of it")

    # ---- Tapes and traced functions ----

    @property
    def _gradient_carrier(self):
        flat = self.flat_values
        return flat._gradient_carrier if isinstance(flat, StringTensor) else flat

    def _with_gradient(self, gradient):
        return self.with_flat_values(gradient)

    def _opened(self):
        key = tuple((level._uniform, level._split_dtype, level._splits.tobytes()) for level in self._levels)
        return ("RaggedTensor", key), [self.flat_values]

    def _closed(self, tensors):
        for level in reversed(self._levels):
            tensors = [RaggedTensor._made(tensors[0], level._splits, level._uniform)]
        return tensors[0]

    def _parts(self):
        return [self.flat_values, *(level.row_splits for level in self._levels)]

    def _of_parts(self):
        return functools.partial(_of_parts, uniform=[level._uniform for level in self._levels])


def _of_parts(parts, uniform):
    made = parts[0]
    for splits, length in zip(reversed(parts[1:]), reversed(uniform)):
        made = RaggedTensor(made, splits, length, None, internal=True)
    return made


def _operators():
    """Python's operators, by the functions that they stand for."""
    table = "add:add sub:subtract mul:multiply truediv:divide floordiv:floordiv mod:floormod pow:pow and:logical_and or:logical_or xor:logical_xor"

    def binary(op, turned):
        function = operator.truediv if op == "divide" else None  # integers have a quotient too

        def operation(self, other):
            from whygrad import _ragged_ops

            return _ragged_ops.binary(op, other, self, function) if turned else _ragged_ops.binary(op, self, other, function)

        return operation

    def unary(op):
        return lambda self: self.with_flat_values(_ops[op](self.flat_values))

    for entry in table.split():
        name, _, op = entry.partition(":")
        setattr(RaggedTensor, f"__{name}__", binary(op, False))
        setattr(RaggedTensor, f"__r{name}__", binary(op, True))
    for name, op in (("lt", "less"), ("le", "less_equal"), ("gt", "greater"), ("ge", "greater_equal"), ("eq", "equal"), ("ne", "not_equal")):
        setattr(RaggedTensor, f"__{name}__", binary(op, False))
    for name, op in (("neg", "negative"), ("abs", "abs"), ("invert", "logical_not")):
        setattr(RaggedTensor, f"__{name}__", unary(op))


_operators()
