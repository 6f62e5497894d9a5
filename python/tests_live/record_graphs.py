"""Writes python/tests/recorded: what programs of the real engines look like as graphs, for tests that have no engine.

PYTHONPATH=... python python/tests_live/record_graphs.py tensorflow | torch | jax
"""

import contextlib
import importlib
import json
import linecache
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "recorded"
# Of torch_programs.py: what comes from a graph, rather than from an exception or a look at a module.
TORCH = """learnable_index nan_hidden_by_nan_to_num softplus_by_hand requires_grad_set_on_the_loss coordinates_by_argmax second_value_of_max
    inner_step_by_load_state_dict normalised_by_zero one_class_only softmax_of_one_column noise_scale_is_rounded unnormalised_inputs_saturate
    variance_of_one_row norm_over_one_feature attention_weights_detached_by_data divergence_from_zero_probabilities reinforce_item lora_reentrant
    sampled_tokens dist_normal_sample logged_only""".split()
# Of tensorflow_threads.py.
TENSORFLOW = "rollout_numpy_function dataset_map_model ema_teacher noisy_dense_built_once".split()

JAX = """argmax accuracy categorical stop_gradient cast unused cond order clip overflow""".split()


def tensorflow():
    from tensorflow_threads import PROGRAMS

    import programs

    for name in programs.LOSSES:
        for mode in ("eager", "both"):
            yield f"{name}_{mode}", f"<{name}, {mode}>", programs.program(name, mode)[0]
    for name in TENSORFLOW:
        yield name, f"<{name}>", PROGRAMS[name][2].strip() + "\n"


def torch():
    from torch_programs import PROGRAMS

    for name in TORCH:
        yield name, f"<{name}>", PROGRAMS[name][2].strip() + "\n"


def jax():
    from programs_jax import HEAD, PROGRAMS, RUNS

    for name in JAX:
        yield name, f"<{name}>", HEAD + RUNS["eager"] + PROGRAMS[name].source


def main(engine):
    watcher = importlib.import_module(f"whygrad.{engine}")
    folder = FOLDER / engine
    folder.mkdir(exist_ok=True, parents=True)
    for name, file, source in {"tensorflow": tensorflow, "torch": torch, "jax": jax}[engine]():
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        with contextlib.redirect_stdout(None), watcher.diagnose(values=True) as report, contextlib.suppress(RuntimeError):  # where no graph leads on
            exec(compile(source, file, "exec"), {"__name__": "__main__"})
        assert report.findings, name
        text = report.to_json().replace(__file__, pathlib.Path(__file__).name)
        for part in (importlib.import_module(engine), contextlib):  # where this machine keeps packages and the standard library
            text = text.replace(f"{pathlib.Path(part.__file__).resolve().parents[part is not contextlib]}/", "")
        document = json.loads(text)
        (folder / f"{name}.wgflow").write_text(json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
