"""Further programs as in thread_programs.py."""

PROGRAMS = {
    "accumulated_gradients_as_target": (
        {"w": ("absent", "STATEFUL", "AssignAddVariableOp")},
        """
import tensorflow as tf
w = tf.Variable([[0.3], [0.1]], name="w")
accumulated = tf.Variable(tf.zeros([]), trainable=False)
x = tf.constant([[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]])
with tf.GradientTape() as tape:
    accumulated.assign(0.0)
    for row in x:
        accumulated.assign_add(tf.reduce_sum(tf.square(row[None] @ w)))  # here
    loss = accumulated / 3.0
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "spectral_norm_power_iteration": (
        {},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
u = tf.Variable([[1.0, 0.0]], trainable=False)
with tf.GradientTape() as tape:
    v = tf.stop_gradient(tf.math.l2_normalize(u @ w))
    new_u = tf.stop_gradient(tf.math.l2_normalize(v @ tf.transpose(w)))
    u.assign(new_u)
    sigma = tf.reduce_sum(new_u @ w * v)
    loss = tf.reduce_sum(tf.square(tf.constant([[1.0, 2.0]]) @ (w / sigma)))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "pairwise_hinge_satisfied": (
        {"w": ("zero", "ZERO_GRAD_DEAD_UNIT ZERO_GRAD_CLIP", "Relu Maximum")},
        """
import tensorflow as tf
w = tf.Variable([[3.0], [1.0]], name="w")
good, bad = tf.constant([[1.0, 2.0]]), tf.constant([[-1.0, -2.0]])
with tf.GradientTape() as tape:
    gap = good @ w - bad @ w
    loss = tf.reduce_mean(tf.nn.relu(1.0 - gap))  # here
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "cosine_of_a_zero_vector": (
        {"w": ("nan", "NAN_GRAD_SQRT0 NAN_GRAD_DIV0", "Sqrt RealDiv Norm")},
        """
import tensorflow as tf
w = tf.Variable([[0.0, 0.0], [0.0, 0.0]], name="w")
x, y = tf.constant([[1.0, 2.0]]), tf.constant([[0.5, 0.5]])
with tf.GradientTape() as tape:
    z = x @ w
    cosine = tf.reduce_sum(z * y) / (tf.norm(z) * tf.norm(y))  # here
    loss = 1.0 - cosine
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "ddpg_action_rounded_and_clipped": (
        {"actor": ("absent", "NONDIFF_OP", "Round")},
        """
import tensorflow as tf
actor = tf.Variable([[0.3], [0.1]], name="actor")
critic = tf.Variable([[0.5], [0.2], [0.7]], name="critic")
s = tf.constant([[1.0, 2.0], [0.5, -1.0]])
with tf.GradientTape() as tape:
    action = tf.clip_by_value(tf.tanh(s @ actor) * 2.0, -1.0, 1.0)
    action = tf.round(action * 10.0) / 10.0  # here
    q = tf.concat([s, action], 1) @ critic
    loss = -tf.reduce_mean(q)
grads = {"actor": tape.gradient(loss, actor)}
""",
    ),
    "lora_b_zero": (
        {"A": ("zero", "DISCONNECTED_ZERO ZERO_GRAD_MASKED", "MatMul")},
        """
import tensorflow as tf
base = tf.Variable([[0.3, -0.2], [0.1, 0.4]], trainable=False)
A = tf.Variable([[0.1], [0.2]], name="A")
B = tf.Variable(tf.zeros([1, 2]), name="B")
x, y = tf.constant([[1.0, 2.0]]), tf.constant([[1.0, 0.0]])
with tf.GradientTape() as tape:
    out = x @ base + (x @ A) @ B  # here
    loss = tf.reduce_mean(tf.square(out - y))
g = tape.gradient(loss, [A, B])
grads = {"A": g[0], "B": g[1]}
""",
    ),
    "attention_over_learned_lengths": (
        {"length": ("absent", "NONDIFF_OP INT_DTYPE", "Cast SequenceMask Less Floor")},
        """
import tensorflow as tf
length = tf.Variable([2.3, 1.2], name="length")
scores = tf.constant([[0.1, 0.5, 0.2], [0.3, 0.1, 0.9]])
with tf.GradientTape() as tape:
    mask = tf.sequence_mask(tf.cast(length, tf.int32), 3, tf.float32)  # here
    weights = tf.nn.softmax(scores) * mask
    loss = tf.reduce_sum(tf.square(weights - 0.2))
grads = {"length": tape.gradient(loss, length)}
""",
    ),
    "vq_vae_without_straight_through": (
        {"encoder": ("absent", "NONDIFF_OP", "ArgMin")},
        """
import tensorflow as tf
encoder = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="encoder")
codebook = tf.Variable([[0.1, 0.2], [0.7, -0.5], [0.3, 0.9]], name="codebook")
decoder = tf.Variable([[0.5, 0.1], [0.2, 0.3]], name="decoder")
x = tf.constant([[1.0, 2.0], [0.5, -1.0]])
with tf.GradientTape() as tape:
    z = x @ encoder
    distance = tf.reduce_sum(tf.square(z[:, None] - codebook[None]), -1)
    nearest = tf.argmin(distance, 1)  # here
    quantised = tf.gather(codebook, nearest)
    loss = tf.reduce_mean(tf.square(quantised @ decoder - x))
g = tape.gradient(loss, [encoder, codebook, decoder])
grads = {"encoder": g[0], "codebook": g[1], "decoder": g[2]}
""",
    ),
    "wasserstein_weights_clipped_by_assign": (
        {},
        """
import tensorflow as tf
d = tf.Variable([[0.5], [0.2]], name="d")
real, fake = tf.constant([[1.0, 1.0]]), tf.constant([[0.3, -0.2]])
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(fake @ d) - tf.reduce_mean(real @ d)
    g = tape.gradient(loss, d)
    d.assign_sub(0.1 * g)
    d.assign(tf.clip_by_value(d, -0.01, 0.01))
grads = {"d": g}
""",
    ),
    "f1_of_thresholded_scores": (
        {"w": ("absent", "METRIC_AS_LOSS NONDIFF_OP", "GreaterEqual Greater")},
        """
import tensorflow as tf
w = tf.Variable([[0.3], [0.1]], name="w")
x, y = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([[1.0], [0.0]])
with tf.GradientTape() as tape:
    p = tf.cast(tf.sigmoid(x @ w) >= 0.5, tf.float32)  # here
    tp = tf.reduce_sum(p * y)
    f1 = 2 * tp / (tf.reduce_sum(p) + tf.reduce_sum(y) + 1e-7)
    loss = 1.0 - f1
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "log_of_softmax_underflow": (
        {"w": ("nan", "NAN_GRAD_LOG0", "Log")},
        """
import tensorflow as tf
w = tf.Variable([[200.0, -200.0]], name="w")
with tf.GradientTape() as tape:
    probs = tf.nn.softmax(tf.constant([[1.0]]) @ w)
    entropy = -tf.reduce_sum(probs * tf.math.log(probs))  # here
    loss = 1.0 - 0.1 * entropy
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "prioritised_sampling_weights": (
        {},
        """
import numpy as np
import tensorflow as tf
w = tf.Variable([[0.3], [0.1]], name="w")
x, y = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([[1.0], [0.0]])
priorities = np.array([1.0, 1.0])
for _ in range(2):
    weights = tf.constant((priorities / priorities.sum())[:, None], tf.float32)
    with tf.GradientTape() as tape:
        error = x @ w - y
        loss = tf.reduce_mean(weights * tf.square(error))
    g = tape.gradient(loss, w)
    priorities = np.abs(error.numpy()[:, 0]) + 1e-3
    w.assign_sub(0.1 * g)
grads = {"w": g}
""",
    ),
    "loss_from_another_session_of_numbers": (
        {"w": ("absent", "LEFT_FRAMEWORK", "")},
        """
import tensorflow as tf
w = tf.Variable([0.3, 0.1], name="w")
x = tf.constant([[1.0, 2.0], [0.5, -1.0]])
history = []
with tf.GradientTape() as tape:
    for row in x:
        history.append(float(tf.reduce_sum(row * w) ** 2))  # here
    loss = tf.reduce_mean(history)
grads = {"w": tape.gradient(loss, w)}
""",
    ),
}
