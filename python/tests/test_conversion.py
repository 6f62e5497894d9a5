"""From Python's numbers, lists and arrays to tensors, and back."""

import array
import copy
import pickle

import numpy as np
import pytest

import whygrad as wg
import whygrad.tf as tf


@pytest.mark.parametrize(
    "value, dtype, shape",
    [
        (1, "int32", []),
        (1.5, "float32", []),
        (True, "bool", []),
        (1 + 2j, "complex128", []),
        (2**40, "int64", []),
        ([1, 2, 3], "int32", [3]),
        ([1, 2.5], "float32", [2]),
        ([[1, 2], [3, 4]], "int32", [2, 2]),
        ([], "float32", [0]),
        ([[], []], "float32", [2, 0]),
        ((1.0, 2.0), "float32", [2]),
        (range(3), "int32", [3]),
        (np.float64(2.0), "float64", []),
        (np.int16(3), "int16", []),
        (np.arange(6).reshape(2, 3), "int64", [2, 3]),
        (np.ones((2, 0, 3), np.float16), "float16", [2, 0, 3]),
        ([np.float32(1), np.float32(2)], "float32", [2]),
        (array.array("d", [1, 2]), "float64", [2]),
    ],
)
def test_constant_takes_dtype_and_shape(value, dtype, shape):
    t = tf.constant(value)
    assert t.dtype == dtype and t.shape == shape
    np.testing.assert_array_equal(t.numpy(), np.asarray(value))


def test_constant_with_dtype_and_shape():
    assert tf.constant([1, 2], tf.float64).dtype is tf.float64
    assert tf.constant(7.0, shape=[2, 3]).numpy().tolist() == [[7] * 3] * 2
    assert tf.constant([1, 2, 3, 4], shape=[2, 2]).numpy().tolist() == [[1, 2], [3, 4]]
    with pytest.raises(TypeError):
        tf.constant(1.5, tf.int32)
    with pytest.raises(TypeError):
        tf.convert_to_tensor(tf.constant(1.0), tf.float64)


def test_what_is_no_tensor_is_refused():
    with pytest.raises(ValueError, match="ragged"):
        tf.constant([[1, 2], [3]])
    with pytest.raises(ValueError, match="ragged"):
        tf.constant([[1, 2], 3])
    with pytest.raises(TypeError):
        tf.constant([1, True])
    with pytest.raises(ValueError, match="None values not supported"):
        tf.constant(None)
    with pytest.raises(TypeError):
        tf.constant(object())
    with pytest.raises(TypeError):
        tf.constant(np.array([object()]))
    with pytest.raises(TypeError):
        tf.constant(np.arange(3, dtype=np.longdouble))
    loop = []
    loop.append(loop)
    with pytest.raises((ValueError, TypeError)):
        tf.constant(loop)


def test_foreign_byte_order_is_refused_and_strides_and_read_only_arrays_are_not():
    with pytest.raises(TypeError, match="byte order"):
        tf.constant(np.arange(3, dtype=">f4"))
    a = np.arange(12.0).reshape(3, 4)
    assert tf.constant(a[::-1, ::2]).numpy().tolist() == a[::-1, ::2].tolist()
    a.setflags(write=False)
    assert tf.constant(a).numpy().tolist() == a.tolist()


def test_constant_copies_and_numpy_copies():
    a = np.array([1.0, 2.0])
    t = tf.constant(a)
    a[0] = 9
    assert t.numpy().tolist() == [1, 2]
    b = t.numpy()
    b[0] = 7
    assert t.numpy().tolist() == [1, 2]


def test_asarray_shares_and_cannot_be_written():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    shared = np.asarray(tf.transpose(t))
    assert shared.tolist() == [[1, 3], [2, 4]] and not shared.flags.writeable
    assert np.asarray(t).__array_interface__["data"][0] == np.asarray(t).__array_interface__["data"][0]
    assert np.array(t).flags.writeable
    assert np.sum(t) == 10


def test_a_shared_array_outlives_its_tensor():
    shared = np.asarray(tf.constant(np.arange(1000.0)))
    tf.constant(np.ones(1000))
    assert shared.tolist() == list(range(1000))


def test_from_dlpack_shares_memory_and_keeps_it_alive():
    a = np.arange(1000.0)
    t = wg.from_dlpack(a)
    a[1] = 5
    del a
    assert t.numpy()[1] == 5
    with pytest.raises(ValueError, match="gaps"):
        wg.from_dlpack(np.arange(10.0)[::2])


def test_a_list_with_tensors_is_stacked_and_carries_gradients():
    w = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.convert_to_tensor([w * 3.0, 1.0]))
    assert tape.gradient(y, w).numpy() == 3


def test_scalars_are_numbers():
    t = tf.constant(2.5)
    assert float(t) == 2.5 and int(t) == 2 and bool(t) and complex(t) == 2.5 and f"{t:.2f}" == "2.50"
    assert [10, 20, 30][tf.constant(1)] == 20
    assert round(float(t)) == 2
    with pytest.raises(TypeError):
        [1][tf.constant(0.0)]
    with pytest.raises(ValueError):
        float(tf.constant([1.0, 2.0]))
    with pytest.raises(TypeError):
        len(tf.constant(1.0))
    with pytest.raises(TypeError):
        iter(tf.constant(1.0))


def test_dtypes():
    assert tf.float32 == "float32" == tf.float32 and tf.float32 == np.float32 and tf.float32 == np.dtype("float32")
    assert tf.float32 != tf.float64 and tf.float32 != None and tf.float32 != 3  # noqa: E711
    assert tf.as_dtype("half") is tf.float16 and tf.as_dtype(np.int64) is tf.int64 and tf.as_dtype(bool) is tf.bool
    assert tf.float32.as_numpy_dtype is np.float32 and tf.int8.max == 127 and tf.float32.is_floating and tf.complex64.real_dtype is tf.float32
    with pytest.raises(TypeError):
        tf.as_dtype("float33")


def test_shapes():
    shape = tf.ones([2, 3]).shape
    assert shape == (2, 3) == shape and shape == [2, 3] and shape.rank == 2 and shape[0] == 2 and shape[1:] == [3] and list(shape) == [2, 3]
    assert shape + [4] == [2, 3, 4] and shape.num_elements() == 6 and str(shape) == "(2, 3)" and repr(shape) == "TensorShape([2, 3])"
    assert tf.TensorShape([None, 3]).is_compatible_with(shape) and tf.TensorShape(None).rank is None
    with pytest.raises(ValueError):
        tf.TensorShape([2]).assert_is_compatible_with(shape)


def test_repr_copy_and_pickle():
    t = tf.constant([1.0, 2.0])
    assert repr(t) == "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>"
    assert str(t) == "tf.Tensor([1. 2.], shape=(2,), dtype=float32)"
    assert "tf.Variable 'w:0' shape=() dtype=float32" in repr(tf.Variable(1.0, name="w"))
    assert copy.copy(t) is t and copy.deepcopy(t) is t
    assert pickle.loads(pickle.dumps(t)).numpy().tolist() == [1, 2]


def test_tensors_are_no_keys_but_references_are():
    t, v = tf.constant(1.0), tf.Variable(1.0)
    with pytest.raises(TypeError):
        hash(t)
    assert {t.ref(): 1}[t.ref()] == 1 and t.ref().deref() is t and v.ref() == v.ref() and v.ref() != t.ref()
