# Layers, a loss and a metric of one's own, in a Sequential with the engine's.
import tensorflow as tf

class Scale(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, x):
        return x * self.factor

class Squared(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.reduce_mean(tf.abs(y_true - y_pred) ** 1.5, axis=-1)

model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="tanh", kernel_initializer=tf.keras.initializers.Constant(0.3)), Scale(),
                             tf.keras.layers.Dense(1, kernel_initializer="ones")])
x, y = tf.constant([[1.0, 2.0], [-1.0, 0.5]]), tf.constant([[0.5], [-1.0]])
optimizer, loss_of = tf.keras.optimizers.SGD(0.1, momentum=0.9), Squared()
mean = tf.keras.metrics.Mean()
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True))
    g = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(g, model.trainable_variables))
    mean.update_state(loss)
grads = {f"v{i}": v.value if not callable(v.value) else v.value() for i, v in enumerate(model.trainable_variables)}
grads["mean"] = mean.result()
