# An image that is made smooth: total variation, gradients of the image, flips and crops.
import tensorflow as tf

image = tf.Variable(tf.reshape(tf.sin(tf.range(2 * 4 * 5 * 3, dtype=tf.float32)), [2, 4, 5, 3]))
with tf.GradientTape(persistent=True) as tape:
    smooth = tf.reduce_sum(tf.image.total_variation(image))
    down, right = tf.image.image_gradients(image)
    edges = tf.reduce_sum(tf.abs(down)) + tf.reduce_sum(tf.square(right))
    turned = tf.reduce_sum(tf.image.flip_left_right(image)[:, :, 0] ** 2) + tf.reduce_sum(tf.image.flip_up_down(image)[:, 0] ** 3)
    cropped = tf.reduce_sum(tf.image.central_crop(image, 0.5) ** 2)
    gray = tf.reduce_sum(tf.image.rgb_to_grayscale(image) ** 2)
grads = {name: tape.gradient(y, image) for name, y in dict(smooth=smooth, edges=edges, turned=turned, cropped=cropped, gray=gray).items()}
