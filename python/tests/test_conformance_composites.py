"""TensorFlow's promises of values of several tensors: ragged ones keep their rows (CG-26)."""


def test_CG_26_ragged_tensors_keep_their_structure(tf, same):
    @tf.custom_gradient
    def tripled(rows):
        return rows + 1.0, lambda dy: dy * 3.0

    rows = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(rows)
        y = tripled(rows)
    gradient = tape.gradient(y, rows)
    assert isinstance(gradient, tf.RaggedTensor) and gradient.to_list() == [[3.0, 3.0], [3.0]]

    @tf.custom_gradient
    def two(a, b):
        return (a + b, a * b), lambda da, db: (da * 4.0, db * 5.0)

    other = tf.ragged.constant([[4.0, 5.0], [6.0]])
    with tf.GradientTape() as tape:
        tape.watch([rows, other])
        added, product = two(rows, other)
        y = tf.reduce_sum(added) + tf.reduce_sum(product * 2.0)
    first, second = tape.gradient(y, [rows, other])
    assert first.to_list() == [[4.0, 4.0], [4.0]] and second.to_list() == [[10.0, 10.0], [10.0]]
