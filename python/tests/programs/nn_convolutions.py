# Convolutions in one and two dimensions, strided, dilated, by depth; pooling; blocks to channels.
import tensorflow as tf

image = tf.Variable(tf.reshape(tf.sin(tf.range(1 * 6 * 6 * 2, dtype=tf.float32)), [1, 6, 6, 2]))
line = tf.Variable(tf.reshape(tf.cos(tf.range(2 * 7 * 2, dtype=tf.float32)), [2, 7, 2]))
k2, k1, kd = (tf.Variable(tf.reshape(tf.sin(tf.range(n, dtype=tf.float32) * 0.7), s)) for n, s in ((36, [3, 3, 2, 2]), (12, [3, 2, 2]), (16, [2, 2, 2, 2])))
kp = tf.Variable(tf.reshape(tf.cos(tf.range(12, dtype=tf.float32)), [1, 1, 4, 3]))
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "same": (tf.nn.conv2d(image, k2, 1, "SAME"), [image, k2]), "strided": (tf.nn.conv2d(image, k2, [1, 2, 2, 1], "VALID"), [image, k2]),
        "dilated": (tf.nn.conv2d(image, k2, 1, "SAME", dilations=2), [image, k2]), "one": (tf.nn.conv1d(line, k1, 2, "SAME"), [line, k1]),
        "depth": (tf.nn.depthwise_conv2d(image, kd, [1, 1, 1, 1], "VALID"), [image, kd]),
        "separable": (tf.nn.separable_conv2d(image, kd, kp, [1, 1, 1, 1], "SAME"), [image, kd, kp]),
        "max": (tf.nn.max_pool2d(image, 2, 2, "VALID"), [image]), "avg": (tf.nn.avg_pool2d(image, 3, 2, "SAME"), [image]),
        "pool1": (tf.nn.max_pool1d(line, 2, 2, "VALID"), [line]), "blocks": (tf.nn.space_to_depth(image, 2), [image]),
        "transposed": (tf.nn.conv2d_transpose(image, k2, [1, 12, 12, 2], 2), [image, k2]),
    }
    losses = {name: tf.reduce_sum(y**2) for name, (y, _) in ys.items()}
grads = {f"{name}_{i}": g for name, (_, sources) in ys.items() for i, g in enumerate(tape.gradient(losses[name], sources))}
