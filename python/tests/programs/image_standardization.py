# Standardized, turned and padded images.
import tensorflow as tf

image = tf.Variable(tf.reshape(tf.cos(tf.range(4 * 3 * 2, dtype=tf.float32)), [4, 3, 2]))
with tf.GradientTape(persistent=True) as tape:
    standard = tf.reduce_sum(tf.image.per_image_standardization(image) ** 3)
    turned = tf.reduce_sum(tf.image.rot90(image)[0] ** 2) + tf.reduce_sum(tf.image.transpose(image)[1] ** 2)
    padded = tf.reduce_sum(tf.image.pad_to_bounding_box(image, 1, 2, 6, 6)[1:3, 2:4] ** 2)
    bright = tf.reduce_sum(tf.image.adjust_brightness(image, 0.2) ** 2)
grads = {name: tape.gradient(y, image) for name, y in dict(standard=standard, turned=turned, padded=padded, bright=bright).items()}
