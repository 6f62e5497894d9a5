# Convolution, pooling, flatten, dense.
import tensorflow as tf

constant = tf.keras.initializers.Constant
layers = tf.keras.layers
model = tf.keras.Sequential([
    layers.Conv2D(2, 3, padding="same", activation="relu", kernel_initializer=constant(0.1)),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(2),
])
images = tf.reshape(tf.sin(tf.range(32, dtype=tf.float32)), [2, 4, 4, 1])
labels = tf.constant([0, 1])
model(images)
model.layers[-1].kernel.assign(tf.reshape(tf.cos(tf.range(16, dtype=tf.float32)), [8, 2]))
with tf.GradientTape() as tape:
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, model(images))
grads = {f"v{i}": g for i, g in enumerate(tape.gradient(loss, model.trainable_variables))}
