"""tf.TensorArray."""

from whygrad import _whygrad
from whygrad._shape import TensorShape
from whygrad.dtypes import as_dtype
from whygrad.errors import ArgumentError, OutOfRangeError

__all__ = ["TensorArray"]


def _known(number):
    """A size or a position that has to be known to go on tracing: that of the call for which the function is traced."""
    known = _whygrad.settled(number) if _whygrad.is_tracing() and _whygrad.is_chosen_later(number) else None
    return number if known is None else known


class TensorArray:
    """A list of tensors, written by position and read back as one. Elements that were never written are zeros.

    In a traced function a position may be known only when the graph runs. From then on, and as a variable of a graph's loop, the elements are one
    tensor: the size is fixed and all elements have one shape. A loop that writes one with dynamic_size=True is traced trip by trip, and again for a call
    in which it makes another number of trips.
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is not None:
            raise ValueError("TensorArray handles are not supported when eager execution is enabled.\nhelp: leave handle out")
        if size is None:
            raise ValueError("Size must be declared for TensorArrays when eager execution is enabled.\nhelp: give size=0 with dynamic_size=True")
        self.dtype = as_dtype(dtype)
        self.element_shape = TensorShape(element_shape)
        self._dynamic, self._infer_shape = bool(dynamic_size), infer_shape
        self._clears = True if clear_after_read is None else bool(clear_after_read)
        self._cleared = set()
        self._items = [None] * int(_known(size))
        self._stack = None  # the elements as one tensor
        self._is_shape_wanted = False  # in a trace that only finds the shape of the elements

    @property
    def dynamic_size(self):
        return self._dynamic

    def _copy(self):
        copy = TensorArray(self.dtype, 0, self._dynamic, self._clears, infer_shape=self._infer_shape, element_shape=self.element_shape)
        copy._items, copy._stack, copy._is_shape_wanted = list(self._items), self._stack, self._is_shape_wanted
        return copy

    def elements(self):
        """The elements as one tensor, also if there are none: [size, *element_shape]."""
        if self._stack is not None:
            return self._stack
        if not self.element_shape.is_fully_defined():
            raise ArgumentError(
                "[TensorArray] a loop of a graph needs the shape of its elements, and nothing was written so far\nhelp: give element_shape=[..]"
            )
        if not self._items:
            return _whygrad.zeros([0, *self.element_shape], self.dtype)
        return _whygrad.stack(self._all())

    def with_elements(self, stack):
        """A copy with these elements. Without them, in a trace that only finds the shape of the elements, a copy that takes any."""
        copy = self._copy()
        copy._stack, copy._is_shape_wanted = stack, stack is None
        return copy

    def with_element_shape(self, shape):
        copy = self._copy()
        copy.element_shape = TensorShape(shape)
        return copy

    def _take_shape(self, value):
        if not self.element_shape.is_compatible_with(value.shape):
            raise ValueError(
                f"Incompatible shape for value ({value.shape}), expected ({self.element_shape})\nhelp: make it with infer_shape=False if shapes differ"
            )
        if self._infer_shape:
            self.element_shape = value.shape

    def _write_later(self, index, value):
        value = _whygrad.convert_to_tensor(value, dtype_hint=self.dtype)
        written = self._copy()
        written._take_shape(value)
        if not self._is_shape_wanted:
            position = _whygrad.reshape(_whygrad.convert_to_tensor(index), [1, 1])
            written._stack = _whygrad.tensor_scatter_nd_update(written.elements(), position, _whygrad.reshape(value, [1, *value.shape]))
        return written

    def write(self, index, value, name=None):
        if self._dynamic:
            index = _known(index)
        if self._stack is not None or self._is_shape_wanted or _whygrad.is_chosen_later(index):
            return self._write_later(index, value)
        index = int(index)
        if index < 0:
            raise OutOfRangeError(f"[TensorArray] Writing to negative indices (index {index}) is not allowed.\nhelp: count from 0")
        if index >= len(self._items):
            if not self._dynamic:
                raise OutOfRangeError(f"[TensorArray] index {index} is out of its size {len(self._items)}\nhelp: make it with dynamic_size=True")
            self._items += [None] * (index + 1 - len(self._items))
        value = _whygrad.convert_to_tensor(value, dtype_hint=self.dtype)
        if value.dtype != self.dtype:
            raise ArgumentError(
                f"[TensorArray] it holds {self.dtype.name} and is given {value.dtype.name}\nhelp: cast the value: tf.cast(x, tf.{self.dtype.name})"
            )
        self._take_shape(value)
        self._items[index] = value
        return self

    def _item(self, index):
        if self._items[index] is None:
            if not self.element_shape.is_fully_defined():
                raise ArgumentError(
                    f"[TensorArray] nothing was written at index {index}, and no shape of the zeros there is known\n"
                    "help: write it before it is read, or give element_shape"
                )
            self._items[index] = _whygrad.zeros(self.element_shape, self.dtype)
        return self._items[index]

    def _all(self):
        return [self._item(i) for i in range(len(self._items))]

    def read(self, index, name=None):
        if self._is_shape_wanted:
            return _whygrad.zeros(self.element_shape, self.dtype)
        if self._stack is not None or _whygrad.is_chosen_later(index):
            return _whygrad.gather(self.elements(), index)
        index = int(index)
        if not 0 <= index < len(self._items):
            raise OutOfRangeError(
                f"[TensorArray] Tried to read from index {index} but array size is: {len(self._items)}\nhelp: read from 0 to size() - 1"
            )
        if self._items[index] is None and index in self._cleared:
            raise ArgumentError(
                f"[TensorArray] Could not read index {index} twice because it was cleared after a previous read\n"
                "help: make it with clear_after_read=False"
            )
        item = self._item(index)
        if self._clears:
            self._items[index] = None
            self._cleared.add(index)
        return item

    def stack(self, name=None):
        if self._stack is not None:
            return self._stack
        if not self._items and self.element_shape.is_fully_defined():
            return _whygrad.zeros([0, *self.element_shape], self.dtype)
        return _whygrad.stack(self._all())

    def concat(self, name=None):
        if self._stack is not None:
            return _whygrad.reshape(self._stack, [-1, *list(self.element_shape)[1:]])
        return _whygrad.concat(self._all(), 0)

    def gather(self, indices, name=None):
        if self._stack is not None or _whygrad.is_chosen_later(indices):
            return _whygrad.gather(self.elements(), indices)
        return _whygrad.stack([self._item(int(i)) for i in indices])

    def unstack(self, value, name=None):
        items = list(_whygrad.unstack(value))
        if len(items) > len(self._items) and not self._dynamic:
            raise ValueError(
                f"Cannot unstack {len(items)} tensors into a TensorArray of static size {len(self._items)}\nhelp: make it with dynamic_size=True"
            )
        for item in items:
            self._take_shape(item)
        self._items, self._stack = items, None
        return self

    def scatter(self, indices, value, name=None):
        """Writes row i of value at indices[i]."""
        written = self
        for index, item in zip(_whygrad.unstack(_whygrad.convert_to_tensor(indices)), _whygrad.unstack(value)):
            written = written.write(index, item)
        return written

    def split(self, value, lengths, name=None):
        """Writes the parts of value along its first axis, of these lengths."""
        sizes = [int(n) for n in lengths]
        if len(sizes) > len(self._items) and not self._dynamic:
            raise ValueError(
                f"TensorArray's size is not equal to the size of lengths ({len(self._items)} vs. {len(sizes)}), and it is not dynamic\n"
                "help: make it with dynamic_size=True"
            )
        self._items, self._stack = list(_whygrad.split(value, sizes, 0)), None
        return self

    def close(self, name=None):
        """Lets go of the elements."""
        self._items, self._stack = [None] * len(self._items), None

    def size(self, name=None):
        return _whygrad.constant(len(self._items))

    def __len__(self):
        return len(self._items)
