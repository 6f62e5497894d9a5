"""What the remedies make of programs of thread_programs.py: (text, what stands in its place), as often as it has to be mended. Then each gradient is there."""

MENDED = {
    "ppo_old_policy_not_stopped": [("old = log_prob(states)", "old = tf.stop_gradient(log_prob(states))")],
    "ppo_everything_clipped": [("tf.clip_by_value(ratio, 0.8, 1.2)", "ratio + tf.stop_gradient(tf.clip_by_value(ratio, 0.8, 1.2) - ratio)")],
    "reward_of_an_environment": [
        ("total += env.step(action)", "total += env.step(action) * tf.nn.sparse_softmax_cross_entropy_with_logits(tf.constant([action]), logits)[0]"),
        ("-tf.constant(total)", "-total"),
    ],
    "vae_log_var_head_copied": [("log_var = x @ mean_kernel", "log_var = x @ log_var_kernel")],
    "contrastive_eye_times_infinity": [('similarity - tf.eye(4) * float("inf")', "tf.where(tf.eye(4) == 1.0, -1e9, similarity)")],
    "iou_of_boxes_apart": [("tf.maximum(high - low, 0.0)", "0.0 + tf.nn.leaky_relu(high - low - 0.0)")],
    "half_precision_epsilon_vanishes": [("p + 1e-8", "p + 1e-3"), ("tf.nn.softmax(logits)", "tf.nn.softmax(logits / 50.0)")],
    "patch_pasted_into_a_variable": [
        (
            "canvas[1:3, 1:3].assign(tf.sigmoid(patch))",
            "whole = tf.tensor_scatter_nd_update(image, [[[1, 1], [1, 2]], [[2, 1], [2, 2]]], tf.sigmoid(patch))",
        ),
        ("canvas @ kernel", "whole @ kernel"),
    ],
    "learned_step_size_in_assign_sub": [
        ("w.assign_sub(tf.exp(log_lr) * step)", "y_w = w - tf.exp(log_lr) * step"),
        ("after = tf.square(tf.reduce_sum(w * x) - y)", "after = tf.square(tf.reduce_sum(y_w * x) - y)"),
    ],
    "running_mean_metric_as_loss": [
        ("total = tf.keras.metrics.Mean()", "total = 0.0"),
        ("total.update_state(error)", "total = total + error"),
        ("total.result()", "total"),
    ],
    "first_state_in_an_earlier_tape": [
        (
            "for chunk in chunks:\n    with tf.GradientTape() as tape:\n        h = unroll(chunk, h)\n",
            "for chunk in chunks:\n    with tf.GradientTape() as tape:\n        h = h0\n        for chunk in chunks:\n            h = unroll(chunk, h)\n",
        )
    ],
    "position_of_a_learned_speed": [
        ("tf.cast(tf.floor(speed * t), tf.int32)", "speed * t"),
        ("tf.nn.embedding_lookup(table, position)", "tf.nn.softmax(-tf.square(position[:, None] - tf.range(10.0))) @ table"),
    ],
    "numpy_mean_of_squares": [
        ("np.mean(np.square(truth - prediction))", "tf.reduce_mean(tf.square(truth - prediction))"),
    ],
    "count_in_a_while_loop": [("tf.cast(x[i] > limit, tf.float32)", "tf.sigmoid(x[i] - limit)")],
    "slices_of_a_product_as_dataset": [("tf.data.Dataset.from_tensor_slices(w * x).batch(2)", "tf.split(w * x, 2)")],
    "custom_gradient_of_zeros": [("return tf.zeros_like(x)", "return upstream")],
    "inner_tape_watches_outer_does_not": [("        first.watch(x)", "        first.watch(x)\n        second.watch(x)")],
    "hard_gumbel_stopped_as_well": [
        ("tf.one_hot(tf.argmax(soft, axis=1), 3)", "soft"),
        ("tf.stop_gradient(hard)", "hard"),
    ],
    "temperature_clipped_threshold_compared": [
        (
            "tf.clip_by_value(temperature, 0.05, 5.0)",
            "(temperature + tf.stop_gradient(tf.clip_by_value(temperature, 0.05, 5.0) - temperature))",
        ),
        ("tf.cast(each > threshold, tf.float32)", "tf.sigmoid(each - threshold)"),
    ],
    "recall_at_k_is_the_loss": [
        ("tf.math.top_k(scores, k=2).indices", "tf.nn.softmax(scores)"),
        ("tf.gather(relevant, best, batch_dims=1)", "relevant * best"),
    ],
    "gradient_penalty_of_a_zero_critic": [
        ("tf.sqrt(tf.reduce_sum(tf.square(slope), axis=1))", "tf.sqrt(tf.reduce_sum(tf.square(slope), axis=1) + 1e-12)"),
        ("tf.zeros([2, 1])", "tf.constant([[0.1], [-0.2]])"),
    ],
    "fakes_of_the_critic_step_reused": [("    g_loss = bce(", "    fake = tf.tanh(noise @ g)\n    g_loss = bce(")],
    "softmax_over_one_unit": [("tf.nn.softmax(x @ w)", "tf.sigmoid(x @ w)")],
    "watched_another_conversion": [("tape.watch(tf.cast(pixels, tf.float32))", "tape.watch(image)")],
    "bce_of_saturated_sigmoid": [
        ("tf.sigmoid(x @ kernel)", "x @ kernel"),
        ("binary_crossentropy(y, p)", "binary_crossentropy(y, p, from_logits=True)"),
    ],
    "lambda_layer_with_argmax": [
        ("tf.cast(tf.argmax(t, axis=-1), tf.float32)[:, None]", "tf.reduce_max(t, axis=-1)[:, None]"),
    ],
    "keras_accuracy_metric_as_loss": [("1.0 - accuracy(y, prediction)", "tf.reduce_mean(tf.keras.losses.binary_crossentropy(y, prediction))")],
    "histogram_matching": [
        (
            "tf.histogram_fixed_width(gain * x, [0.0, 1.0], nbins=4)",
            "tf.reduce_sum(tf.sigmoid((gain * x[:, None] - [0.0, 0.25, 0.5, 0.75]) / 0.1), 0)",
        )
    ],
    "keras_layer_called_in_two_tapes": [("    b_loss =", "    code = encoder(x, training=True)\n    b_loss =")],
    "read_of_float_round": [("float(tf.reduce_sum(tf.round(w * 3.0)))", "tf.reduce_sum(w * 3.0 + tf.stop_gradient(tf.round(w * 3.0) - w * 3.0))")],
}
