"""Explains why gradients of a PyTorch program are missing, zero or not finite. The program runs on PyTorch, with unchanged results:

import whygrad.torch
with whygrad.torch.diagnose(values=True) as report:
    train_one_step()
print(report)
"""

from whygrad._live import engine as _engine

_engine.load("torch")

from whygrad.torch._diagnose import diagnose, explain, watch  # noqa: E402

__all__ = ["diagnose", "explain", "watch"]
