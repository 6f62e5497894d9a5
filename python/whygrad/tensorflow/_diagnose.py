"""whygrad.tensorflow.diagnose(): the patches of TensorFlow that are in place while a program is watched."""

import sys

from whygrad import _whygrad
from whygrad._live.report import LiveReport
from whygrad._live.session import Session
from whygrad.tensorflow import _questions
from whygrad.tensorflow._collector import Collector
from whygrad.tensorflow._keras_steps import Fits
from whygrad.tensorflow._tensorflow import (
    CALL,
    array_ops,
    atomic_function,
    backprop,
    clip_ops,
    constant_op,
    graph_now,
    here,
    is_eager,
    mirrored_run,
    op_callbacks,
    ops,
    pywrap_tfe,
    record,
    resource_variable_ops,
    script_ops,
    tf,
    users_frame_is_next,
)


class _Session(Session):
    name, title = "tensorflow", "TensorFlow"

    def _install(self, patches):
        collector = Collector()
        install(collector, patches)
        return collector

    def _remarks(self, c):
        if c.events.error:
            c.guard.notes.append(c.events.error)
            c.events.error = ""
        remarks = []
        if c.facts.unasked:
            remarks.append(
                f"whether a gradient passes through {', '.join(sorted(c.facts.unasked))} was taken from the dtypes, since TensorFlow's gradient function "
                "could not be asked apart from the program"
            )
        unseen = sorted({p.name for p in c.pending if not p.seen})
        if unseen:
            remarks.append(
                f"whether gradients that are taken inside of {', '.join(f'`{name}`' for name in unseen)} are zero or NaN was not looked at, since it "
                "cannot run a second time without a trace: run it eagerly, by tf.config.run_functions_eagerly(True) or "
                "model.compile(run_eagerly=True)"
            )
        return remarks


_session = _Session(tf.__version__)


class diagnose(LiveReport):
    """Collects findings about every gradient call of the TensorFlow program inside:

        with whygrad.tensorflow.diagnose(values=True) as report:
            train_step()
        print(report)

    values: also explain gradients that are zero, NaN or infinite.
    """

    _session = _session


def explain(tape, target, sources):
    """Explains what stops the gradient between the target and each source on this tape. An open diagnose() must have watched the computation."""
    collector = _session.collector
    if collector is None or tape not in collector.tapes:
        raise RuntimeError(
            "[explain] nobody watched this tape\nhelp: make the tape and compute inside of `with whygrad.tensorflow.diagnose():`, and call explain() there"
        )
    report, open_reports = _whygrad.LiveReport("tensorflow"), collector.reports.all
    collector.reports.all = [report]
    try:
        _questions.answered(collector, _questions.Asked(tape, target, sources, None, None, here(), "none"), "open")
    finally:
        collector.reports.all = open_reports
    return report.explanation


def install(c, patches):
    """Puts the patches in place. They report to the collector c."""
    guard = c.guard
    _watch_tapes(c, patches, guard)
    _watch_gradients(c, patches, guard)
    _watch_variables(c, patches, guard)
    _watch_values(c, patches, guard)
    _watch_functions(c, patches, guard)
    _watch_py_functions(c.py_functions, patches, guard)
    _watch_replicas(c, patches)
    patches.call_at_end(lambda: c.log.let_go(0))  # the collector itself may live until Python looks for cycles
    c.fits = Fits(c, patches)
    guard(c.fits.find_keras)
    op_callbacks.add_op_callback(c.callback)
    patches.call_at_end(lambda: op_callbacks.remove_op_callback(c.callback))


def _plain(wrapper):
    """Marks a function so that autograph does not rewrite it."""
    wrapper.autograph_info__ = {}
    return wrapper


def _watch_tapes(c, patches, guard):
    def init(real):
        def __init__(tape, persistent=False, watch_accessed_variables=True):
            real(tape, persistent, watch_accessed_variables)
            guard(c.made_tape, tape, watch_accessed_variables)

        return _plain(__init__)

    def after(note):
        def make(real):
            def method(tape, *args, **kwargs):
                result = real(tape, *args, **kwargs)
                guard(note, tape, *args, **kwargs)
                return result

            return _plain(method)

        return make

    def stop_recording(real):
        def stop_recording(tape):
            return _Pause(c, real(tape))

        return _plain(stop_recording)

    tape = backprop.GradientTape
    patches.replace(tape, "__init__", init)
    patches.replace(tape, "_push_tape", after(c.pushed), "beginnings of tapes")
    patches.replace(tape, "_pop_tape", after(c.popped), "ends of tapes")
    patches.replace(tape, "reset", after(c.was_reset))
    patches.replace(tape, "watch", after(lambda t, tensor: c.watched(t, tensor)))
    patches.replace(tape, "stop_recording", stop_recording)


class _Pause:
    """The context that replaces tape.stop_recording()."""

    def __init__(self, collector, real):
        self._collector, self._real = collector, real

    def __enter__(self):
        before, self._collector.how = self._collector.how, "paused"
        try:
            return self._real.__enter__()
        finally:
            self._collector.how = before

    def __exit__(self, *error):
        return self._real.__exit__(*error)


def _watch_gradients(c, patches, guard):
    def gradient(real):
        def gradient(tape, target, sources, output_gradients=None, unconnected_gradients=backprop.UnconnectedGradients.NONE):
            where, until = guard(here), guard(_ops_now)
            quiet = guard(c.is_quiet, tape)
            with c.backward_pass() if quiet else _Rules(c):
                try:
                    answer = real(tape, target, sources, output_gradients, unconnected_gradients)
                except Exception as error:
                    guard(_questions.threw, c, tape, error, where, target, sources)
                    raise
            unconnected = getattr(unconnected_gradients, "value", unconnected_gradients)
            guard(_questions.look_at, c, quiet, tape, target, sources, answer, output_gradients, where, unconnected, until)
            return answer

        return _plain(gradient)

    def jacobian(real):
        def jacobian(tape, target, sources, *args, **kwargs):
            where = guard(here)
            with c.backward_pass():
                try:
                    answer = real(tape, target, sources, *args, **kwargs)
                except Exception as error:
                    guard(_questions.jacobian_threw, c, tape, error, where, target, sources)
                    raise
            guard(_questions.look_at, c, True, tape, target, sources, answer, None, where, "none")
            return answer

        return _plain(jacobian)

    tape = backprop.GradientTape
    patches.replace(tape, "gradient", gradient)
    patches.replace(tape, "jacobian", jacobian)
    patches.replace(tape, "batch_jacobian", jacobian)


def _watch_variables(c, patches, guard):
    def init(real):
        def __init__(variable, *args, **kwargs):
            real(variable, *args, **kwargs)
            if variable.__class__ is not unread:  # an assignment returns the same variable as another object
                guard(c.made, variable)

        return _plain(__init__)

    base = resource_variable_ops.BaseResourceVariable
    unread = getattr(resource_variable_ops, "_UnreadVariable", None)
    patches.replace(base, "__init__", init)
    patches.put(base, "_handle", _whygrad.HandleProperty(c.events, lambda variable, handle: _or_none(guard(c.met, variable, handle))))


def _ops_now():
    """The number of ops in the graph of the function that is being traced; None if none is."""
    graph = graph_now()
    return None if graph is None else graph.version


def _or_none(index):
    return -1 if index is None else index


def _watch_values(c, patches, guard):
    events = c.events

    def convert(real):
        def convert_to_eager_tensor(value, ctx, dtype=None):
            tensor = real(value, ctx, dtype)
            events.constant(value, tensor)
            return tensor

        return _plain(convert_to_eager_tensor)

    def numpy(real):
        def _numpy(tensor):
            array = real(tensor)
            if c.log.busy == 0:
                guard(_note_read, c, tensor, array)
            return array

        return _plain(_numpy)

    def fact(kind):
        """Wraps tf.size or tf.rank, which run no op if the shape is known."""

        def make(real):
            def inner(input, *args, **kwargs):
                out = real(input, *args, **kwargs)
                if c.log.busy == 0 and is_eager(out) and is_eager(input):
                    guard(c.note_fact, kind, input, out)
                return out

            return _plain(inner)

        return make

    def global_norm(real):
        def global_norm(t_list, *args, **kwargs):
            norm = real(t_list, *args, **kwargs)
            if c.values and c.log.busy == 0 and is_eager(norm):
                guard(_questions.note_spread, c, norm)
            return norm

        return _plain(global_norm)

    patches.replace(clip_ops, "global_norm", global_norm, "clipping by the global norm")
    patches.replace(constant_op, "convert_to_eager_tensor", convert, "constants")
    patches.replace(ops.EagerTensor, "_numpy", numpy, "reads to the host")
    patches.replace(array_ops, "size_internal", fact("Size"), "tf.size")
    patches.replace(array_ops, "rank_internal", fact("Rank"), "tf.rank")
    _whygrad.hook_buffers(ops.EagerTensor, lambda tensor: c.log.busy or guard(_note_read, c, tensor, None))
    patches.call_at_end(_whygrad.unhook_buffers)


def _note_read(c, tensor, array):
    frame, names = sys._getframe(2), []
    for _ in range(10):
        if frame is None:
            break
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    if "py_func_common" in names or "_py_func_common" in names:
        c.events.host_read(tensor, "PyFunc", "host_read", 0)
    elif "__bool__" in names[:3] and array is not None and getattr(array, "size", 1) == 1:
        if not users_frame_is_next():  # a library's own check, such as one of Keras's trainer
            return
        c.events.host_read(tensor, "if", "choice", int(bool(array)))
    else:
        c.events.host_read(tensor, "numpy", "host_read", 0)


def _watch_functions(c, patches, guard):
    def call(real):
        def call_flat(function, *args):
            guard(_note_call, c, function, args)
            return real(function, *args)

        return _plain(call_flat)

    def note(real):
        def record_operation(op_type, output_tensors, input_tensors, backward_function, forward_function=None):
            op = guard(c.recorded, op_type, output_tensors, input_tensors, backward_function)
            if op is not None:
                backward_function = c.inside_rule(op, backward_function)
            return real(op_type, output_tensors, input_tensors, backward_function, forward_function)

        return _plain(record_operation)

    def from_graph(real):
        def from_func_graph(name, graph, *args, **kwargs):
            guard(c.note_function, name, graph)
            return real(name, graph, *args, **kwargs)

        return _plain(from_func_graph)

    patches.replace(atomic_function.AtomicFunction, CALL, call, "traced functions")
    patches.replace(atomic_function, "from_func_graph", from_graph, "traced functions")
    patches.replace(record, "record_operation", note, "custom gradients")


def _watch_py_functions(functions, patches, guard):
    def op(real):
        def eager_py_func(input, token, Tout, is_async=False, name=None):
            guard(functions.called, token, input)
            results = real(input=input, token=token, Tout=Tout, is_async=is_async, name=name)
            guard(functions.returned, token, results)
            return results

        return _plain(eager_py_func)

    def call(real):
        def __call__(function, device, token, args):
            guard(functions.enter, function, token, args)
            results = None
            try:
                results = real(function, device, token, args)
            finally:
                guard(functions.leave, token, results)
            return results

        return _plain(__call__)

    patches.replace(script_ops.gen_script_ops, "eager_py_func", op, "tf.py_function")
    patches.replace(script_ops.EagerFunc, "__call__", call, "tf.py_function")


def _watch_replicas(c, patches):
    def run(real):
        def run(thread):
            if thread.distribution.num_replicas_in_sync != 1:
                return real(thread)
            with c.taking_turns():
                return real(thread)

        return run

    patches.replace(getattr(mirrored_run, "_MirroredReplicaThread", None), "run", run, "what a MirroredStrategy runs")


class _Rules:
    """A context for a recorded backward pass: each call of a gradient function by TensorFlow notes the op that it differentiates."""

    def __init__(self, collector):
        self._collector = collector

    def __enter__(self):
        c, real = self._collector, backprop._gradient_function

        def rule(op_name, attrs, count, inputs, outputs, gradients, skipped, scope):
            before = c.events.rule_of
            if c.log.busy == 0 and graph_now() is None:
                found = c.guard(c.op_of_rule, op_name, inputs, outputs)
                c.events.rule_of = -1 if found is None else found
            try:
                return real(op_name, attrs, count, inputs, outputs, gradients, skipped, scope)
            finally:
                c.events.rule_of = before

        pywrap_tfe.TFE_Py_RegisterGradientFunction(_plain(rule))

    def __exit__(self, *error):
        pywrap_tfe.TFE_Py_RegisterGradientFunction(backprop._gradient_function)


def _note_call(c, function, args):
    if function.name not in c.functions:
        c.note_function(function.name, function.graph)
        for variable in function.graph.variables:
            c.variable_of(variable)  # adds the variable if it is not known yet
    if c.pending and graph_now() is None:
        _questions.before_call(c, function.graph, args)
