# Two optimizers on two copies of one problem.
import tensorflow as tf

finals = {}
for name, optimizer in [("sgd", tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.8, nesterov=True)), ("rmsprop", tf.keras.optimizers.RMSprop(learning_rate=0.1))]:
    w = tf.Variable([1.0, -2.0, 0.5])
    for _ in range(8):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.constant([1.0, 2.0, 4.0]) * w ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, w), w)])
    finals[name] = w.read_value()
grads = finals
