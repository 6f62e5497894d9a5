# Activations, with parameters.
import tensorflow as tf

x = tf.Variable([-2.0, -0.5, 0.0, 0.5, 7.0])
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "relu": tf.nn.relu(x), "relu6": tf.nn.relu6(x), "leaky": tf.nn.leaky_relu(x, alpha=0.1), "leaky_default": tf.nn.leaky_relu(x), "elu": tf.nn.elu(x),
        "selu": tf.nn.selu(x), "silu": tf.nn.silu(x), "swish": tf.nn.swish(x), "softplus": tf.nn.softplus(x), "crelu": tf.nn.crelu(x) * tf.range(10.0),
        "sigmoid": tf.nn.sigmoid(x), "tanh": tf.nn.tanh(x), "clip": tf.clip_by_value(x, -1.0, 1.0), "maximum": tf.maximum(x, 0.5), "abs": tf.abs(x), "sign": tf.sign(x),
    }
grads = {name: tape.gradient(y, x) for name, y in ys.items()}
