"""PyTorch programs whose gradient is missing, zero or not finite, in the manner of threads where people asked why: where each comes from, and what is
right: status, causes, ops and, in the program, the lines marked with `here`. None: nothing is wrong."""

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
    "nan_hidden_by_nan_to_num": (
        "pytorch/pytorch#94700",
        ("nan", "NAN_GRAD_NAN_DATA NAN_GRAD_WHERE", ""),
        """
import torch
weight = torch.tensor([float("nan"), 2.0])  # here
x = torch.randn(2, requires_grad=True)
z = (x * weight).nan_to_num(0.0)  # here
z.sum().backward()
print(x.grad)
""",
    ),
    "missing_labels_masked_after_the_loss": (
        "pytorch/pytorch#64305",
        ("nan", "NAN_GRAD_NAN_DATA NAN_GRAD_WHERE", ""),
        """
import torch
torch.manual_seed(0)
head = torch.nn.Linear(1, 2, bias=False)
x = torch.tensor([[0.5]])
labels = torch.tensor([[float("nan"), 0.0]])  # here
known = ~torch.isnan(labels)
losses = torch.square(head(x) - labels)  # here
losses[known].sum().backward()
print(head.weight.grad)
""",
    ),
    "softplus_by_hand": (
        "pytorch/pytorch#17455",
        ("nan", "NAN_GRAD_OVERFLOW NAN_GRAD_WHERE", "exp log"),
        """
import torch
x = torch.tensor([0.0, 100.0], requires_grad=True)
f = torch.log(torch.exp(x) + 1)  # here
f = torch.where(x > 50, x, f)
f.sum().backward()
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
    "normalised_by_zero": (
        "richzhang/PerceptualSimilarity#69",
        ("nan", "NAN_GRAD_SQRT0", "sqrt"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 4, bias=False)
features = net(torch.tensor([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]]))
length = torch.sqrt((features**2).sum(1, keepdim=True))  # here
loss = (features / (length + 1e-10)).sum()
loss.backward()
print(net.weight.grad)
""",
    ),
    "sine_from_cosine": (
        "ronghuaiyang/arcface-pytorch#91",
        ("nan inf", "NAN_GRAD_SQRT0", "sqrt"),
        """
import torch
import torch.nn.functional as F
w = torch.nn.Parameter(torch.tensor([[1.0, 0.0]]))
x = torch.tensor([[2.0, 0.0], [0.3, 0.4]])
cosine = F.linear(F.normalize(x), w)
sine = torch.sqrt(1.0 - cosine.pow(2))  # here
loss = (cosine * 0.87 - sine * 0.47).sum()
loss.backward()
print(w.grad)
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
    "one_class_only": (
        "discuss.pytorch.org: loss is always 0",
        ("zero", "ZERO_GRAD_SATURATED ZERO_GRAD_CANCEL", "cross_entropy log_softmax softmax"),
        """
import torch
import torch.nn as nn
torch.manual_seed(0)
net = nn.Linear(4, 1)
criterion = nn.CrossEntropyLoss()
labels = torch.zeros(5, dtype=torch.long)
loss = criterion(net(torch.randn(5, 4)), labels)  # here
loss.backward()
print(net.weight.grad)
""",
    ),
    "softmax_of_one_column": (
        "discuss.pytorch.org: output is always 1",
        ("zero", "ZERO_GRAD_SATURATED ZERO_GRAD_CANCEL", "softmax"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(4, 1), torch.nn.Softmax(dim=1))
out = net(torch.randn(5, 4))  # here
loss = torch.nn.functional.mse_loss(out, torch.tensor([[0.0], [1.0], [1.0], [0.0], [1.0]]))
loss.backward()
print(net[0].weight.grad)
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
    "noise_scale_is_rounded": (
        "discuss.pytorch.org: quantization aware training",
        ("zero", "ZERO_GRAD_FLAT", "round"),
        """
import torch
torch.manual_seed(0)
scale = torch.nn.Parameter(torch.tensor(0.1))
weight = torch.nn.Parameter(torch.randn(4, 4))
def quantized(w):
    return torch.round(w / 0.1) * 0.1  # here
loss = (torch.randn(2, 4) @ quantized(weight)).pow(2).mean() * scale
loss.backward()
print(weight.grad)
""",
    ),
    "unnormalised_inputs_saturate": (
        "discuss.pytorch.org: sigmoid outputs are all 1",
        ("zero", "ZERO_GRAD_SATURATED", "sigmoid"),
        """
import torch
net = torch.nn.Linear(2, 1)
with torch.no_grad():
    net.weight.fill_(1.0)
x = torch.tensor([[255.0, 231.0], [128.0, 250.0]])
p = torch.sigmoid(net(x))  # here
loss = (p - 0.5).pow(2).mean()
loss.backward()
print(net.weight.grad)
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
    "variance_of_one_row": (
        "discuss.pytorch.org: std returns nan",
        ("nan", "NAN_GRAD_DIV0", "var std"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 2)
h = net(torch.randn(1, 3))
z = (h - h.mean(0)) / (h.var(0) + 1e-5).sqrt()  # here
z.sum().backward()
print(net.weight.grad)
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
    "advantage_keeps_the_critic": (
        "discuss.pytorch.org: actor critic",
        None,
        """
import torch
torch.manual_seed(0)
actor, critic = torch.nn.Linear(3, 2), torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=1e-3)
for _ in range(3):
    state = torch.randn(5, 3)
    policy = torch.distributions.Categorical(logits=actor(state))
    action = policy.sample()
    value = critic(state).squeeze(1)
    reward = (action == 1).float()
    advantage = reward - value
    loss = -(policy.log_prob(action) * advantage.detach()).mean() + advantage.pow(2).mean() - 0.01 * policy.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    ),
    "two_optimizers_of_a_gan": (
        "pytorch/examples: DCGAN",
        None,
        """
import torch
import torch.nn.functional as F
torch.manual_seed(0)
G = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
D = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.LeakyReLU(0.2), torch.nn.Linear(8, 1))
opt_g, opt_d = torch.optim.Adam(G.parameters(), 1e-3), torch.optim.Adam(D.parameters(), 1e-3)
one, zero = torch.ones(6, 1), torch.zeros(6, 1)
for _ in range(3):
    real, fake = torch.randn(6, 2), G(torch.randn(6, 2))
    D.zero_grad()
    F.binary_cross_entropy_with_logits(D(real), one).backward()
    F.binary_cross_entropy_with_logits(D(fake.detach()), zero).backward()
    opt_d.step()
    G.zero_grad()
    F.binary_cross_entropy_with_logits(D(fake), one).backward()
    opt_g.step()
""",
    ),
    "hook_that_gives_zeros": (
        "discuss.pytorch.org: register_hook to mask gradients",
        ("zero", "CUSTOM_GRADIENT ZERO_GRAD_MASKED", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 2)
mask = torch.zeros(2, 3)
net.weight.register_hook(lambda g: g * mask)  # here
loss = net(torch.randn(4, 3)).pow(2).mean()
loss.backward()
print(net.weight.grad)
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
    "dropout_of_everything": (
        "discuss.pytorch.org: dropout probability",
        ("zero", "ZERO_GRAD_MASKED", "dropout"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(1.0), torch.nn.Linear(4, 1))
loss = net(torch.randn(5, 3)).pow(2).mean()  # here
loss.backward()
print(net[0].weight.grad)
""",
    ),
    "norm_over_one_feature": (
        "discuss.pytorch.org: LayerNorm(1)",
        ("zero", "ZERO_GRAD_CANCEL ZERO_GRAD_SATURATED", "layer_norm"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.LayerNorm(1))
loss = (net(torch.randn(5, 3)) - 1).pow(2).mean()  # here
loss.backward()
print(net[0].weight.grad)
""",
    ),
    "divergence_from_zero_probabilities": (
        "discuss.pytorch.org: KLDivLoss nan",
        ("nan inf", "NAN_GRAD_LOG0 NAN_GRAD_DIV0", "log"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(2, 3)
with torch.no_grad():
    net.bias.copy_(torch.tensor([0.0, 200.0, 0.0]))
q = torch.softmax(net(torch.randn(4, 2)), 1)
p = torch.tensor([[0.5, 0.5, 0.0]]).expand(4, 3)
loss = (p * (p.clamp_min(1e-9).log() - q.log())).sum()  # here
loss.backward()
print(net.weight.grad)
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
    "relu_after_residual_in_place": (
        "pytorch/vision#1: residual",
        None,
        """
import torch
torch.manual_seed(0)
conv1, conv2 = torch.nn.Conv2d(2, 2, 3, padding=1), torch.nn.Conv2d(2, 2, 3, padding=1)
norm1, norm2, relu = torch.nn.BatchNorm2d(2), torch.nn.BatchNorm2d(2), torch.nn.ReLU(inplace=True)
optimizer = torch.optim.SGD([*conv1.parameters(), *conv2.parameters()], lr=0.1, momentum=0.9)
for _ in range(2):
    x = torch.randn(3, 2, 5, 5)
    out = norm2(conv2(relu(norm1(conv1(x)))))
    out += x
    loss = relu(out).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
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
    "step_inside_of_accumulation": (
        "discuss.pytorch.org: gradient accumulation",
        None,
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
for i in range(6):
    (net(torch.randn(4, 3)).pow(2).mean() / 3).backward()
    if i % 3 == 2:
        torch.nn.utils.clip_grad_value_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        schedule.step()
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
    "huber_by_clamp": (
        "discuss.pytorch.org: clamp the loss",
        ("zero", "ZERO_GRAD_CLIP", "clamp"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
loss = ((net(torch.randn(4, 3)) - 100.0) ** 2).mean()
loss = torch.clamp(loss, max=10.0)  # here
loss.backward()
print(net.weight.grad)
""",
    ),
    "complex_part_dropped": (
        "discuss.pytorch.org: fft loss",
        ("zero", "ZERO_GRAD_CANCEL COMPLEX ZERO_GRAD_FLAT ZERO_GRAD_SATURATED DISCONNECTED_ZERO ZERO_GRAD_MASKED", ""),
        """
import torch
torch.manual_seed(0)
x = torch.randn(8, requires_grad=True)
s = torch.fft.ifft(torch.fft.fft(x))
loss = s.imag.sum()  # here
loss.backward()
print(x.grad)
""",
    ),
}
