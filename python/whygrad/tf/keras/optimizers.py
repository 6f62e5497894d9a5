"""tf.keras.optimizers"""

import warnings as _warnings

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad._slices import IndexedSlices as _IndexedSlices
from whygrad._tape import GradientTape as _GradientTape
from whygrad.tf.keras._near import missing as _missing

_NO_GRADIENTS = "No gradients provided for any variable."
_HELP = "find out where they are lost: `with whygrad.diagnose() as report:` around tape.gradient, then `print(report)`"


class Optimizer:
    """Updates variables by their gradients, in the way that derived classes define."""

    def __init__(self, kind, learning_rate, name, clipnorm, clipvalue, global_clipnorm, others, **options):
        weight_decay, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps = others
        _only(
            name,
            weight_decay=(weight_decay, None),
            ema=(use_ema, False),
            ema_momentum=(ema_momentum, 0.99, "ema"),
            ema_overwrite_frequency=(ema_overwrite_frequency, None, "ema"),
            loss_scale_factor=(loss_scale_factor, None),
            gradient_accumulation_steps=(gradient_accumulation_steps, None),
        )
        self.name = name
        self._clipnorm, self._clipvalue = clipnorm, clipvalue
        self._schedule = learning_rate if callable(learning_rate) else None
        self._rate = None if self._schedule else _whygrad.Variable(float(learning_rate), trainable=False, name="learning_rate", dtype="float32")
        self._native = kind(self._schedule or float(learning_rate), float(global_clipnorm or 0), **options)
        self._known = None

    @property
    def learning_rate(self):
        """The learning rate of the next step: a variable, or a tensor if there is a schedule."""
        return _ops["constant"](self._native.learning_rate) if self._schedule else self._rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._schedule = value if callable(value) else None
        if self._schedule:
            self._native.set_learning_rate(value)
        else:
            self._rate = _whygrad.Variable(float(value), trainable=False, name="learning_rate", dtype="float32")

    @property
    def iterations(self):
        return _ops["constant"](self._native.iterations, dtype="int64")

    def build(self, variables):
        """Declares the variables that will be updated."""
        if self._known is None:
            self._known = {v._identity for v in variables}

    def apply_gradients(self, grads_and_vars):
        """One step. Variables without a gradient are not changed; without any gradient it raises ValueError."""
        pairs, present = list(grads_and_vars), []
        if self._known is None:
            self.build(variable for _, variable in pairs)
        for gradient, variable in pairs:
            if variable._identity not in self._known:
                self._refuse(variable)
            if gradient is not None:
                present.append((gradient, variable))
        if not present:
            self._refuse_all(pairs)
        if self._clipnorm or self._clipvalue:
            present = [(self._clipped(gradient), variable) for gradient, variable in present]
        if len(present) < len(pairs):
            names = [variable.name for gradient, variable in pairs if gradient is None]
            _warnings.warn(f"Gradients do not exist for variables {names} when minimizing the loss.\nhelp: {_HELP}", stacklevel=2)
        if not self._schedule:
            self._native.set_learning_rate(float(_whygrad.peek(self._rate._peek())))
        self._native.apply(present)
        return self.iterations

    def apply(self, grads, trainable_variables=None):
        if trainable_variables is None:
            raise ValueError("[apply] trainable_variables is not given\nhelp: name the variables that the gradients belong to, each time")
        return self.apply_gradients(zip(grads, trainable_variables))

    def minimize(self, loss, var_list, tape=None):
        """One step on a function of no arguments, or on a tensor that a tape recorded."""
        variables = var_list() if callable(var_list) else var_list
        if callable(loss):
            with _GradientTape() as tape:
                value = loss()
            loss = value
        elif tape is None:
            raise ValueError("`tape` is required when a `Tensor` loss is passed.")
        return self.apply_gradients(zip(tape.gradient(loss, variables), variables))

    @staticmethod
    def _refuse(variable):
        raise ValueError(
            f"Unknown variable: {variable!r}. This optimizer can only be called for the variables it was originally built with. "
            "When working with a new set of variables, you should recreate a new optimizer instance."
        )

    @staticmethod
    def _refuse_all(pairs):
        names = ", ".join(f"`{variable.name}`" for _, variable in pairs)
        _whygrad.report("absent", "OPTIMIZER_NONE", f"the optimizer was given None for every variable: {names}", _HELP, len(pairs))
        raise ValueError(f"{_NO_GRADIENTS}\nhelp: {_HELP}")

    def _clipped(self, gradient):
        if self._clipnorm:
            return _ops["clip_by_norm"](gradient, self._clipnorm)
        if isinstance(gradient, _IndexedSlices):
            return gradient._with_gradient(_ops["clip_by_value"](gradient.values, -self._clipvalue, self._clipvalue))
        return _ops["clip_by_value"](gradient, -self._clipvalue, self._clipvalue)


class SGD(Optimizer):
    def __init__(
        self,
        learning_rate=0.01,
        momentum=0.0,
        nesterov=False,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name="SGD",
    ):
        others = weight_decay, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps
        super().__init__(_whygrad.optim.SGD, learning_rate, name, clipnorm, clipvalue, global_clipnorm, others, momentum=momentum, nesterov=nesterov)


class Adam(Optimizer):
    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name="adam",
    ):
        _only(name, amsgrad=(amsgrad, False))
        others = weight_decay, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps
        super().__init__(
            _whygrad.optim.Adam, learning_rate, name, clipnorm, clipvalue, global_clipnorm, others, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon
        )


class RMSprop(Optimizer):
    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name="rmsprop",
    ):
        others = weight_decay, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps
        super().__init__(
            _whygrad.optim.RMSprop,
            learning_rate,
            name,
            clipnorm,
            clipvalue,
            global_clipnorm,
            others,
            rho=rho,
            momentum=momentum,
            epsilon=epsilon,
            centered=centered,
        )


__getattr__ = _missing("tf.keras.optimizers", globals())
