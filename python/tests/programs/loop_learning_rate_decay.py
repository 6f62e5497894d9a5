# A learning rate that falls, kept in a variable.
import tensorflow as tf

rate = tf.Variable(0.5, trainable=False)
x = tf.Variable([2.0, -3.0])
history = []
for step in range(6):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(x * x + tf.sin(x))
    x.assign_sub(rate * tape.gradient(loss, x))
    rate.assign(0.5 / (1.0 + 0.3 * tf.cast(step, tf.float32)))
    history.append(loss)
grads = {"x": x.value(), "rate": rate.value(), "history": tf.stack(history)}
