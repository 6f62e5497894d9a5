"""Times the commonest ops beside PyTorch's: ops.py [--torch PYTHON] [--only NAMES] [--rounds N] [--json]. On one core: taskset -c 0.

Each op runs forward and with its gradient, in float32, at a size that fits in a core's cache and at one that does not. Where PYTHON is an interpreter with
PyTorch, both libraries take turns, round by round, each in a process of its own. Images are channels-last here and channels-first in PyTorch, as each
library has them by default.
"""

import argparse
import ctypes
import json
import os
import statistics
import subprocess
import sys
import threading
import time

SLICE = 0.012  # seconds of calls in each round


class Case:
    """An op: shapes of its inputs in cache and in memory, and the call in each library."""

    def __init__(self, name, cache, memory, ours, torch, indices=0, gradient=True, positive=False, image=False):
        self.name, self.shapes, self.ours, self.torch = name, {"cache": cache, "memory": memory}, ours, torch
        self.indices, self.gradient, self.positive, self.image = indices, gradient, positive, image


def table():
    small, large = (1 << 16,), (1 << 22,)
    flat = [small], [large]
    rows = [(256, 256)], [(4096, 1024)]
    square = [(256, 256)], [(2048, 2048)]
    two = [small, small], [large, large]
    cases = []

    def case(name, sizes, ours, torch, **more):
        cases.append(Case(name, *sizes, ours, torch, **more))

    for name in ("add", "subtract", "multiply", "divide", "maximum"):
        case(
            name,
            two,
            "tf." + name,
            {"subtract": "torch.sub", "multiply": "torch.mul", "divide": "torch.div"}.get(name, "torch." + name),
            positive=True,
        )
    for name, torch in (
        ("exp", "exp"),
        ("sqrt", "sqrt"),
        ("tanh", "tanh"),
        ("sigmoid", "sigmoid"),
        ("abs", "abs"),
        ("square", "square"),
        ("sin", "sin"),
        ("cos", "cos"),
        ("negative", "neg"),
    ):
        case(name, flat, "tf." + name, "torch." + torch, positive=True)
    case("log", flat, "tf.math.log", "torch.log", positive=True)
    case("rsqrt", flat, "tf.math.rsqrt", "torch.rsqrt", positive=True)
    case("erf", flat, "tf.math.erf", "torch.erf")
    case("pow", flat, "lambda x: tf.pow(x, 1.7)", "lambda x: torch.pow(x, 1.7)", positive=True)
    case("clip", flat, "lambda x: tf.clip_by_value(x, -1.0, 1.0)", "lambda x: torch.clamp(x, -1.0, 1.0)")
    case("where", two, "lambda a, b: tf.where(a > 0, a, b)", "lambda a, b: torch.where(a > 0, a, b)")
    for name in ("relu", "gelu", "silu", "softplus", "elu", "leaky_relu"):
        case(name, flat, f"tf.nn.{name}", f"torch.nn.functional.{name}")
    case("add bias", ([(256, 256), (256,)], [(4096, 1024), (1024,)]), "tf.add", "torch.add")
    case("sum", flat, "tf.reduce_sum", "torch.sum")
    case("sum of rows", rows, "lambda x: tf.reduce_sum(x, 1)", "lambda x: x.sum(1)")
    case("sum of columns", rows, "lambda x: tf.reduce_sum(x, 0)", "lambda x: x.sum(0)")
    case("mean of rows", rows, "lambda x: tf.reduce_mean(x, 1)", "lambda x: x.mean(1)")
    case("max of rows", rows, "lambda x: tf.reduce_max(x, 1)", "lambda x: x.amax(1)")
    case("variance of rows", rows, "lambda x: tf.math.reduce_variance(x, 1)", "lambda x: x.var(1, correction=0)")
    case("logsumexp", rows, "lambda x: tf.reduce_logsumexp(x, 1)", "lambda x: x.logsumexp(1)")
    case("norm", flat, "tf.norm", "torch.linalg.vector_norm")
    case("argmax", rows, "lambda x: tf.argmax(x, 1)", "lambda x: x.argmax(1)", gradient=False)
    case("cumsum", rows, "lambda x: tf.cumsum(x, 1)", "lambda x: x.cumsum(1)")
    case("matmul", ([(128, 128)] * 2, [(768, 768)] * 2), "tf.matmul", "torch.matmul")
    case("matmul of batches", ([(16, 64, 64)] * 2, [(256, 64, 64)] * 2), "tf.matmul", "torch.matmul")
    case("softmax", rows, "tf.nn.softmax", "lambda x: x.softmax(1)")
    case("log_softmax", rows, "tf.nn.log_softmax", "lambda x: x.log_softmax(1)")
    case(
        "cross entropy",
        rows,
        "lambda x, i: tf.nn.sparse_softmax_cross_entropy_with_logits(i, x)",
        "lambda x, i: torch.nn.functional.cross_entropy(x, i, reduction='none')",
        indices=256,
    )
    case("mean squared error", two, "lambda a, b: tf.reduce_mean(tf.math.squared_difference(a, b))", "torch.nn.functional.mse_loss")
    case(
        "layer norm",
        ([(256, 256), (256,), (256,)], [(4096, 1024), (1024,), (1024,)]),
        "lambda x, g, b: tf.nn.batch_normalization(x, *tf.nn.moments(x, [1], keepdims=True), b, g, 1e-5)",
        "lambda x, g, b: torch.nn.functional.layer_norm(x, g.shape, g, b, 1e-5)",
    )
    image, images = (4, 28, 28, 32), (16, 64, 64, 64)
    case(
        "conv2d",
        ([(4, 28, 28, 16), (3, 3, 16, 32)], [(16, 64, 64, 32), (3, 3, 32, 32)]),
        "lambda x, w: tf.nn.conv2d(x, w, 1, 'SAME')",
        "lambda x, w: torch.nn.functional.conv2d(x, w.permute(3, 2, 0, 1).contiguous(), padding=1)",
        image=True,
    )
    case(
        "depthwise conv2d",
        ([image, (3, 3, 32, 1)], [images, (3, 3, 64, 1)]),
        "lambda x, w: tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], 'SAME')",
        "lambda x, w: torch.nn.functional.conv2d(x, w.permute(2, 3, 0, 1).contiguous(), padding=1, groups=w.shape[2])",
        image=True,
    )
    pooled = [image], [images]
    case("max pool", pooled, "lambda x: tf.nn.max_pool2d(x, 2, 2, 'VALID')", "lambda x: torch.nn.functional.max_pool2d(x, 2)", image=True)
    case("average pool", pooled, "lambda x: tf.nn.avg_pool2d(x, 2, 2, 'VALID')", "lambda x: torch.nn.functional.avg_pool2d(x, 2)", image=True)
    case(
        "batch norm",
        ([image, (32,), (32,)], [images, (64,), (64,)]),
        "lambda x, g, b: tf.nn.batch_normalization(x, *tf.nn.moments(x, [0, 1, 2]), b, g, 1e-5)",
        "lambda x, g, b: torch.nn.functional.batch_norm(x, None, None, g, b, training=True)",
        image=True,
    )
    case(
        "lrn",
        pooled,
        "lambda x: tf.nn.local_response_normalization(x, 2)",
        "lambda x: torch.nn.functional.local_response_norm(x, 5)",
        image=True,
    )
    for ours, torch in (("bilinear", "bilinear"), ("bicubic", "bicubic"), ("nearest", "nearest-exact"), ("area", "area")):
        for channels in (3, 32):
            case(
                f"resize {ours}, {channels} channels",
                ([(2, 64, 64, channels)], [(4, 160, 160, channels)]),
                f"lambda x: tf.image.resize(x, [x.shape[1] * 5 // 4, x.shape[2] * 5 // 4], '{ours}')",
                f"lambda x: torch.nn.functional.interpolate(x, size=(x.shape[2] * 5 // 4, x.shape[3] * 5 // 4), mode='{torch}')",
                image=True,
            )
    case(
        "resize bilinear antialiased",
        ([(2, 64, 64, 3)], [(4, 224, 224, 3)]),
        "lambda x: tf.image.resize(x, [x.shape[1] // 2, x.shape[2] // 2], antialias=True)",
        "lambda x: torch.nn.functional.interpolate(x, scale_factor=0.5, mode='bilinear', antialias=True)",
        image=True,
    )
    case("transpose", square, "tf.transpose", "lambda x: x.t().contiguous()")
    case("concat", ([(256, 128)] * 2, [(4096, 512)] * 2), "lambda a, b: tf.concat([a, b], 1)", "lambda a, b: torch.cat([a, b], 1)")
    case("stack", two, "lambda a, b: tf.stack([a, b])", "lambda a, b: torch.stack([a, b])")
    case("slice", rows, "lambda x: x[:, 8:-8] * 1.0", "lambda x: x[:, 8:-8] * 1.0")
    case("pad", rows, "lambda x: tf.pad(x, [[1, 1], [1, 1]])", "lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1))")
    case("tile", rows, "lambda x: tf.tile(x, [2, 1])", "lambda x: x.repeat(2, 1)")
    case("gather of rows", rows, "lambda x, i: tf.gather(x, i)", "lambda x, i: torch.index_select(x, 0, i)", indices=256)
    case(
        "gather along rows",
        rows,
        "lambda x, i: tf.gather(x, i, axis=1)",
        "lambda x, i: torch.index_select(x, 1, i)",
        indices=256,
    )
    case(
        "scatter add of rows",
        rows,
        "lambda x, i: tf.math.unsorted_segment_sum(x, i, 256)",
        "lambda x, i: torch.zeros(256, x.shape[1]).index_add(0, i, x)",
        indices=256,
    )
    case("one hot", rows, "lambda x, i: tf.one_hot(i, 256)", "lambda x, i: torch.nn.functional.one_hot(i, 256).float()", indices=256, gradient=False)
    case("sort", rows, "lambda x: tf.sort(x, 1)", "lambda x: x.sort(1)[0]")
    case("top k", rows, "lambda x: tf.math.top_k(x, 8)[0]", "lambda x: x.topk(8)[0]")
    for length in (1024, 1000, 1009):
        spectrum = [(64, length)], [(2048, length)]
        case(f"rfft, {length}", spectrum, "lambda x: tf.abs(tf.signal.rfft(x)) ** 2", "lambda x: torch.fft.rfft(x).abs() ** 2")
    case(
        "irfft, 1024", ([(64, 1024)], [(2048, 1024)]), "lambda x: tf.signal.irfft(tf.complex(x, x))", "lambda x: torch.fft.irfft(torch.complex(x, x))"
    )
    case(
        "fft, 1024",
        ([(64, 1024)], [(2048, 1024)]),
        "lambda x: tf.math.real(tf.signal.fft(tf.complex(x, x)))",
        "lambda x: torch.fft.fft(torch.complex(x, x)).real",
    )
    case(
        "fft2d",
        ([(64, 64)], [(1024, 1024)]),
        "lambda x: tf.math.real(tf.signal.fft2d(tf.complex(x, x)))",
        "lambda x: torch.fft.fft2(torch.complex(x, x)).real",
    )
    return cases


# ---- One library, in a process of its own: reads "name size with_gradient", answers with the seconds of a call and the bytes that go in and out ----


def as_image(shape):
    return (shape[0], shape[3], shape[1], shape[2]) if len(shape) == 4 else shape


class Ours:
    def __init__(self):
        import whygrad.tf as tf

        self.tf = tf

    def call_of(self, case, size, gradient):
        tf = self.tf
        f = eval(case.ours, {"tf": tf})
        draw = (lambda shape: tf.random.uniform(shape, 0.5, 1.5)) if case.positive else tf.random.normal
        inputs = [draw(shape) for shape in case.shapes[size]]
        index = [tf.cast(tf.random.uniform([case.shapes[size][0][0]], maxval=case.indices), tf.int32)] if case.indices else []
        out = f(*inputs, *index)
        moved = sum(4 * count_of(t.shape) for t in (*inputs, out))
        if not gradient:
            return lambda: f(*inputs, *index), moved
        dy = tf.ones_like(out)

        def step():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(inputs)
                y = f(*inputs, *index)
            return tape.gradient(y, inputs, output_gradients=dy)

        return step, moved


class Torch:
    def __init__(self):
        import torch

        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.torch = torch

    def call_of(self, case, size, gradient):
        torch = self.torch
        f = eval(case.torch, {"torch": torch})
        shapes = [as_image(s) if case.image and i == 0 else s for i, s in enumerate(case.shapes[size])]
        inputs = [torch.rand(shape) + 0.5 if case.positive else torch.randn(shape) for shape in shapes]
        index = [torch.randint(case.indices, shapes[0][:1])] if case.indices else []
        out = f(*inputs, *index)
        moved = sum(4 * count_of(t.shape) for t in (*inputs, out))
        if not gradient:
            return lambda: f(*inputs, *index), moved
        dy = torch.ones_like(out)
        for t in inputs:
            t.requires_grad_()
        return lambda: torch.autograd.grad(f(*inputs, *index), inputs, dy), moved


def count_of(shape):
    count = 1
    for extent in shape:
        count *= int(extent)
    return count


def serve(library):
    cases, calls = {c.name: c for c in table()}, {}
    engine = Ours() if library == "ours" else Torch()
    for line in sys.stdin:
        name, size, gradient = json.loads(line)
        key = (name, size, gradient)
        if key not in calls:
            calls.clear()  # the tensors of one op at a time
            calls[key] = engine.call_of(cases[name], size, gradient)
            calls[key][0]()
        call, moved = calls[key]
        start = time.perf_counter()
        call()
        count = max(1, min(1000, int(SLICE / max(time.perf_counter() - start, 1e-7))))
        start = time.perf_counter()
        for _ in range(count):
            call()
        print(json.dumps([(time.perf_counter() - start) / count, moved]), flush=True)


# ---- The driver ----


class Library:
    def __init__(self, python, library):
        cores = str(len(os.sched_getaffinity(0)))
        self.process = subprocess.Popen(
            [python, __file__, "--serve", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": cores},
        )

    def time(self, *what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the process of {self.process.args[-1]} ended at {what}")
        return json.loads(answer)


def bandwidth(size):
    """Bytes that copies on all cores of this process read and write in a second. `size` in bytes."""
    cores = len(os.sched_getaffinity(0))
    pairs = [(ctypes.create_string_buffer(size), ctypes.create_string_buffer(size)) for _ in range(cores)]

    def copy(pair):
        for _ in range(max(1, (1 << 28) // size)):
            ctypes.memmove(*pair, size)

    best = 0
    for _ in range(5):
        threads = [threading.Thread(target=copy, args=(pair,)) for pair in pairs]
        start = time.perf_counter()
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        best = max(best, 2 * size * max(1, (1 << 28) // size) * cores / (time.perf_counter() - start))
    return best


def measure(case, libraries, rounds):
    for size in ("cache", "memory"):
        for gradient in (False, True) if case.gradient else (False,):
            times = [[] for _ in libraries]
            for _ in range(rounds):
                for library, into in zip(libraries, times):
                    seconds, moved = library.time(case.name, size, gradient)
                    into.append(seconds)
                    if library is libraries[0]:
                        ours_moved = moved
            result = {"op": case.name, "size": size, "gradient": gradient, "us": statistics.median(times[0]) * 1e6, "bytes": ours_moved}
            if len(libraries) > 1:
                ratios = [a / b for a, b in zip(*times)]
                result |= {
                    "torch_us": statistics.median(times[1]) * 1e6,
                    "ratio": statistics.median(ratios),
                    "least": min(ratios),
                    "most": max(ratios),
                }
            yield result


def say(result, speeds):
    share = result["bytes"] / (result["us"] * 1e-6) / speeds[result["size"]]
    line = f"| {result['op']} | {result['size']} | {'with gradient' if result['gradient'] else 'forward'} | {result['us']:.1f} | "
    if "ratio" in result:
        line += f"{result['torch_us']:.1f} | {result['ratio']:.2f} ({result['least']:.2f} to {result['most']:.2f}) | "
    print(line + f"{100 * share:.0f} % |", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--torch", metavar="PYTHON", help="an interpreter with PyTorch, for the ratios")
    arguments.add_argument("--only", metavar="NAMES", help="ops whose names begin with one of these, separated by commas")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--json", action="store_true", help="JSON lines in the place of a table")
    arguments.add_argument("--serve", choices=("ours", "torch"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.serve:
        return serve(options.serve)
    wanted = [c for c in table() if options.only is None or c.name.startswith(tuple(options.only.split(",")))]
    speeds = {"cache": bandwidth(1 << 18), "memory": bandwidth(1 << 26)}
    libraries = [Library(sys.executable, "ours")] + ([Library(options.torch, "torch")] if options.torch else [])
    if not options.json:
        cores = len(os.sched_getaffinity(0))
        print(
            f"{cores} core(s); copies of 256 KiB move {speeds['cache'] / 1e9:.1f} GB/s, of 64 MiB {speeds['memory'] / 1e9:.1f} GB/s (read and written)\n"
        )
        columns = ["op", "size", "", "us", *(["PyTorch, us", "ratio"] if options.torch else []), "of the bandwidth"]
        print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for case in wanted:
        for result in measure(case, libraries, options.rounds):
            if options.json:
                print(json.dumps(result | {"bandwidth": speeds[result["size"]]}), flush=True)
            else:
                say(result, speeds)


if __name__ == "__main__":
    main()
