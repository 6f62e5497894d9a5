# Rows of a table moved by their gradients with scatter_sub.
import tensorflow as tf

table = tf.Variable(tf.reshape(tf.range(8, dtype=tf.float32), [4, 2]))
ids = tf.constant([1, 3, 1])
for _ in range(3):
    rows = tf.gather(table, ids)
    with tf.GradientTape() as tape:
        tape.watch(rows)
        loss = tf.reduce_sum(rows**2)
    table.scatter_sub(tf.IndexedSlices(0.1 * tape.gradient(loss, rows), ids))
table.scatter_nd_add([[0, 1]], [5.0])
table[2].assign([9.0, 8.0])
grads = {"table": table.value(), "read": table.sparse_read([0, 2])}
