"""What is told of traces: why a function was traced again, and what Python it read that has changed since. Nothing is compared before a report is open."""

import weakref

from whygrad import _source_names

_reports = []  # the reports that are open, innermost last
OFTEN = 5  # how often a function may be traced again before that is told


def open_report(report):
    _reports.append(report)


def close_report(report):
    _reports.remove(report)


def is_asked():
    """Whether a report is open."""
    return bool(_reports)


def _tell(about, remark):
    """One remark about each thing, the latest."""
    for report in _reports:
        report.remarks[about] = remark


def _named(function):
    """`step` (train.py:12)"""
    name, code = getattr(function, "__name__", type(function).__name__), getattr(function, "__code__", None)
    return f"`{name}`" if code is None else f"`{name}` ({_source_names.place(code.co_filename, code.co_firstlineno)})"


# Why a function is traced again.


def _leaf_cause(name, before, now):
    if before[0] == now[0] == "tensor":
        if before[1] != now[1]:
            return f"the dtype of `{name}` ({before[1].name}, now {now[1].name})"
        return f"the shape of `{name}` ({list(before[2])}, now {list(now[2])})"
    if before[0] == "tensor" or now[0] == "tensor":
        return f"`{name}`, a tensor in one call and a {(now[0] if before[0] == 'tensor' else before[0]).__name__} in another"
    if before[0] is now[0] and now[0] in (bool, int, float, complex, str, bytes):
        kind, show = ("text", repr) if now[0] in (str, bytes) else ("number", str)
        return f"the Python {kind} `{name}` ({show(before[1])}, now {show(now[1])})"
    return f"the object `{name}`, which is another {getattr(now[0], '__name__', now[0])}"


def causes(names, before, now):
    """In words, by what the key of a trace differs from that of another."""
    if before[0] != now[0] or len(before[1]) != len(now[1]):
        return ["the structure of the arguments"]
    return [_leaf_cause(name, a, b) for name, a, b in zip(names, before[1], now[1]) if a != b]


def closest(names, known, now):
    """Of the keys that there are, how the nearest one differs, and of several the latest."""
    return min((causes(names, key, now) for key in reversed(known)), key=len)


# Why a function is traced again for the same kind of arguments.
ELEMENTS = "elements that decide a shape or how often a loop runs"

_REMEDIES = (
    ("elements", "give what grows its whole size before the loop, or compute with a mask in place of a part"),
    ("shape", "give the function an input_signature with None for that extent, or pad the batch"),
    ("Python number", "pass it as a tensor"),
    ("object", "make it once, outside of the loop"),
    ("dtype", "cast it to one dtype before the call"),
)


def tell_of_retracing(function, all_causes):
    """all_causes: of each time after the first."""
    if len(all_causes) < OFTEN or not _reports:
        return
    latest = "; ".join(all_causes[-1])
    kinds = {cause.split("`")[0] for each in all_causes for cause in each}
    remedy = next((remedy for word, remedy in _REMEDIES if any(word in kind for kind in kinds)), "keep it the same")
    told = f"{_named(function)} was traced {len(all_causes) + 1} times, which costs more than its runs; last because of {latest}\n  help: {remedy}"
    _tell(("traced again", function), told)


# Python that a trace read.


def _summary(value):
    """What tells whether a value has changed: numbers by value, arrays by their bytes. None for what is not compared."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return ("plain", value)
    if type(value).__module__ == "numpy" and hasattr(value, "tobytes"):
        import hashlib  # only for arrays

        return ("array", getattr(value, "shape", ()), hashlib.blake2b(value.tobytes()).digest()) if value.nbytes <= 1 << 20 else None
    if type(value) in (list, tuple) and len(value) <= 64 and all(isinstance(v, (bool, int, float, complex, str)) for v in value):
        return ("list", tuple(value))
    return None


def _reads(function, instance):
    """Where a function's names lead: closure, globals, and attributes of its object."""
    code = function.__code__
    found = {}
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not set yet
            continue
    for name in code.co_names:
        if name in function.__globals__:
            found[name] = function.__globals__[name]
        elif instance is not None and name in getattr(instance, "__dict__", {}):
            found[f"{code.co_varnames[0]}.{name}"] = instance.__dict__[name]
    return found


class Read:
    """What a function read of Python when it was traced."""

    def __init__(self, function, instance):
        self.function, self._instance = function, instance and weakref.ref(instance)
        self.values = {}
        if hasattr(function, "__code__"):
            for name, value in _reads(function, instance).items():
                summary = _summary(value)
                if summary is not None:
                    self.values[name] = (summary, repr(value) if summary[0] != "array" else "an array")

    def tell_of_changes(self):
        if not self.values:
            return
        now = _reads(self.function, self._instance and self._instance())
        for name, (before, text) in self.values.items():
            summary = _summary(now[name]) if name in now else None
            if name not in now or summary == before:
                continue
            kind = "array" if before[0] == "array" else "Python value"
            current = "has other numbers now" if summary is not None and summary[0] == "array" else f"is {now[name]!r} now"
            _tell(
                ("changed", self.function, name),
                f"the {kind} `{name}` was {text} when {_named(self.function)} was traced and {current}: the graph keeps what it was\n"
                f"  help: pass `{name}` as an argument, or keep it in a tf.Variable, which is read at each run",
            )
