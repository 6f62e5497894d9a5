"""Calls of recurrent layers for test_signatures.py, in the form of signature_calls.py."""

_STEPS = "t([[[1.0, 2.0], [0.5, -1.0]]])"
_ONES = "kernel_initializer='ones', recurrent_initializer='ones'"

CALLS = {
    **{
        f"tf.keras.layers.{name}": f"2, {_ONES}, seed=1, return_sequences=True, go_backwards=True{own} | ({_STEPS})\n"
        f"2, activation='relu', {_ONES}, use_bias=False, stateful=True, return_state=True, dropout=0.5, recurrent_dropout=0.5 | ({_STEPS})\n"
        f"2, {_ONES}, bias_initializer='ones'{more} | ({_STEPS}, mask=t([[True, False]]))\n"
        "2, kernel_regularizer='l2'\n2, recurrent_regularizer='l2'\n2, bias_regularizer='l2'\n2, activity_regularizer='l2'\n2, kernel_constraint='non_neg'\n"
        "2, recurrent_constraint='non_neg'\n2, bias_constraint='non_neg'"
        for name, own, more in (
            ("SimpleRNN", "", ""),
            ("GRU", ", reset_after=False, recurrent_activation='tanh'", ""),
            ("LSTM", ", recurrent_activation='tanh'", ", unit_forget_bias=False"),
        )
    },
    **{
        f"tf.keras.layers.{name}Cell": f"2, {_ONES}, seed=1{own} | (t([[1.0, 2.0]]), {states})\n"
        f"2, activation='relu', {_ONES}, use_bias=False, dropout=0.5, recurrent_dropout=0.5 | (t([[1.0, 2.0]]), {states})\n"
        f"2, {_ONES}, bias_initializer='ones'{more} | (t([[1.0, 2.0]]), {states})\n"
        "2, kernel_regularizer='l2'\n2, recurrent_regularizer='l2'\n2, bias_regularizer='l2'\n2, kernel_constraint='non_neg'\n2, recurrent_constraint='non_neg'\n"
        "2, bias_constraint='non_neg'"
        for name, own, more, states in (
            ("SimpleRNN", "", "", "[t([[0.1, 0.2]])]"),
            ("GRU", ", reset_after=False, recurrent_activation='tanh'", "", "[t([[0.1, 0.2]])]"),
            ("LSTM", ", recurrent_activation='tanh'", ", unit_forget_bias=False", "[t([[0.1, 0.2]]), t([[0.3, 0.4]])]"),
        )
    },
    "tf.keras.layers.RNN": f"tf.keras.layers.SimpleRNNCell(2, {_ONES}), return_sequences=True, go_backwards=True | ({_STEPS})\n"
    f"[tf.keras.layers.SimpleRNNCell(2, {_ONES})], return_state=True, stateful=True | ({_STEPS})\n"
    f"tf.keras.layers.SimpleRNNCell(2, {_ONES}), True, zero_output_for_mask=True | ({_STEPS}, mask=t([[True, False]]))",
    "tf.keras.layers.StackedRNNCells": f"[tf.keras.layers.SimpleRNNCell(2, {_ONES})] | (t([[1.0, 2.0]]), [t([[0.1, 0.2]])])",
    "tf.keras.layers.Bidirectional": f"tf.keras.layers.SimpleRNN(2, {_ONES}), 'sum' | ({_STEPS})\n"
    f"tf.keras.layers.SimpleRNN(2, {_ONES}), backward_layer=tf.keras.layers.SimpleRNN(2, {_ONES}, go_backwards=True) | ({_STEPS})\n"
    f"tf.keras.layers.SimpleRNN(2), weights=[np.ones([2, 2])]",
    "tf.keras.layers.TimeDistributed": f"tf.keras.layers.Dense(1, kernel_initializer='ones') | ({_STEPS})",
}
