"""tf.data"""

import itertools as _itertools

from whygrad import _nest, _whygrad
from whygrad._host_functions import at_each_run as _at_each_run
from whygrad._host_functions import tensors_at_each_run as _tensors_at_each_run
from whygrad.errors import OutOfRangeError as _OutOfRangeError
from whygrad.errors import UnsupportedError as _UnsupportedError
from whygrad.tf.keras._near import missing as _missing

_native = _whygrad.data
AUTOTUNE = -1
_MOST_IN_GRAPH = 10_000  # elements that a traced function may loop over
_AHEAD = 2  # elements that prefetch(AUTOTUNE) computes ahead


class _Structure:
    """The nesting of the tensors of an element. That of a mapped function's result is known after its first call."""

    def __init__(self, prototype=None):
        self.prototype = prototype

    def element(self, tensors):
        return _nest.pack_sequence_as(self.prototype, tensors) if _nest.is_nested(self.prototype) else tensors[0]


def _frozen(structure):
    """Lists as tensors: what from_tensor_slices takes as one component is a tuple or a dict."""
    if isinstance(structure, list):
        return _whygrad.convert_to_tensor(structure)
    if isinstance(structure, tuple):
        parts = [_frozen(part) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    if isinstance(structure, dict):
        return {key: _frozen(part) for key, part in structure.items()}
    return structure


def _tensors(structure):
    return _nest.map_structure(_whygrad.convert_to_tensor, structure) if _nest.is_nested(structure) else _whygrad.convert_to_tensor(structure)


def _check_state(before, after):
    """The state of reduce keeps its structure and dtypes."""
    was, now = _nest.flatten(before), _nest.flatten(after)
    if len(was) != len(now):
        raise TypeError(f"[reduce] reduce_func returned {len(now)} tensors for a state of {len(was)}\nhelp: return a state of the same structure")
    for a, b in zip(was, now):
        if a.dtype != b.dtype:
            raise TypeError(
                f"[reduce] the state is {a.dtype.name} and reduce_func returned {b.dtype.name}\nhelp: start from a state of that dtype, or cast"
            )


class _Iterator:
    """Once through a data set. In a traced function each next(iterator) is made at each run."""

    def __init__(self, dataset):
        self._epoch, self._structure = dataset._epoch(), dataset._structure
        self._ahead = []  # what was looked at and not taken

    def _has_next(self):
        if not self._ahead:
            self._ahead.extend(_itertools.islice(self._epoch, 1))
        return bool(self._ahead)

    def _take(self):
        if not self._has_next():
            raise _OutOfRangeError("[Iterator] End of sequence\nhelp: take no more elements than the data set has, or make another iterator")
        return list(self._ahead.pop())

    def __iter__(self):
        return self

    def __next__(self):
        if _whygrad.is_tracing():
            return self._later()
        if not self._has_next():
            raise StopIteration
        return self._structure.element(self._ahead.pop())

    def get_next(self):
        """The next element; OutOfRangeError if there is none."""
        return self._later() if _whygrad.is_tracing() else self._structure.element(self._take())

    def _later(self):
        outside = _whygrad.Outside()
        try:
            if not self._has_next():
                raise StopIteration
        finally:
            outside.leave()
        return self._structure.element(_tensors_at_each_run(self._take, self._ahead[0], "Iterator"))

    def goes_on(self):
        """Whether there is a further element, in a trace: asked at each run."""
        (going,) = _whygrad.call_later(lambda _: [_whygrad.constant(self._has_next())], [], [("bool", [])])
        return going

    def is_at_end(self):
        return not self._has_next()


class Dataset:
    """Elements for a loop. Each method returns a new data set over the same data; nothing is computed before a loop asks."""

    def __init__(self, pipeline, structure):
        self._pipeline, self._structure = pipeline, structure
        self._epochs = 0

    @classmethod
    def from_tensors(cls, tensors, name=None):
        """One element."""
        tensors = _frozen(tensors)
        return cls(_native.from_tensors(_nest.flatten(tensors)), _Structure(tensors))

    @classmethod
    def from_tensor_slices(cls, tensors, name=None):
        """One element for each step along the first axis of all tensors."""
        tensors = _frozen(tensors)
        return cls(_native.from_tensor_slices(_nest.flatten(tensors)), _Structure(tensors))

    @classmethod
    def range(cls, *limits, output_type="int64", name=None):
        return cls.from_tensor_slices(_whygrad.range(*limits, dtype=output_type))

    def _with(self, pipeline):
        return Dataset(pipeline, self._structure)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        seed = _whygrad.nn.next_seed() if seed is None else seed
        return self._with(self._pipeline.shuffle(buffer_size, seed, reshuffle_each_iteration))

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        return self._with(self._pipeline.batch(int(batch_size), drop_remainder))

    def map(self, map_func, num_parallel_calls=None, deterministic=None, synchronous=None, use_unbounded_threadpool=False, name=None):
        """map_func(*element) for a tuple, else map_func(element)."""
        structure, result = self._structure, _Structure()

        def function(tensors):
            element = structure.element(tensors)
            mapped = map_func(*element) if isinstance(element, tuple) else map_func(element)
            mapped = _tensors(mapped)
            result.prototype = mapped
            return _nest.flatten(mapped)

        return Dataset(self._pipeline.map(function), result)

    def repeat(self, count=None, name=None):
        return self._with(self._pipeline.repeat(count))

    def take(self, count, name=None):
        return self._with(self._pipeline.take(count))

    def skip(self, count, name=None):
        return self._with(self._pipeline.skip(count))

    def prefetch(self, buffer_size, name=None):
        """Computes elements ahead on a thread of its own."""
        return self._with(self._pipeline.prefetch(_AHEAD if buffer_size in (None, AUTOTUNE) else buffer_size))

    def reduce(self, initial_state, reduce_func, name=None):
        """reduce_func(state, element) of one element after the other. As in TensorFlow, no gradient flows to what the function uses."""
        state = _tensors(initial_state)
        for element in self:
            following = _tensors(reduce_func(state, element))
            _check_state(state, following)
            state = following
        made = _native.reduced(_nest.flatten(state))
        return _nest.pack_sequence_as(state, made) if _nest.is_nested(state) else made[0]

    def _epoch(self):
        """The tensors of each element, of the next time through the data."""
        epoch = self._pipeline.epoch(self._epochs)
        self._epochs += 1
        while (tensors := epoch.next()) is not None:
            yield tensors

    def _at_each_run(self):
        """What a traced function sees: all elements, which are read again each time it runs."""
        if not 0 <= self._pipeline.size <= _MOST_IN_GRAPH:
            raise _UnsupportedError(
                f"[Dataset] a traced function loops over {'no end of' if self._pipeline.size < 0 else self._pipeline.size} elements, and its graph holds a copy "
                "of the loop's body for each\nhelp: loop outside of the function, and call it for each element; or shorten the data set with take()"
            )
        tensors = _at_each_run(lambda: [list(element) for element in self._epoch()], "Dataset")
        return [self._structure.element(element) for element in tensors]

    def __iter__(self):
        if _whygrad.is_tracing():
            return iter(self._at_each_run())
        return _Iterator(self)

    def as_numpy_iterator(self):
        for element in self:
            yield _nest.map_structure(lambda t: t.numpy(), element) if _nest.is_nested(element) else element.numpy()

    def cardinality(self):
        return _whygrad.constant(self._pipeline.size, dtype="int64")

    def __len__(self):
        if self._pipeline.size < 0:
            raise TypeError("The dataset is infinite.")
        return self._pipeline.size

    def __bool__(self):
        return True


__getattr__ = _missing("tf.data", globals())
