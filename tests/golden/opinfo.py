"""A second opinion: the samples that PyTorch has of its own ops (OpInfo), in whygrad.tf and in PyTorch: values, and gradients with respect to every tensor.

    PYTHONPATH=build/release/python python opinfo.py [NAME ...]

Run it with an interpreter that has PyTorch and expecttest. Ops and samples are those that both have: CALLS says how an op of PyTorch's is written in
whygrad.tf, and NotImplemented leaves a sample out. Not part of the tests: PyTorch is heavy, and its samples change with it.
"""

import sys
import warnings

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

import whygrad.tf as tf
from whygrad.errors import DTypeError

DTYPES = (torch.float64, torch.complex128, torch.float32)
TOLERANCE = {torch.float64: 1e-9, torch.complex128: 1e-9, torch.float32: 5e-4}
MOST_ELEMENTS = 20000


def only(*arguments):
    """Leaves out samples with arguments that the call does not know."""
    return any(a is not None and a is not False for a in arguments)


def unary(f):
    return lambda x, **k: NotImplemented if only(*k.values()) else f(x)


def binary(f):
    return lambda x, y, **k: NotImplemented if only(*k.values()) else f(x, like(y, x))


def like(y, x):
    return y if isinstance(y, tf.Tensor) else tf.constant(y, x.dtype)


def axes(dim, x):
    if dim is None or isinstance(dim, int):
        return dim
    return list(dim) if len(dim) else None


def reduction(f):
    def call(x, dim=None, keepdim=False, **k):
        return NotImplemented if only(*k.values()) or x.shape.rank == 0 and dim is not None else f(x, axes(dim, x), keepdim)

    return call


def along(f):
    return lambda x, dim, **k: NotImplemented if only(*k.values()) or x.shape.rank == 0 else f(x, axis=dim)


def moved(x, a, b):
    order = list(range(x.shape.rank))
    if order:
        order[a], order[b] = order[b], order[a]
    return tf.transpose(x, order)


def variance(x, dim=None, keepdim=False, correction=1, unbiased=None, **k):
    if unbiased is not None or correction is None or isinstance(dim, bool) or x.shape.rank == 0:
        return NotImplemented
    axis = axes(dim, x)
    count = np.prod([x.shape[a] for a in (range(x.shape.rank) if axis is None else [axis] if isinstance(axis, int) else axis)])
    return NotImplemented if count - correction <= 0 else tf.math.reduce_variance(x, axis, keepdim) * (count / (count - correction))


def layer(x, shape, weight=None, bias=None, eps=1e-5):
    mean, variance = tf.nn.moments(x, list(range(-len(shape), 0)), keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, bias, weight, eps)


def transform(f):
    def call(x, n=None, dim=-1, norm=None):
        if n or dim != -1 or norm not in (None, "backward"):
            return NotImplemented
        return f(x if x.dtype.is_complex else tf.cast(x, tf.complex64 if x.dtype == tf.float32 else tf.complex128))

    return call


def outer(x, y):
    return x[:, None] * y[None, :]


_UNARY = {
    name: getattr(tf.math, name)
    for name in "abs acos acosh angle asin asinh atan atanh ceil cos cosh digamma erf erfc erfinv exp expm1 floor imag lgamma log log1p real reciprocal round "
    "rsqrt sigmoid sin sinh sqrt square tan tanh sign".split()
}
CALLS = {
    **{name: unary(f) for name, f in _UNARY.items()},
    "neg": unary(tf.negative),
    "conj": unary(tf.math.conj),
    "i0": unary(tf.math.bessel_i0),
    **{"special." + name: unary(getattr(tf.math.special, "bessel_" + name)) for name in ("i0e", "i1", "i1e")},
    # Not bessel_j0 and its like, which PyTorch 2.15 computes to 7 digits in f64.
    **{f"special.modified_{name}": unary(getattr(tf.math.special, name)) for name in ("bessel_i0", "bessel_i1", "bessel_k0", "bessel_k1")},
    "special.scaled_modified_bessel_k0": unary(tf.math.special.bessel_k0e),
    "special.scaled_modified_bessel_k1": unary(tf.math.special.bessel_k1e),
    "special.ndtri": unary(tf.math.ndtri),
    "special.zeta": binary(tf.math.zeta),
    "special.xlog1py": binary(tf.math.xlog1py),
    "igamma": binary(tf.math.igamma),
    "igammac": binary(tf.math.igammac),
    # ---- Activations ----
    **{f"nn.functional.{name}": unary(getattr(tf.nn, name)) for name in ("relu", "relu6", "selu", "silu", "softsign")},
    "nn.functional.logsigmoid": unary(tf.math.log_sigmoid),
    "nn.functional.gelu": lambda x, approximate="none": tf.nn.gelu(x, approximate == "tanh"),
    "nn.functional.elu": lambda x, alpha=1.0, inplace=False: tf.nn.elu(x) if alpha == 1 else NotImplemented,
    "nn.functional.leaky_relu": lambda x, negative_slope=0.01, inplace=False: tf.nn.leaky_relu(x, float(np.float32(negative_slope))),
    "nn.functional.softplus": lambda x, beta=1, threshold=20: NotImplemented if threshold != 20 else tf.nn.softplus(x * beta) / beta,
    "softmax": lambda x, dim, dtype=None: NotImplemented if dtype or x.shape.rank == 0 else tf.nn.softmax(x, dim),
    "log_softmax": lambda x, dim, dtype=None: NotImplemented if dtype or x.shape.rank == 0 else tf.nn.log_softmax(x, dim),
    # ---- Of two ----
    "add": lambda x, y, alpha=1: x + like(y, x) * alpha,
    "sub": lambda x, y, alpha=1: x - like(y, x) * alpha,
    "mul": binary(tf.multiply),
    "div": lambda x, y, rounding_mode=None: NotImplemented if rounding_mode else x / like(y, x),
    "pow": binary(tf.pow),
    "atan2": binary(tf.atan2),
    "maximum": binary(tf.maximum),
    "minimum": binary(tf.minimum),
    "remainder": binary(tf.math.floormod),
    "xlogy": binary(tf.math.xlogy),
    "clamp": lambda x, low=None, high=None: (
        NotImplemented if low is None or high is None or isinstance(low, tf.Tensor) else tf.clip_by_value(x, low, high)
    ),
    "where": lambda x, condition, y: tf.where(condition, x, y),
    "lerp": lambda x, y, w: x + like(w, x) * (y - x),
    # ---- Sums ----
    "sum": reduction(tf.reduce_sum),
    "mean": reduction(tf.reduce_mean),
    "amax": reduction(tf.reduce_max),
    "amin": reduction(tf.reduce_min),
    "logsumexp": reduction(tf.reduce_logsumexp),
    "prod": reduction(tf.reduce_prod),
    "var": variance,
    "cumsum": along(tf.cumsum),
    "cumprod": along(tf.math.cumprod),
    "trace": lambda x: tf.linalg.trace(x),
    # ---- Products ----
    "matmul": lambda x, y: tf.matmul(x, y) if x.shape.rank > 1 and y.shape.rank > 1 else NotImplemented,
    "mm": tf.matmul,
    "bmm": tf.matmul,
    "mv": tf.linalg.matvec,
    "dot": lambda x, y: tf.reduce_sum(x * y),
    "outer": outer,
    "einsum": lambda x, equation: tf.einsum(equation, *x),
    "nn.functional.linear": lambda x, w, b=None: (
        NotImplemented if x.shape.rank < 2 or w.shape.rank < 2 else tf.tensordot(x, tf.transpose(w), 1) + (0 if b is None else b)
    ),
    # ---- Matrices ----
    "linalg.cholesky": lambda x, upper=False: NotImplemented if upper or x.dtype.is_complex else tf.linalg.cholesky((x + tf.linalg.adjoint(x)) / 2),
    "linalg.det": unary(tf.linalg.det),
    "linalg.inv": unary(tf.linalg.inv),
    "linalg.slogdet": lambda x: list(tf.linalg.slogdet(x)),
    "linalg.eigvalsh": lambda x, UPLO="L": NotImplemented if UPLO != "L" else tf.linalg.eigvalsh(x),
    "linalg.svdvals": lambda x: tf.linalg.svd(x, compute_uv=False),
    "linalg.solve": lambda x, y, left=True: (
        NotImplemented if not left or x.shape.rank != y.shape.rank or x.shape[:-2] != y.shape[:-2] else tf.linalg.solve(x, y)
    ),
    "linalg.pinv": lambda x, **k: NotImplemented if k or 0 in x.shape else tf.linalg.pinv(x),
    "matrix_exp": unary(tf.linalg.expm),
    "tril": lambda x, diagonal=0: NotImplemented if diagonal else tf.linalg.band_part(x, -1, 0),
    "triu": lambda x, diagonal=0: NotImplemented if diagonal else tf.linalg.band_part(x, 0, -1),
    # ---- Layout ----
    "cat": lambda x, dim=0: NotImplemented if len({len(t.shape) for t in x}) > 1 else tf.concat(list(x), dim),
    "stack": lambda x, dim=0: tf.stack(list(x), dim),
    "reshape": lambda x, shape: tf.reshape(x, list(shape)),
    "permute": lambda x, dims: tf.transpose(x, [d % x.shape.rank for d in dims] or None),
    "transpose": moved,
    "flip": lambda x, dims: tf.reverse(x, [d % x.shape.rank for d in dims]) if dims else tf.identity(x),
    "roll": lambda x, shifts, dims=None: NotImplemented if dims is None or x.shape.rank == 0 else tf.roll(x, shifts, dims),
    "tile": lambda x, dims: NotImplemented if len(dims) != x.shape.rank else tf.tile(x, list(dims)),
    "unsqueeze": lambda x, dim: tf.expand_dims(x, dim),
    "index_select": lambda x, dim, index: NotImplemented if x.shape.rank == 0 else tf.gather(x, index, axis=dim),
    "take_along_dim": lambda x, index, dim=None: (
        NotImplemented
        if dim is None
        else tf.gather(x, index, axis=dim, batch_dims=dim)
        if dim == x.shape.rank - 1 and x.shape[:-1] == index.shape[:-1]
        else NotImplemented
    ),
    "diag_embed": lambda x, offset=0, dim1=-2, dim2=-1: NotImplemented if offset or (dim1, dim2) != (-2, -1) else tf.linalg.diag(x),
    "topk": lambda x, k, dim=-1, largest=True, sorted=True: (
        list(tf.math.top_k(x, k))[:1] if largest and sorted and x.shape.rank and dim in (-1, x.shape.rank - 1) else NotImplemented
    ),
    # ---- Transforms ----
    "fft.fft": transform(tf.signal.fft),
    "fft.ifft": transform(tf.signal.ifft),
    "fft.rfft": lambda x, n=None, dim=-1, norm=None: NotImplemented if n or dim != -1 or norm not in (None, "backward") else tf.signal.rfft(x),
    # ---- Networks ----
    "nn.functional.layer_norm": lambda x, shape, weight=None, bias=None, eps=1e-5: layer(x, shape, weight, bias, eps),
    "nn.functional.mse_loss": lambda x, y, reduction="mean": (
        NotImplemented if reduction != "mean" else tf.reduce_mean(tf.math.squared_difference(x, y))
    ),
}


def converted(value, made):
    """The argument in whygrad; tensors that can have a gradient are added to `made` with PyTorch's."""
    if isinstance(value, torch.Tensor):
        tensor = tf.constant(value.detach().resolve_conj().numpy())
        if value.requires_grad:
            made.append((tensor, value))
        return tensor
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(converted(v, made) for v in value) if type(value) in (list, tuple) else tuple(converted(v, made) for v in value)
    return tuple(value) if isinstance(value, torch.Size) else value


def listed(result):
    return list(result) if isinstance(result, (list, tuple)) else [result]


def weights(shape, dtype):
    return (1 + np.arange(int(np.prod(shape))) % 4).reshape(shape).astype(dtype)


def off(ours, theirs):
    """The largest difference, relative where numbers are large."""
    a, b = np.asarray(ours, np.complex128), np.asarray(theirs, np.complex128)
    if a.shape != b.shape:
        return np.inf
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.isinf(a) & np.isinf(b))
        return float(np.max(np.where(same, 0, np.abs(a - b) / (1 + np.abs(b))), initial=0))


def compare(call, op, sample):
    """None for a sample that is left out, '' where both agree, or what differs."""
    made = []
    x, arguments = converted(sample.input, made), converted(sample.args, made)
    options = {key: converted(value, made) for key, value in sample.kwargs.items()}
    with tf.GradientTape() as tape:
        tape.watch([ours for ours, _ in made])
        ours = call(x, *arguments, **options)
    if ours is NotImplemented:
        return None
    ours = listed(ours)
    theirs = listed(op.op(sample.input, *sample.args, **sample.kwargs))[: len(ours)]
    dtype = made[0][1].dtype if made else torch.float32
    limit = TOLERANCE.get(dtype, 2e-4)
    for a, b in zip(ours, theirs):
        if (worst := off(a.numpy(), b.detach().resolve_conj().resolve_neg().numpy())) > limit:
            return f"values differ by {worst:.2g}"
    pairs = [(a, b) for a, b in zip(ours, theirs) if b.requires_grad]
    if not pairs:
        return ""
    seeds = [weights(tuple(b.shape), b.detach().resolve_conj().numpy().dtype) for _, b in pairs]
    found = tape.gradient([a for a, _ in pairs], [t for t, _ in made], [tf.constant(s) for s in seeds])
    expected = torch.autograd.grad([b for _, b in pairs], [t for _, t in made], [torch.from_numpy(s) for s in seeds], allow_unused=True)
    for k, (a, b) in enumerate(zip(found, expected)):
        a = np.zeros(made[k][0].shape) if a is None else tf.convert_to_tensor(a).numpy()
        b = np.zeros(made[k][0].shape) if b is None else b.detach().resolve_conj().resolve_neg().numpy()
        if (worst := off(a, b)) > limit * 10:
            return f"gradient {k} differs by {worst:.2g}: {a.ravel()[:4]} and {b.ravel()[:4]}"
    return ""


def main(names):
    warnings.simplefilter("ignore")
    agreed = left = 0
    different, ops = [], set()
    for op in op_db:
        call = CALLS.get(op.name)
        if call is None or op.variant_test_name or (names and op.name not in names):
            continue
        for dtype in DTYPES:
            if dtype not in op.supported_dtypes("cpu"):
                continue
            torch.manual_seed(0)
            for number, sample in enumerate(op.sample_inputs("cpu", dtype, requires_grad=op.supports_autograd)):
                tensors = [t for t in [sample.input, *sample.args] if isinstance(t, torch.Tensor)]
                if any(t.numel() > MOST_ELEMENTS for t in tensors):
                    continue
                try:
                    words = compare(call, op, sample)
                except DTypeError:  # PyTorch computes in it, TensorFlow does not
                    words = None
                except Exception as error:  # a refusal is a difference too
                    words = f"{type(error).__name__}: {str(error)[:160]!r}"
                ops.add(op.name)
                agreed += words == ""
                left += words is None
                if words:
                    shapes = [tuple(t.shape) for t in tensors]
                    different.append(
                        f"{op.name} {str(dtype)[6:]} sample {number} {shapes} {sample.args if len(shapes) < 2 else ''} {sample.kwargs}: {words}"[:420]
                    )
    print("\n".join(different))
    print(f"{len(ops)} ops, {agreed} samples agree, {len(different)} differ, {left} left out")


if __name__ == "__main__":
    main(sys.argv[1:])
