# A model with a skip connection; one layer is never called.
import tensorflow as tf

constant = tf.keras.initializers.Constant


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.first = tf.keras.layers.Dense(2, activation="relu", kernel_initializer=constant(0.5))
        self.second = tf.keras.layers.Dense(2, kernel_initializer=constant(0.25))
        self.idle = tf.keras.layers.Dense(2, kernel_initializer=constant(1.0))

    def call(self, x):
        h = self.first(x)
        return x + self.second(h)


net = Net()
x = tf.constant([[1.0, -3.0], [2.0, 2.0]])
net.idle.build((None, 2))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(net(x) ** 2)
g = tape.gradient(loss, [net.first.kernel, net.second.kernel, net.second.bias, net.idle.kernel])
grads = dict(zip(["first", "second", "bias", "idle"], g))
