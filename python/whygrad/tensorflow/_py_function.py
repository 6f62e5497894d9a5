"""tf.py_function: if it runs eagerly, the ops of its Python function are part of the path, as if the function had been called directly."""

from whygrad.tensorflow._tensorflow import graph_now, here, is_eager, record, shape_of, tf


class PyFunctions:
    """TensorFlow passes copies of the arguments to the Python function, differentiates it with a tape of its own, and copies its results."""

    def __init__(self, collector):
        self._collector = collector
        self._given = {}  # by token: the tensors that a call received, and the results of its function
        self.own_tape = False  # the next tape is TensorFlow's own
        self.met = False  # whether py_function() was called

    def called(self, token, tensors):
        """Called before py_function() runs."""
        c = self._collector
        if c.log.busy == 0 and graph_now() is None and c.is_seen():
            self._given[_text(token)] = [list(tensors), None]
            self.met = True

    def enter(self, function, token, arguments):
        """Called before its function runs. The function's arguments are the tensors that the call received."""
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
        """Called after py_function() ran. The results of the call are those of its function. The op of the call itself is hidden from the path."""
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
