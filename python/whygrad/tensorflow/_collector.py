"""The collector's state for a TensorFlow program: its tapes, variables and traced functions. The ops are in the log."""

import contextlib
import threading
import weakref

from whygrad import _whygrad
from whygrad._live.guard import Guard
from whygrad._live.reports import Reports
from whygrad.tensorflow import _facts
from whygrad.tensorflow._py_function import PyFunctions
from whygrad.tensorflow._tensorflow import backprop, context, graph_now, here, is_eager, ops, pywrap_tfe, record, shape_of, tf

_MOST = 1 << 16  # ops that the log keeps while no tape records


class Tape:
    """One tf.GradientTape. If it is made while a function is traced it belongs to that function's graph, and its moments are counts of the graph's
    ops."""

    def __init__(self, graph, where, watches):
        self.flow = _whygrad.FlowTape(where, watches)
        self.graph = graph
        self.windows = []  # in a graph: [begin, end, how it ended, where]
        self.forgotten = []
        self.watched = []  # in a graph: tensors and variables, each with the moment since when it is watched


class Collector:
    def __init__(self):
        self.guard = Guard()
        self._threads = {threading.get_ident()}  # the threads whose ops TensorFlow reports; tapes of others are not judged
        self.values = False
        self.log = _whygrad.FlowBuilder()
        self.reports = Reports("tensorflow")
        self.events = _whygrad.TensorFlowEvents(self.log, ops.EagerTensor, pywrap_tfe.TFE_Py_TapeSetIsStopped)
        self.events.set_first(ops.uid())
        self.callback = self.events.on_op  # one object, because TensorFlow identifies the callback by it
        self.facts = _facts.Facts(self.silence, backprop._gradient_function)
        self.tapes = weakref.WeakKeyDictionary()
        self.functions = {}  # graphs of traced functions, by name
        self.open = []  # GradientTapes that record
        self.how = "after"  # the reason for which a tape that stops recording now does so
        self.kept = []
        self.pending = []  # requests for gradients in traced functions
        self.rules = []  # the ops of recorded custom gradients
        self.py_functions = PyFunctions(self)
        self.fits = None  # set when the patches are in place
        self.held = None  # while a step that will run again is traced: its graph, and what is missing in it

    def is_seen(self):
        """Whether TensorFlow reports the ops of this thread."""
        return threading.get_ident() in self._threads

    @contextlib.contextmanager
    def taking_turns(self):
        """For a thread of TensorFlow's that runs the program while the one that started it waits."""
        self._threads.add(threading.get_ident())
        try:
            yield
        finally:
            self._threads.discard(threading.get_ident())

    def keep_values(self, values):
        self.values = self.log.keeps_values = values

    @contextlib.contextmanager
    def silence(self):
        """A context for TensorFlow calls of our own: neither the log nor a tape records them."""
        self.log.busy += 1
        try:
            with record.stop_recording():
                yield
        finally:
            self.log.busy -= 1

    # ---- Variables ----

    def variable_of(self, variable):
        """The log's number of a variable; -1 if it is no variable or has no handle of its own. Asking for the handle makes the variable known."""
        handle = getattr(variable, "handle", None)
        return self.log.variable_of(handle._id) if is_eager(handle) else -1

    def met(self, variable, handle):
        """Adds a variable that was made before the watch began. Returns -1 if the variable is still being made."""
        if "_dtype" not in variable.__dict__ or "_shape" not in variable.__dict__:
            return -1
        known = self.log.variable_of(handle._id)
        if known >= 0:
            return known
        self.kept.append(handle)
        name, named = _name_of(variable)
        trainable = bool(variable.__dict__.get("_trainable", True))
        return self.log.add_variable(handle._id, name, named, trainable, variable._dtype.base_dtype.name, shape_of(variable), _whygrad.Where())

    def made(self, variable):
        """Notes the name, shape and place of a variable that has just been made."""
        self.fits.find_keras()
        index = self.variable_of(variable)
        if index < 0:
            return
        name, named = _name_of(variable)
        self.log.describe_variable(index, name, named, bool(variable.trainable), variable.dtype.base_dtype.name, shape_of(variable), here())

    def name_by_path(self, variable):
        """Names a Keras 3 variable, of which TensorFlow knows only a part of the name."""
        path, index = getattr(variable, "path", None), self.variable_of(variable)
        if isinstance(path, str) and path and index >= 0:
            self.log.describe_variable(index, path, True, *self.log.variable_facts(index)[2:])

    # ---- Tapes ----

    def made_tape(self, tape, watches):
        if not self.is_seen():
            return
        if self.py_functions.own_tape:
            self.py_functions.own_tape = False
            return
        self.tapes[tape] = Tape(graph_now(), here(), watches)

    def now(self, tape):
        """The moment that the next op of a tape will have."""
        return self.log.moment + 1 if tape.graph is None else tape.graph.version

    def pushed(self, tape):
        facts = self.tapes.get(tape)
        if facts is None or self.log.busy:
            return
        self.open.append(tape)
        if facts.graph is None:
            self.log.start(facts.flow)
        else:
            facts.windows.append([self.now(facts), -1, "after", _whygrad.Where()])

    def popped(self, tape):
        facts = self.tapes.get(tape)
        if facts is None or self.log.busy or tape not in self.open:
            return
        self.open.remove(tape)
        if facts.graph is None:
            self.log.stop(facts.flow, self.how, here())
            self.log.forget(_MOST)
        elif facts.windows:
            facts.windows[-1][1:] = [self.now(facts), self.how, here()]

    def was_reset(self, tape):
        facts = self.tapes.get(tape)
        if facts is None:
            return
        if facts.graph is None:
            self.log.reset(facts.flow, here())
        else:
            facts.forgotten += [[begin, end, here()] for begin, end, _, _ in facts.windows[:-1]]
            facts.windows = facts.windows[-1:]

    def watched(self, tape, thing):
        facts = self.tapes.get(tape)
        if facts is None:
            return
        for part in tf.nest.flatten(thing, expand_composites=True):
            if facts.graph is not None:
                facts.watched.append((part, self.now(facts)))
                continue
            variable = self.variable_of(part)
            if variable >= 0:
                facts.flow.watch_variable(variable)
            elif is_eager(part):
                facts.flow.watch(self.events.value_of(part), self.log.moment + 1)

    # ---- Functions ----

    def note_function(self, name, graph):
        self.functions[_text(name)] = graph

    def recorded(self, op_type, outputs, inputs, backward):
        """Called for whatever TensorFlow records on its tapes explicitly: custom gradients and calls of traced functions. Returns the op."""
        if (
            self.log.busy
            or not self.is_seen()
            or graph_now() is not None
            or op_type.startswith(("ReadVariableOp", "_copy"))
            or op_type == "captured_value"
        ):
            return
        outputs, inputs = list(outputs), list(inputs)
        known = [self.log.find(out._id) for out in outputs]
        made = [self.log.maker_of(value) for value in known if value >= 0]
        calls = [op for op in made if op >= 0 and self.is_call(op)]
        if calls:  # the op callback has recorded them, as made while recording was stopped
            self.log.set_stopped(calls[-1], False)
            for value in self.log.inputs_of(calls[-1]):
                variable = self.log.variable_of_value(value) if self.log.has_value(value) else -1
                if variable >= 0:
                    self.log.read(variable, self.log.moment_of(calls[-1]))
            if self.values:
                self.log.set_tensors(calls[-1], (*(self.log.tensors_of(calls[-1]) or (inputs,))[:1], outputs, backward))
            return calls[-1]
        ids = []
        for tensor in inputs:
            variable = self.log.variable_of(tensor._id)
            if variable >= 0:
                ids.append(self.log.read(variable, self.log.moment + 1))
            elif tensor.dtype != tf.resource:
                ids.append(self.events.value_of(tensor))
        if not outputs or not ids:
            return
        for op in made:
            if op >= 0 and self.log.type_of(op) == "Identity":  # TensorFlow copies the function's result into a tensor of its own
                self.log.hide(op)
        outs = [self.log.value(out._id, out.dtype.base_dtype.name, shape_of(out), out if self.values else None) for out in outputs]
        op = self.log.record("IdentityN", ids, outs, where=here())
        self.log.set_call(op, Rule(op_type, backward, outputs if self.values else [_like(out) for out in outputs]))
        self.log.set_rule_of(op, self.events.rule_of)
        self.rules.append(op)
        return op

    def inside_rule(self, op, backward):
        """Wraps the gradient rule of an op, so that the ops which it calls are recorded as the rule's."""

        def rule(*gradients):
            before, self.events.rule_of = self.events.rule_of, op if self.log.has_op(op) else -1
            try:
                return backward(*gradients)
            finally:
                self.events.rule_of = before

        return rule

    # ---- Backward passes ----

    def is_quiet(self, tape):
        """Whether no tape records a backward pass of this tape."""
        return not any(t is not tape for t in self.open) and not (tape._recording and tape._persistent)

    def backward_pass(self):
        """A context for a backward pass that no tape records. Its ops are not recorded; one record stands for the pass."""
        return _Unheard(self.log, self.callback)

    def note_pass(self, asked):
        if graph_now() is not None:
            return
        inputs = [self.value_now(thing) for thing in (*asked.targets, *asked.sources)]
        inputs = [value for value in inputs if value >= 0]
        outputs = []
        for gradient in asked.gradients:
            for part in (gradient.values, gradient.indices) if isinstance(gradient, tf.IndexedSlices) else (gradient,):
                if is_eager(part) and self.log.find(part._id) < 0:
                    outputs.append(self.events.make(part))
        if outputs and inputs:
            self.log.set_backward_pass(self.log.record("Gradient", inputs, outputs, where=asked.where))

    def value_now(self, thing):
        """The present value of a tensor or a variable; -1 if the log does not know it."""
        if is_eager(thing):
            return self.log.find(thing._id)
        variable = self.variable_of(thing)
        return self.log.version_of(variable) if variable >= 0 else -1

    def op_of_rule(self, type_, inputs, outputs):
        """Finds the op whose gradient function runs now."""
        for tensor in [*(outputs or ()), *(inputs or ())]:
            value = self.log.find(tensor._id) if is_eager(tensor) else -1
            op = self.log.maker_of(value) if value >= 0 else -1
            if op >= 0 and self.log.has_op(op) and self.log.type_of(op) == _text(type_):
                return op
        return self.log.last_of_type(_text(type_))

    def note_fact(self, kind, tensor, result):
        """Records a number that was taken from a tensor's shape, which TensorFlow makes as a constant."""
        known = self.log.find(result._id)
        if known >= 0:
            maker = self.log.maker_of(known)
            if maker < 0 or self.log.kind_of(maker) != "constant":
                return
            self.log.hide(maker)
        value = self.log.value(result._id, result.dtype.name, shape_of(result), result if self.values else None)
        op = self.log.record(kind, [self.events.value_of(tensor)], [value], where=here())
        self.log.settle(op, self.log.define(kind, answers=[("no_derivative", "shape", "", "", "")]))

    def is_call(self, op):
        type_ = self.log.type_of(op)
        return type_ in self.functions or type_.startswith(("__inference_", "__forward_")) or type_ in ("PartitionedCall", "StatefulPartitionedCall")


class _Unheard:
    """A context in which nothing is recorded. TensorFlow does not call the op callback meanwhile."""

    def __init__(self, log, callback):
        self._log, self._callback = log, callback

    def __enter__(self):
        self._log.busy += 1
        self._told = context.context().op_callbacks
        self._at = self._told.index(self._callback) if self._callback in self._told else -1
        if self._at >= 0:
            del self._told[self._at]

    def __exit__(self, *error):
        self._log.busy -= 1
        if self._at >= 0:
            self._told.insert(self._at, self._callback)


def _text(name):
    return name.decode() if isinstance(name, bytes) else name


class Rule:
    """A user's rule."""

    def __init__(self, name, backward, outputs):
        self.name, self.backward, self.outputs = name, backward, outputs


def _like(tensor):
    return tensor.dtype, tensor.shape


def _name_of(variable):
    """The variable's name, and whether the program chose it."""
    name = getattr(variable, "_keras_path", None) or str(variable.__dict__.get("_handle_name") or "Variable")
    name = name.split(":")[0]
    return name, name != "Variable"
