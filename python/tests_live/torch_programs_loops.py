"""Further PyTorch programs as in torch_programs_training.py."""

LOOPS = {
    "per_sample_grads_of_vmap": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
params = {k: v.detach() for k, v in net.named_parameters()}
def loss_fn(params, x, y):
    out = torch.func.functional_call(net, params, (x[None],))
    return (out - y).pow(2).sum()
g = torch.func.vmap(torch.func.grad(loss_fn), in_dims=(None, 0, 0))(params, torch.randn(4, 3), torch.randn(4))
norm = g["weight"].flatten(1).norm(dim=1)
loss = net(torch.randn(4, 3)).pow(2).mean()
loss.backward()
print([net.weight.grad])
""",
    ),
    "temperature_as_buffer": (
        "discuss.pytorch.org",
        ("absent", "NOT_WATCHED", ""),
        """
import torch
torch.manual_seed(0)
class Contrast(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Linear(4, 3)
        self.register_buffer("temperature", torch.tensor(0.1))  # here
    def forward(self, x):
        z = torch.nn.functional.normalize(self.net(x), dim=1)
        return z @ z.t() / self.temperature
model = Contrast()
logits = model(torch.randn(4, 4))
loss = torch.nn.functional.cross_entropy(logits, torch.arange(4))
loss.backward()
t = torch.autograd.grad(model(torch.randn(4, 4)).sum(), model.temperature, allow_unused=True)[0]  # here
print([t])
""",
    ),
    "sparse_top_k_gate_of_indices": (
        "discuss.pytorch.org",
        ("absent", "NONDIFF_OP", "topk"),
        """
import torch
torch.manual_seed(0)
gate = torch.nn.Linear(4, 3)
experts = torch.nn.ModuleList(torch.nn.Linear(4, 2) for _ in range(3))
x = torch.randn(5, 4)
chosen = gate(x).topk(1, dim=1).indices  # here
mask = torch.zeros(5, 3).scatter_(1, chosen, 1.0)
out = sum(mask[:, i:i + 1] * expert(x) for i, expert in enumerate(experts))
loss = out.pow(2).mean()
loss.backward()
print([gate.weight.grad, experts[0].weight.grad])
""",
    ),
    "mean_teacher_in_place_of_student": (
        "discuss.pytorch.org",
        ("absent", "WRONG_SOURCE", "deepcopy"),
        """
import copy
import torch
torch.manual_seed(0)
student = torch.nn.Linear(4, 2)
teacher = copy.deepcopy(student)  # here
x, y = torch.randn(5, 4), torch.randn(5, 2)
loss = (teacher(x) - y).pow(2).mean()  # here
loss.backward()
print([student.weight.grad])
""",
    ),
    "pinn_second_derivative_of_relu": (
        "discuss.pytorch.org",
        ("zero", "SECOND_ORDER", "grad"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
x = torch.linspace(0, 1, 6).reshape(-1, 1).requires_grad_(True)
u = net(x)
u_x = torch.autograd.grad(u.sum(), x, create_graph=True)[0]
u_xx = torch.autograd.grad(u_x.sum(), x, create_graph=True)[0]  # here
print([u_xx])
""",
    ),
    "clamped_log_std_at_its_bound": (
        "discuss.pytorch.org",
        ("zero", "ZERO_GRAD_CLIP", "clamp"),
        """
import torch
torch.manual_seed(0)
mean = torch.nn.Linear(3, 1)
log_std = torch.nn.Parameter(torch.tensor([5.0]))
x, a = torch.randn(4, 3), torch.randn(4, 1)
std = log_std.clamp(-20.0, 2.0).exp()  # here
dist = torch.distributions.Normal(mean(x), std)
loss = -dist.log_prob(a).mean()
loss.backward()
print([log_std.grad, mean.weight.grad])
""",
    ),
    "loss_masked_by_a_float_comparison": (
        "discuss.pytorch.org",
        ("absent", "NONDIFF_OP", "gt lt"),
        """
import torch
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
threshold = torch.nn.Parameter(torch.tensor(0.1))
out = net(torch.randn(6, 3))
keep = (out.abs() > threshold).float()  # here
loss = (out * keep).pow(2).mean()
loss.backward()
print([threshold.grad, net.weight.grad])
""",
    ),
    "numpy_metric_as_reward": (
        "discuss.pytorch.org",
        ("absent", "DETACHED", "detach"),
        """
import numpy as np
import torch
torch.manual_seed(0)
policy = torch.nn.Linear(4, 2)
actions = torch.tanh(policy(torch.randn(5, 4)))
reward = np.exp(-np.abs(actions.detach().numpy())).mean()  # here
loss = torch.tensor(-reward, requires_grad=True)  # here
loss.backward()
print([policy.weight.grad])
""",
    ),
    "log_of_zero_probability_times_zero": (
        "discuss.pytorch.org",
        ("nan", "NAN_GRAD_LOG0", "log"),
        """
import torch
w = torch.nn.Parameter(torch.tensor([[300.0, -300.0]]))
y = torch.tensor([[1.0, 0.0]])
p = torch.softmax(w, 1)
loss = -(y * torch.log(p)).sum()  # here
loss.backward()
print([w.grad])
""",
    ),
    "running_statistics_written_by_hand": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
w = torch.nn.Linear(3, 2)
running = torch.zeros(2)
optimizer = torch.optim.AdamW(w.parameters(), lr=0.01)
for _ in range(3):
    out = w(torch.randn(4, 3))
    running.mul_(0.9).add_(out.detach().mean(0), alpha=0.1)
    loss = (out - running).pow(2).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(w.parameters(), 1.0)
    optimizer.step()
print([w.weight.grad])
""",
    ),
    "grad_accumulation_amp": (
        "discuss.pytorch.org",
        None,
        """
import torch
torch.manual_seed(0)
w = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
optimizer = torch.optim.SGD(w.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cpu", init_scale=128.0)
for step in range(4):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = w(torch.randn(4, 3)).float().pow(2).mean() / 2
    scaler.scale(loss).backward()
    if step % 2:
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(w.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        if step < 3:
            optimizer.zero_grad()
print([w[0].weight.grad])
""",
    ),
    "index_put_of_detached_rows": (
        "discuss.pytorch.org",
        ("absent", "DETACHED STOP_GRADIENT", "data detach"),
        """
import torch
torch.manual_seed(0)
w = torch.nn.Linear(3, 3)
memory = torch.zeros(4, 3)
out = w(torch.randn(2, 3))
memory[torch.tensor([0, 2])] = out.data  # here
score = torch.nn.Linear(3, 1)
loss = score(memory).pow(2).mean()
loss.backward()
print([w.weight.grad, score.weight.grad])
""",
    ),
}
