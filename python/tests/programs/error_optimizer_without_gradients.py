# No gradient at all is an error of the optimizer.
import tensorflow as tf

w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.cast(tf.argmax(w), tf.float32)
gradient = tape.gradient(loss, w)
tf.keras.optimizers.SGD(0.1).apply_gradients([(gradient, w)])
grads = {"w": gradient}
