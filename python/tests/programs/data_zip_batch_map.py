# Slices of two tensors, mapped and batched.
import tensorflow as tf

features = tf.reshape(tf.range(12, dtype=tf.float32), [6, 2])
labels = tf.constant([0, 1, 0, 1, 1, 0])
data = tf.data.Dataset.from_tensor_slices((features, labels)).map(lambda x, y: (x / 10.0, tf.cast(y, tf.float32))).batch(4)
w = tf.Variable([0.3, -0.2])
found = {}
for i, (x, y) in enumerate(data):
    with tf.GradientTape() as tape:
        logits = tf.linalg.matvec(x, w)
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
    found[f"batch{i}"] = tape.gradient(loss, w)
grads = found
