"""Functions applied along the first axis, one part after the other. The engine walks the parts; elements and results of any structure are given to it as lists."""

from whygrad import _nest, _whygrad

__all__ = ["map_fn", "foldl", "foldr", "scan", "vectorized_map"]


def map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None, fn_output_signature=None):
    """fn of each part along the first axis, stacked."""
    signature = dtype if fn_output_signature is None else fn_output_signature
    kinds = None if signature is None else [getattr(kind, "dtype", kind) for kind in _nest.flatten(signature)]
    return _map(lambda each: _whygrad.map_fn(each, _nest.flatten(elems), kinds), fn, elems)


def _map(mapped, fn, elems):
    form = None  # of the first result

    def each(part):
        nonlocal form
        made = fn(_nest.pack_sequence_as(elems, part))
        if form is None:
            form = made
        _nest.assert_same_structure(form, made)
        return _nest.flatten(made)

    columns = mapped(_callable(fn, each))
    return _nest.pack_sequence_as(form, columns)


def _callable(fn, wrapped):
    if not callable(fn):
        raise TypeError(f"fn must be callable, and is {fn!r}")
    return wrapped


def _fold(fold, fn, elems, initializer, *options):
    form = elems if initializer is None else initializer

    def each(accumulated, part):
        made = fn(_nest.pack_sequence_as(form, accumulated), _nest.pack_sequence_as(elems, part))
        _nest.assert_same_structure(form, made)
        return _nest.flatten(made)

    initial = [] if initializer is None else _nest.flatten(initializer)
    return _nest.pack_sequence_as(form, fold(_callable(fn, each), _nest.flatten(elems), initial, *options))


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """fn(...fn(fn(initializer, part 0), part 1)..., the last part); without initializer part 0 stands for it."""
    return _fold(_whygrad.foldl, fn, elems, initializer)


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """As foldl, from the last part to the first."""
    return _fold(_whygrad.foldr, fn, elems, initializer)


def scan(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True, reverse=False, name=None):
    """All values that foldl goes through, stacked; with `reverse` from the last part to the first, in the order of the parts."""
    return _fold(_whygrad.scan, fn, elems, initializer, bool(reverse))


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """fn of each part along the first axis, stacked. fn is called once, and what it does is run for all parts at once; where that cannot be, fn is called for each."""
    return _map(lambda each: _whygrad.vectorized_map(each, _nest.flatten(elems), bool(fallback_to_while_loop)), fn, elems)
