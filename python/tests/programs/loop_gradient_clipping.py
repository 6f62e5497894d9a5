# Clipping by value, by norm and by global norm, then a step.
import tensorflow as tf

v = [tf.Variable([3.0, -4.0]), tf.Variable([[1.0], [2.0]])]
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(v[0] ** 3) + tf.reduce_sum(tf.exp(v[1]))
g = tape.gradient(loss, v)
by_value = [tf.clip_by_value(t, -2.0, 2.0) for t in g]
by_norm = [tf.clip_by_norm(t, 1.5) for t in g]
by_global, norm = tf.clip_by_global_norm(g, 5.0)
for t, variable in zip(by_global, v):
    variable.assign_sub(0.1 * t)
grads = {"value": by_value[0], "norm": by_norm[1], "global": by_global[0], "size": norm, "v0": v[0].read_value(), "v1": v[1].read_value()}
