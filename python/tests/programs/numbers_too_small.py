# Numbers too small for a full mantissa are 0: a sigmoid that far out has no slope, and its logarithm is not finite.
import tensorflow as tf

w = tf.Variable([-100.0, -95.0, -80.0])
z = tf.Variable([[0.0, -100.0]])
many = tf.Variable(tf.fill([100000], -100.0))
with tf.GradientTape(persistent=True) as tape:
    p = tf.sigmoid(w)
    squares = tf.reduce_sum(tf.square(p - 1.0))
    logarithm = tf.math.log(tf.nn.softmax(z))[0, 1]
    stable = tf.nn.log_softmax(z)[0, 1]
    entropy = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.zeros([3]), logits=w))
    total = tf.reduce_sum(tf.exp(many))
grads = {
    "squares": tape.gradient(squares, w),
    "logarithm": tape.gradient(logarithm, z),
    "stable": tape.gradient(stable, z),
    "entropy": tape.gradient(entropy, w),
    "total": tf.reduce_max(tape.gradient(total, many)),
}
