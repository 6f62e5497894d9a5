# A layer with its own variables.
import tensorflow as tf

class Scale(tf.keras.layers.Layer):
    def __init__(self, power, **kwargs):
        super().__init__(**kwargs)
        self.power = power

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
        self.unused = self.add_weight(shape=(2,), initializer="zeros", name="unused")

    def call(self, inputs):
        return (inputs * self.factor) ** self.power


layer = Scale(3)
x = tf.constant([[1.0, 2.0, -1.0]])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(layer(x))
grads = {"factor": None, "unused": None}
grads["factor"], grads["unused"] = tape.gradient(loss, [layer.factor, layer.unused])
