"""PyTorch programs reduced from threads that were read after the collector was written: see torch_programs.py."""

THREADS = {
    "reinforce_item": (
        "isayev/ReLeaSE#39",
        ("absent", "LEFT_FRAMEWORK", "item"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(4, 3)
log_probs = torch.log_softmax(net(torch.ones(1, 4)), 1)
rl_loss = torch.zeros(1, requires_grad=True)
for i, reward in ((0, 1.0), (2, 0.5)):
    rl_loss = rl_loss - log_probs[0, i].item() * reward  # here
rl_loss.backward()
print(net.weight.grad, net.bias.grad)
""",
    ),
    "recurrence_in_place": (
        "pytorch/pytorch#36470",
        ("absent", "INPLACE_CHANGE", "__setitem__"),
        """
import torch
x = torch.ones(1, requires_grad=True)
f = torch.zeros(10)
f[0] = 1
for i in range(1, 10):
    f[i] = f[i - 1] * x
    f[i] = 1 / (1.0 + torch.exp(-f[i]))  # here
loss = torch.sum(f)
g = torch.autograd.grad(loss, [x])[0]
""",
    ),
    "weight_copied_from_embedding": (
        "rasbt/LLMs-from-scratch#277",
        ("absent", "DETACHED", "detach"),
        """
import torch
torch.manual_seed(0)
embedding = torch.nn.Embedding(5, 3)
linear = torch.nn.Linear(3, 5, bias=False)
linear.weight = torch.nn.Parameter(embedding.weight.detach())  # here
onehot = torch.nn.functional.one_hot(torch.tensor([1, 3]), 5).float()
loss = (onehot @ linear.weight).pow(2).sum()
loss.backward()
print(embedding.weight.grad, linear.weight.grad)
""",
    ),
    "lora_reentrant": (
        "microsoft/LoRA#120",
        ("absent", "NO_GRAD_MODE", "CheckpointFunction"),
        """
import torch
from torch.utils.checkpoint import checkpoint
torch.manual_seed(0)
embed = torch.nn.Embedding(6, 4).requires_grad_(False)
base = torch.nn.Linear(4, 4).requires_grad_(False)
lora = torch.nn.Linear(4, 4, bias=False)
head = torch.nn.Linear(4, 2)
def block(h):
    return torch.relu(base(h) + lora(h))
h = embed(torch.tensor([0, 2, 3]))
h = checkpoint(block, h, use_reentrant=True)  # here
loss = head(h).pow(2).mean()
loss.backward()
print(lora.weight.grad, head.weight.grad)
""",
    ),
    "where_exp": (
        "pytorch/pytorch#68425",
        ("nan", "NAN_GRAD_WHERE NAN_GRAD_OVERFLOW", "exp"),
        """
import torch
a = torch.tensor(100.0, requires_grad=True)
b = torch.where(a <= 0, torch.exp(a), 1 + a)  # here
b.backward()
print(a.grad)
""",
    ),
    "masked_entropy": (
        "pytorch/pytorch#31829",
        ("nan", "NAN_GRAD_WHERE NAN_GRAD_LOG0", "log"),
        """
import torch
logits = torch.tensor([[1.0, 2.0, 0.5]], requires_grad=True)
mask = torch.tensor([[False, False, True]])
p = torch.softmax(logits.masked_fill(mask, float("-inf")), -1)
plogp = p * p.log()  # here
entropy = -plogp.masked_fill(mask, 0.0).sum()
entropy.backward()
print(logits.grad)
""",
    ),
    "detached_regulariser": (
        "yifita/deep_cage#16",
        ("absent", "DETACHED", "detach"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 3)
scale = torch.nn.Parameter(torch.ones(3))
out = net(torch.ones(2, 3))
weights = (out * scale).detach()  # here
loss = out.pow(2).mean() + weights.abs().mean()
loss.backward()
print(scale.grad, net.weight.grad)
""",
    ),
    "zero_denominator": (
        "pytorch/pytorch#36923",
        ("nan", "NAN_GRAD_WHERE NAN_GRAD_DIV0", "div"),
        """
import torch
x = torch.ones(3, requires_grad=True)
t = torch.tensor([0.0, 1.0, 2.0])
y = t * (x / t)  # here
z = torch.where(x >= t, x, y)
z.sum().backward()
print(x.grad)
""",
    ),
    "sampled_tokens": (
        "discuss.pytorch.org: gradient through sampling",
        ("absent", "NONDIFF_OP", "multinomial"),
        """
import torch
torch.manual_seed(0)
generator = torch.nn.Linear(4, 6)
embedding = torch.nn.Embedding(6, 3)
critic = torch.nn.Linear(3, 1)
probs = torch.softmax(generator(torch.ones(2, 4)), -1)
tokens = torch.multinomial(probs, 1)  # here
score = critic(embedding(tokens.squeeze(1)))
(-score.mean()).backward()
print(generator.weight.grad, critic.weight.grad)
""",
    ),
    "log_one_minus_sigmoid": (
        "discuss.pytorch.org: log of 1 - sigmoid",
        ("nan", "NAN_GRAD_LOG0", "log"),
        """
import torch
w = torch.tensor([2.0], requires_grad=True)
x = torch.tensor([50.0, 0.1])
p = torch.sigmoid(w * x)
loss = -torch.log(1 - p).mean()  # here
loss.backward()
print(w.grad)
""",
    ),
    "hessian_of_relu": (
        "discuss.pytorch.org: second derivative of a ReLU network",
        ("zero", "SECOND_ORDER", "grad"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
x = torch.ones(3, 2, requires_grad=True)
u = net(x).sum()
du = torch.autograd.grad(u, x, create_graph=True)[0]
d2u = torch.autograd.grad(du.sum(), x, create_graph=True, allow_unused=True)[0]  # here
""",
    ),
    "deepcopy_inner_loop": (
        "learnables/learn2learn: an inner loop by deepcopy",
        ("absent", "WRONG_SOURCE", "deepcopy"),
        """
import copy
import torch
torch.manual_seed(0)
model = torch.nn.Linear(2, 1)
fast = copy.deepcopy(model)  # here
opt = torch.optim.SGD(fast.parameters(), 0.1)
fast(torch.ones(3, 2)).pow(2).mean().backward()
opt.step()
outer = fast(torch.ones(3, 2)).pow(2).mean()
outer.backward()
print(model.weight.grad, model.bias.grad)
""",
    ),
    "tbptt": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
rnn = torch.nn.GRU(3, 4, batch_first=True)
head = torch.nn.Linear(4, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], 1e-2)
x, h = torch.randn(2, 12, 3), None
for part in x.split(4, 1):
    opt.zero_grad()
    out, h = rnn(part, h)
    h = h.detach()
    head(out).pow(2).mean().backward()
    torch.nn.utils.clip_grad_norm_(rnn.parameters(), 1.0)
    opt.step()
print(rnn.weight_ih_l0.grad, head.weight.grad)
""",
    ),
    "frozen_backbone": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
backbone = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
backbone.eval()
for p in backbone.parameters():
    p.requires_grad = False
head = torch.nn.Linear(4, 2)
opt = torch.optim.SGD(filter(lambda p: p.requires_grad, [*backbone.parameters(), *head.parameters()]), 0.1)
with torch.no_grad():
    f = backbone(torch.randn(3, 1, 6, 6)).mean((2, 3))
loss = torch.nn.functional.cross_entropy(head(f), torch.tensor([0, 1, 0]))
opt.zero_grad()
loss.backward()
opt.step()
acc = (head(f).argmax(1) == torch.tensor([0, 1, 0])).float().mean().item()
print(head.weight.grad)
""",
    ),
    "gan": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
G, D = torch.nn.Linear(2, 3), torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LeakyReLU(0.2), torch.nn.Linear(4, 1))
og, od = torch.optim.Adam(G.parameters(), 1e-3), torch.optim.Adam(D.parameters(), 1e-3)
bce = torch.nn.BCEWithLogitsLoss()
for _ in range(2):
    fake = G(torch.randn(4, 2))
    d_loss = bce(D(torch.randn(4, 3)), torch.ones(4, 1)) + bce(D(fake.detach()), torch.zeros(4, 1))
    od.zero_grad()
    d_loss.backward()
    od.step()
    g_loss = bce(D(fake), torch.ones(4, 1))
    og.zero_grad()
    g_loss.backward()
    og.step()
print(G.weight.grad, D[0].weight.grad)
""",
    ),
    "vae_bf16": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
enc, dec = torch.nn.Linear(6, 4), torch.nn.Linear(2, 6)
opt = torch.optim.AdamW([*enc.parameters(), *dec.parameters()], 1e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 10)
x = torch.rand(5, 6)
for _ in range(2):
    with torch.autocast("cpu", torch.bfloat16):
        mu, logvar = enc(x).chunk(2, -1)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        rec = torch.nn.functional.binary_cross_entropy_with_logits(dec(z).float(), x)
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).mean()
    opt.zero_grad(set_to_none=True)
    (rec + kl).backward()
    torch.nn.utils.clip_grad_value_(enc.parameters(), 0.5)
    opt.step()
    sched.step()
print(enc.weight.grad, dec.weight.grad)
""",
    ),
    "dist_sample": (
        "discuss.pytorch.org: Categorical.sample in a loss",
        ("absent", "NONDIFF_OP NO_GRAD_MODE", "multinomial"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(4, 6)
embedding = torch.nn.Embedding(6, 3)
d = torch.distributions.Categorical(logits=net(torch.ones(2, 4)))
a = d.sample()  # here
loss = embedding(a).sum()
loss.backward()
print(net.weight.grad)
""",
    ),
    "dist_normal_sample": (
        "discuss.pytorch.org: sample and rsample",
        ("absent", "NO_GRAD_MODE NONDIFF_OP", "normal"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(4, 2)
mu, logstd = net(torch.ones(2, 4)).chunk(2, -1)
a = torch.distributions.Normal(mu, logstd.exp()).sample()  # here
q = torch.nn.Linear(1, 1)
loss = -q(a).mean()
loss.backward()
print(net.weight.grad)
""",
    ),
    "logged_only": (
        "discuss.pytorch.org: an auxiliary loss that is only printed",
        ("absent", "UNUSED", "mean"),
        """
import torch
torch.manual_seed(0)
a, b = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
x = torch.ones(3, 2)
aux = b(x).mean()  # here
print("aux", aux.item())
loss = a(x).mean()
loss.backward()
print(b.weight.grad)
""",
    ),
    "logs_on_the_line": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(2, 1)
total, loss = 0.0, net(torch.ones(3, 2)).pow(2).mean()
loss.backward()
total += loss.item()
print(f"{total / (1 + loss.item()):.3f}", loss.detach() * 2)
print(net.weight.grad)
""",
    ),
    "padded_attention": (
        "discuss.pytorch.org, attention with a sentence of padding only",
        ("nan", "NAN_GRAD_DIV0", "softmax"),
        """
import torch
torch.manual_seed(0)
value = torch.nn.Linear(4, 4)
x = torch.randn(2, 3, 4)
padding = torch.tensor([[False, False, True], [True, True, True]])
scores = (x @ x.transpose(1, 2)).masked_fill(padding[:, None, :], float("-inf"))
p = torch.softmax(scores, -1)  # here
out = p @ value(x)
loss = out[~padding].pow(2).mean()
loss.backward()
print(value.weight.grad)
""",
    ),
    "entropy_of_masked_actions": (
        "pytorch/pytorch#31829",
        ("nan", "NAN_GRAD_DIV0", "log_softmax"),
        """
import torch
logits = torch.tensor([[1.0, 2.0, 0.5]], requires_grad=True)
legal = torch.tensor([[True, True, False]])
log_p = torch.log_softmax(torch.where(legal, logits, float("-inf")), -1)  # here
entropy = -(log_p.exp() * log_p).sum()
entropy.backward()
print(logits.grad)
""",
    ),
    "hidden_state_carried_on": (
        "discuss.pytorch.org, backward through the graph a second time with a GRU",
        ("absent", "GRAPH_FREED", ""),
        """
import torch
torch.manual_seed(0)
rnn, head = torch.nn.GRU(2, 3, batch_first=True), torch.nn.Linear(3, 1)
hidden = torch.zeros(1, 4, 3)
for x in (torch.ones(4, 5, 2), torch.ones(4, 5, 2)):
    states, hidden = rnn(x, hidden)
    head(states).pow(2).mean().backward()  # here
print(rnn.weight_ih_l0.grad)
""",
    ),
    "product_by_loops": (
        "pytorch/pytorch#53348",
        ("absent", "INPLACE_CHANGE", "__setitem__"),
        """
import torch
a, b = torch.ones(2, 3, requires_grad=True), torch.ones(3, 4, requires_grad=True)
out = torch.zeros(2, 4, requires_grad=True)
for i in range(2):
    for j in range(4):
        out[i, j] = (a[i] * b[:, j]).sum()  # here
out.sum().backward()
print(a.grad, b.grad)
""",
    ),
    "scale_by_item": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(2, 1)
out = net(torch.ones(3, 2))
loss = out.pow(2).mean() / (1 + out.abs().max().item())
loss.backward()
print(net.weight.grad)
""",
    ),
    "pcgrad": (
        "a program that is fine",
        None,
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
x = torch.randn(5, 3)
out = net(x)
gs = [torch.autograd.grad(out[:, i].pow(2).mean(), list(net.parameters()), retain_graph=True) for i in range(2)]
for p, a, b in zip(net.parameters(), *gs):
    p.grad = a + b if (a * b).sum() >= 0 else a
torch.optim.SGD(net.parameters(), 0.1).step()
print(net[0].weight.grad)
""",
    ),
}
