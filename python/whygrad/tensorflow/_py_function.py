"""tf.py_function: what it computes when ops are executed is part of the path, as if it stood outside of the function."""

import threading

from whygrad.tensorflow._tensorflow import graph_now, here, is_eager, record, shape_of, tf


class PyFunctions:
    """TensorFlow gives the Python function copies of its arguments, differentiates it by a tape of its own, and copies what it gives."""

    def __init__(self, collector):
        self._collector = collector
        self._given = {}  # by token: the tensors that a call was given, and what its function gave
        self.own_tape = False  # the next tape is TensorFlow's
        self.met = False  # whether there was any

    def called(self, token, tensors):
        """py_function() is about to run."""
        c = self._collector
        if c.log.busy == 0 and graph_now() is None and threading.get_ident() == c.thread:
            self._given[_text(token)] = [list(tensors), None]
            self.met = True

    def enter(self, function, token, arguments):
        """Its function is about to run: its arguments are what the call was given."""
        given = self._given.get(_text(token))
        if given is None:
            return
        self.own_tape = function._support_graph_mode_gradient or record.could_possibly_record()
        for outer, inner in zip(given[0], arguments):
            self._same(outer, inner)

    def leave(self, token, results):
        self.own_tape = False
        given = self._given.get(_text(token))
        if given is not None:
            given[1] = tf.nest.flatten(results)

    def returned(self, token, results):
        """What the call gave is what its function gave; the op that stands for both is no part of the path."""
        _, inner = self._given.pop(_text(token), (None, None))
        if not inner:
            return
        log = self._collector.log
        for made, outer in zip(inner, results):
            if is_eager(outer):
                value = log.find(outer._id)
                if value >= 0 and log.maker_of(value) >= 0:
                    log.hide(log.maker_of(value))
                self._same(made, outer)

    def _same(self, before, after):
        c = self._collector
        if not (is_eager(before) and is_eager(after)) or before.dtype == tf.resource:
            return
        value = c.log.value(after._id, after.dtype.base_dtype.name, shape_of(after), after if c.values else None)
        op = c.log.record("Identity", [c.events.value_of(before)], [value], where=here())
        if c.values:
            c.log.set_tensors(op, ([before], [after]))
        c.log.settle(op, c.log.define("EagerPyFunc", name="py_function", answers=[("flows", "data", "", "", "")]))


def _text(token):
    return token.decode() if isinstance(token, bytes) else str(token)
