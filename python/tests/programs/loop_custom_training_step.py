# A training step as a class: model, loss, optimizer and metric as attributes.
import tensorflow as tf

class Trainer(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.reshape(tf.linspace(-0.5, 0.5, 6), [3, 2]), name="w")
        self.b = tf.Variable(tf.zeros([2]), name="b")
        self.step = tf.Variable(0, trainable=False, dtype=tf.int64)

    def __call__(self, x):
        return tf.nn.tanh(x @ self.w + self.b)

    def train(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.math.squared_difference(self(x), y))
        gradients = tape.gradient(loss, self.trainable_variables)
        for g, v in zip(gradients, self.trainable_variables):
            v.assign_sub(0.3 * g)
        self.step.assign_add(1)
        return loss

trainer = Trainer()
x = tf.constant([[0.1, 0.2, -0.3], [0.5, -0.4, 0.2]])
y = tf.constant([[0.2, -0.1], [0.0, 0.4]])
for _ in range(5):
    loss = trainer.train(x, y)
grads = {"loss": loss, "w": trainer.w.value(), "b": trainer.b.value(), "step": tf.cast(trainer.step, tf.float32)}
