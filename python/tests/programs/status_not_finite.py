# NaN and Inf, and the rewrites that cure them.
import tensorflow as tf

z = tf.Variable([0.0, 4.0])
with tf.GradientTape(persistent=True) as tape:
    root = tf.reduce_sum(tf.sqrt(z))
    logarithm = tf.reduce_sum(tf.math.log(z))
    product = tf.reduce_sum(z * tf.math.log(z))
    masked = tf.reduce_sum(tf.where(z > 0.0, tf.math.log(z) / z, 0.0))
    safe = tf.where(z > 0.0, z, 1.0)
    cured = tf.reduce_sum(tf.where(z > 0.0, tf.math.log(safe), 0.0))
    norm = tf.norm(z * 0.0)
targets = dict(root=root, logarithm=logarithm, product=product, masked=masked, cured=cured, norm=norm)
grads = {name: tape.gradient(target, z) for name, target in targets.items()}
