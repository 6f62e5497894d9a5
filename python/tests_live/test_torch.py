"""whygrad.torch on PyTorch itself."""

import contextlib
import copy
import linecache
import pathlib
import re

import pytest

torch = pytest.importorskip("torch")

from torch_programs import PROGRAMS as PROGRAMS_OF_THREADS  # noqa: E402

import whygrad.torch  # noqa: E402

PAGES = sorted((pathlib.Path(__file__).parents[2] / "docs" / "reasons").glob("*.md"))
PROGRAM = re.compile(r"^## (Broken|Repaired)\n\n```python\n(import torch\n.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = [(page.stem, kind, program) for page in PAGES for kind, program in PROGRAM.findall(page.read_text())]


def run(program, values=True):
    """The report, and the exception that left the program."""
    linecache.cache["<program>"] = (len(program), None, program.splitlines(True), "<program>")
    error = None
    with whygrad.torch.diagnose(values=values) as report:
        try:
            exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
        except Exception as e:
            error = e
    assert "please report this" not in report.note, report.note
    return report, error


@pytest.mark.parametrize("code, kind, program", PROGRAMS, ids=[f"{code}_{kind}" for code, kind, _ in PROGRAMS])
def test_pages(code, kind, program):
    report, error = run(program)
    assert error is None
    codes = {f.code for f in report.findings}
    assert codes == ({code} if kind == "Broken" else set()), str(report)


# ---- Harmless ----


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(7, 8)
        self.norm = torch.nn.LayerNorm(8)
        self.attention = torch.nn.MultiheadAttention(8, 2, dropout=0.1, batch_first=True)
        self.rnn = torch.nn.GRU(8, 8, batch_first=True)
        self.head = torch.nn.Linear(8, 3)

    def forward(self, ids):
        x = self.norm(self.embed(ids))
        x = x + self.attention(x, x, x)[0]
        x = torch.nn.functional.dropout(x, 0.2)
        x, _ = self.rnn(x)
        x[:, 0] *= 2.0
        return self.head(x.relu_().mean(1))


def train(steps=3):
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    losses = []
    for _ in range(steps):
        ids = torch.randint(0, 7, (4, 5))
        loss = torch.nn.functional.cross_entropy(net(ids), torch.randint(0, 3, (4,)))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses, [p.detach().clone() for p in net.parameters()], torch.rand(3)


@pytest.mark.parametrize("values", [False, True])
def test_a_program_computes_what_it_computes_without_us(values):
    losses, parameters, random = train()
    with whygrad.torch.diagnose(values=values) as report:
        again, watched, same = train()
    assert losses == again and torch.equal(random, same)
    assert all(torch.equal(a, b) for a, b in zip(parameters, watched))
    assert not report.findings and report.note == "every gradient is there", str(report)


def _patched():
    from torch.nn.modules import module
    from torch.optim import optimizer

    return [
        torch.nn.Module.__setattr__,
        torch.nn.Module.zero_grad,
        torch.nn.Parameter.__dict__["__new__"],
        torch.nn.Parameter.__dict__["__deepcopy__"],
        torch.from_numpy,
        torch.utils.swap_tensors,
        torch.optim.SGD.step,
        torch.optim.Optimizer.__init__,
        torch.optim.Optimizer.zero_grad,
        torch.autograd.Function.__dict__.get("apply"),
        torch.inference_mode.__dict__["__enter__"],
        torch.nn.utils.clip_grad_norm_,
        len(module._global_parameter_registration_hooks),
        len(module._global_module_registration_hooks),
        len(optimizer._global_optimizer_pre_hooks),
        len(optimizer._global_optimizer_post_hooks),
        torch._C._len_torch_function_stack(),
    ]


def test_remove_takes_everything_back():
    before = _patched()
    with whygrad.torch.diagnose():
        assert _patched() != before
    assert _patched() == before
    with pytest.raises(ZeroDivisionError), whygrad.torch.diagnose():
        1 / 0  # noqa: B018
    assert _patched() == before


def test_watch_finds_what_a_loop_leaves_out():
    class Two(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)

        def forward(self, x):
            return self.used(x)

    before = _patched()
    model = Two()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    handle = whygrad.torch.watch(model, optimizer)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    handle.remove()
    assert _patched() == before
    assert {f.cause for f in handle.findings} == {"UNUSED"}
    assert {f.source_name for f in handle.findings} == {"model.unused.weight", "model.unused.bias"}


def test_explain_asks_without_differentiating():
    with whygrad.torch.diagnose():
        a, b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
        loss = a(torch.ones(1, 2)).sum() + b(torch.ones(1, 2)).detach().sum()
        why = whygrad.torch.explain(loss, [a.weight, b.weight])
    assert [f.cause for f in why.findings] == ["DETACHED"]
    assert a.weight.grad is None
    with pytest.raises(RuntimeError, match="nobody watched"):
        whygrad.torch.explain(loss, [a.weight])


@pytest.mark.parametrize("program, accused", [("other(x)", 0), ("loss = loss + 0 * other(x).argmax(1).sum()", 2)])
def test_a_model_that_only_predicts_is_not_asked_about(program, accused):
    source = f"import torch\nnet, other = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)\nx = torch.ones(4, 2)\nloss = net(x).sum()\n{program}\nloss.backward()\n"
    scope = {"__name__": "__main__"}  # its models live on
    with whygrad.torch.diagnose() as report:
        exec(compile(source, "<models>", "exec"), scope)
    assert [f.cause for f in report.findings] == ["NONDIFF_OP"] * accused, str(report)


def test_copies_are_tensors_of_their_own():
    with whygrad.torch.diagnose() as report:
        x = torch.ones(2, requires_grad=True) * 2
        y = copy.copy(x)
        torch.equal(x, y)
        net = copy.deepcopy(torch.nn.Linear(2, 2))
        net(y).sum().backward()
        assert net.weight.grad is not None
    assert not report.findings, str(report)


BUFFER = "import torch\nnorm = torch.nn.BatchNorm1d(2)\nnorm(torch.randn(4, 2)).pow(2).sum().backward()\nnorm.running_mean.grad\n"
MADE_BY_CAST = "import torch\nw = torch.randn(3, requires_grad=True).double()\n(w * 2).sum().backward()\nw.grad\n"


@pytest.mark.parametrize("program, cause, line", [(BUFFER, "FROZEN", 4), (MADE_BY_CAST, "NON_LEAF_GRAD", 2)])
def test_gradients_that_are_never_filled(program, cause, line):
    report, error = run(program)
    assert error is None and [(f.cause, f.line) for f in report.findings] == [(cause, line)], str(report)


# ---- Nothing unknown counts as differentiable ----


def _functions():
    """PyTorch's functions that compute something from tensors."""
    for namespace, functions in torch.overrides.get_overridable_functions().items():
        if namespace not in (torch, torch.Tensor, torch.nn.functional, torch.special, torch.linalg, torch.fft):
            continue
        for function in functions:
            name = getattr(function, "__name__", "")
            if (
                not name
                or name.startswith("_")
                or name.endswith("_")
                or name in ("backward", "share_memory_", "pin_memory", "cuda", "xpu", "ipu", "hpu")
            ):
                continue
            yield function


def test_every_function_of_one_tensor_is_told_as_pytorch_answers():
    tried, cut = 0, 0
    for function in _functions():
        x = torch.tensor([[0.6, 0.3], [0.2, 0.5]], requires_grad=True)
        p = torch.nn.Parameter(torch.tensor(1.5))
        try:
            if not isinstance(function(x.detach().clone()), torch.Tensor):
                continue
        except Exception:
            continue
        with whygrad.torch.diagnose() as report:
            x = torch.tensor([[0.6, 0.3], [0.2, 0.5]], requires_grad=True)
            try:
                made = function(x)
                loss = (p * made.to(torch.float32)).sum().abs()
                loss.backward()
            except Exception:
                continue
            gradient = x.grad
        tried += 1
        name = getattr(function, "__name__", "")
        if gradient is not None:
            assert not report.findings, (name, str(report))
        else:
            cut += 1
            assert report.findings and report.findings[0].cause not in ("UNKNOWN",), (name, str(report), report.note)
    assert tried > 150 and cut > 10, (tried, cut)


# Names are arguments below; x, y, z and r are of floats.
_CALLS = [("x", "y"), ("x", "y", "z"), ("x", "r"), ("r", "r"), ("x", "v"), ("x", "i"), ("i", "x"), ("v", "x"), ("m", "x", "y"), ("x", 0, "i")]
_CALLS += [
    ("x", 0, "i", "y"),
    ("x", 0, "v", "y"),
    ("x", 0, "v"),
    ("x", "m", "y"),
    ("x", "m", 0.5),
    ("x", "y", 0.5),
    ("x", "r", "r"),
    ("x", ("v",), "r"),
]
_CALLS += [("x", "r", "r", "r", "r")]


def _arguments():
    return {
        "x": torch.tensor([[0.6, 0.3], [0.2, 0.5]]),
        "y": torch.tensor([[0.4, 0.9], [0.7, 0.1]]),
        "z": torch.tensor([[0.3, 0.8], [0.5, 0.6]]),
        "r": torch.tensor([0.3, 0.7]),
        "i": torch.tensor([[0, 1], [1, 0]]),
        "v": torch.tensor([1, 0]),
        "m": torch.tensor([[True, False], [True, True]]),
    }


def _call(function, names, given):
    return function(*(tuple(given[n] for n in name) if isinstance(name, tuple) else given.get(name, name) for name in names))


@pytest.mark.filterwarnings("ignore")
def test_every_function_of_several_tensors_is_told_as_pytorch_answers():
    tried, cut = 0, 0
    for function in _functions():
        for names in _CALLS:
            try:
                if not isinstance(_call(function, names, _arguments()), torch.Tensor):
                    continue
            except Exception:
                continue
            p, floats = torch.nn.Parameter(torch.tensor(1.5)), [name for name in "xyzr" if name in names]
            with whygrad.torch.diagnose() as report:
                given = _arguments()
                sources = [given[name].requires_grad_() for name in floats]
                try:
                    loss = (p * _call(function, names, given).to(torch.float32)).sum().abs()
                    gradients = torch.autograd.grad(loss, sources, allow_unused=True)
                except Exception:
                    continue
            tried += 1
            cut += any(g is None for g in gradients)
            told = (function.__name__, names, str(report), report.note)
            assert len(report.findings) == sum(g is None for g in gradients), told
            assert all(f.op == function.__name__ for f in report.findings if function.__name__ not in ("to", "type_as")), told  # which may return x
            assert "report this" not in report.note, told
    assert tried > 800 and cut > 200, (tried, cut)


AS_WRITTEN = """import torch
import torch.nn.functional as F
w = torch.ones(3, requires_grad=True)
loss = {}
try:
    (loss * 1.0).sum().backward()
except RuntimeError:
    pass
"""


@pytest.mark.parametrize(
    "expression, name",
    [
        ("torch.argmax(w * 2)", "torch.argmax"),
        ("w.argmax()", "w.argmax"),
        ("(w * 2).argmax()", "argmax"),
        ("F.relu(-w)", "F.relu"),
        ("torch.sqrt(w - 1)", "torch.sqrt"),
        ("w > 0.5", "gt"),
    ],
)
def test_table_and_text_have_the_op_as_the_program_writes_it(expression, name):
    report, _ = run(AS_WRITTEN.format(expression))
    (finding,) = report.findings
    (step,) = [step for step in finding.path if step.status in ("stops", "zero", "nonfinite")]
    assert step.name == name and finding.op == name.rpartition(".")[2], str(report)
    assert name == "gt" or name in finding.why, str(report)
    assert "site-packages" not in report.to_json()


# ---- Programs in the manner of people's threads ----


@pytest.mark.parametrize("name", PROGRAMS_OF_THREADS)
def test_threads(name):
    """The cause, the op and the line that a person would name; and nobody else is accused."""
    _, wanted, program = PROGRAMS_OF_THREADS[name]
    program = program.strip() + "\n"
    report, _ = run(program)
    torch.set_grad_enabled(True)
    if wanted is None:
        assert not report.findings, str(report)
        return
    statuses, causes, ops = (text.split() for text in wanted)
    marked = [i for i, line in enumerate(program.splitlines(), 1) if line.endswith("# here")]
    right = [
        f for f in report.findings if f.status in statuses and f.cause in causes and (not ops or f.op in ops) and (not marked or f.line in marked)
    ]
    assert right and all(f.cause in causes for f in report.findings), str(report)


def test_remedies_for_what_was_carried_on_and_for_a_leaf_that_is_filled():
    told = {name: str(run(PROGRAMS_OF_THREADS[name][2])[0]) for name in ("hidden_state_carried_on", "product_by_loops", "padded_attention")}
    assert "`gru` at line 7 had computed before that was used again at line 7" in " ".join(told["hidden_state_carried_on"].split())
    assert "detach()" in told["hidden_state_carried_on"]
    assert "without requires_grad=True" in told["product_by_loops"]
    assert "a whole row of what `torch.softmax` was given is -Inf" in told["padded_attention"]
    twice = run("import torch\nw = torch.ones(2, requires_grad=True)\nloss = (w * w).sum()\nloss.backward()\nloss.backward()\n")[0]
    assert "add the losses" in str(twice) and "detach()" not in str(twice)


# ---- What becomes of tensors ----


def test_data_is_taken_over_without_its_graph():
    with whygrad.torch.diagnose() as report:
        net, rate = torch.nn.Linear(3, 1), torch.nn.Parameter(torch.tensor(0.1))
        net.weight.data = net.weight.data * rate
        net(torch.ones(2, 3)).sum().backward()
        assert rate.grad is None
    assert [(f.cause, f.op, f.source_name) for f in report.findings] == [("DETACHED", "data", "rate")], str(report)
    assert "functional_call" in str(report)


def test_tensors_can_be_swapped():
    torch.manual_seed(0)
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        with whygrad.torch.diagnose(values=True) as report:
            net = torch.nn.Linear(3, 1).to(torch.float64)
            net.load_state_dict({name: 2 * value for name, value in net.state_dict().items()})
            a, b = torch.ones(2, requires_grad=True), torch.zeros(2, requires_grad=True)
            torch.utils.swap_tensors(a, b)
            (net(torch.randn(4, 3, dtype=torch.float64)).pow(2).mean() + (b * 3).sum()).backward()
            assert net.weight.grad is not None and b.grad is not None
            assert a.grad is None
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)
    assert [(f.cause, f.source_name) for f in report.findings] == [("UNUSED", "a")], str(report)


def test_an_optimizer_that_steps_in_the_backward_pass_is_left_alone():
    with whygrad.torch.diagnose(values=True) as report:
        net = torch.nn.Linear(3, 1)
        optimizers = {p: torch.optim.SGD([p], lr=0.1) for p in net.parameters()}

        def step(p):
            optimizers[p].step()
            optimizers[p].zero_grad()

        for p in net.parameters():
            p.register_post_accumulate_grad_hook(step)
        for _ in range(3):
            net(torch.randn(2, 3)).sum().backward()
    assert not report.findings, str(report)


# ---- Memory ----

LARGE = """import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.GELU(), torch.nn.Linear(128, 128))
x = torch.randn(64, 64)
for step in range(2):
    h = net(x)
    loss = h.pow(2).mean()
    loss.backward()
net.zero_grad()
h = net(x).tanh()
{line}
loss.backward()
"""


@pytest.mark.parametrize(
    "line, status, cause, op",
    [
        ("loss = ((h - h) * 2.0).pow(2).sum(1).sqrt().mean()", "nan", "NAN_GRAD_SQRT0", "sqrt"),
        ("loss = torch.relu(h - 1e4).sum() * 2", "zero", "ZERO_GRAD_DEAD_UNIT", "relu"),
        ("loss = torch.log(h * 0 + 1 - h.exp() / h.exp()).sum()", "nan", "NAN_GRAD_LOG0", "log"),
    ],
)
def test_numbers_that_were_not_kept_are_computed_once_more(line, status, cause, op):
    report, error = run(LARGE.format(line=line))
    assert error is None
    assert {(f.status, f.cause, f.op, f.line) for f in report.findings} == {(status, cause, op, 11)}, str(report)
    assert all(f.evidence and f.confidence == "proven" for f in report.findings), str(report)


DRAWN = """import torch
torch.manual_seed(3)
net = torch.nn.Linear(64, 256)
x = torch.randn(128, 64)
for step in range(2):
    net.zero_grad()
    h = torch.nn.functional.dropout(net(x).tanh(), 0.25)
    h.pow(2).mean().backward()
kept = (h != 0).sum().item()
net.zero_grad()
torch.manual_seed(7)
h = torch.nn.functional.dropout(net(x).tanh(), 0.25)
dropped = (h == 0).sum().item()
loss = h.abs().sqrt().sum()
loss.backward()
after = torch.rand(1).item()
torch.manual_seed(7)
torch.nn.functional.dropout(net(x), 0.25)
assert after == torch.rand(1).item()
"""


def test_what_was_drawn_is_drawn_once_more():
    scope = {"__name__": "__main__"}
    linecache.cache["<drawn>"] = (len(DRAWN), None, DRAWN.splitlines(True), "<drawn>")
    with whygrad.torch.diagnose(values=True) as report:
        exec(compile(DRAWN, "<drawn>", "exec"), scope)
    assert {(f.status, f.cause, f.op, f.line) for f in report.findings} == {("nan", "NAN_GRAD_SQRT0", "sqrt", 14)}, str(report)
    assert all(f.confidence == "proven" for f in report.findings) and scope["dropped"] > 7000, str(report)


def convolutions(nn):
    convolution = nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
    return nn.Sequential(*convolution, nn.Linear(3136, 256), nn.ReLU(), nn.Linear(256, 10)), torch.randn(64, 1, 28, 28)


def peak(values, make):
    """Bytes that PyTorch holds at most in three training steps; values None: nobody watches."""
    from torch.profiler import ProfilerActivity, profile

    torch.manual_seed(0)
    net, x = make(torch.nn)
    optimizer = torch.optim.Adam(net.parameters())
    labels = torch.zeros(len(x), dtype=torch.long)

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()

    with contextlib.nullcontext() if values is None else whygrad.torch.diagnose(values=values):
        step()
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
            for _ in range(3):
                step()
    held = most = 0
    for event in sorted(profiler.profiler.kineto_results.events(), key=lambda event: event.start_ns()):
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


@pytest.mark.parametrize("make", [convolutions])
@pytest.mark.parametrize("values, most", [(False, 1.01), (True, 1.1)])
def test_memory(values, most, make):
    # oneDNN keeps what a convolution works in, or does not
    watched, bare = (max(peak(v, make) for _ in range(3)) for v in (values, None))
    assert watched <= most * bare
