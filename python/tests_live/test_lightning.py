"""whygrad.torch.watch() in PyTorch Lightning's own loop, also with DDP on one process."""

import warnings

import pytest

torch = pytest.importorskip("torch")
lightning = pytest.importorskip("lightning")

import whygrad.torch  # noqa: E402


class Model(lightning.LightningModule):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.body, self.head, self.spare = torch.nn.Linear(4, 8), torch.nn.Linear(8, 2), torch.nn.Linear(8, 2)
        self.hidden = [torch.nn.Linear(8, 8)] if kind == "list" else []

    def training_step(self, batch, _):
        x, y = batch
        h = torch.relu(self.body(x) - (100.0 if self.kind == "dead" else 0.0))
        if self.kind == "detach":
            h = h.detach()
        for layer in self.hidden:
            h = layer(h)
        return torch.nn.functional.cross_entropy(self.head(h) + (0.0 if self.kind == "unused" else self.spare(h)), y)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-2)


def train(kind, strategy="auto", watched=True):
    """The report, and the parameters after two epochs."""
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    model = Model(kind)
    data = torch.utils.data.TensorDataset(torch.randn(32, 4), torch.randint(0, 2, (32,)))
    quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
    trainer = lightning.Trainer(max_epochs=2, accelerator="cpu", devices=1, strategy=strategy, **quiet)
    report = whygrad.torch.watch(model, values=True) if watched else None
    try:
        trainer.fit(model, torch.utils.data.DataLoader(data, batch_size=8))
    except RuntimeError as error:  # what DDP says of parameters that were not used
        assert kind in ("unused", "detach") and "not used" in str(error)
    finally:
        if watched:
            report.remove()
    return report, [p.detach().clone() for p in model.parameters()]


@pytest.mark.parametrize("strategy", ["auto", "ddp"])
def test_a_training_that_is_fine_is_the_same_with_a_watch(strategy):
    _, bare = train("fine", strategy, watched=False)
    report, watched = train("fine", strategy)
    assert all(torch.equal(a, b) for a, b in zip(bare, watched))
    assert report.findings == [] and report.note == "every gradient is there", str(report)


@pytest.mark.parametrize("strategy", ["auto", "ddp"])
@pytest.mark.parametrize(
    "kind, cause, names",
    [
        ("detach", "DETACHED", {"body.weight", "body.bias"}),
        ("unused", "UNUSED", {"spare.weight", "spare.bias"}),
        ("list", "NOT_REGISTERED", {"hidden.0.weight", "hidden.0.bias"}),
    ],
)
def test_what_is_wrong_in_a_module(kind, cause, names, strategy):
    report, _ = train(kind, strategy)
    assert {f.cause for f in report.findings} == {cause}, str(report)
    assert {".".join(f.source_name.split(".")[-len(next(iter(names)).split(".")) :]) for f in report.findings} == names


def test_dead_units():
    report, _ = train("dead")
    assert {(f.status, f.cause) for f in report.findings} == {("zero", "ZERO_GRAD_DEAD_UNIT")}, str(report)
