# tf.Module collects variables; a name that is bound anew loses its variable.
import tensorflow as tf

class Line(tf.Module):
    def __init__(self):
        super().__init__()
        self.slope = tf.Variable(2.0, name="slope")
        self.offset = tf.Variable(1.0, name="offset")

    def __call__(self, x):
        return self.slope * x + self.offset


line = Line()
x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((line(x) - [1.0, 1.0, 1.0]) ** 2)
g = tape.gradient(loss, line.trainable_variables)
grads = {v.name: value for v, value in zip(line.trainable_variables, g)}
