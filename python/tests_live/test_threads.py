"""TensorFlow's and PyTorch's collectors watch the thread that opened the report, and say where a program has others."""

import importlib.util
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

ENGINES = [name for name in ("tensorflow", "torch") if importlib.util.find_spec(name)]


@pytest.mark.parametrize("engine", ENGINES)
def test_other_threads_are_said_to_be_unseen(engine):
    whygrad_engine = importlib.import_module(f"whygrad.{engine}")
    before = threading.Thread.start, ThreadPoolExecutor.submit
    with whygrad_engine.diagnose() as report:
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
    assert "what other threads computed was not seen" in report.note
    with whygrad_engine.diagnose() as report, ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: None).result()
    assert "what other threads computed was not seen" in report.note
    with whygrad_engine.diagnose() as report:
        threading.Timer(0, threading.Event().set).start()  # of a library
    assert "threads" not in report.note
    assert before == (threading.Thread.start, ThreadPoolExecutor.submit)
