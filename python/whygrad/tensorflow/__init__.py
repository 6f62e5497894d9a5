"""Explains why gradients of a TensorFlow program are missing, zero or not finite. The program runs on TensorFlow, with unchanged results:

import whygrad.tensorflow
with whygrad.tensorflow.diagnose(values=True) as report:
    train_one_step()
print(report)
"""

from whygrad._live import engine as _engine

_engine.load("tensorflow")

from whygrad.tensorflow._diagnose import diagnose, explain  # noqa: E402

__all__ = ["diagnose", "explain"]
