"""Tests that run on the real engines. `./run test-live` makes environments with them and runs these; they are no part of `./run test`."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
