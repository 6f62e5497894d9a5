"""tf.test: checks of gradients and a TestCase for eager tests."""

import contextlib as _contextlib
import tempfile as _tempfile
import unittest as _unittest
from unittest import main  # noqa: F401

from whygrad import _nest, _whygrad
from whygrad._not_there import only as _only
from whygrad._tape import GradientTape as _GradientTape
from whygrad.errors import OpError as _OpError
from whygrad.tf import _names


def _array(value):
    import numpy

    if isinstance(value, _whygrad.Variable):
        value = value._peek()
    if hasattr(value, "__tf_tensor__"):
        value = _whygrad.convert_to_tensor(value)
    return numpy.asarray(_whygrad.peek(value) if isinstance(value, _whygrad.Tensor) else value)


def _jacobian_of(f, xs, param):
    """The jacobian by the tape: a row for each real number of the result, a column for each of xs[param]."""
    import numpy

    with _GradientTape(persistent=True) as tape:
        tape.watch(xs)
        y = f(*xs)
    x = xs[param]
    seed = numpy.zeros(tuple(y.shape), y.dtype.as_numpy_dtype)
    numbers = seed.reshape(-1).view(y.dtype.real_dtype.as_numpy_dtype)
    jacobian = numpy.zeros((numbers.size, x.shape.num_elements() * (2 if x.dtype.is_complex else 1)), x.dtype.real_dtype.as_numpy_dtype)
    for row in range(numbers.size):
        numbers[row] = 1
        gradient = tape.gradient(y, x, output_gradients=_whygrad.constant(seed))
        if gradient is not None:
            jacobian[row] = _array(gradient).ravel().view(jacobian.dtype)
        numbers[row] = 0
    return jacobian


def _differences_of(f, xs, param, delta):
    """The jacobian by central differences, in the same form."""
    import numpy

    x = xs[param]
    number, columns = x.dtype.real_dtype.as_numpy_dtype, []
    for i in range(x.shape.num_elements() * (2 if x.dtype.is_complex else 1)):
        moved = []
        for step in (delta, -delta):
            array = numpy.array(_array(x))
            array.reshape(-1).view(number)[i] += step
            moved.append(_array(f(*xs[:param], _whygrad.constant(array), *xs[param + 1 :])))
        difference = (moved[0] - moved[1]) / numpy.asarray(2 * delta, moved[0].real.dtype)
        columns.append(numpy.ascontiguousarray(difference).reshape(-1).view(difference.real.dtype))
    y_size = _array(f(*xs)).size
    return numpy.stack(columns, 1).astype(number) if columns else numpy.zeros((y_size, 0), number)


def compute_gradient(f, x, delta=None):
    """(jacobians by the tape, jacobians by central differences), one of each for every argument in the list x."""
    if not isinstance(x, (list, tuple)):
        raise ValueError(f"`x` must be a list or tuple of values convertible to a Tensor (arguments to `f`), not a {type(x)}")
    delta = 1.0 / 1024 if delta is None else delta
    xs = [_whygrad.convert_to_tensor(value) for value in x]
    for i, value in enumerate(xs):
        if not (value.dtype.is_floating or value.dtype.is_complex):
            raise AssertionError(f"Cannot compute gradient for unsupported type {value.dtype.name} of argument {i}")
    return [_jacobian_of(f, xs, i) for i in range(len(xs))], [_differences_of(f, xs, i, delta) for i in range(len(xs))]


class TestCase(_unittest.TestCase):
    """Comparisons of tensors, variables, arrays, and nested structures of them."""

    def evaluate(self, tensors):
        """The numbers, in the same structure."""
        return _nest.map_structure(lambda v: v if v is None or isinstance(v, (int, float, str)) else _array(v)[()], tensors)

    def get_temp_dir(self):
        if not hasattr(self, "_folder"):
            self._folder = _tempfile.mkdtemp()
        return self._folder

    @_contextlib.contextmanager
    def cached_session(self, graph=None, config=None, use_gpu=True, force_gpu=False):
        """Eager programs need no session."""
        _only("session", graph=(graph, None), force_gpu=(force_gpu, False, "graph"))
        yield None

    session = test_session = cached_session

    def _pairs(self, a, b, path=""):
        if isinstance(a, dict) or isinstance(b, dict):
            self.assertEqual(set(a), set(b), path)
            for key in a:
                yield from self._pairs(a[key], b[key], f"{path}[{key!r}]")
        elif isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
            self.assertEqual(len(a), len(b), f"{path}: lengths")
            for i, (left, right) in enumerate(zip(a, b)):
                yield from self._pairs(left, right, f"{path}[{i}]")
        else:
            yield path, a, b

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):  # noqa: N802
        import numpy

        for path, left, right in self._pairs(a, b):
            left, right = _array(left), _array(right)
            self.assertEqual(left.shape, right.shape, f"{path} shapes {msg or ''}")
            numpy.testing.assert_allclose(left, right, rtol, atol, err_msg=f"{path} {msg or ''}")

    def assertAllCloseAccordingToType(
        self,
        a,
        b,
        rtol=1e-6,
        atol=1e-6,
        float_rtol=1e-6,
        float_atol=1e-6,
        half_rtol=1e-3,
        half_atol=1e-3,  # noqa: N802
        bfloat16_rtol=1e-2,
        bfloat16_atol=1e-2,
        msg=None,
    ):
        for path, left, right in self._pairs(a, b):
            kinds = {_array(left).dtype.name, _array(right).dtype.name}
            if "bfloat16" in kinds:
                rtol, atol = max(rtol, bfloat16_rtol), max(atol, bfloat16_atol)
            elif "float16" in kinds:
                rtol, atol = max(rtol, half_rtol), max(atol, half_atol)
            elif kinds & {"float32", "complex64"}:
                rtol, atol = max(rtol, float_rtol), max(atol, float_atol)
            self.assertAllClose(left, right, rtol, atol, f"{path} {msg or ''}")

    def assertNotAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):  # noqa: N802
        try:
            self.assertAllClose(a, b, rtol, atol)
        except AssertionError:
            return
        raise AssertionError(f"The two values are close at all elements. {msg or ''}")

    def assertAllEqual(self, a, b, msg=None):  # noqa: N802
        import numpy

        if a is None or b is None:
            self.assertIs(a, b, msg)
            return
        if isinstance(a, (list, tuple)) and any(value is None for value in _nest.flatten(a)):
            self.assertEqual(self.evaluate(a), self.evaluate(b), msg)
            return
        numpy.testing.assert_array_equal(_array(a), _array(b), err_msg=msg or "", strict=False)
        self.assertEqual(_array(a).shape, _array(b).shape, msg)

    def assertNotAllEqual(self, a, b, msg=None):  # noqa: N802
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        raise AssertionError(f"The two values are equal at all elements. {msg or ''}")

    def assertShapeEqual(self, input_a, input_b, msg=None):  # noqa: N802
        self.assertEqual(_array(input_a).shape, _array(input_b).shape, msg)

    def assertDTypeEqual(self, target, expected_dtype):  # noqa: N802
        import numpy

        self.assertEqual(_array(target).dtype, numpy.dtype(getattr(expected_dtype, "as_numpy_dtype", expected_dtype)))

    def assertAllInRange(self, target, lower_bound, upper_bound, open_lower_bound=False, open_upper_bound=False):  # noqa: N802
        values = _array(target)
        self.assertTrue(((values > lower_bound) if open_lower_bound else (values >= lower_bound)).all())
        self.assertTrue(((values < upper_bound) if open_upper_bound else (values <= upper_bound)).all())

    def assertAllGreater(self, a, comparison_target):  # noqa: N802
        self.assertTrue((_array(a) > comparison_target).all())

    def assertAllLess(self, a, comparison_target):  # noqa: N802
        self.assertTrue((_array(a) < comparison_target).all())

    def assertNear(self, f1, f2, err, msg=None):  # noqa: N802
        self.assertLessEqual(abs(float(_array(f1)) - float(_array(f2))), err, msg)

    def assertRaisesOpError(self, expected_err_re_or_predicate):  # noqa: N802
        return self.assertRaisesRegex(_OpError, expected_err_re_or_predicate)

    def assertRaisesWithPredicateMatch(self, exception_type, expected_err_re_or_predicate):  # noqa: N802
        return self.assertRaisesRegex(exception_type, expected_err_re_or_predicate)


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    return False


def is_built_with_cuda():
    return False


def is_built_with_gpu_support():
    return False


def gpu_device_name():
    return ""


__getattr__ = _names.fill("test", globals())
