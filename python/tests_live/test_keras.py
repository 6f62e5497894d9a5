"""whygrad.keras on the real Keras, with TensorFlow's backend."""

import pytest

tf = pytest.importorskip("tensorflow")
import keras  # noqa: E402
import numpy as np  # noqa: E402

import whygrad.keras  # noqa: E402
import whygrad.tensorflow  # noqa: E402

if tf.__version__.startswith(("2.13", "2.14", "2.15")):
    keras = tf.keras


def data(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(64, 4)).astype("float32"), rng.integers(0, 2, 64)


def model(bias=0.0):
    keras.utils.set_random_seed(1)
    layers = keras.layers
    net = keras.Sequential(
        [layers.Dense(8, activation="relu", name="hidden", bias_initializer=keras.initializers.Constant(bias)), layers.Dense(2, name="out")]
    )
    net.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return net


def bits(net):
    """All numbers that a training leaves, and the next one that TensorFlow draws."""
    state = net.optimizer.variables
    variables = [*net.variables, *(state() if callable(state) else state)]
    return [np.asarray(variable).tobytes() for variable in variables], tf.random.normal([2]).numpy().tobytes()


def noisy_model(**compiled):
    """One with state of its own: running means, and random numbers."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    net = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.BatchNormalization(), layers.Dense(2)])
    net.compile(**{"optimizer": "adam", "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True), "metrics": ["accuracy"], **compiled})
    return net


def trained(**kwargs):
    net = noisy_model()
    history = net.fit(*data(), epochs=2, batch_size=12, verbose=0, **kwargs).history  # the last batch is smaller
    return history, bits(net)


def test_a_training_that_is_fine_is_the_same_bit_for_bit():
    bare = trained()
    watch = whygrad.keras.GradientWatch(every=3)
    assert trained(callbacks=[watch]) == bare
    assert watch.steps == 12 and watch.report.findings == []
    with whygrad.tensorflow.diagnose(values=True) as report:
        assert trained() == bare
    assert report.findings == [] and report.note == "every gradient is there"
    assert trained() == bare


def trained_in(strategy, steps, watched, bias=0.1):
    """All numbers of a training with so many steps in each call of Keras's training function; what happened while it was watched."""
    with strategy.scope():
        keras.utils.set_random_seed(1)
        layers = keras.layers
        start = keras.initializers.Constant(bias)
        net = keras.Sequential([layers.Dense(8, activation="relu", bias_initializer=start, name="hidden"), layers.Dropout(0.5), layers.Dense(2)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        net.compile(optimizer="adam", loss=loss, metrics=["accuracy"], steps_per_execution=steps)
    watch = whygrad.keras.GradientWatch(every=4, on_trouble=lambda report: None)
    history = net.fit(*data(), epochs=2, batch_size=12, verbose=0, callbacks=[watch] if watched else []).history
    return (history, bits(net)), watch


@pytest.mark.parametrize("steps", (1, 2, 4))
@pytest.mark.parametrize("one_device", (False, True))
def test_several_steps_in_a_call_and_a_strategy_of_one_replica(steps, one_device):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"]) if one_device else tf.distribute.get_strategy()
    bare, _ = trained_in(strategy, steps, False)
    watched, watch = trained_in(strategy, steps, True)
    assert watched == bare
    assert watch.steps == 12 and watch.report.findings == [] and watch.report.note == "every gradient is there"
    bare, _ = trained_in(strategy, steps, False, bias=-50.0)
    watched, watch = trained_in(strategy, steps, True, bias=-50.0)
    assert watched == bare
    assert {f.cause for f in watch.report.findings} <= {"ZERO_GRAD_DEAD_UNIT", "ZERO_GRAD_MASKED"}  # the zeros, and the dropout of zeros behind them
    assert "ZERO_GRAD_DEAD_UNIT" in {f.cause for f in watch.report.findings} and "hidden/kernel" in str(watch.report)


def test_a_step_that_is_looked_at_takes_no_constants_for_tensors():
    """Keras's convolution in groups is a traced function whose tensors are those of its closure. Run eagerly TensorFlow would make constants of small ones."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    grouped = layers.Conv2D(4, 2, groups=2, kernel_initializer="zeros", name="grouped")
    net = keras.Sequential([layers.Dense(4), grouped, layers.GlobalAveragePooling2D(), layers.Dense(1)])
    net.compile("sgd", "mse")
    watch = whygrad.keras.GradientWatch(on_trouble=lambda report: None)
    net.fit(np.ones([4, 6, 6, 4], "float32"), np.ones([4, 1], "float32"), verbose=0, callbacks=[watch])
    assert watch.report.findings and {f.cause for f in watch.report.findings} == {"ZERO_GRAD_MASKED"}, str(watch.report)


def test_two_trainings_of_a_model_are_traced_once():
    net, traces = noisy_model(), []
    step = type(net).train_step
    net.train_step = lambda data: traces.append(1) or step(net, data)
    net.make_train_function(force=True)
    for _ in range(2):
        net.fit(*data(), batch_size=16, verbose=0, callbacks=[whygrad.keras.GradientWatch(every=1000)])
    assert len(traces) <= 4  # TensorFlow's first trace may be two, and each watch runs a step once more


def root(labels, scores):
    return tf.reduce_mean(tf.sqrt(tf.nn.relu(scores[:, 0])) + tf.nn.relu(scores[:, 1]))


@pytest.mark.parametrize("how", ("diagnose", "watch"))
def test_the_step_that_leaves_nan_is_found_between_the_steps_that_are_looked_at(how):
    net, told = model(), []
    net.compile(optimizer=keras.optimizers.SGD(0.05), loss=root)
    net.layers[1].build((None, 8))

    class Poison(keras.callbacks.Callback):  # sqrt(0) after the fifth step
        def on_train_batch_end(self, step, logs=None):
            if step == 4:
                net.layers[1].set_weights([np.zeros((8, 2), "float32"), np.float32([-1, 1])])

    net.layers[1].set_weights([np.full((8, 2), 0.01, "float32"), np.ones(2, "float32")])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(160, 4)).astype("float32"), np.zeros(160)
    if how == "watch":
        watch = whygrad.keras.GradientWatch(every=1000, on_trouble=told.append)
        net.fit(x, y, batch_size=16, verbose=0, shuffle=False, callbacks=[Poison(), watch])
    else:
        with whygrad.tensorflow.diagnose(values=True) as report:
            net.fit(x, y, batch_size=16, verbose=0, shuffle=False, callbacks=[Poison()])
        told.append(report)
    spoilt = [f for f in told[-1].findings if f.status != "zero"]
    assert {(f.cause, f.op) for f in spoilt} == {("NAN_GRAD_SQRT0", "Sqrt")}, str(told[-1])
    assert "please report" not in told[-1].note


def test_units_that_die_in_training_are_told_of():
    net, told = model(), []
    net.compile(optimizer="sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    class Kill(keras.callbacks.Callback):
        def on_train_batch_end(self, step, logs=None):
            if step == 2:
                net.layers[0].bias.assign(tf.fill([8], -50.0))

    watch = whygrad.keras.GradientWatch(every=1000, on_trouble=told.append)
    net.fit(*data(), epochs=4, batch_size=16, verbose=0, callbacks=[Kill(), watch])
    assert ("zero", "ZERO_GRAD_DEAD_UNIT", "Relu") in {(f.status, f.cause, f.op) for f in told[0].findings}


def test_a_model_with_a_training_function_of_its_own_keeps_it():
    calls = []

    class Own(keras.Sequential):
        def make_train_function(self, force=False):
            self.train_function = lambda iterator: calls.append(next(iterator)) or {"loss": 0.0}
            return self.train_function

    net = Own([keras.layers.Dense(2)])
    net.compile(optimizer="sgd", loss="mse")
    with whygrad.tensorflow.diagnose(values=True) as report:
        net.fit(*data(), batch_size=16, verbose=0, callbacks=[whygrad.keras.GradientWatch()])
    assert len(calls) == 4 and report.findings == []


def test_dead_units_are_told_of_once():
    x, y = data()
    told = []
    watch = whygrad.keras.GradientWatch(every=1, on_trouble=told.append)
    model(bias=-100.0).fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[watch])
    assert len(told) == 1
    found = {(f.status, f.cause, f.op) for f in told[0].findings}
    assert ("zero", "ZERO_GRAD_DEAD_UNIT", "Relu") in found


def test_a_loss_without_a_gradient_is_found_while_keras_traces():
    def accuracy(labels, logits):
        return tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == tf.cast(tf.reshape(labels, [-1]), tf.int64), tf.float32))

    net = model()
    net.compile(optimizer="sgd", loss=accuracy)
    with whygrad.tensorflow.diagnose() as report:
        with pytest.raises(ValueError, match="No gradients"):
            net.fit(*data(), verbose=0)
    assert {f.op for f in report.findings} == {"ArgMax"}, str(report)
    assert len(report.findings) == 4


def test_every_counts_steps():
    with pytest.raises(ValueError, match="every is 0\nhelp: "):
        whygrad.keras.GradientWatch(every=0)


def test_variables_of_a_model_of_ones_own_have_their_paths():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = keras.layers.Dense(3, name="hidden"), keras.layers.Dense(1, name="out")

        def call(self, x):
            return self.out(self.hidden(x))

    net = Own()
    with whygrad.tensorflow.diagnose() as report:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.round(net(tf.ones([2, 2]))))
        tape.gradient(loss, net.trainable_variables)
    names = [f.source_name for f in report.findings]
    assert len(names) == 4 and sum("hidden/kernel" in name for name in names) == 1, names
