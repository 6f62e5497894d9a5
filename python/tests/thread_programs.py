"""Programs of training loops on TensorFlow, in the manner of threads that were read after the engine was written. For each gradient that is wrong, by its
name in `grads`: the status, and the causes and ops that are right; the lines are marked with `here`."""

PROGRAMS = {
    "ppo_old_policy_not_stopped": (
        {"w": ("zero", "ZERO_GRAD_CANCEL", "Sub Exp")},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
states = tf.constant([[1.0, 2.0], [0.5, -1.0]])
actions = tf.constant([0, 1])
advantages = tf.constant([1.0, -0.5])

def log_prob(states):
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=states @ w)

with tf.GradientTape() as tape:
    old = log_prob(states)
    ratio = tf.exp(log_prob(states) - old)  # here
    loss = -tf.reduce_mean(ratio * advantages)
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "ppo_everything_clipped": (
        {"w": ("zero", "ZERO_GRAD_CLIP", "Maximum Minimum")},
        """
import tensorflow as tf
w = tf.Variable([[2.0], [1.0]], name="w")
states = tf.constant([[1.0, 2.0], [0.5, 1.0]])
old_log_prob = tf.constant([[-3.0], [-4.0]])
advantage = tf.constant([[1.0], [2.0]])
with tf.GradientTape() as tape:
    log_prob = tf.math.log_sigmoid(states @ w)
    ratio = tf.exp(log_prob - old_log_prob)
    clipped = tf.clip_by_value(ratio, 0.8, 1.2)  # here
    loss = -tf.reduce_mean(tf.minimum(ratio * advantage, clipped * advantage))  # here
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "reward_of_an_environment": (
        {"w": ("absent", "NONDIFF_OP LEFT_FRAMEWORK", "ArgMax")},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
class Env:
    rewards = [1.0, 0.25]
    def step(self, action):
        return self.rewards[action]
env = Env()
state = tf.constant([[1.0, 0.5]])
with tf.GradientTape() as tape:
    total = 0.0
    for step in range(3):
        logits = state @ w
        action = int(tf.argmax(logits[0]))  # here
        total += env.step(action)
    loss = -tf.constant(total)
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "double_dqn_target_in_tape": (
        {},
        """
import tensorflow as tf
online = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="online")
target = tf.Variable([[0.2, -0.1], [0.0, 0.5]], name="target")
s, s2 = tf.constant([[1.0, 2.0]]), tf.constant([[0.5, -1.0]])
reward, action = tf.constant([1.0]), tf.constant([1])
with tf.GradientTape() as tape:
    best = tf.argmax(s2 @ online, axis=1)
    next_q = tf.gather(s2 @ target, best, batch_dims=1)
    goal = reward + 0.9 * next_q
    q = tf.reduce_sum((s @ online) * tf.one_hot(action, 2), axis=1)
    loss = tf.reduce_mean(tf.square(goal - q))
grads = {"online": tape.gradient(loss, online)}
""",
    ),
    "vae_random_normal_with_mean": (
        {},
        """
import tensorflow as tf
tf.random.set_seed(3)
m = tf.Variable([[0.3, -0.2]], name="m")
s = tf.Variable([[0.1, 0.4]], name="s")
x = tf.constant([[1.0], [2.0]])
with tf.GradientTape() as tape:
    mean, log_var = x @ m, x @ s
    z = tf.random.normal(tf.shape(mean), mean=mean, stddev=tf.exp(0.5 * log_var))
    kl = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var))
    loss = tf.reduce_mean(tf.square(z - 1.0)) + 0.1 * kl
g = tape.gradient(loss, [m, s])
grads = {"m": g[0], "s": g[1]}
""",
    ),
    "vae_log_var_head_copied": (
        {"log_var_kernel": ("absent", "UNUSED", "")},
        """
import tensorflow as tf
tf.random.set_seed(1)
mean_kernel = tf.Variable([[0.3, -0.2], [0.5, 0.2]], name="mean_kernel")
log_var_kernel = tf.Variable([[0.1, 0.4], [0.0, 0.1]], name="log_var_kernel")  # here

def encode(x):
    mean = x @ mean_kernel  # here
    log_var = x @ mean_kernel  # here
    return mean, log_var

x = tf.constant([[1.0, 0.5]])
with tf.GradientTape() as tape:
    mean, log_var = encode(x)
    z = mean + tf.exp(0.5 * log_var) * tf.random.normal([1, 2])
    loss = tf.reduce_mean(tf.square(z)) - 0.5 * tf.reduce_sum(1 + log_var - mean ** 2 - tf.exp(log_var))
g = tape.gradient(loss, [mean_kernel, log_var_kernel])
grads = {"mean_kernel": g[0], "log_var_kernel": g[1]}
""",
    ),
    "contrastive_eye_times_infinity": (
        {"w": ("nan", "NAN_GRAD_NAN_DATA NAN_GRAD_OVERFLOW NAN_GRAD_SPECIAL", "Mul")},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
x = tf.constant([[1.0, 2.0], [0.5, -1.0], [-0.4, 0.3], [0.9, 0.8]])
partner = tf.constant([1, 0, 3, 2])
with tf.GradientTape() as tape:
    z = tf.math.l2_normalize(x @ w, axis=1)
    similarity = z @ tf.transpose(z) / 0.5
    similarity = similarity - tf.eye(4) * float("inf")  # here
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=partner, logits=similarity))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "iou_of_boxes_apart": (
        {"box": ("zero", "ZERO_GRAD_CLIP ZERO_GRAD_DEAD_UNIT", "Maximum Relu")},
        """
import tensorflow as tf
box = tf.Variable([0.0, 0.0, 1.0, 1.0], name="box")
truth = tf.constant([3.0, 3.0, 5.0, 5.0])

def area(b):
    return (b[2] - b[0]) * (b[3] - b[1])

with tf.GradientTape() as tape:
    low = tf.maximum(box[:2], truth[:2])
    high = tf.minimum(box[2:], truth[2:])
    side = tf.maximum(high - low, 0.0)  # here
    inter = side[0] * side[1]
    iou = inter / (area(box) + area(truth) - inter)
    loss = 1.0 - iou
grads = {"box": tape.gradient(loss, box)}
""",
    ),
    "half_precision_epsilon_vanishes": (
        {"w": ("nan", "NAN_GRAD_LOG0", "Log")},
        """
import tensorflow as tf
w = tf.Variable([[40.0, -40.0]], name="w")
x = tf.constant([[1.0], [2.0]])
y = tf.constant([[0.0, 1.0], [0.0, 1.0]])
with tf.GradientTape() as tape:
    logits = tf.cast(x @ w, tf.float16)
    p = tf.nn.softmax(logits)
    entropy = tf.cast(y, tf.float16) * tf.math.log(p + 1e-8)  # here
    loss = -tf.reduce_mean(tf.cast(entropy, tf.float32))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "patch_pasted_into_a_variable": (
        {"patch": ("absent", "STATEFUL", "StridedSliceAssign ResourceStridedSliceAssign AssignVariableOp")},
        """
import tensorflow as tf
patch = tf.Variable(tf.ones([2, 2]) * 0.5, name="patch")
image = tf.reshape(tf.range(16.0), [4, 4]) / 16.0
canvas = tf.Variable(image, trainable=False, name="canvas")
kernel = tf.constant([[0.1], [0.2], [0.3], [0.4]])
with tf.GradientTape() as tape:
    canvas.assign(image)
    canvas[1:3, 1:3].assign(tf.sigmoid(patch))  # here
    score = tf.reduce_sum(canvas @ kernel)
    loss = tf.square(score - 1.0)
grads = {"patch": tape.gradient(loss, patch)}
""",
    ),
    "learned_step_size_in_assign_sub": (
        {"log_lr": ("absent", "STATEFUL", "AssignSubVariableOp")},
        """
import tensorflow as tf
log_lr = tf.Variable(-2.0, name="log_lr")
w = tf.Variable([1.0, -2.0], name="w")
x, y = tf.constant([0.5, 1.5]), tf.constant(1.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        loss = tf.square(tf.reduce_sum(w * x) - y)
    step = inner.gradient(loss, w)
    w.assign_sub(tf.exp(log_lr) * step)  # here
    after = tf.square(tf.reduce_sum(w * x) - y)
grads = {"log_lr": outer.gradient(after, log_lr)}
""",
    ),
    "running_mean_metric_as_loss": (
        {"w": ("absent", "STATEFUL METRIC_AS_LOSS", "AssignAddVariableOp AssignVariableOp Mean")},
        """
import tensorflow as tf
w = tf.Variable([[0.3], [0.1]], name="w")
x, y = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([[1.0], [0.0]])
total = tf.keras.metrics.Mean()
with tf.GradientTape() as tape:
    for i in range(2):
        error = tf.reduce_mean(tf.square(x[i:i + 1] @ w - y[i:i + 1]))
        total.update_state(error)  # here
    loss = total.result()
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "first_state_in_an_earlier_tape": (
        {"h0": ("absent", "OUTSIDE_TAPE", "")},
        """
import tensorflow as tf
h0 = tf.Variable([[0.1, 0.2]], name="h0")
wh = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="wh")
chunks = tf.constant([[[[1.0, 0.5]], [[0.2, 0.1]]], [[[0.3, -0.5]], [[0.7, 0.9]]]])

def unroll(chunk, h):
    for x in chunk:
        h = tf.tanh(x + h @ wh)  # here
    return h

h = h0
for chunk in chunks:
    with tf.GradientTape() as tape:
        h = unroll(chunk, h)
        loss = tf.reduce_sum(tf.square(h))
    g = tape.gradient(loss, h0)
grads = {"h0": g}
""",
    ),
    "position_of_a_learned_speed": (
        {"speed": ("absent", "NONDIFF_OP INT_DTYPE", "Floor Cast")},
        """
import tensorflow as tf
speed = tf.Variable(1.3, name="speed")
table = tf.Variable(tf.reshape(tf.range(20.0), [10, 2]) * 0.1, name="table")
t = tf.constant([0.0, 1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    position = tf.cast(tf.floor(speed * t), tf.int32)  # here
    h = tf.nn.embedding_lookup(table, position)
    loss = tf.reduce_mean(tf.square(h - 0.5))
g = tape.gradient(loss, [speed, table])
grads = {"speed": g[0], "table": g[1]}
""",
    ),
    "numpy_mean_of_squares": (
        {"w": ("absent", "LEFT_FRAMEWORK", "")},
        """
import numpy as np
import tensorflow as tf
w = tf.Variable([[0.3], [0.1]], name="w")
x = np.array([[1.0, 2.0], [0.5, -1.0]], dtype=np.float32)
y = np.array([[1.0], [0.0]], dtype=np.float32)

def mse(truth, prediction):
    return np.mean(np.square(truth - prediction))  # here

with tf.GradientTape() as tape:
    prediction = tf.matmul(x, w)
    loss = tf.convert_to_tensor(mse(y, prediction))  # here
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "count_in_a_while_loop": (
        {"limit": ("absent", "NONDIFF_OP", "Greater")},
        """
import tensorflow as tf
limit = tf.Variable(0.5, name="limit")
x = tf.constant([0.2, 0.7, 0.9, 0.4])

def body(i, total):
    return i + 1, total + tf.cast(x[i] > limit, tf.float32)  # here

with tf.GradientTape() as tape:
    _, count = tf.while_loop(lambda i, total: i < 4, body, [tf.constant(0), tf.constant(0.0)])
    loss = tf.square(count - 3.0)
grads = {"limit": tape.gradient(loss, limit)}
""",
    ),
    "slices_of_a_product_as_dataset": (
        {"w": ("absent", "LEFT_FRAMEWORK STATEFUL OUTSIDE_TAPE", "TensorSliceDataset Mul BatchDataset BatchDatasetV2")},
        """
import tensorflow as tf
w = tf.Variable([1.0, 2.0, 3.0, 4.0], name="w")
x = tf.constant([0.5, 0.1, 0.2, 0.3])
with tf.GradientTape() as tape:
    batches = tf.data.Dataset.from_tensor_slices(w * x).batch(2)  # here
    loss = 0.0
    for batch in batches:
        loss += tf.reduce_mean(tf.square(batch))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "custom_gradient_of_zeros": (
        {"w": ("zero", "CUSTOM_GRADIENT", "")},
        """
import tensorflow as tf
w = tf.Variable([0.3, 0.8, -0.4], name="w")

@tf.custom_gradient
def binarize(x):
    def grad(upstream):
        return tf.zeros_like(x)  # here
    return tf.cast(x > 0.0, tf.float32), grad  # here

with tf.GradientTape() as tape:
    b = binarize(tf.tanh(w))  # here
    loss = tf.reduce_sum(tf.square(b - 0.5) * [1.0, 2.0, 3.0] + b)
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "gradient_reversal": (
        {},
        """
import tensorflow as tf
w = tf.Variable([[0.3, 0.8], [-0.4, 0.2]], name="w")
d = tf.Variable([[0.5], [0.2]], name="d")

@tf.custom_gradient
def reverse(x):
    return tf.identity(x), lambda upstream: -0.5 * upstream

x, domain = tf.constant([[1.0, 2.0]]), tf.constant([[1.0]])
with tf.GradientTape() as tape:
    features = tf.nn.relu(x @ w)
    logits = reverse(features) @ d
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=domain, logits=logits))
g = tape.gradient(loss, [w, d])
grads = {"w": g[0], "d": g[1]}
""",
    ),
    "inner_tape_watches_outer_does_not": (
        {"x": ("absent", "NOT_WATCHED", "")},
        """
import tensorflow as tf
w = tf.Variable([[0.7, -0.3]], name="w")
v = tf.Variable([[0.2], [0.5]], name="v")
x = tf.constant([[0.1], [0.4]])  # here
with tf.GradientTape() as second:  # here
    with tf.GradientTape() as first:
        first.watch(x)
        u = tf.tanh(x @ w) @ v
    u_x = first.gradient(u, x)
u_xx = second.gradient(u_x, x)
grads = {"x": u_xx}
""",
    ),
    "hard_gumbel_stopped_as_well": (
        {"logits": ("absent", "NONDIFF_OP STOP_GRADIENT", "ArgMax StopGradient")},
        """
import tensorflow as tf
logits = tf.Variable([[0.3, 0.8, -0.4]], name="logits")
noise = tf.constant([[0.1, 0.2, 1.5]])
values = tf.constant([[1.0], [2.0], [4.0]])
with tf.GradientTape() as tape:
    soft = tf.nn.softmax((logits + noise) / 0.5)
    hard = tf.one_hot(tf.argmax(soft, axis=1), 3)  # here
    code = tf.stop_gradient(hard)  # here
    loss = tf.reduce_mean(tf.square(code @ values - 1.0))
grads = {"logits": tape.gradient(loss, logits)}
""",
    ),
    "temperature_clipped_threshold_compared": (
        {"temperature": ("zero", "ZERO_GRAD_CLIP", "ClipByValue Maximum"), "threshold": ("absent", "NONDIFF_OP", "Greater GreaterEqual")},
        """
import tensorflow as tf
temperature = tf.Variable(0.01, name="temperature")
threshold = tf.Variable(0.2, name="threshold")
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
x, y = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([0, 1])
with tf.GradientTape() as tape:
    logits = (x @ w) / tf.clip_by_value(temperature, 0.05, 5.0)  # here
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    hard = tf.cast(each > threshold, tf.float32)  # here
    loss = tf.reduce_sum(each * hard)
g = tape.gradient(loss, [temperature, threshold, w])
grads = {"temperature": g[0], "threshold": g[1], "w": g[2]}
""",
    ),
    "causal_mask": (
        {},
        """
import tensorflow as tf
q = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="q")
k = tf.Variable([[0.2, 0.5], [-0.6, 0.1]], name="k")
x = tf.constant([[1.0, 2.0], [0.5, -1.0], [0.3, 0.7]])
with tf.GradientTape() as tape:
    scores = (x @ q) @ tf.transpose(x @ k)
    allowed = tf.linalg.band_part(tf.ones([3, 3], tf.bool), -1, 0)
    weights = tf.nn.softmax(tf.where(allowed, scores, -float("inf")))
    loss = tf.reduce_mean(tf.square(weights @ x - 1.0))
g = tape.gradient(loss, [q, k])
grads = {"q": g[0], "k": g[1]}
""",
    ),
    "learned_quantiser": (
        {},
        """
import tensorflow as tf
w = tf.Variable([0.31, -0.22, 0.9, 3.0], name="w")
step = tf.Variable(0.25, name="step")
with tf.GradientTape() as tape:
    scaled = tf.clip_by_value(w / step, -4.0, 3.0)
    rounded = scaled + tf.stop_gradient(tf.round(scaled) - scaled)
    loss = tf.reduce_sum(tf.square(rounded * step - [0.3, -0.3, 1.0, 0.5]))
g = tape.gradient(loss, [w, step])
grads = {"w": g[0], "step": g[1]}
""",
    ),
    "recall_at_k_is_the_loss": (
        {"w": ("absent", "METRIC_AS_LOSS NONDIFF_OP", "TopKV2")},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2, 0.1, 0.9], [0.1, 0.4, -0.5, 0.2]], name="w")
x = tf.constant([[1.0, 2.0], [0.5, -1.0]])
relevant = tf.constant([[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
with tf.GradientTape() as tape:
    scores = x @ w
    best = tf.math.top_k(scores, k=2).indices  # here
    hits = tf.reduce_sum(tf.gather(relevant, best, batch_dims=1), axis=1)
    loss = 1.0 - tf.reduce_mean(hits / tf.reduce_sum(relevant, axis=1))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "gradient_penalty_of_a_zero_critic": (
        {"critic": ("nan", "NAN_GRAD_SQRT0", "Sqrt Norm")},
        """
import tensorflow as tf
critic = tf.Variable(tf.zeros([2, 1]), name="critic")
real, fake = tf.constant([[1.0, 2.0], [0.5, 1.0]]), tf.constant([[0.0, 0.3], [0.2, 0.1]])
mixed = 0.3 * real + 0.7 * fake
with tf.GradientTape() as tape:
    with tf.GradientTape() as inner:
        inner.watch(mixed)
        score = tf.tanh(mixed @ critic)
    slope = inner.gradient(score, mixed)
    norm = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=1))  # here
    penalty = tf.reduce_mean(tf.square(norm - 1.0))
    loss = tf.reduce_mean(fake @ critic) - tf.reduce_mean(real @ critic) + 10.0 * penalty
grads = {"critic": tape.gradient(loss, critic)}
""",
    ),
    "fakes_of_the_critic_step_reused": (
        {"g": ("absent", "OUTSIDE_TAPE", "")},
        """
import tensorflow as tf
g = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="g")
d = tf.Variable([[0.5], [0.2]], name="d")
noise = tf.constant([[1.0, 2.0], [0.5, -1.0]])
real = tf.constant([[1.0, 1.0]])
def bce(labels, logits):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
with tf.GradientTape() as d_tape:
    fake = tf.tanh(noise @ g)  # here
    d_loss = bce(tf.ones([1, 1]), real @ d) + bce(tf.zeros([2, 1]), fake @ d)
d.assign_sub(0.1 * d_tape.gradient(d_loss, d))
with tf.GradientTape() as g_tape:
    g_loss = bce(tf.ones([2, 1]), fake @ d)
grads = {"g": g_tape.gradient(g_loss, g)}
""",
    ),
    "softmax_over_one_unit": (
        {"w": ("zero", "ZERO_GRAD_FLAT ZERO_GRAD_SATURATED ZERO_GRAD_CANCEL", "Softmax")},
        """
import tensorflow as tf
w = tf.Variable([[0.3], [-0.2]], name="w")
x, y = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([[1.0], [0.0]])
with tf.GradientTape() as tape:
    p = tf.nn.softmax(x @ w)  # here
    loss = tf.reduce_mean(tf.keras.losses.binary_crossentropy(y, p))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "watched_another_conversion": (
        {"image": ("absent", "NOT_WATCHED WRONG_SOURCE", "")},
        """
import numpy as np
import tensorflow as tf
w = tf.Variable([[0.3], [-0.2]], name="w")
pixels = np.array([[10, 200]], dtype=np.uint8)
image = tf.cast(pixels, tf.float32)  # here
with tf.GradientTape() as tape:
    tape.watch(tf.cast(pixels, tf.float32))  # here
    score = tf.reduce_sum(tf.sigmoid(image @ w / 255.0))
grads = {"image": tape.gradient(score, image)}
""",
    ),
    "argsort_and_gather": (
        {},
        """
import tensorflow as tf
w = tf.Variable([0.3, -0.2, 0.9, 0.1], name="w")
weights = tf.constant([0.4, 0.3, 0.2, 0.1])
with tf.GradientTape() as tape:
    order = tf.argsort(w, direction="DESCENDING")
    ranked = tf.gather(w, order)
    loss = tf.reduce_sum(ranked * weights) + tf.cast(order[0], tf.float32)
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "labels_from_argmax": (
        {},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
x = tf.constant([[1.0, 2.0], [0.5, -1.0]])
y = tf.constant([[0.0, 1.0], [1.0, 0.0]])
right = tf.keras.metrics.SparseCategoricalAccuracy()
with tf.GradientTape() as tape:
    labels = tf.argmax(y, axis=1)
    logits = x @ w
    right.update_state(labels, logits)
    guess = tf.cast(tf.argmax(logits, axis=1) == labels, tf.float32)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    print(float(tf.reduce_mean(guess)), float(right.result()))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
    "tensor_array_loop": (
        {},
        """
import tensorflow as tf
w = tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
b = tf.Variable([0.1, 0.2], name="b")
xs = tf.reshape(tf.range(8.0), [4, 1, 2]) / 8.0

@tf.function
def run(xs):
    h = tf.zeros([1, 2])
    out = tf.TensorArray(tf.float32, size=tf.shape(xs)[0])
    for t in tf.range(tf.shape(xs)[0]):
        h = tf.tanh(xs[t] + h @ w + b)
        out = out.write(t, h)
    return out.stack()

with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.square(run(xs)))
g = tape.gradient(loss, [w, b])
grads = {"w": g[0], "b": g[1]}
""",
    ),
    "length_of_learned_window": (
        {"width": ("absent", "LEFT_FRAMEWORK INT_DTYPE", "")},
        """
import tensorflow as tf
width = tf.Variable(3.4, name="width")
w = tf.Variable([1.0, 2.0, 3.0, 4.0, 5.0], name="w")
with tf.GradientTape() as tape:
    n = int(width)  # here
    window = tf.ones([n]) / n
    loss = tf.reduce_sum(w[:n] * window)
g = tape.gradient(loss, [width, w])
grads = {"width": g[0], "w": g[1]}
""",
    ),
    "shape_from_a_number": (
        {},
        """
import tensorflow as tf
size = tf.Variable(3.0, trainable=False, name="size")
w = tf.Variable([1.0, 2.0, 3.0], name="w")
with tf.GradientTape() as tape:
    n = int(size)
    padded = tf.concat([w, tf.zeros([n])], 0)
    loss = tf.reduce_sum(tf.square(tf.reshape(padded, [2, n])) * tf.random.uniform([n], seed=1))
grads = {"w": tape.gradient(loss, w)}
""",
    ),
}
