"""PyTorch programs whose gradient is missing, zero or not finite, in the manner of threads where people asked why: where each comes from, and what is
right: status, causes, ops and, in the program, the lines marked with `here`. None: nothing is wrong."""

from torch_programs_absent import PROGRAMS as ABSENT
from torch_programs_loops import LOOPS
from torch_programs_threads import THREADS
from torch_programs_training import TRAINING

NUMBERS = {
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
PROGRAMS = {**ABSENT, **NUMBERS, **THREADS, **TRAINING, **LOOPS}
