# Accuracy is no loss: of whichever kind, no gradient comes through.
import tensorflow as tf

w = tf.Variable([[0.5, -0.3], [0.2, 0.8]])
x = tf.constant([[1.0, 2.0], [-1.0, 0.5]])
classes = tf.constant([1, 0])
metrics = tf.keras.metrics
with tf.GradientTape(persistent=True) as tape:
    p = tf.nn.softmax(x @ w)
    sparse = tf.reduce_mean(metrics.sparse_categorical_accuracy(classes, p))
    categorical = tf.reduce_mean(metrics.categorical_accuracy(tf.one_hot(classes, 2), p))
    binary = tf.reduce_mean(metrics.binary_accuracy(tf.cast(classes, tf.float32), p[:, 1]))
    loss = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(classes, p))
grads = {"sparse": tape.gradient(sparse, w), "categorical": tape.gradient(categorical, w), "binary": tape.gradient(binary, w)}
grads.update(loss=tape.gradient(loss, w), accuracy=categorical)
