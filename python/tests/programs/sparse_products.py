# A sparse matrix with values that learn.
import tensorflow as tf

values, dense = tf.Variable([1.0, -2.0, 3.0]), tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
with tf.GradientTape(persistent=True) as tape:
    s = tf.SparseTensor([[0, 1], [1, 0], [1, 2]], values, [2, 3])
    product = tf.reduce_sum(tf.sparse.sparse_dense_matmul(s, dense) ** 2)
    whole = tf.reduce_sum(tf.sparse.to_dense(s) * tf.transpose(dense))
    total = tf.sparse.reduce_sum(s) ** 2
    rows = tf.reduce_sum(tf.sparse.reduce_sum(s, axis=1) ** 3)
grads = {"v": tape.gradient(product, values), "d": tape.gradient(product, dense), "whole": tape.gradient(whole, values), "total": tape.gradient(total, values),
         "rows": tape.gradient(rows, values)}
