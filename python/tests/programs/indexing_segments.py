# Sums, means, products and extremes by segment.
import tensorflow as tf

x = tf.Variable([[1.0, 4.0], [3.0, 2.0], [5.0, 6.0], [2.0, 6.0]])
ids = tf.constant([0, 0, 1, 1])
mixed = tf.constant([2, 0, 2, 0])
w = tf.constant([[1.0, 2.0], [3.0, -1.0], [0.5, 2.0]])
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "sum": tf.math.segment_sum(x, ids) * w[:2], "mean": tf.math.segment_mean(x, ids) * w[:2], "max": tf.math.segment_max(x, ids) * w[:2],
        "min": tf.math.segment_min(x, ids) * w[:2], "prod": tf.math.segment_prod(x, ids) * w[:2],
        "usum": tf.math.unsorted_segment_sum(x, mixed, 3) * w, "umean": tf.math.unsorted_segment_mean(x, mixed, 3) * w,
        "uprod": tf.math.unsorted_segment_prod(x, mixed, 3) * w, "umax": tf.gather(tf.math.unsorted_segment_max(x, mixed, 3), [0, 2]) * w[:2],
    }
grads = {name: tape.gradient(y, x) for name, y in ys.items()}
