"""Programs with layers and pictures, as in thread_programs.py. Those of LIVE need what only TensorFlow has."""

PROGRAMS = {
    "lambda_layer_with_argmax": (
        {"kernel": ("absent", "NONDIFF_OP", "ArgMax")},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
inputs = tf.keras.Input([4])
probs = tf.keras.layers.Dense(3, activation="softmax", name="probs")(inputs)
index = tf.keras.layers.Lambda(lambda t: tf.cast(tf.argmax(t, axis=-1), tf.float32)[:, None], output_shape=(1,))(probs)  # here
outputs = tf.keras.layers.Dense(1, name="head")(index)
model = tf.keras.Model(inputs, outputs)
x, y = tf.random.normal([6, 4]), tf.ones([6, 1])
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
g = tape.gradient(loss, model.trainable_variables)
grads = {"kernel": g[0], "head": g[2]}
""",
    ),
    "keras_accuracy_metric_as_loss": (
        {"kernel": ("absent", "METRIC_AS_LOSS STATEFUL NONDIFF_OP", "")},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
model = tf.keras.Sequential([tf.keras.Input([4]), tf.keras.layers.Dense(1, activation="sigmoid")])
x, y = tf.random.normal([6, 4]), tf.constant([[0.0], [1.0], [1.0], [0.0], [1.0], [0.0]])
accuracy = tf.keras.metrics.BinaryAccuracy()
with tf.GradientTape() as tape:
    prediction = model(x, training=True)
    loss = 1.0 - accuracy(y, prediction)  # here
g = tape.gradient(loss, model.trainable_variables)
grads = {"kernel": g[0]}
""",
    ),
    "scores_used_only_to_suppress": (
        {"score": ("absent", "NONDIFF_OP", "NonMaxSuppressionV3 NonMaxSuppressionV5 NonMaxSuppressionV4")},
        """
import tensorflow as tf
score = tf.Variable([0.9, 0.8, 0.3], name="score")
shift = tf.Variable([0.0, 0.0, 0.1, 0.1], name="shift")
anchors = tf.constant([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.95], [2.0, 2.0, 3.0, 3.0]])
truth = tf.constant([[0.1, 0.0, 1.0, 1.1], [2.0, 2.1, 3.0, 3.2]])
with tf.GradientTape() as tape:
    boxes = anchors + shift
    kept = tf.image.non_max_suppression(boxes, tf.sigmoid(score), 2, iou_threshold=0.5)  # here
    loss = tf.reduce_mean(tf.abs(tf.gather(boxes, kept) - truth))
g = tape.gradient(loss, [score, shift])
grads = {"score": g[0], "shift": g[1]}
""",
    ),
    "histogram_matching": (
        {"gain": ("absent", "NONDIFF_OP", "HistogramFixedWidth Bucketize Floor Cast")},
        """
import tensorflow as tf
gain = tf.Variable(1.5, name="gain")
x = tf.constant([0.1, 0.2, 0.5, 0.55, 0.6])
goal = tf.constant([1.0, 2.0, 1.0, 1.0])
with tf.GradientTape() as tape:
    counts = tf.histogram_fixed_width(gain * x, [0.0, 1.0], nbins=4)  # here
    loss = tf.reduce_sum(tf.square(tf.cast(counts, tf.float32) - goal))
grads = {"gain": tape.gradient(loss, gain)}
""",
    ),
    "keras_layer_called_in_two_tapes": (
        {"first": ("absent", "OUTSIDE_TAPE", "")},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
encoder = tf.keras.Sequential([tf.keras.Input([4]), tf.keras.layers.Dense(3, activation="tanh")])
left, right = tf.keras.layers.Dense(1), tf.keras.layers.Dense(1)
x, y = tf.random.normal([6, 4]), tf.ones([6, 1])
with tf.GradientTape() as a_tape:
    code = encoder(x, training=True)  # here
    a_loss = tf.reduce_mean(tf.square(left(code) - y))
a_tape.gradient(a_loss, encoder.trainable_variables)
with tf.GradientTape() as b_tape:
    b_loss = tf.reduce_mean(tf.square(right(code) - y))
g = b_tape.gradient(b_loss, encoder.trainable_variables + right.trainable_variables)
grads = {"first": g[0], "right": g[-1]}
""",
    ),
    "loss_of_python_ints_from_ids": (
        {"kernel": ("absent", "INT_DTYPE NONDIFF_OP", "Cast")},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
generator = tf.keras.layers.Dense(5, activation="sigmoid")
critic = tf.keras.Sequential([tf.keras.layers.Embedding(100, 4), tf.keras.layers.GlobalAveragePooling1D(), tf.keras.layers.Dense(1)])
noise = tf.random.normal([3, 2])
@tf.function
def step():
    with tf.GradientTape() as tape:
        tokens = tf.cast(generator(noise) * 99.0, tf.int32)  # here
        loss = tf.reduce_mean(critic(tokens))
    return tape.gradient(loss, generator.trainable_variables)
g = step()
grads = {"kernel": g[0]}
""",
    ),
    "bce_of_saturated_sigmoid": (
        {"kernel": ("zero", "ZERO_GRAD_SATURATED ZERO_GRAD_CLIP", "Sigmoid Minimum ClipByValue")},
        """
import tensorflow as tf
kernel = tf.Variable([[50.0], [60.0]], name="kernel")
x, y = tf.constant([[1.0, 2.0], [2.0, 1.0]]), tf.constant([[0.0], [0.0]])
with tf.GradientTape() as tape:
    p = tf.sigmoid(x @ kernel)  # here
    loss = tf.reduce_mean(tf.keras.losses.binary_crossentropy(y, p))  # here
grads = {"kernel": tape.gradient(loss, kernel)}
""",
    ),
    "read_of_float_round": (
        {"w": ("absent", "NONDIFF_OP", "Round")},
        """
import tensorflow as tf
w = tf.Variable([0.3, 1.7], name="w")
b = tf.Variable(1.0, name="b")
with tf.GradientTape() as tape:
    count = float(tf.reduce_sum(tf.round(w * 3.0)))  # here
    loss = tf.square(b * count - 1.0)
g = tape.gradient(loss, [w, b])
grads = {"w": g[0], "b": g[1]}
""",
    ),
}
LIVE = {
    "learned_value_in_buckets": (
        {"kernel": ("absent", "NONDIFF_OP", "Bucketize")},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
age = tf.keras.layers.Dense(1, name="age")
buckets = tf.keras.layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0])
table = tf.keras.layers.Embedding(4, 3)
head = tf.keras.layers.Dense(1)
x, y = tf.random.normal([6, 4]), tf.ones([6, 1])
with tf.GradientTape() as tape:
    bin_of = buckets(age(x))  # here
    h = tf.reshape(table(bin_of), [6, 3])
    loss = tf.reduce_mean(tf.square(head(h) - y))
grads = {"kernel": tape.gradient(loss, age.kernel)}
""",
    ),
    "patch_through_jpeg": (
        {"patch": ("absent", "INT_DTYPE NONDIFF_OP", "Cast EncodeJpeg")},
        """
import tensorflow as tf
patch = tf.Variable(tf.fill([8, 8, 3], 0.4), name="patch")
with tf.GradientTape() as tape:
    pixels = tf.cast(tf.clip_by_value(patch, 0.0, 1.0) * 255.0, tf.uint8)  # here
    seen = tf.io.decode_jpeg(tf.io.encode_jpeg(pixels, quality=80))
    picture = tf.cast(seen, tf.float32) / 255.0
    loss = tf.reduce_mean(tf.square(picture - 0.7))
grads = {"patch": tape.gradient(loss, patch)}
""",
    ),
    "edit_distance_of_decoded_text": (
        {"w": ("absent", "METRIC_AS_LOSS NONDIFF_OP", "CTCGreedyDecoder EditDistance")},
        """
import tensorflow as tf
tf.random.set_seed(1)
w = tf.Variable(tf.random.normal([3, 5]), name="w")
frames = tf.random.normal([6, 1, 3])
truth = tf.sparse.from_dense(tf.constant([[1, 2, 3]], tf.int64))
with tf.GradientTape() as tape:
    logits = tf.einsum("tbi,io->tbo", frames, w)
    decoded, _ = tf.nn.ctc_greedy_decoder(logits, [6])  # here
    loss = tf.reduce_mean(tf.edit_distance(decoded[0], truth))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "masked_lstm": (
        {},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
model = tf.keras.Sequential([
    tf.keras.layers.Embedding(10, 4, mask_zero=True),
    tf.keras.layers.LSTM(3, return_sequences=True),
    tf.keras.layers.LSTM(3),
    tf.keras.layers.Dense(2),
])
x, y = tf.constant([[1, 2, 0, 0], [3, 4, 5, 0]]), tf.constant([0, 1])
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam()
@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    g = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(g, model.trainable_variables))
    return g
for _ in range(2):
    g = step(x, y)
grads = {"embedding": tf.convert_to_tensor(g[0]), "lstm": g[1]}
""",
    ),
    "mixed_precision_scaled": (
        {},
        """
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
tf.keras.mixed_precision.set_global_policy("mixed_float16")
model = tf.keras.Sequential([tf.keras.Input([4]), tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1, dtype="float32")])
optimizer = tf.keras.mixed_precision.LossScaleOptimizer(tf.keras.optimizers.SGD(0.01), initial_scale=1024.0)
x, y = tf.random.normal([6, 4]), tf.ones([6, 1])
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
        scaled = optimizer.scale_loss(loss) if hasattr(optimizer, "scale_loss") else optimizer.get_scaled_loss(loss)  # Keras 3, Keras 2
    g = tape.gradient(scaled, model.trainable_variables)
    if hasattr(optimizer, "get_unscaled_gradients"):
        g = optimizer.get_unscaled_gradients(g)
    optimizer.apply_gradients(zip(g, model.trainable_variables))
grads = {"kernel": g[0]}
""",
    ),
}
