# None, for one reason each.
import tensorflow as tf

x, frozen = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 1.0], trainable=False)
unwatched = tf.constant([3.0, 4.0])
outside = tf.reduce_sum(x)
with tf.GradientTape(persistent=True) as tape:
    loss = tf.reduce_sum(x * frozen * unwatched)
    position = tf.cast(tf.argmax(x), tf.float32)
    stopped = tf.reduce_sum(tf.stop_gradient(x))
    with tape.stop_recording():
        paused = tf.reduce_sum(x ** 2)
    host = tf.reduce_sum(tf.constant(x.numpy()))
    whole = tf.cast(tf.cast(x, tf.int32), tf.float32)
targets = dict(outside=outside, position=position, stopped=stopped, paused=paused, host=host, whole=whole)
grads = {name: tape.gradient(target, x) for name, target in targets.items()}
grads["frozen"], grads["unwatched"], grads["fine"] = tape.gradient(loss, [frozen, unwatched, x])
