"""tf.data over the engine's data sets."""

import subprocess
import sys

import numpy as np
import pytest

import whygrad.tf as tf

Dataset = tf.data.Dataset


def numbers(dataset):
    return [element.numpy().tolist() for element in dataset]


def test_elements_have_the_structure_of_what_was_sliced():
    x, y = np.arange(6.0, dtype=np.float32).reshape(3, 2), np.array([0, 1, 2])
    for image, label in Dataset.from_tensor_slices((x, y)).take(1):
        assert image.numpy().tolist() == [0.0, 1.0] and int(label) == 0
    [first] = Dataset.from_tensor_slices({"x": x, "y": (y, y + 1)}).take(1)
    assert int(first["y"][1]) == 1
    assert numbers(Dataset.from_tensor_slices([1, 2, 3])) == [1, 2, 3]
    assert numbers(Dataset.from_tensors([1, 2])) == [[1, 2]]


def test_batches():
    assert numbers(Dataset.range(5).batch(2)) == [[0, 1], [2, 3], [4]]
    assert numbers(Dataset.range(5).batch(2, drop_remainder=True)) == [[0, 1], [2, 3]]
    assert len(Dataset.range(5).batch(2)) == 3
    assert int(Dataset.range(5).cardinality()) == 5


def test_shuffle_gives_every_element_once_in_another_order_each_time():
    dataset = Dataset.range(100).shuffle(100, seed=1)
    first, second = numbers(dataset), numbers(dataset)
    assert sorted(first) == list(range(100)) and first != list(range(100))
    assert sorted(second) == sorted(first) and second != first
    same = Dataset.range(100).shuffle(100, seed=1, reshuffle_each_iteration=False)
    assert numbers(same) == numbers(same) == first


def test_map_takes_elements_apart_and_may_nest_its_result():
    pairs = Dataset.from_tensor_slices(([1.0, 2.0], [3.0, 4.0]))
    assert numbers(pairs.map(lambda a, b: a * b)) == [3.0, 8.0]
    [first] = pairs.map(lambda a, b: {"sum": a + b, "both": (a, b)}).take(1)
    assert float(first["sum"]) == 4.0 and float(first["both"][1]) == 3.0
    assert numbers(Dataset.range(3).map(lambda i: i * 2).map(lambda i: i + 1).batch(3)) == [[1, 3, 5]]


@pytest.mark.parametrize("ahead", [1, tf.data.AUTOTUNE])
def test_prefetch_gives_the_same_and_may_be_left_early(ahead):
    dataset = Dataset.range(50).map(lambda i: i * i).prefetch(ahead)
    assert numbers(dataset) == [i * i for i in range(50)]
    for element in dataset:  # noqa: B007
        break
    assert int(element) == 0


@pytest.mark.parametrize("prefetch", [False, True])
def test_what_a_mapped_function_raises_reaches_the_loop(prefetch):
    def refuse_three(i):
        if int(i) == 3:
            raise KeyError("three")
        return i

    dataset = Dataset.range(5).map(refuse_three)
    with pytest.raises(KeyError, match="three"):
        numbers(dataset.prefetch(2) if prefetch else dataset)


LEFT_OPEN = """
import whygrad.tf as tf

class Holder:
    pass

holder = Holder()
holder.loop = iter(tf.data.Dataset.range(100000).map(lambda i: i * 2).prefetch(2))
holder.itself = holder  # so that nothing but the interpreter's end destroys it
print(int(next(holder.loop)))
"""


def test_a_prefetching_loop_may_be_open_at_the_end_of_the_program():
    done = subprocess.run([sys.executable, "-c", LEFT_OPEN], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_repeat_take_skip():
    assert numbers(Dataset.range(2).repeat(2)) == [0, 1, 0, 1]
    endless = Dataset.range(2).repeat()
    assert numbers(endless.skip(1).take(3)) == [1, 0, 1]
    with pytest.raises(TypeError, match="infinite"):
        len(endless)


def test_no_gradient_flows_through_a_data_set():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        loss = tf.add_n([element * w[0] for element in Dataset.from_tensor_slices(w * 1.0)])
    np.testing.assert_allclose(tape.gradient(loss, w), [3.0, 0.0])


def test_what_is_not_there_names_what_is():
    with pytest.raises(AttributeError, match="tf.data.Dataset"):
        tf.data.DataSet
