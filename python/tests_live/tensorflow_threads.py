"""TensorFlow programs reduced from threads that were read after the collector was written, in words of our own: where each comes from, and for each variable
whose gradient is wrong the status, the cause and the op; the line is marked with `here`. The last ones are fine."""

PROGRAMS = {
    "warp_floor": (
        "https://github.com/tensorflow/addons/issues/2266",
        {"k": ("absent", "NONDIFF_OP", "Floor")},
        """
import tensorflow as tf
k = tf.Variable(tf.ones([3, 3, 3, 2]) * 0.1, name="k")
img = tf.random.stateless_uniform([1, 16, 16, 3], [1, 2])
@tf.function
def warp(images, flow):
    flow = tf.image.resize(flow, (16, 16))
    flow = tf.math.floor(flow * 1.6)  # here
    yx = tf.stack(tf.meshgrid(tf.range(16.0), tf.range(16.0), indexing="ij"), -1)
    at = tf.clip_by_value(tf.cast(yx - flow[0], tf.int32), 0, 15)
    return tf.gather_nd(images[0], at)
with tf.GradientTape() as tape:
    flow = tf.nn.conv2d(img, k, 2, "SAME")
    loss = tf.reduce_mean(tf.abs(warp(img, flow) - 1.0))
grads = {"k": tape.gradient(loss, k)}
""",
    ),
    "rollout_numpy_function": (
        "https://github.com/tensorflow/tensorflow/issues/47288",
        {"w": ("absent", "LEFT_FRAMEWORK", "PyFunc")},
        """
import numpy as np
import tensorflow as tf
w = tf.Variable([[0.5], [0.2]], name="w")
def rollout():
    obs = np.float32([[1, 2], [3, 4]])
    return tf.matmul(obs, w).numpy()
@tf.function
def step():
    with tf.GradientTape() as tape:
        values = tf.numpy_function(rollout, [], tf.float32)  # here
        loss = tf.reduce_mean(tf.square(values - 1.0))
    return tape.gradient(loss, w)
grads = {"w": step()}
""",
    ),
    "rollout_eager": (
        "https://github.com/tensorflow/tensorflow/issues/47288",
        {"w": ("absent", "LEFT_FRAMEWORK", "PyFunc")},
        """
import numpy as np
import tensorflow as tf
w = tf.Variable([[0.5], [0.2]], name="w")
def rollout(obs):
    return tf.matmul(obs, w).numpy()  # here
with tf.GradientTape() as tape:
    values = tf.numpy_function(rollout, [tf.constant([[1.0, 2.0]])], tf.float32)
    loss = tf.reduce_mean(tf.square(values - 1.0))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "style_outside": (
        "https://github.com/tensorflow/tensorflow/issues/39589",
        {"image": ("absent", "OUTSIDE_TAPE", "RealDiv")},
        """
import tensorflow as tf
image = tf.Variable(tf.fill([4, 4], 0.5), name="image")
def preprocess(x):
    return (x - 0.45) / 0.22  # here
processed = preprocess(image)
for step in range(2):
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = tf.reduce_sum(tf.square(processed))
    g = tape.gradient(loss, image)
grads = {"image": g}
""",
    ),
    "orthogonality_norm": (
        "https://github.com/tensorflow/tensorflow/issues/11427",
        {},
        """
import tensorflow as tf
A = tf.Variable([[1.0, 0.0], [0.0, 1.0]], name="A")
with tf.GradientTape() as tape:
    off = tf.matmul(A, A, transpose_b=True) - tf.eye(2)
    penalty = tf.square(tf.norm(off))
    loss = tf.reduce_sum(A) + 0.1 * penalty
grads = {"A": tape.gradient(loss, A)}
""",
    ),
    "noisy_dense_built_once": (
        "https://github.com/tensorflow/tensorflow/issues/32729",
        {"mu": ("absent", "OUTSIDE_TAPE", "AddV2"), "sigma": ("absent", "OUTSIDE_TAPE", "AddV2")},
        """
import tensorflow as tf
class NoisyDense(tf.Module):
    def __init__(self):
        super().__init__()
        self.mu = tf.Variable(tf.ones([2, 2]), name="mu")
        self.sigma = tf.Variable(tf.ones([2, 2]) * 0.1, name="sigma")
        self.kernel = self.mu + self.sigma * tf.random.stateless_normal([2, 2], [1, 2])  # here
    def __call__(self, x):
        return x @ self.kernel
layer = NoisyDense()
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.square(layer(tf.ones([3, 2]))))
g = tape.gradient(loss, [layer.mu, layer.sigma])
grads = {"mu": g[0], "sigma": g[1]}
""",
    ),
    "topk_mask": (
        "stackoverflow: a mask of the k largest",
        {"scores": ("absent", "NONDIFF_OP", "GreaterEqual")},
        """
import tensorflow as tf
scores = tf.Variable([0.3, 0.9, 0.1, 0.7], name="scores")
x = tf.constant([[1.0, 2.0, 3.0, 4.0]])
def select(scores, k):
    kth = tf.math.top_k(scores, k).values[-1]
    return tf.where(scores >= kth, 1.0, 0.0)  # here
with tf.GradientTape() as tape:
    mask = select(scores, 2)
    loss = tf.reduce_sum(tf.square(x * mask))
grads = {"scores": tape.gradient(loss, scores)}
""",
    ),
    "ema_teacher": (
        "stackoverflow: a teacher that is a moving average",
        {"student": ("absent", "STATEFUL", "AssignVariableOp")},
        """
import tensorflow as tf
student = tf.Variable([1.0, 2.0], name="student")
teacher = tf.Variable([1.0, 2.0], trainable=False, name="teacher")
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        teacher.assign(0.9 * teacher + 0.1 * student)  # here
        loss = tf.reduce_mean(tf.square(x * teacher - 1.0))
    return tape.gradient(loss, student)
grads = {"student": step(tf.constant([1.0, 3.0]))}
""",
    ),
    "dataset_map_model": (
        "stackoverflow: a model in Dataset.map",
        {"w": ("absent", "STATEFUL", "MapDataset")},
        """
import tensorflow as tf
w = tf.Variable([[0.5], [0.3]], name="w")
head = tf.Variable([[2.0]], name="head")
data = tf.data.Dataset.from_tensor_slices(tf.ones([4, 2])).batch(2)
features = data.map(lambda x: tf.nn.tanh(x @ w))  # here
for f in features:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(f @ head - 1.0))
    g = tape.gradient(loss, [w, head])
grads = {"w": g[0], "head": g[1]}
""",
    ),
    "softmax_by_hand": (
        "stackoverflow: softmax by hand",
        {"logits": ("nan", "NAN_GRAD_OVERFLOW", "Exp")},
        """
import tensorflow as tf
logits = tf.Variable([[120.0, 2.0, 1.0]], name="logits")
with tf.GradientTape() as tape:
    e = tf.exp(logits)  # here
    p = e / tf.reduce_sum(e, axis=-1, keepdims=True)
    loss = -tf.reduce_mean(tf.math.log(p[:, 0] + 1e-8))
grads = {"logits": tape.gradient(loss, logits)}
""",
    ),
    "ragged_map": (
        "https://github.com/tensorflow/tensorflow/issues/42189",
        {},
        """
import tensorflow as tf
x = tf.Variable([[1.0, 2.0], [3.0, 4.0], [-1.0, 2.0], [3.0, -4.0]], name="x")
with tf.GradientTape() as tape:
    ragged = tf.RaggedTensor.from_row_lengths(x, [2, 2])
    y = tf.map_fn(lambda r: tf.matmul(r, r, True), ragged, fn_output_signature=tf.float32)
    loss = tf.reduce_sum(y)
grads = {"x": tape.gradient(loss, x)}
""",
    ),
    "embedding_clip": (
        "a program that is fine",
        {},
        """
import tensorflow as tf
table = tf.Variable(tf.random.stateless_normal([10, 4], [1, 2]), name="table")
w = tf.Variable(tf.ones([4, 1]) * 0.3, name="w")
@tf.function
def step(ids, y):
    with tf.GradientTape() as tape:
        h = tf.reduce_mean(tf.nn.embedding_lookup(table, ids), axis=1)
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=h @ w))
    g, _ = tf.clip_by_global_norm([tf.convert_to_tensor(v) for v in tape.gradient(loss, [table, w])], 1.0)
    return g
g = step(tf.constant([[1, 2], [3, 4]]), tf.constant([[1.0], [0.0]]))
grads = {"table": g[0], "w": g[1]}
""",
    ),
    "policy": (
        "a program that is fine",
        {},
        """
import tensorflow as tf
w = tf.Variable(tf.ones([2, 3]) * [0.1, 0.2, 0.3], name="w")
obs = tf.constant([[1.0, 0.5], [0.2, -1.0]])
with tf.GradientTape() as tape:
    logits = obs @ w
    actions = tf.random.categorical(logits, 1, seed=3)[:, 0]
    logp = tf.gather(tf.nn.log_softmax(logits), actions, batch_dims=1)
    reward = tf.cast(actions, tf.float32) - 0.7
    entropy = -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits), -1)
    loss = -tf.reduce_mean(logp * reward) - 0.01 * tf.reduce_mean(entropy)
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "newton_loop": (
        "a program that is fine",
        {},
        """
import tensorflow as tf
a = tf.Variable(2.0, name="a")
@tf.function
def root(a):
    x = tf.constant(1.0)
    i = tf.constant(0)
    history = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    while tf.abs(x * x - a) > 1e-4 and i < 20:
        x = 0.5 * (x + a / x)
        history = history.write(i, x)
        i += 1
    return x + 0.0 * tf.reduce_sum(history.stack())
with tf.GradientTape() as tape:
    y = root(a)
grads = {"a": tape.gradient(y, a)}
""",
    ),
    "vqvae": (
        "a program that is fine",
        {},
        """
import tensorflow as tf
encoder = tf.Variable(tf.random.stateless_normal([4, 2], [1, 2]), name="encoder")
codes = tf.Variable(tf.random.stateless_normal([5, 2], [3, 4]), name="codes")
decoder = tf.Variable(tf.random.stateless_normal([2, 4], [5, 6]), name="decoder")
x = tf.random.stateless_uniform([6, 4], [7, 8])
with tf.GradientTape() as tape:
    z = x @ encoder
    d = tf.reduce_sum(tf.square(z[:, None] - codes[None]), -1)
    q = tf.gather(codes, tf.argmin(d, -1))
    st = z + tf.stop_gradient(q - z)
    loss = tf.reduce_mean(tf.square(st @ decoder - x)) + tf.reduce_mean(tf.square(tf.stop_gradient(z) - q)) + 0.25 * tf.reduce_mean(tf.square(z - tf.stop_gradient(q)))
g = tape.gradient(loss, [encoder, codes, decoder])
grads = dict(zip(["encoder", "codes", "decoder"], g))
""",
    ),
}
