"""The peers' workloads through the Python module, as JSON lines: python_lines.py [WORKLOADS] (mlp, cnn, chain; import too, where none are named)."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time

import whygrad.tf as tf

SECONDS, WARMUP, FEWEST = 6.0, 3, 5


def say(**fields):
    print(json.dumps(dict(peer="whygrad-python", version="0.1.0", mode="eager", threads=len(os.sched_getaffinity(0)), **fields)), flush=True)


def measure(workload, step, per=1, seconds=SECONDS):
    start = time.perf_counter()
    step()
    first = time.perf_counter() - start
    for _ in range(WARMUP):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < FEWEST:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    unit = 1e3 / per
    say(
        workload=workload,
        median_ms=round(statistics.median(times) * unit, 6),
        min_ms=round(min(times) * unit, 6),
        max_ms=round(max(times) * unit, 6),
        runs=len(times),
        first_ms=round(first * 1e3, 2),
        peak_rss_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def training_step(model, shape):
    data = [(tf.random.normal(shape), tf.cast(tf.random.uniform(shape[:1], maxval=10), tf.int64)) for _ in range(8)]
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = tf.keras.optimizers.Adam(1e-3, epsilon=1e-8)
    model(data[0][0])
    variables, steps = model.trainable_variables, iter(range(1 << 60))

    def step():
        x, y = data[next(steps) % len(data)]
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x))
        adam.apply_gradients(zip(tape.gradient(loss, variables), variables))
        float(loss)

    return step


def mlp():
    dense = tf.keras.layers.Dense
    model = tf.keras.Sequential([dense(512, activation="relu"), dense(512, activation="relu"), dense(10)])
    measure("mlp", training_step(model, [128, 784]))


def cnn():
    layers = tf.keras.layers

    def conv(channels):
        return [layers.Conv2D(channels, 5, padding="same", activation="relu"), layers.MaxPooling2D(2)]

    model = tf.keras.Sequential([*conv(32), *conv(64), layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(10)])
    measure("cnn", training_step(model, [64, 28, 28, 1]))


def chain():
    x, a, b, seed = tf.random.normal([64]), tf.fill([64], 0.999), tf.fill([64], 0.001), tf.ones([64])

    def record():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(500):
                y = y * a + b
        return tape, y

    def record_and_backward():
        tape, y = record()
        tape.gradient(y, x, output_gradients=seed)

    measure("chain-record", record, 1000, 3)
    measure("chain-record-and-backward", record_and_backward, 1000, 3)


def importing():
    """The whole start of an interpreter with the module, less that of one without."""

    def start(program):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - begin

    took = sorted(start("import whygrad") - start("pass") for _ in range(21))
    # Not ru_maxrss, which a program inherits from the one that started it.
    code = "import {}; print(next(int(line.split()[1]) // 1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    peak = [
        int(subprocess.run([sys.executable, "-c", code.format(m)], capture_output=True, text=True, check=True).stdout) for m in ("whygrad", "sys")
    ]
    say(
        workload="import",
        median_ms=round(took[10] * 1e3, 2),
        min_ms=round(took[0] * 1e3, 2),
        max_ms=round(took[-1] * 1e3, 2),
        runs=len(took),
        peak_rss_mib=peak[0],
        interpreter_alone_mib=peak[1],
    )


def main():
    workloads = {"mlp": mlp, "cnn": cnn, "chain": chain, "import": importing}
    for name in sys.argv[1].split(",") if len(sys.argv) > 1 else workloads:
        if name in workloads:
            workloads[name]()


main()
