# Every arithmetic operator, with numbers, lists and arrays on either side.
import numpy as np
import tensorflow as tf

x = tf.Variable([1.5, -2.5, 3.0])
with tf.GradientTape() as tape:
    y = 2 * x + x * [1.0, 2.0, 3.0] - x / 4 + 1 / x
    y = y + np.array([1.0, 0.0, 2.0], np.float32) * x + (-x) ** 2 + abs(x)
    y = y + x % 2.0 + x // 1.0 + 2.0 ** x
    loss = tf.reduce_sum(y)
grads = {"x": tape.gradient(loss, x), "y": y}
