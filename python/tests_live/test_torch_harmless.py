"""What PyTorch computes while it is watched is what it computes without us, bit for bit, with the same exceptions and random numbers, and nobody is
accused: the engine's behaviours, one function each."""

import copy
import io
import pickle
import threading
import warnings

import pytest

torch = pytest.importorskip("torch")

import torch.autograd.forward_ad as forward_ad  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.utils import prune  # noqa: E402
from torch.overrides import TorchFunctionMode  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

import whygrad.torch  # noqa: E402

SITUATIONS = {}


def situation(function):
    SITUATIONS[function.__name__] = function
    return function


def net(*sizes):
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def gradients(module):
    return [p.grad for p in module.parameters()]


@situation
def hooks_of_tensors():
    seen, m = [], net(3, 4, 2)
    h = m[0](torch.randn(5, 3))
    h.register_hook(lambda g: g * 2)
    handle = m[0].weight.register_hook(seen.append)
    m[0].bias.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.clone()))
    h.retain_grad()
    m[2](m[1](h)).sum().backward()
    handle.remove()
    return seen, h.grad, gradients(m)


@situation
def rows_of_a_parameter_written_without_grad():
    m = nn.Embedding(5, 3, padding_idx=0)  # fills its first row
    with torch.no_grad():
        row = m.weight[3]
        m.weight[2].fill_(1.0)
        m.weight.mul_(2.0)
        row.zero_()
        nn.init.zeros_(m.weight[1])
    m(torch.tensor([0, 1, 2, 3, 4])).square().sum().backward()
    return m.weight.detach().clone(), m.weight.grad


@situation
def hooks_of_modules():
    seen, m = [], net(3, 4, 2)
    m[0].register_forward_pre_hook(lambda _m, args: (args[0] + 1,))
    m[0].register_forward_hook(lambda _m, _args, out: out * 0.5)
    m[2].register_full_backward_hook(lambda _m, gin, gout: seen.extend([*gin, *gout]))
    m[2].register_full_backward_pre_hook(lambda _m, gout: (gout[0] * 3,))
    m(torch.randn(5, 3)).pow(2).sum().backward()
    return seen, gradients(m)


@situation
def views_and_writes():
    x = torch.randn(4, 6, requires_grad=True)
    y = x * 2
    y[1:3, ::2] = torch.arange(6.0).reshape(2, 3)
    y.t()[0].mul_(3)
    y.view(-1)[5:7].add_(1)
    z = y.clone()
    z[z > 0] *= 0.5
    z.index_add_(0, torch.tensor([0, 2]), torch.ones(2, 6))
    z.masked_fill_(z.abs() < 0.1, 7.0)
    z.diagonal().copy_(torch.zeros(4))
    a, b = z.split(3, dim=1)
    (a.unbind()[0].sum() + b[1:].relu().sum() + F.relu(z * 2, inplace=True).sum()).backward()
    return x.grad, y, z


@situation
def checkpoints():
    m = net(3, 8, 8, 2)
    x = torch.randn(5, 3, requires_grad=True)
    out = checkpoint(m[:2], x, use_reentrant=False)
    out = checkpoint(lambda h: F.dropout(m[2](h), 0.3), out, use_reentrant=True)
    m[4](out).sum().backward()
    return out, x.grad, gradients(m)


@situation
def mixed_precision():
    m = net(8, 8, 2)
    optimizer = torch.optim.SGD(m.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scales = []
    for _ in range(3):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = m(torch.randn(4, 8)).float().pow(2).mean()
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return scales, list(m.parameters())


@situation
def transforms_of_functions():
    f = torch.func
    m, x = net(3, 4, 1), torch.randn(5, 3)
    parameters = dict(m.named_parameters())

    def loss(p, row):
        return f.functional_call(m, p, (row,)).sum().tanh()

    per_sample = f.vmap(f.grad(loss), in_dims=(None, 0))(parameters, x)
    jacobian = f.jacrev(lambda row: m(row))(x[0])
    forwards = f.jacfwd(lambda row: m(row).exp())(x[0])
    hessian = f.hessian(lambda row: m(row).sin().sum())(x[0])
    out, pull = f.vjp(lambda row: m(row), x[0])
    _, push = f.jvp(lambda row: m(row), (x[0],), (x[1],))
    return per_sample, jacobian, forwards, hessian, out, pull(torch.ones(1)), push


@situation
def forward_mode():
    m, x = net(3, 4, 1), torch.randn(5, 3)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.ones_like(x))
        return forward_ad.unpack_dual(m(dual)).tangent


@situation
def compiled():
    m = torch.compile(net(3, 4, 2), backend="eager")
    m(torch.randn(5, 3)).sum().backward()
    return gradients(m)


@situation
def anomaly_mode():
    x = torch.zeros(2, requires_grad=True)
    m = net(2, 2)
    with torch.autograd.detect_anomaly(check_nan=False):
        (m(x + 1) * 2).sum().backward()
    return x.grad, gradients(m)


@situation
def gradients_of_gradients():
    m, x = net(3, 4, 1), torch.randn(5, 3, requires_grad=True)
    (g,) = torch.autograd.grad(m(x).tanh().sum(), x, create_graph=True)
    g.pow(2).sum().backward()
    hessian = torch.autograd.functional.hessian(lambda t: t.sin().sum(), torch.randn(3))
    jacobian = torch.autograd.functional.jacobian(lambda t: t.cumsum(0), torch.randn(3), vectorize=True)
    double = torch.randn(3, dtype=torch.float64, requires_grad=True)
    return (
        x.grad,
        m[0].weight.grad,
        hessian,
        jacobian,
        torch.autograd.gradcheck(torch.sigmoid, double),
        torch.autograd.gradgradcheck(torch.sin, double),
    )


@situation
def functions_of_a_user():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, n):
            ctx.save_for_backward(x)
            ctx.n = n
            return x**n, x.detach() + 1

        @staticmethod
        def backward(ctx, g, _):
            (x,) = ctx.saved_tensors
            return g * ctx.n * x ** (ctx.n - 1), None

    class AddOne(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.add_(1)

        @staticmethod
        def backward(ctx, g):
            return g

    x = torch.randn(3, requires_grad=True)
    y, other = Square.apply(x, 3)
    z = AddOne.apply(y * 1)
    (z.sum() + other.sum()).backward()
    return x.grad, y, z, other


@situation
def recurrent_layers():
    lstm, x = nn.LSTM(3, 4, num_layers=2, dropout=0.2, bidirectional=True, batch_first=True), torch.randn(3, 5, 3)
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3, 2]), batch_first=True)
    out, (h, c) = lstm(packed)
    padded, lengths = nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
    (padded.sum() + h.sum() + c.pow(2).sum()).backward()
    return padded, lengths, gradients(lstm)


@situation
def convolutions_and_normalizations():
    m = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.GELU(), nn.MaxPool2d(2), nn.GroupNorm(2, 4), nn.Dropout2d(0.2), nn.Flatten()
    )
    for _ in range(2):
        m(torch.randn(3, 2, 6, 6)).pow(2).mean().backward()
    m.eval()
    return m(torch.ones(1, 2, 6, 6)), gradients(m), list(m.buffers())


@situation
def every_optimizer():
    names = "SGD Adam AdamW Adagrad RMSprop Adadelta Adamax NAdam RAdam ASGD Rprop".split()
    out = []
    for name in names:
        m = net(3, 2)
        optimizer = getattr(torch.optim, name)(m.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 3)
        for _ in range(3):
            optimizer.zero_grad()
            m(torch.randn(4, 3)).pow(2).mean().backward()
            optimizer.step()
            schedule.step()
        out.append((list(m.parameters()), schedule.get_last_lr(), len(pickle.dumps(optimizer.state_dict()))))
    return out


@situation
def closures():
    m, x, y = net(2, 3, 1), torch.randn(6, 2), torch.randn(6, 1)
    optimizer = torch.optim.LBFGS(m.parameters(), lr=0.1, max_iter=4)
    average = torch.optim.swa_utils.AveragedModel(m)

    def closure():
        optimizer.zero_grad()
        loss = F.mse_loss(m(x), y)
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(3)]
    average.update_parameters(m)
    return losses, list(average.parameters())


@situation
def parametrizations():
    m = nn.utils.parametrizations.weight_norm(nn.Linear(3, 4))
    s = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 2))
    s(m(torch.randn(5, 3))).sum().backward()
    return gradients(m), gradients(s), m.weight, s.weight


@situation
def copies_and_files():
    m = net(3, 4, 2)
    m(torch.randn(5, 3)).sum().backward()
    twin, file = copy.deepcopy(m), io.BytesIO()
    torch.save(m.state_dict(), file)
    file.seek(0)
    twin.load_state_dict(torch.load(file))
    again = pickle.loads(pickle.dumps(m))
    return list(twin.parameters()), list(again.parameters()), copy.copy(m[0].weight)


@situation
def modes_and_subclasses():
    class Loud(torch.Tensor):
        pass

    class Count(TorchFunctionMode):
        calls = 0

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.calls += 1
            return func(*args, **(kwargs or {}))

    class Dispatched(TorchDispatchMode):
        calls = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            self.calls += 1
            return func(*args, **(kwargs or {}))

    x = torch.randn(3).as_subclass(Loud).requires_grad_()
    with Count() as count:
        y = (x * 2).exp()
    y.sum().backward()
    with Dispatched() as dispatched, torch.device("cpu"):
        z = torch.ones(3) * 2 + torch.zeros(3)
    return type(y).__name__, x.grad, count.calls, dispatched.calls, z


@situation
def quiet_code():
    m, x = net(3, 2), torch.randn(4, 3)
    with torch.no_grad():
        a = m(x)
    with torch.inference_mode():
        b = m(x)

    @torch.no_grad()
    def steps():
        for i in range(3):
            yield m(x) + i

    with torch.set_grad_enabled(False), torch.enable_grad():
        m(x).sum().backward()
    return a, a.requires_grad, b, b.is_inference(), list(steps()), gradients(m)


@situation
def what_is_saved():
    kept = []
    m, x = net(3, 4, 2), torch.randn(5, 3)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.shape) or t, lambda t: t):
        loss = m(x).pow(2).sum()
    with torch.autograd.graph.save_on_cpu():
        other = m(x).exp().sum()
    (loss + other).backward()
    return kept, gradients(m)


@situation
def traced_and_scripted():
    m, x = net(3, 4, 2), torch.randn(5, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced, scripted = torch.jit.trace(m, x), torch.jit.script(m)
    symbolic = torch.fx.symbolic_trace(m)
    (traced(x) + scripted(x) + symbolic(x)).sum().backward()
    return gradients(m), str(symbolic.graph)


@situation
def complex_sparse_and_fourier():
    z = torch.randn(4, dtype=torch.complex64, requires_grad=True)
    torch.fft.fft(z).abs().sum().backward()
    values = torch.randn(3, requires_grad=True)
    s = torch.sparse_coo_tensor(torch.tensor([[0, 1, 2], [2, 0, 1]]), values, (3, 3))
    torch.sparse.mm(s, torch.randn(3, 2)).sum().backward()
    embed = nn.Embedding(5, 2, sparse=True)
    optimizer = torch.optim.SparseAdam(list(embed.parameters()))
    embed(torch.tensor([1, 3])).sum().backward()
    optimizer.step()
    return z.grad, values.grad, embed.weight


@situation
def distributions():
    mean = torch.randn(3, requires_grad=True)
    normal = torch.distributions.Normal(mean, 1.0)
    sample = normal.rsample((4,))
    divergence = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 2.0))
    (sample.sum() + divergence.sum() + torch.distributions.Categorical(logits=mean).entropy()).backward()
    return sample, mean.grad, torch.distributions.Bernoulli(0.3).sample((5,))


@situation
def arrays():
    x = torch.randn(3, requires_grad=True)
    array = x.detach().numpy()
    array += 1
    other = torch.from_numpy(array * 2)
    (x * other + torch.as_tensor([1.0, 2.0, 3.0]) * torch.tensor(float(x[0].item()))).sum().backward()
    return x.grad, x.tolist(), torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(other)), list(map(float, x)), bool(x.sum() > 0)


@situation
def loaders():
    data = torch.utils.data.TensorDataset(torch.randn(10, 3), torch.randint(0, 2, (10,)))
    m = net(3, 2)
    for x, y in torch.utils.data.DataLoader(data, batch_size=4, shuffle=True):
        F.cross_entropy(m(x), y).backward()
    return gradients(m)


@situation
def other_threads():
    m, out = net(3, 2), []

    def work():
        m(torch.ones(4, 3)).sum().backward()
        out.append(m[0].weight.grad.clone())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return out, gradients(m)


@situation
def distributed():
    import torch.distributed as dist

    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        m = nn.parallel.DistributedDataParallel(net(3, 4, 2), find_unused_parameters=True)
        optimizer = torch.optim.SGD(m.parameters(), lr=0.1)
        for _ in range(2):
            optimizer.zero_grad()
            m(torch.randn(4, 3)).sum().backward()
            optimizer.step()
        return list(m.parameters())
    finally:
        dist.destroy_process_group()


@situation
def pruned_and_flattened():
    m = nn.Linear(3, 4)
    prune.l1_unstructured(m, "weight", amount=0.5)
    m(torch.randn(5, 3)).sum().backward()
    vector = nn.utils.parameters_to_vector(m.parameters())
    nn.utils.vector_to_parameters(vector * 0.5, m.parameters())
    return gradients(m), m.weight, list(m.parameters())


# ---- The same exceptions ----


@situation
def shapes_that_do_not_fit():
    return nn.Linear(3, 2)(torch.randn(4, 5))


@situation
def an_exception_in_a_hook():
    m = net(3, 2)
    m[0].weight.register_hook(lambda g: 1 / 0)
    m(torch.randn(4, 3)).sum().backward()


def run(function):
    torch.manual_seed(0)
    try:
        result, error = function(), None
    except Exception as e:
        result, error = None, (type(e), str(e))
    return result, error, torch.get_rng_state(), torch.is_grad_enabled(), torch._C._len_torch_function_stack()


def same(a, b):
    if isinstance(a, torch.Tensor):
        a, b = (t.detach().to_dense() if t.is_sparse else t.detach() for t in (a, b))
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and bool(torch.equal(a.nan_to_num(), b.nan_to_num()))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


@pytest.mark.parametrize("values", [False, True], ids=["", "values"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_harmless(name, values):
    wanted = run(SITUATIONS[name])
    assert wanted[1] is None or name in ("shapes_that_do_not_fit", "an_exception_in_a_hook"), wanted[1]
    with whygrad.torch.diagnose(values=values) as report:
        result = run(SITUATIONS[name])
    assert result[1] == wanted[1]
    assert same(result[0], wanted[0])
    assert torch.equal(result[2], wanted[2]), "random numbers"
    assert result[3] == wanted[3] and result[4] == wanted[4] + 1
    assert "please report this" not in report.note, report.note
    assert not report.findings, str(report)
