"""Why gradients are missing, zero or not finite."""

import os
import re

from whygrad import _nest, _source_names, _trace_facts, _whygrad
from whygrad._whygrad import Explanation, Finding
from whygrad.errors import ArgumentError, IoError

__all__ = ["diagnose", "explain", "load_flow", "save_flow", "skip_folder", "Explanation", "Finding"]


class Report:
    """The findings, while they are collected and afterwards."""

    def __init__(self, report):
        self._report = report
        self._stop = None  # the exception that ended the program
        self.remarks = {}  # what is remarkable of traced functions beside their gradients

    def stopped_by(self, error):
        """Notes the exception that ended the program, so that the report can say where."""
        text = str(error)
        first = text.partition("\n")[0]
        place = _place_of(error)
        lines = re.findall(r'File "(.+)", line (\d+), in .*\*$', text, re.MULTILINE) if first == "in user code:" else ()
        if lines:  # autograph's account of a traced function, which marks the program's own lines and ends with the exception
            place = _source_names.place(lines[-1][0], int(lines[-1][1]))
            first = text.strip().rpartition("\n")[2].strip().removeprefix(f"{type(error).__name__}: ")
        self._stop = f"{place}: {type(error).__name__}{': ' if first else ''}{first}"

    @property
    def note(self):
        """Remarks beside the findings: that there are none, where the program stopped, what is remarkable of traced functions; '' if there is none."""
        return "\n".join(text for text in (self._end, *self.remarks.values()) if text)

    @property
    def _end(self):
        asked = self._report.asked != 0
        if self._stop is None:
            return "" if self.findings else "every gradient is there" if asked else "no gradient was asked for"
        if self.findings:
            return f"the program stopped at {self._stop}"
        return f"stopped at {self._stop}; " + ("every gradient that was asked for until then is there" if asked else "no gradient was asked for")

    @property
    def findings(self):
        """In the order in which they were found."""
        return self._report.findings

    def to_json(self):
        return self._report.to_json()

    def to_sarif(self, root=""):
        """A SARIF 2.1.0 log; names of files below `root` are relative to it."""
        return self._report.to_sarif(root)

    def to_html(self, title="Why is there no gradient?"):
        """A self-contained page, which needs no network: the path of each gradient as a picture, the code beside it, and the whole graph."""
        return self._report.to_html(title, self.note)

    def _repr_html_(self):
        return _show_in_notebook(self)

    def __len__(self):
        return len(self.findings)

    def __bool__(self):
        return True

    def __str__(self):
        return "\n".join(text for text in (str(self._report), self.note) if text)

    __repr__ = __str__


class diagnose(Report):
    """Collects what there is to say about every gradient call inside:

        with whygrad.diagnose(values=True) as report:
            train_step()
        print(report)

    values: also why gradients are zero, NaN or infinite. partial: also which paths are cut of a gradient that has a value.
    """

    def __init__(self, values=False, partial=False):
        super().__init__(_whygrad.Report(values, partial))

    def __enter__(self):
        self._report.open()
        _trace_facts.open_report(self)
        return self

    def __exit__(self, kind, value, traceback):
        self._report.close()
        _trace_facts.close_report(self)
        if value is not None:
            self.stopped_by(value)


def explain(tape, target, sources, values=False):
    """What is between the target and each source on this tape, which is not changed. values: also why gradients are zero, NaN or infinite."""
    return _whygrad.explain(tape._tape, _nest.flatten(target), _nest.flatten(sources), values)


_ENGINES = ("whygrad", "tensorflow", "torch", "jax")


def load_flow(file, engine="whygrad"):
    """Returns the report that a .wgflow file holds. file: a path, or an open file. A graph that has no findings yet is judged now.

    engine: the one that the program runs on, 'whygrad', 'tensorflow', 'torch' or 'jax'. The report uses its words.
    """
    if engine not in _ENGINES:
        raise ArgumentError(f"[load_flow] no engine is called {engine!r}\nhelp: there are {', '.join(_ENGINES)}")
    words = "" if engine == "whygrad" else engine
    if not hasattr(file, "read"):
        return Report(_whygrad.load_flow(os.fspath(file), words))
    text = file.read()
    text = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    return Report(_whygrad.flow_from_json(text, str(getattr(file, "name", "the text")), words))


def save_flow(report, path):
    """Writes a report or an explanation to a file, by convention NAME.wgflow. load_flow and `whygrad explain` read it."""
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(report.to_json())
    except OSError as error:
        raise IoError(f"[save_flow] {os.fspath(path)} cannot be written: {error.strerror}\nhelp: check the folder and its permissions") from None


def skip_folder(folder):
    """Code below this folder is not yours: reports name the line of yours that called it, and show it behind that line. Installed packages and the
    standard library are skipped without being named."""
    _whygrad.package_folder(os.path.join(os.path.abspath(os.fspath(folder)), ""))


_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def _place_of(error):
    """The innermost of the user's lines that the exception passed."""
    place, trace = "a place that is not known", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if (
            not file.startswith((_PACKAGE, "<frozen"))
            and "__autograph_generated" not in file
            and os.path.basename(file) != "runpy.py"
            and "site-packages" not in file
        ):
            place = _source_names.place(file, trace.tb_lineno)
        trace = trace.tb_next
    return place


def framed(page, title):
    """The page in a frame of its own, so that several of them in one notebook share neither styles nor names."""
    page, title = (text.replace("&", "&amp;").replace("'", "&#39;") for text in (page, title))
    style = "box-sizing: border-box; border: 1px solid #8886; border-radius: 8px"
    return f"<iframe srcdoc='{page}' sandbox='allow-scripts' title='{title}' width='100%' height='680' style='{style}'></iframe>"


def _show_in_notebook(explanation):
    if not explanation.findings:
        import html  # only for this

        return f"<p>{html.escape(getattr(explanation, 'note', 'every gradient is there'))}</p>"
    return framed(explanation.to_html(), "Why is there no gradient?")


Explanation._repr_html_ = _show_in_notebook
