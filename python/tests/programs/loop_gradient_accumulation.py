# Gradients of four small batches added up before one step.
import tensorflow as tf

w = tf.Variable([[0.2, -0.1], [0.4, 0.3]])
x = tf.reshape(tf.range(16, dtype=tf.float32), [8, 2]) / 10.0
total = tf.zeros_like(w)
for part in tf.split(x, 4):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.nn.softplus(part @ w)) / 8.0
    total += tape.gradient(loss, w)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.nn.softplus(x @ w)) / 8.0
grads = {"accumulated": total, "whole": tape.gradient(loss, w)}
