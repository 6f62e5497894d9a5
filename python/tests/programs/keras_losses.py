# The usual losses, from logits and from probabilities.
import tensorflow as tf

labels = tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
z = tf.Variable([[0.2, 0.7, 0.1], [0.3, 0.3, 0.4]])
K = tf.keras.losses
cases = {
    "mse": K.MeanSquaredError(),
    "mae": K.MeanAbsoluteError(reduction="sum"),
    "huber": K.Huber(delta=0.3),
    "bce": K.BinaryCrossentropy(),
    "bce_logits": K.BinaryCrossentropy(from_logits=True),
    "cce": K.CategoricalCrossentropy(),
    "cce_logits": K.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    "kl": K.KLDivergence(),
}
grads = {}
for name, loss in cases.items():
    with tf.GradientTape() as tape:
        value = loss(labels, z)
    grads[name] = tape.gradient(value, z)
