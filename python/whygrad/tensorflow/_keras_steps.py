"""The training steps of Keras's `fit`, which runs them in a traced function that cannot run a second time. Here each batch is taken from the data set
first, so that a step whose gradients deserve a look can be run once more, eagerly, from the state in which it began."""

import contextlib
import random
import sys

from whygrad.tensorflow import _questions
from whygrad.tensorflow._tensorflow import captures_as_in_graphs, context, graph_now, is_eager, np, resource_variable_ops, tf

_MOST_BYTES = 1 << 28  # of a model whose variables are kept and looked at in every step
_STILL = 5  # steps in a row without any change of a variable, after which its gradients are looked at
_read = resource_variable_ops.gen_resource_variable_ops.read_variable_op
_write = resource_variable_ops.gen_resource_variable_ops.assign_variable_op


def can_step(model):
    """Whether Keras itself makes the model's training function, of steps on one replica, and traces it."""
    maker, strategy = type(model).make_train_function, getattr(model, "distribute_strategy", None)
    return (
        maker.__module__.partition(".")[0] in ("keras", "tensorflow", "whygrad")
        and (strategy is None or strategy.num_replicas_in_sync == 1)
        and not model.run_eagerly
        and getattr(model, "_cluster_coordinator", None) is None
    )


def steps_of(model):
    """The steps of a model's `fit`. As long as Keras keeps the training function that it has traced, they are the same, so that they are traced once."""
    function = getattr(model.train_function, "real", model.train_function)
    known = vars(function)
    if "whygrad_steps" not in known:
        known["whygrad_steps"] = Steps(model)
    return known["whygrad_steps"]


class Steps:
    def __init__(self, model):
        self.collector = None  # of the report that is open
        self._model = model
        self._traced = []  # the traced steps, by what the data set gives
        self._data = self._before = self._variables = None
        self._state = {}  # the handles of all variables that the steps read or write, with dtypes
        self._still = []  # for each trainable variable: for how many steps it has not changed

    def _silence(self):
        return contextlib.nullcontext() if self.collector is None else self.collector.silence()

    def run_all(self, one):
        """Calls one(), which runs a step, as often as Keras runs a step in one call of its training function. Returns the last logs."""
        steps = getattr(self._model, "steps_per_execution", None) or getattr(self._model, "_steps_per_execution", None)
        if hasattr(steps, "numpy"):  # Keras 2 has a variable, under a strategy one that is no number
            steps = steps.numpy()
        logs = one()
        for _ in range(1, 1 if steps is None else int(steps)):
            try:
                logs = one()
            except StopIteration:  # the data end within the call
                break
        return logs

    def run(self, iterator, keep=None):
        """Runs one step as Keras does, and returns its logs. keep: the state, so that the step can run again; None: if the model is not large."""
        self._data = tf.nest.map_structure(_none_of, next(iterator))
        step = self._step_for(getattr(iterator, "element_spec", None))
        with self._silence():
            self._before = self._variables.values() if (self._variables.are_few if keep is None else keep) else None
        return step(self._data)

    def trouble(self):
        """What the last step did to a trainable variable: it left "not finite" numbers there, or left it "still" for some steps; or ""."""
        if self._before is None:
            return ""
        with self._silence():
            finite, changed = self._variables.compare(self._before)
        self._still = [0 if moved else count + 1 for moved, count in zip(changed, self._still or [0] * len(changed))]
        return "not finite" if not finite.all() else "still" if _STILL in self._still else ""

    def run_again(self):
        """Runs the last step once more, eagerly. Variables and random numbers are afterwards as they were."""
        with self._silence():
            after = [(handle, _read(handle, dtype)) for handle, dtype in self._state.values()]
            self._variables.put(self._before)
        draws = random.getstate(), np.random.get_state(), _draws_of_tensorflow()
        try:
            with captures_as_in_graphs():
                _train(self._model, self._data)
        finally:
            with self._silence():
                for handle, value in after:
                    _write(handle, value)
            random.setstate(draws[0])
            np.random.set_state(draws[1])
            if draws[2] is not None:
                context.context()._rng.setstate(draws[2])

    def _step_for(self, spec):
        """The step for data of this kind. Its shapes must be as unknown as they are to Keras, or TensorFlow computes it otherwise."""
        step = next((step for known, step in self._traced if known == spec), None)
        if step is None:
            step = _traced(self._model, spec, self._begins, self._is_traced)
            try:
                graph = (step.get_concrete_function() if step.input_signature else step.get_concrete_function(self._data)).graph
            except Exception:
                if self.collector is not None:
                    self.collector.guard(_questions.explain_held, self.collector)
                raise
            self._traced.append((spec, step))
            for handle, _ in graph.captures:
                dtype = _dtype_of(handle)
                if dtype is not None:
                    self._state[handle._id] = handle, dtype
            if self._variables is None or not self._variables.are_of(self._model):
                self._variables = _Variables(self._model)
        return step

    def _begins(self):
        if self.collector is not None:  # the gradients inside of the step are looked at when it runs again
            self.collector.held = graph_now(), []

    def _is_traced(self):
        if self.collector is not None:
            self.collector.held = None
            pending, graph = self.collector.pending, graph_now()
            pending[:] = [p for p in pending if p.facts.graph is not graph]


class _Variables:
    """Reads a model's variables, and compares the trainable ones with what they were."""

    def __init__(self, model):
        self._all, trained = _eager_variables(model.variables), {id(variable) for variable in _eager_variables(model.trainable_variables)}
        self._handles = handles = [(variable.handle, variable.dtype) for variable in self._all]
        self.are_few = sum(variable.shape.num_elements() * variable.dtype.size for variable in self._all) <= _MOST_BYTES
        self._trained = [i for i, variable in enumerate(self._all) if id(variable) in trained and variable.dtype.is_floating]

        @tf.autograph.experimental.do_not_convert
        def values():
            return [_read(handle, dtype) for handle, dtype in handles]

        @tf.autograph.experimental.do_not_convert
        def compare(before):
            now = [_read(*handles[i]) for i in self._trained]
            finite = [tf.reduce_all(tf.math.is_finite(value)) for value in now]
            changed = [tf.reduce_any(value != was) for value, was in zip(now, before)]
            return tf.stack([tf.stack(finite), tf.stack(changed)])

        self.values = tf.function(values).get_concrete_function()
        specs = [tf.TensorSpec(self._all[i].shape, self._all[i].dtype) for i in self._trained]
        self._compare = tf.function(compare).get_concrete_function(specs) if self._trained else None

    def are_of(self, model):
        now = _eager_variables(model.variables)
        return len(now) == len(self._all) and all(a is b for a, b in zip(now, self._all))

    def compare(self, before):
        """For each trainable variable whether it is finite, and whether it is another one than before."""
        return self._compare([before[i] for i in self._trained])._numpy_internal() if self._trained else np.ones([2, 0], bool)

    def put(self, values):
        for (handle, _), value in zip(self._handles, values):
            _write(handle, value)


def _traced(model, spec, begins, is_traced):
    """The step on one batch of this kind, traced as Keras traces it. begins() and is_traced() are called around each trace."""
    counter = getattr(model, "_train_counter", None)  # Keras 2

    @tf.autograph.experimental.do_not_convert
    def step(data):
        begins()
        logs = _train(model, data)
        if counter is not None:
            with tf.control_dependencies([part.op for part in tf.nest.flatten(logs) if tf.is_tensor(part)]):
                counter.assign_add(1)
        is_traced()
        return logs

    kinds = None if spec is None else tf.nest.map_structure(_none_of, spec)
    is_known = kinds is not None and all(kind is not None for kind in tf.nest.flatten(kinds))
    compiled = getattr(model, "jit_compile", None) or None
    return tf.function(step, input_signature=(kinds,) if is_known else None, reduce_retracing=not is_known, jit_compile=compiled)


def _train(model, data):
    """One step, run by the model's strategy where it has one."""
    strategy = getattr(model, "distribute_strategy", None)
    if strategy is None:
        return model.train_step(data)
    with strategy.scope():
        is_own = tf.distribute.has_strategy()  # and not the one that every program has
    return strategy.run(model.train_step, args=(data,)) if is_own else model.train_step(data)


def _eager_variables(variables):
    variables = [getattr(variable, "_value", variable) for variable in variables]  # Keras 3 has variables of its own
    variables = [getattr(variable, "_primary", variable) for variable in variables]  # and so has a strategy
    return [variable for variable in variables if is_eager(getattr(variable, "handle", None))]


def _none_of(part):
    """The part of a batch, or its kind, as Keras hands it to a step."""
    return None if isinstance(part, (tf.experimental.Optional, tf.OptionalSpec)) else part


def _dtype_of(handle):
    """The dtype of a variable by its handle; None if it is another tensor or resource."""
    data = getattr(handle, "_handle_data", None) if is_eager(handle) and handle.dtype == tf.resource else None
    return tf.as_dtype(data.shape_and_type[0].dtype) if data is not None and data.is_set and len(data.shape_and_type) == 1 else None


def _draws_of_tensorflow():
    """The state from which TensorFlow takes the seeds of eager ops; None if it has not begun."""
    draws = getattr(context.context(), "_rng", None)
    return None if draws is None else draws.getstate()


# ---- fit under diagnose() ----

_TRAINERS = (("keras.src.backend.tensorflow.trainer", "TensorFlowTrainer"), ("keras.src.engine.training", "Model"))
_LOOKED_AT = (1, 10, 100, 1000, 10000)  # the steps that run again


class Fits:
    """Looks after the steps of every `fit` while a report with values is open."""

    def __init__(self, collector, patches):
        self._collector, self._patches = collector, patches
        self._patched = set()
        self.is_open = True
        patches.call_at_end(self._close)

    def _close(self):
        self.is_open = False

    def find_keras(self):
        """Patches Keras as soon as the program has imported it."""
        for name, trainer in _TRAINERS:
            owner = getattr(sys.modules.get(name), trainer, None)
            if owner is not None and name not in self._patched:
                self._patched.add(name)
                self._patches.replace(owner, "make_train_function", self._make)

    def _make(self, real):
        def make_train_function(model, *args, **kwargs):
            made = real(model, *args, **kwargs)
            self._collector.guard(self._watch, model)
            return made if made is None else model.train_function

        return make_train_function

    def _watch(self, model):
        function = model.train_function
        if can_step(model) and getattr(function, "fits", None) is not self:
            model.train_function = _WatchedFit(self, self._collector, model)


class _WatchedFit:
    """Takes the place of a model's training function."""

    def __init__(self, fits, collector, model):
        self.fits, self._collector = fits, collector
        self.real = getattr(model.train_function, "real", model.train_function)
        self._steps, self._count, self._is_over = steps_of(model), 0, False

    def __call__(self, iterator):
        c, steps = self._collector, self._steps
        if not self.fits.is_open or not c.values or c.log.busy:
            return self.real(iterator)
        steps.collector = c
        return steps.run_all(lambda: self._step(c, iterator))

    def _step(self, c, iterator):
        steps = self._steps
        if self._is_over:
            return steps.run(iterator, keep=False)
        self._count += 1
        looked_at = self._count in _LOOKED_AT
        logs = steps.run(iterator, looked_at or None)
        trouble = c.guard(steps.trouble)  # also counts the steps without a change
        if looked_at or trouble:
            self._is_over = trouble == "not finite"
            c.guard(steps.run_again)
        return logs
