# Plain Python decides; each step is one more op on the tape.
import tensorflow as tf

x = tf.Variable(1.2)
with tf.GradientTape() as tape:
    y = x
    steps = 0
    while y < 10.0:
        y = y * x + 1.0
        steps += 1
    loss = y ** 2 if steps > 3 else -y
grads = {"x": tape.gradient(loss, x), "y": y}
