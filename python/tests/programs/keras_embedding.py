# Words, one of them twice.
import tensorflow as tf

table = tf.keras.layers.Embedding(5, 2, embeddings_initializer=tf.keras.initializers.Constant(0.5))
words = tf.constant([[1, 3, 1]])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(table(words) * tf.constant([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]))
grads = {"table": tf.convert_to_tensor(tape.gradient(loss, table.embeddings))}
