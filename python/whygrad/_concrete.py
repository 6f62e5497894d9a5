"""Concrete functions: the traces of a function for one kind of arguments, whose shapes may have unknown extents."""

from whygrad import _nest, _whygrad
from whygrad._shape import TensorShape
from whygrad.errors import UnsupportedError

# Pairs of sizes that stand for unknown extents: what differs between the two traces depends on them.
_SIZES = ((2, 3), (4, 8), (16, 32))


def _is_spec(leaf):
    return hasattr(leaf, "is_compatible_with") and hasattr(leaf, "dtype") and not isinstance(leaf, (_whygrad.Tensor, _whygrad.Variable))


def _spec_of(leaf):
    """A tf.TensorSpec in place of a tensor; everything else counts as it is."""
    if isinstance(leaf, _whygrad.Tensor) or hasattr(leaf, "__array__") and not isinstance(leaf, (_whygrad.Variable, type)):
        from whygrad.tf import TensorSpec

        leaf = _whygrad.convert_to_tensor(leaf)
        return TensorSpec(leaf.shape, leaf.dtype)
    return leaf


def _example(leaf, size):
    """A tensor of the spec, in which unknown extents have this size."""
    if not _is_spec(leaf):
        return leaf
    if TensorShape(leaf.shape).rank is None:
        raise UnsupportedError(
            "[get_concrete_function] a TensorSpec has no rank: a trace knows how many axes its arguments have\n"
            "help: give its shape with None for each unknown extent, as in tf.TensorSpec([None, 3])"
        )
    return _whygrad.zeros([size if extent is None else extent for extent in TensorShape(leaf.shape).as_list()], leaf.dtype)


class ConcreteFunction:
    """The trace of a function for one kind of arguments. Behind unknown extents there is a trace for each size."""

    def __init__(self, function, args, kwargs):
        if function.input_signature is not None and not args and not kwargs:
            args = function.input_signature
        self._function, self.name = function, function.__name__
        self.structured_input_signature = _nest.map_structure(_spec_of, (tuple(args), kwargs))
        specs = [leaf for leaf in _nest.flatten(self.structured_input_signature) if _is_spec(leaf)]
        self._is_open = not all(TensorShape(spec.shape).is_fully_defined() for spec in specs)
        if not self._is_open:
            self._traces = [self._trace(0, True)]
        else:
            self._traces = self._open_traces()
            function._open += 1

    def _trace(self, size, counts):
        args, kwargs = _nest.map_structure(lambda leaf: _example(leaf, size), self.structured_input_signature)
        return self._function._traced(args, kwargs, counts=counts, examples=False)[0]

    def _open_traces(self):
        """Two traces, with unknown extents of two sizes."""
        first = None
        for sizes in _SIZES:
            try:
                return [self._trace(size, False) for size in sizes]
            except (ValueError, TypeError) as error:  # the function asks for other sizes
                first = first or error
        raise first

    def __call__(self, *args, **kwargs):
        args, kwargs = self._completed(args, kwargs)
        leaves = _nest.flatten((tuple(args), kwargs))
        expected = _nest.flatten(self.structured_input_signature)
        same = len(leaves) == len(expected) and all(map(self._fits, expected, leaves))
        if not same:
            raise TypeError(
                f"[{self.name}] this trace was made for arguments of another kind\nhelp: call the function itself, which traces each kind of arguments"
            )
        trace, leaves, _ = self._function._traced(args, kwargs, counts=False)
        return trace(leaves)

    def _completed(self, args, kwargs):
        """What is no tensor was given when the trace was made, and need not be given again."""
        bound_args, bound_kwargs = self.structured_input_signature
        rest = bound_args[len(args) :]
        if rest and not kwargs and not any(map(_is_spec, _nest.flatten(rest))):
            args = (*args, *rest)
        return args, {**{key: part for key, part in bound_kwargs.items() if not any(map(_is_spec, _nest.flatten(part)))}, **kwargs}

    @staticmethod
    def _fits(spec, leaf):
        if not _is_spec(spec):
            return spec is leaf or type(spec) is type(leaf) and spec == leaf
        leaf = _whygrad.convert_to_tensor(leaf, dtype_hint=spec.dtype)
        return leaf.dtype == spec.dtype and TensorShape(spec.shape).is_compatible_with(leaf.shape)

    @property
    def structured_outputs(self):
        """A tf.TensorSpec for each tensor that it returns. An extent that depends on an unknown one is None."""
        from whygrad._traced import packed
        from whygrad.tf import TensorSpec

        specs = []
        for outputs in zip(*(trace.specs for trace in self._traces)):
            if outputs[0] is None:
                specs.append(None)
                continue
            shapes = [shape for _, shape in outputs]
            extents = [first if all(e == first for e in rest) else None for first, *rest in zip(*shapes)]
            specs.append(TensorSpec(extents, outputs[0][0]))
        return packed(self._traces[0].structure, specs, self._traces[0].others)

    @property
    def output_shapes(self):
        return _nest.map_structure(lambda spec: spec.shape if _is_spec(spec) else None, self.structured_outputs)

    @property
    def output_dtypes(self):
        return _nest.map_structure(lambda spec: spec.dtype if _is_spec(spec) else None, self.structured_outputs)

    def graph(self):
        """Its graph, as it was traced and as a call outside of tapes runs it: print it, or draw it with to_html() and to_dot()."""
        return self._traces[0].graph()
