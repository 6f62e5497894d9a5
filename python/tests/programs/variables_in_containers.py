# Gradients in the structure of what was asked: dicts, named tuples, nested lists.
import collections
import tensorflow as tf

Pair = collections.namedtuple("Pair", ["left", "right"])
parameters = {"layers": [Pair(tf.Variable(2.0), tf.Variable(3.0)), Pair(tf.Variable(4.0), tf.Variable(5.0))], "unused": tf.Variable(1.0)}
with tf.GradientTape() as tape:
    y = parameters["layers"][0].left * parameters["layers"][1].right ** 2 + parameters["layers"][0].right
found = tape.gradient(y, parameters)
flat = tf.nest.flatten(found)
grads = {f"g{i}": g for i, g in enumerate(flat)}
grads["same"] = found["layers"][1].right
grads["doubled"] = tf.nest.map_structure(lambda v: v * 2.0, parameters)["layers"][0].left
