# A penalty on the norm of the gradient by the input.
import tensorflow as tf

w = tf.Variable([[0.5, -0.3], [0.2, 0.8]])
x = tf.constant([[1.0, 2.0]])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        inner.watch(x)
        score = tf.reduce_sum(tf.tanh(x @ w))
    slope = inner.gradient(score, x)
    penalty = (tf.norm(slope) - 1.0) ** 2
grads = {"w": outer.gradient(penalty, w)}
