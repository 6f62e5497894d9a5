# A hidden layer trained with Adam.
import tensorflow as tf

x = tf.reshape(tf.range(12, dtype=tf.float32), [4, 3]) / 10.0
y = tf.constant([0, 1, 1, 0])
w1 = tf.Variable(tf.reshape(tf.sin(tf.range(15, dtype=tf.float32)), [3, 5]))
b1 = tf.Variable(tf.zeros([5]))
w2 = tf.Variable(tf.reshape(tf.cos(tf.range(10, dtype=tf.float32)), [5, 2]))
optimizer = tf.keras.optimizers.Adam(learning_rate=0.05)
for _ in range(3):
    with tf.GradientTape() as tape:
        logits = tf.nn.tanh(x @ w1 + b1) @ w2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    g = tape.gradient(loss, [w1, b1, w2])
    optimizer.apply_gradients(zip(g, [w1, b1, w2]))
grads = {"w1": w1.read_value(), "b1": b1.read_value(), "w2": w2.read_value(), "g1": g[0], "g2": g[2]}
