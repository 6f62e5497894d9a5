"""Why gradients are missing, zero or not finite."""

import os

from whygrad import _nest, _whygrad
from whygrad._whygrad import Explanation, Finding

__all__ = ["diagnose", "explain", "skip_folder", "Explanation", "Finding"]


class diagnose:
    """Collects what there is to say about every gradient call inside:

        with whygrad.diagnose(values=True) as report:
            train_step()
        print(report)

    values: also why gradients are zero, NaN or infinite. partial: also which paths are cut of a gradient that has a value.
    """

    def __init__(self, values=False, partial=False):
        self._report = _whygrad.Report(values, partial)

    def __enter__(self):
        self._report.open()
        return self

    def __exit__(self, kind, value, traceback):
        self._report.close()

    @property
    def findings(self):
        """In the order in which they were found."""
        return self._report.findings

    def to_json(self):
        return self._report.to_json()

    def to_sarif(self, root=""):
        """A SARIF 2.1.0 log; files below `root` are named relative to it."""
        return self._report.to_sarif(root)

    def to_html(self, title="Why is there no gradient?"):
        """A page of its own, which needs no network: the path of each gradient as a picture, the code beside it, and the whole graph."""
        return self._report.to_html(title)

    def _repr_html_(self):
        return _show_in_notebook(self)

    def __len__(self):
        return len(self.findings)

    def __bool__(self):
        return True

    def __str__(self):
        return str(self._report) or "every gradient is there"

    __repr__ = __str__


def explain(tape, target, sources, values=False):
    """What stands between the target and each source on this tape, which stays as it is. values: also why gradients are zero, NaN or infinite."""
    return _whygrad.explain(tape._tape, _nest.flatten(target), _nest.flatten(sources), values)


def skip_folder(folder):
    """Code below this folder is not yours: reports name the line of yours that called it, and show it behind that line. Installed packages and the
    standard library are skipped without being named."""
    _whygrad.package_folder(os.path.join(os.path.abspath(os.fspath(folder)), ""))


def _show_in_notebook(explanation):
    """The page in a frame of its own, so that several of them in one notebook share neither styles nor names."""
    if not explanation.findings:
        return "<p>every gradient is there</p>"
    page = explanation.to_html().replace("&", "&amp;").replace("'", "&#39;")
    style = "box-sizing: border-box; border: 1px solid #8886; border-radius: 8px"
    return f"<iframe srcdoc='{page}' sandbox='allow-scripts' title='Why is there no gradient?' width='100%' height='680' style='{style}'></iframe>"


Explanation._repr_html_ = _show_in_notebook
