# A bag of words: lookups, a mean over words with a mask, repeated words.
import tensorflow as tf

table = tf.Variable(tf.reshape(tf.sin(tf.range(20, dtype=tf.float32)), [5, 4]))
words = tf.constant([[1, 3, 3, 0], [4, 2, 0, 0]])
lengths = tf.constant([3, 2])
with tf.GradientTape() as tape:
    rows = tf.nn.embedding_lookup(table, words)
    mask = tf.cast(tf.sequence_mask(lengths, 4), tf.float32)[..., tf.newaxis]
    mean = tf.reduce_sum(rows * mask, axis=1) / tf.cast(lengths, tf.float32)[:, tf.newaxis]
    loss = tf.reduce_sum(tf.nn.log_softmax(mean) * tf.one_hot([1, 2], 4))
grads = {"table": tape.gradient(loss, table)}
