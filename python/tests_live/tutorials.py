"""Programs of the kinds that TensorFlow's tutorials and guides teach, written anew and small: nothing is wrong with any of them.

Each is a function that gives what it computed, as arrays. test_tutorials.py runs them with and without a report.
"""

import keras
import numpy as np
import tensorflow as tf

if tf.__version__.startswith(("2.13", "2.14", "2.15")):
    keras = tf.keras
layers = keras.layers


def _data(*shape, seed=0, classes=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape).astype("float32")
    return (x, rng.integers(0, classes, shape[0])) if classes else x


def _weights(model):
    return [np.array(w) for w in model.get_weights()]


def quickstart():
    """Dense layers with dropout, compile and fit."""
    x, y = _data(64, 8, 8, classes=5)
    model = keras.Sequential([layers.Flatten(), layers.Dense(16, activation="relu"), layers.Dropout(0.2, seed=1), layers.Dense(5)])
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
    return [np.array(history.history["loss"]), model.predict(x, verbose=0)]


def own_training_loop():
    """A subclassed model, tf.data, a traced step, metrics."""
    x, y = _data(64, 8, 8, 1, classes=4)

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv, self.flat = layers.Conv2D(4, 3, activation="relu"), layers.Flatten()
            self.hidden, self.out = layers.Dense(8, activation="relu"), layers.Dense(4)

        def call(self, x):
            return self.out(self.hidden(self.flat(self.conv(x))))

    net, optimizer = Net(), keras.optimizers.Adam()
    loss_of, mean = keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.metrics.Mean()
    accuracy = keras.metrics.SparseCategoricalAccuracy()

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            logits = net(images, training=True)
            loss = loss_of(labels, logits)
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables))
        mean(loss)
        accuracy(labels, logits)

    for images, labels in tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64, seed=3).batch(16):
        step(images, labels)
    return [np.array(mean.result()), np.array(accuracy.result()), *_weights(net)]


def guide_to_gradients():
    """Intermediate results, persistent tapes, second derivatives, jacobians, stop_gradient, custom gradients."""
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    results = []
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    results += [tape.gradient(z, x), tape.gradient(y, x), tape.gradient(z, y)]
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            cubes = tf.reduce_sum(x**3)
        slope = inner.gradient(cubes, x)
    results += [slope, outer.gradient(slope, x)]
    with tf.GradientTape(persistent=True) as tape:
        y = tf.nn.sigmoid(x)
    results += [tape.jacobian(y, x), tape.batch_jacobian(y, x)]

    @tf.custom_gradient
    def clipped(v):
        return tf.identity(v), lambda d: tf.clip_by_norm(d, 0.5)

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        loss = tf.reduce_sum(clipped(x * 2.0) * tf.stop_gradient(x))
    results.append(tape.gradient(loss, {"x": x})["x"])
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            np.asarray(x.read_value())
        loss = tf.reduce_sum(x**2)
    results.append(tape.gradient(loss, x))
    return [np.array(result) for result in results]


def fitting_a_line():
    """Linear regression by hand, on a tf.Module."""

    class Line(tf.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = tf.Variable(5.0), tf.Variable(0.0)

        @tf.function
        def __call__(self, x):
            return self.w * x + self.b

    line, x = Line(), tf.constant(_data(100))
    y = 3.0 * x + 2.0
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - line(x)))
        dw, db = tape.gradient(loss, [line.w, line.b])
        line.w.assign_sub(0.1 * dw)
        line.b.assign_sub(0.1 * db)
    return [line.w.numpy(), line.b.numpy()]


def text_classification():
    """Embeddings with a mask, pooled, of padded token numbers."""
    rng = np.random.default_rng(1)
    tokens, y = rng.integers(1, 30, (48, 12)), rng.integers(0, 2, 48)
    tokens[:, 9:] = 0
    model = keras.Sequential(
        [layers.Embedding(30, 8, mask_zero=True), layers.Dropout(0.1, seed=1), layers.GlobalAveragePooling1D(), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    history = model.fit(tokens, y, epochs=2, batch_size=16, verbose=0)
    return [np.array(history.history["loss"]), *_weights(model)]


def text_with_lstm():
    """A bidirectional LSTM over masked sequences, in a loop of its own."""
    rng = np.random.default_rng(2)
    tokens, y = rng.integers(1, 30, (16, 7)), rng.integers(0, 2, (16, 1)).astype("float32")
    tokens[:, 5:] = 0
    model = keras.Sequential([layers.Embedding(30, 6, mask_zero=True), layers.Bidirectional(layers.LSTM(5)), layers.Dense(1)])
    optimizer, losses = keras.optimizers.Adam(), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, model(tf.constant(tokens))))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        losses.append(loss.numpy())
    return [np.array(losses), *_weights(model)]


def text_generation():
    """A GRU that returns sequences and its state, in a traced step."""
    tokens = np.random.default_rng(3).integers(0, 20, (8, 11))
    embedding, gru, dense = layers.Embedding(20, 6), layers.GRU(8, return_sequences=True, return_state=True), layers.Dense(20)
    optimizer, loss_of, losses = keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), []
    dense(gru(embedding(tokens[:, :-1]))[0])
    variables = embedding.trainable_variables + gru.trainable_variables + dense.trainable_variables
    optimizer.build(variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            sequence, _ = gru(embedding(x), training=True)
            loss = loss_of(y, dense(sequence))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    for _ in range(2):
        losses.append(step(tf.constant(tokens[:, :-1]), tf.constant(tokens[:, 1:])).numpy())
    return [np.array(losses), *[v.numpy() for v in variables]]


def adversarial_images():
    """DCGAN: two models, two tapes, batch normalisation, transposed convolutions."""
    generator = keras.Sequential(
        [
            layers.Dense(2 * 2 * 8, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((2, 2, 8)),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="tanh"),
        ]
    )
    critic = keras.Sequential(
        [layers.Conv2D(4, 3, strides=2, padding="same"), layers.LeakyReLU(), layers.Dropout(0.3, seed=2), layers.Flatten(), layers.Dense(1)]
    )
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    ours, theirs = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
    images = tf.constant(_data(8, 8, 8, 1))
    critic(generator(tf.constant(_data(8, 5, seed=1)), training=False), training=False)
    ours.build(generator.trainable_variables)
    theirs.build(critic.trainable_variables)

    @tf.function
    def step(noise):
        with tf.GradientTape() as first, tf.GradientTape() as second:
            made = generator(noise, training=True)
            real, fake = critic(images, training=True), critic(made, training=True)
            generator_loss = entropy(tf.ones_like(fake), fake)
            critic_loss = entropy(tf.ones_like(real), real) + entropy(tf.zeros_like(fake), fake)
        ours.apply_gradients(zip(first.gradient(generator_loss, generator.trainable_variables), generator.trainable_variables))
        theirs.apply_gradients(zip(second.gradient(critic_loss, critic.trainable_variables), critic.trainable_variables))
        return generator_loss, critic_loss

    losses = [[loss.numpy() for loss in step(tf.constant(_data(8, 5, seed=seed)))] for seed in (4, 5)]
    return [np.array(losses), *_weights(generator), *_weights(critic)]


def translation():
    """A small transformer: positions, causal masks, layer normalisation, a loss with a mask and a learning rate with a warm-up."""
    rng = np.random.default_rng(5)
    source, target = rng.integers(1, 16, (6, 7)), rng.integers(1, 16, (6, 6))
    target[:, 4:] = 0

    class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            step = tf.cast(step, tf.float32) + 1.0
            return tf.math.rsqrt(8.0) * tf.math.minimum(tf.math.rsqrt(step), step * 40.0**-1.5)

    def block(x, context, causal):
        attended = layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=causal)
        x = layers.LayerNormalization()(layers.Add()([x, attended]))
        if context is not None:
            x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, context)]))
        return layers.LayerNormalization()(layers.Add()([x, layers.Dense(8)(layers.Dense(16, activation="relu")(x))]))

    a, b = keras.Input((7,), dtype="int32"), keras.Input((5,), dtype="int32")
    context = block(layers.Embedding(16, 8)(a), None, False)
    model = keras.Model([a, b], layers.Dense(16)(block(layers.Embedding(16, 8)(b), context, True)))
    optimizer, losses = keras.optimizers.Adam(WarmUp()), []

    @tf.function
    def step(source, given, wanted):
        with tf.GradientTape() as tape:
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, model([source, given], training=True))
            mask = tf.cast(wanted != 0, tf.float32)
            loss = tf.reduce_sum(loss * mask) / tf.reduce_sum(mask)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    optimizer.build(model.trainable_variables)
    for _ in range(2):
        losses.append(step(*map(tf.constant, (source, target[:, :-1], target[:, 1:]))).numpy())
    return [np.array(losses), *_weights(model)]


def segmentation():
    """A U-Net: skip connections, concatenation, upsampling, pooling, sample weights."""
    x, y = _data(8, 8, 8, 2), np.random.default_rng(6).integers(0, 3, (8, 8, 8))
    image = keras.Input((8, 8, 2))
    down = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    deep = layers.Conv2D(6, 3, padding="same", activation="relu")(layers.MaxPooling2D()(down))
    up = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(deep)
    model = keras.Model(image, layers.Conv2D(3, 1)(layers.Concatenate()([up, down])))
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, y, batch_size=4, epochs=1, verbose=0)
    return [np.array(history.history["loss"]), *_weights(model)]


def style_transfer():
    """Gradients of an image: gram matrices, total variation, clipping after each step."""
    image = tf.Variable(tf.constant(np.abs(_data(1, 6, 6, 3)) / 3.0))
    net = keras.Sequential([layers.Conv2D(4, 3, activation="relu"), layers.Conv2D(4, 3)])
    net.trainable = False
    net(image.read_value())
    style, optimizer, losses = tf.ones([1, 4, 4]), keras.optimizers.Adam(0.02), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            features = net(image)
            gram = tf.einsum("bijc,bijd->bcd", features, features) / 4.0
            loss = tf.reduce_mean((gram - style) ** 2) + 0.1 * tf.reduce_sum(tf.image.total_variation(image))
        gradient = tape.gradient(loss, image)
        optimizer.apply_gradients([(gradient, image)])
        image.assign(tf.clip_by_value(image, 0.0, 1.0))
        losses.append(loss.numpy())
    return [np.array(losses), image.numpy()]


def adversarial_example():
    """The sign of a gradient with respect to the input."""
    net = keras.Sequential([layers.Flatten(), layers.Dense(3)])
    x = tf.constant(_data(1, 4, 4))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(tf.constant([1]), net(x))
    return [(x + 0.1 * tf.sign(tape.gradient(loss, x))).numpy()]


def variational_autoencoder():
    """Reparametrised noise, a divergence, split parameters."""
    encoder, decoder = (
        keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(4)]),
        keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(6)]),
    )
    x, optimizer, losses = tf.constant((_data(16, 6) > 0).astype("float32")), keras.optimizers.Adam(), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            mean, logvar = tf.split(encoder(x), 2, axis=1)
            z = mean + tf.random.normal(tf.shape(mean)) * tf.exp(logvar * 0.5)
            likelihood = -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, decoder(z)), 1)
            divergence = 0.5 * tf.reduce_sum(tf.exp(logvar) + mean**2 - 1.0 - logvar, 1)
            loss = tf.reduce_mean(divergence - likelihood)
        variables = encoder.trainable_variables + decoder.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        losses.append(loss.numpy())
    return [np.array(losses), *_weights(encoder)]


def actor_critic():
    """Actions that are drawn, returns of a traced loop, a Huber loss."""
    shared, actor, critic = layers.Dense(8, activation="relu"), layers.Dense(2), layers.Dense(1)
    states, rewards = tf.constant(_data(6, 3)), tf.constant([1.0, 1.0, 0.0, 1.0, 1.0, 1.0])

    @tf.function
    def returns_of(rewards):
        total, discounted = tf.TensorArray(tf.float32, 6), tf.constant(0.0)
        for i in tf.range(6):
            discounted = rewards[5 - i] + 0.9 * discounted
            total = total.write(5 - i, discounted)
        return total.stack()

    with tf.GradientTape() as tape:
        hidden = shared(states)
        logits, values = actor(hidden), critic(hidden)[:, 0]
        actions = tf.random.stateless_categorical(tf.stop_gradient(logits), 1, [1, 2])[:, 0]
        chosen = tf.gather(tf.nn.log_softmax(logits), actions, batch_dims=1)
        returns = returns_of(rewards)
        advantage = returns - values
        loss = -tf.reduce_sum(chosen * tf.stop_gradient(advantage)) + keras.losses.Huber(reduction="sum")(returns[:, None], values[:, None])
    variables = shared.trainable_variables + actor.trainable_variables + critic.trainable_variables
    return [np.array(g) for g in tape.gradient(loss, variables)]


def forecasting():
    """Convolutions over time and an LSTM with residuals, mean squared error, by fit with a callback."""
    x, y = _data(32, 6, 3), _data(32, 6, 1, seed=7)
    model = keras.Sequential([layers.Conv1D(4, 3, padding="causal", activation="relu"), layers.LSTM(4, return_sequences=True), layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(), metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[keras.callbacks.EarlyStopping(monitor="loss", patience=1)])
    return [np.array(history.history["loss"]), *_weights(model)]


def mixed_precision():
    """float16 with a scaled loss."""
    x, y = _data(16, 4, classes=3)
    w = tf.Variable(_data(4, 3, seed=8))
    for _ in range(2):
        with tf.GradientTape() as tape:
            logits = tf.cast(tf.cast(x, tf.float16) @ tf.cast(w, tf.float16), tf.float32)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
            scaled = loss * 1024.0
        w.assign_sub(0.1 * tape.gradient(scaled, w) / 1024.0)
    return [w.numpy()]


def ragged_text():
    """Sentences of different lengths, embedded and pooled."""
    table = tf.Variable(_data(10, 4))
    tokens = tf.ragged.constant([[1, 2, 3], [4], [5, 6]])
    with tf.GradientTape() as tape:
        pooled = tf.reduce_mean(tf.nn.embedding_lookup(table, tokens), axis=1)
        loss = tf.reduce_sum(pooled**2)
    return [tf.convert_to_tensor(tape.gradient(loss, table)).numpy()]


def one_device_strategy():
    """A step under tf.distribute."""
    strategy = tf.distribute.get_strategy()
    with strategy.scope():
        w = tf.Variable(_data(4, 2))

    @tf.function
    def step(x):
        def replica(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((x @ w) ** 2)
            gradient = tape.gradient(loss, w)
            w.assign_sub(0.1 * gradient)
            return loss

        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(replica, args=(x,)), axis=None)

    return [step(tf.constant(_data(8, 4))).numpy(), w.numpy()]


ALL = [
    quickstart,
    own_training_loop,
    guide_to_gradients,
    fitting_a_line,
    text_classification,
    text_with_lstm,
    text_generation,
    adversarial_images,
    translation,
    segmentation,
    style_transfer,
    adversarial_example,
    variational_autoencoder,
    actor_critic,
    forecasting,
    mixed_precision,
    ragged_text,
    one_device_strategy,
]
