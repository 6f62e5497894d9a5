"""PyTorch programs whose gradient is missing, or where PyTorch raises, in the manner of threads where people asked why; see torch_programs.py."""

PROGRAMS = {
    "learnable_index": (
        "pytorch/pytorch#44944",
        ("absent", "INT_DTYPE NONDIFF_OP", "long to __getitem__ int"),
        """
import torch
table = torch.randn(5, 3)
place = torch.nn.Parameter(torch.tensor([1.2, 3.4]))
scale = torch.nn.Parameter(torch.ones(3))
rows = table[place.long()]  # here
loss = (rows * scale).sum()
loss.backward()
print(place.grad)
""",
    ),
    "recomputed_in_backward": (
        "pytorch/pytorch#45405",
        ("absent", "CUSTOM_GRADIENT", ""),
        """
import torch
class Weighted(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return (x * w).sum()
    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        out = (x * w).sum()
        x_, w_ = x.detach().requires_grad_(), w.detach().requires_grad_()
        gx, gw = torch.autograd.grad((x_ * w_).sum(), [x_, w_], g)
        return gx, None  # here
x = torch.ones(2, 3, requires_grad=True)
w = torch.rand(2, 3, requires_grad=True)
loss = Weighted.apply(x, w)  # here
loss.backward()
print(x.grad, w.grad)
""",
    ),
    "made_on_another_device": (
        "pytorch/pytorch#2730",
        ("absent", "NON_LEAF_GRAD", ""),
        """
import torch
x = torch.ones(10, requires_grad=True).to(torch.float64)  # here
y = x * torch.linspace(1, 10, 10, dtype=torch.float64)
y.backward(torch.ones(10, dtype=torch.float64))
print(x.grad)
""",
    ),
    "loss_replaced_by_a_number": (
        "sktime/pytorch-forecasting#2290",
        ("absent", "CONTROL_FLOW WRONG_TARGET LEFT_FRAMEWORK NOT_WATCHED", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
with torch.no_grad():
    net.weight.fill_(1.0)
rate = net(torch.full((4, 3), 100.0)).exp()
loss = (rate - torch.ones(4, 1) * rate.log()).mean()
if not torch.isfinite(loss):  # here
    loss = torch.tensor(1e9)  # here
loss.backward()  # here
""",
    ),
    "requires_grad_set_on_the_loss": (
        "ronghuaiyang/arcface-pytorch#56",
        ("absent", "NO_GRAD_MODE TAPE_PAUSED", ""),
        """
import torch
import torch.nn.functional as F
torch.manual_seed(0)
backbone, head = torch.nn.Linear(4, 3), torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD([*backbone.parameters(), *head.parameters()], lr=0.1)
def features(x):
    with torch.no_grad():  # here
        return head(backbone(x))  # here
for _ in range(2):
    loss = F.cross_entropy(features(torch.randn(5, 4)), torch.tensor([0, 1, 1, 0, 1]))
    loss.requires_grad = True
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ),
    "forward_outside_of_the_loop": (
        "karpathy/nn-zero-to-hero#31",
        ("absent", "GRAPH_FREED TAPE_CONSUMED", ""),
        """
import torch
torch.manual_seed(0)
W = torch.randn(4, 3, requires_grad=True)
x = torch.eye(4)
counts = (x @ W).exp()
loss = -(counts / counts.sum(1, keepdim=True))[torch.arange(4), torch.tensor([0, 1, 2, 0])].log().mean()
for _ in range(2):
    W.grad = None
    loss.backward()  # here
    W.data += -0.1 * W.grad
""",
    ),
    "hidden_state_kept": (
        "MorvanZhou/PyTorch-Tutorial#57",
        ("absent", "GRAPH_FREED TAPE_CONSUMED INPLACE_CHANGE", ""),
        """
import torch
torch.manual_seed(0)
rnn, out = torch.nn.RNN(1, 4, batch_first=True), torch.nn.Linear(4, 1)
h = None
for step in range(3):
    x = torch.sin(torch.linspace(step, step + 1, 5)).reshape(1, 5, 1)
    y, h = rnn(x, h)
    loss = (out(y) - torch.cos(x)).pow(2).mean()
    loss.backward()  # here
""",
    ),
    "step_between_two_backwards": (
        "NVlabs/FUNIT#23",
        ("absent", "INPLACE_CHANGE", ""),
        """
import torch
torch.manual_seed(0)
encoder, head = torch.nn.Linear(6, 5), torch.nn.Linear(5, 1)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
x = torch.randn(3, 6)
first = head(torch.tanh(encoder(x))).pow(2).mean()
second = head(torch.tanh(encoder(x))).abs().mean()
optimizer.zero_grad()
first.backward(retain_graph=True)
optimizer.step()  # here
second.backward()
optimizer.step()
""",
    ),
    "bins_by_threshold": (
        "qubvel-org/segmentation_models.pytorch#611",
        ("absent", "NONDIFF_OP METRIC_AS_LOSS LEFT_FRAMEWORK", "gt __gt__ tensor"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(4, 1)
p = torch.sigmoid(net(torch.randn(6, 4))).squeeze(1)
target = torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
hit = (p > 0.5).type(p.dtype)  # here
hit = torch.tensor(hit.numpy(), requires_grad=True)
dice = 1 - 2 * (hit * target).sum() / (hit.sum() + target.sum())
dice.backward()
print(net.weight.grad)
""",
    ),
    "coordinates_by_argmax": (
        "LZGMatrix/BOP19_CDPN_2019ICCV#4",
        ("absent", "NONDIFF_OP", "argmax"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 8)
def coordinates(logits):
    bins = torch.stack([torch.argmax(part, dim=1) for part in logits.split(4, dim=1)], dim=1)  # here
    return 2.0 * bins.float() / 3.0 - 1.0
loss = (coordinates(net(torch.randn(5, 3))) - 0.5).pow(2).mean()
loss.backward()
""",
    ),
    "second_value_of_max": (
        "pytorch/pytorch#1339",
        ("absent", "NONDIFF_OP INT_DTYPE", "max"),
        """
import torch
torch.manual_seed(0)
first, second = torch.nn.Linear(3, 4), torch.nn.Linear(1, 2)
y = first(torch.randn(5, 3))
label = torch.max(y, 1)[1]  # here
loss = second(label.float().unsqueeze(1)).pow(2).mean()
loss.backward()
print(first.weight.grad)
""",
    ),
    "points_inside_of_a_box": (
        "pytorch/pytorch#2774",
        ("absent", "NONDIFF_OP METRIC_AS_LOSS", "lt __lt__ gt __gt__ le __le__ ge __ge__"),
        """
import torch
grid = torch.stack(torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij"), -1)
def mask(box):
    inside = (grid > box[:2]) & (grid < box[2:])  # here
    return inside.all(-1).float()
box = torch.tensor([1.0, 1.0, 5.0, 5.0], requires_grad=True)
bias = torch.zeros((), requires_grad=True)
a, b = mask(box), mask(torch.tensor([2.0, 2.0, 6.0, 6.0]))
loss = 1 - (a * b).sum() / (a + b - a * b).sum() + bias
loss.backward()
print(box.grad)
""",
    ),
    "inner_step_by_data": (
        "KanishJebaMathewM/Truxify#13118",
        ("absent", "DETACHED STATEFUL STOP_GRADIENT LEFT_FRAMEWORK WRONG_SOURCE UNUSED", ""),
        """
import copy
import torch
torch.manual_seed(0)
meta = torch.nn.Linear(2, 1)
x, y = torch.randn(6, 2), torch.randn(6, 1)
adapted = copy.deepcopy(meta)  # here
loss = (adapted(x) - y).pow(2).mean()
gradients = torch.autograd.grad(loss, adapted.parameters(), create_graph=True)
for p, g in zip(adapted.parameters(), gradients):
    p.data -= 0.1 * g  # here
query = (adapted(x + 1) - y).pow(2).mean()
query.backward()
print(meta.weight.grad)
""",
    ),
    "inner_step_by_load_state_dict": (
        "hoyeoplee/MeLU#9",
        ("absent", "STATEFUL DETACHED LEFT_FRAMEWORK STOP_GRADIENT NO_GRAD_MODE TAPE_PAUSED", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(2, 1)
rate = torch.nn.Parameter(torch.tensor(0.1))
x, y = torch.randn(6, 2), torch.randn(6, 1)
loss = (net(x) - y).pow(2).mean()
gradients = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
fast = {name: p - rate * g for (name, p), g in zip(net.named_parameters(), gradients)}
net.load_state_dict(fast)  # here
(net(x + 1) - y).pow(2).mean().backward()
print(rate.grad)
""",
    ),
    "write_into_a_weight": (
        "Hunter-DDM/knowledge-neurons#14",
        ("absent", "INPLACE_CHANGE", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(4, 4)
before, after = torch.randn(4), torch.randn(4)
net.weight[:, 2] -= 0.1 * before  # here
net.weight[:, 2] += 0.1 * after
net(torch.randn(1, 4)).sum().backward()
""",
    ),
    "positions_written_into_an_embedding": (
        "Atcold/NYU-DLSP20#765",
        ("absent", "INPLACE_CHANGE", "__setitem__"),
        """
import torch
class Positions(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(6, 4)
        theta = torch.arange(6.0).unsqueeze(1) / torch.tensor([1.0, 100.0])
        self.embed.weight[:, 0::2] = torch.sin(theta)  # here
    def forward(self, i):
        return self.embed(i)
model = Positions()
model(torch.arange(3)).sum().backward()
""",
    ),
    "network_replaced_after_the_optimizer": (
        "pytorch/pytorch#54765",
        ("absent", "STALE_OPTIMIZER", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
for _ in range(2):
    optimizer.zero_grad()
    net(torch.randn(5, 3)).pow(2).mean().backward()
    optimizer.step()
""",
    ),
    "embedding_of_a_plain_list": (
        "discuss.pytorch.org: parameters() is empty",
        ("absent", "NOT_REGISTERED", ""),
        """
import torch
torch.manual_seed(0)
class Experts(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = torch.nn.Linear(3, 2)
        self.experts = {name: torch.nn.Linear(3, 1) for name in ("a", "b")}  # here
    def forward(self, x):
        weights = torch.softmax(self.gate(x), 1)
        return weights[:, :1] * self.experts["a"](x) + weights[:, 1:] * self.experts["b"](x)
model = Experts()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
optimizer.zero_grad()
model(torch.randn(4, 3)).pow(2).mean().backward()
optimizer.step()
""",
    ),
    "closure_without_gradients": (
        "discuss.pytorch.org: LBFGS does nothing",
        ("absent", "NO_GRAD_MODE TAPE_PAUSED", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(2, 1)
optimizer = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=2)
x, y = torch.randn(6, 2), torch.randn(6, 1)
@torch.no_grad()  # here
def closure():
    optimizer.zero_grad()
    loss = (net(x) - y).pow(2).mean()  # here
    if loss.requires_grad:
        loss.backward()
    return loss
loss = closure()
loss.backward()
""",
    ),
    "losses_made_a_tensor": (
        "discuss.pytorch.org: sum of a list of losses",
        ("absent", "LEFT_FRAMEWORK", "tensor item stack"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 2)
losses = []
for i in range(3):
    losses.append(net(torch.randn(4, 3)).pow(2).mean())
loss = torch.tensor(losses, requires_grad=True).sum()  # here
loss.backward()
print(net.weight.grad)
""",
    ),
    "exponent_in_place": (
        "quark0/darts#109",
        ("absent", "INPLACE_CHANGE", "mul_ __imul__"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 3)
def mixed(x):
    h = torch.sigmoid(net(x))
    h *= 2.0  # here
    return h
loss = mixed(torch.randn(2, 3)).sum()
loss.backward()
""",
    ),
    "frozen_by_set_grad_enabled": (
        "discuss.pytorch.org: validation switches training off",
        ("absent", "NO_GRAD_MODE TAPE_PAUSED", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
def validate():
    torch.set_grad_enabled(False)  # here
    return net(torch.ones(1, 3)).item()
def train():
    loss = net(torch.randn(4, 3)).pow(2).mean()  # here
    loss.backward()
    return loss
train()
validate()
try:
    train()
finally:
    torch.set_grad_enabled(True)
""",
    ),
    "copy_for_the_decoder": (
        "discuss.pytorch.org: weight tying",
        ("absent", "UNUSED STATEFUL DETACHED WRONG_SOURCE LEFT_FRAMEWORK", ""),
        """
import torch
torch.manual_seed(0)
embed = torch.nn.Embedding(5, 3)
decoder = torch.nn.Linear(3, 5, bias=False)
decoder.weight = torch.nn.Parameter(embed.weight.detach().clone())  # here
h = torch.randn(4, 3)
loss = torch.nn.functional.cross_entropy(decoder(h), torch.tensor([0, 1, 2, 3]))
loss.backward()
print(embed.weight.grad)
""",
    ),
    "targets_asked_instead_of_inputs": (
        "discuss.pytorch.org: saliency map is None",
        ("absent", "NOT_WATCHED", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 3))
image = torch.rand(1, 4, 4)  # here
score = net(image)[0, 1]
score.backward()
print(image.grad)
""",
    ),
    "hard_gumbel_by_argmax": (
        "discuss.pytorch.org: straight through categorical",
        ("absent", "NONDIFF_OP INT_DTYPE", "argmax one_hot"),
        """
import torch
import torch.nn.functional as F
torch.manual_seed(0)
policy, world = torch.nn.Linear(3, 4), torch.nn.Linear(4, 1)
logits = policy(torch.randn(5, 3))
soft = F.gumbel_softmax(logits, tau=1.0)
code = F.one_hot(soft.argmax(-1), 4).float()  # here
loss = world(code).mean()
loss.backward()
print(policy.weight.grad)
""",
    ),
    "embedding_renormalised_in_place": (
        "pytorch/pytorch: Embedding max_norm",
        ("absent", "INPLACE_CHANGE", ""),
        """
import torch
torch.manual_seed(0)
embed = torch.nn.Embedding(4, 3, max_norm=1.0)
w = torch.nn.Parameter(torch.randn(3, 3))
i = torch.tensor([1, 2])
a = embed.weight @ w
b = embed(i) @ w  # here
(a.sum() + b.sum()).backward()
""",
    ),
    "forward_decorated": (
        "discuss.pytorch.org: feature extractor is not fine-tuned",
        ("absent", "NO_GRAD_MODE TAPE_PAUSED", ""),
        """
import torch
torch.manual_seed(0)
class Features(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv1d(1, 2, 3)
    @torch.no_grad()  # here
    def forward(self, x):
        return self.conv(x).mean(-1)  # here
features, head = Features(), torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD([*features.parameters(), *head.parameters()], lr=0.1)
for _ in range(2):
    loss = head(features(torch.randn(4, 1, 8))).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ),
    "frozen_and_forgotten": (
        "discuss.pytorch.org: unfreeze later",
        ("absent", "FROZEN NON_TRAINABLE", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
for p in net.parameters():
    p.requires_grad = False  # here
net[2].requires_grad = True
loss = net(torch.randn(5, 3)).pow(2).mean()
loss.backward()
""",
    ),
    "inverse_through_numpy": (
        "discuss.pytorch.org: backward through scipy",
        ("absent", "LEFT_FRAMEWORK DETACHED STOP_GRADIENT", ""),
        """
import numpy as np
import torch
torch.manual_seed(0)
A = torch.nn.Parameter(torch.eye(2) * 2)
b = torch.nn.Parameter(torch.ones(2))
inverse = torch.from_numpy(np.linalg.inv(A.detach().numpy()))  # here
loss = (inverse @ b).pow(2).sum()
loss.backward()
print(A.grad)
""",
    ),
    "sorted_indices_matched": (
        "discuss.pytorch.org: rank correlation loss",
        ("absent", "NONDIFF_OP INT_DTYPE", "argsort"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
prediction = net(torch.randn(6, 3)).squeeze(1)
rank = prediction.argsort().argsort().float()  # here
wanted = torch.arange(6.0)
loss = ((rank - rank.mean()) * (wanted - wanted.mean())).mean()
loss.backward()
""",
    ),
    "weights_normalised_by_hand": (
        "discuss.pytorch.org: constrain weights to sum to one",
        ("absent", "REBOUND NON_LEAF_GRAD GRAPH_FREED", ""),
        """
import torch
w = torch.rand(3, requires_grad=True)
x = torch.tensor([1.0, 2.0, 3.0])
for _ in range(2):
    w = w / w.sum()  # here
    loss = (w * x).sum()
    loss.backward()
    print(w.grad)
""",
    ),
    "attention_weights_detached_by_data": (
        "discuss.pytorch.org: .data vs detach",
        ("absent", "DETACHED STOP_GRADIENT", "data"),
        """
import torch
torch.manual_seed(0)
query, value = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
x = torch.randn(2, 4, 3)
score = torch.softmax(query(x) @ x.transpose(1, 2), -1)
out = score.data @ value(x)  # here
out.pow(2).mean().backward()
print(query.weight.grad)
""",
    ),
}
