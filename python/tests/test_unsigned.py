"""uint16, uint32 and uint64: what TensorFlow computes in them, and the ways into the library and out of it."""

import io

import numpy as np
import pytest

import compare_functions
import known_differences
import whygrad as wg
import whygrad.tf as tf

UNSIGNED = ["uint16", "uint32", "uint64"]
RECORDED = compare_functions.recorded(compare_functions.UNSIGNED)


@pytest.mark.parametrize("name", RECORDED)
def test_answers_are_tensorflows(name):
    different = []
    for call, answer in RECORDED[name]:
        kind, words = compare_functions.differences(compare_functions.evaluate(call, tf), {"message": "", **answer})
        # What TensorFlow has no kernel for may be computed here.
        different += [f"{kind}: {call}: {words}"] if kind and kind != "accepts" else []
    assert not different


def test_every_dtype_is_recorded():
    answered = [call for each in RECORDED.values() for call, answer in each if "out" in answer]
    for word in ("u16", "u32", "u64"):
        assert sum(word in call for call in answered) > 200


@pytest.mark.parametrize("name", UNSIGNED)
def test_arrays_come_and_go_with_all_their_bits(name):
    array = np.array([0, 1, 2 ** (8 * np.dtype(name).itemsize - 1), np.iinfo(name).max], name)
    x = tf.constant(array)
    assert x.dtype == tf.as_dtype(name) and x.dtype.is_unsigned and x.dtype.max == np.iinfo(name).max
    np.testing.assert_array_equal(x.numpy(), array, strict=True)
    np.testing.assert_array_equal(wg.from_dlpack(array).numpy(), array, strict=True)
    np.testing.assert_array_equal(tf.constant(array[::-1]).numpy(), array[::-1], strict=True)
    np.testing.assert_array_equal(tf.constant([int(n) for n in array], name).numpy(), array, strict=True)
    assert str(int(array[-1])) in str(x) and f"dtype={name}" in repr(x)
    file = io.BytesIO()
    np.savez(file, x=x.numpy())
    file.seek(0)
    np.testing.assert_array_equal(tf.constant(np.load(file)["x"]).numpy(), array, strict=True)
    v = tf.Variable(x)
    v.assign_add(tf.ones_like(x))
    np.testing.assert_array_equal(v.numpy(), array + np.ones_like(array), strict=True)


def test_numbers_beyond_int64_are_uint64():
    assert tf.constant(2**64 - 1, tf.uint64).numpy() == 2**64 - 1
    assert (tf.constant([2**63], tf.uint64) + (2**63 - 1)).numpy().tolist() == [2**64 - 1]
    assert (tf.constant([1], tf.uint64) + (2**64 - 1)).numpy().tolist() == [0]
    for number, dtype in ((2**64, tf.uint64), (-1, tf.uint64), (2**63, tf.int64), (2**32, tf.uint32), (-1, tf.uint32), (2**16, tf.uint16)):
        with pytest.raises((TypeError, ValueError)):
            tf.constant(number, dtype)
    with pytest.raises((TypeError, ValueError), match="cannot hold"):
        tf.constant([1], tf.uint16) + (-1)


@pytest.mark.parametrize("name", UNSIGNED)
def test_order_is_of_numbers_without_a_sign(name):
    high = int(np.iinfo(name).max)
    x = tf.constant([[3, high, 0], [high - 1, 1, high]], name)
    assert tf.reduce_max(x, 1).numpy().tolist() == [high, high] and tf.reduce_min(x, 0).numpy().tolist() == [3, 1, 0]
    assert tf.argmax(x, 1).numpy().tolist() == [1, 2] and tf.sort(x, 1).numpy().tolist() == [[0, 3, high], [1, high - 1, high]]
    assert tf.reduce_mean(tf.constant([high, high - 2], name)).numpy() == (2 * high - 2) % (high + 1 if name == "uint64" else 2 * high) // 2
    assert (x // 2).numpy().tolist() == [[1, high // 2, 0], [(high - 1) // 2, 0, high // 2]]
    assert tf.bitwise.right_shift(x, tf.ones_like(x)).numpy()[0, 1] == high // 2
    assert tf.cast(x, "float64").numpy()[0, 1] == float(high) and tf.cast(x, "int8").numpy()[0, 1] == -1


def test_integers_for_a_seed_are_tensorflows():
    full = tf.random.stateless_uniform([2], [1, 2], None, None, tf.uint32)
    assert full.dtype == tf.uint32 and full.numpy().tolist() == [1105988140, 1738052849]


def test_a_difference_that_is_known_has_a_reason():
    assert known_differences.reason_for("accepts", "tf.abs(n(u16,3))", "is not in the list of allowed values") is not None
