"""Places and explanations as Python programs see them."""

import json
import linecache
import sys
import types

import pytest

import whygrad
import whygrad.tf as tf
from whygrad import _whygrad


def run(program, **options):
    """Runs a program as a notebook's cell is run: its lines are in linecache alone."""
    name = f"<cell {run.count}>"
    run.count += 1
    linecache.cache[name] = (len(program), None, program.splitlines(True), name)
    scope = {"tf": tf, "whygrad": whygrad}
    with whygrad.diagnose(**options) as report:
        exec(compile(program, name, "exec"), scope)
    return report


run.count = 0

ARGMAX = """\
w = tf.Variable([[1.0, 2.0]], name="w")
with tf.GradientTape() as tape:
    logits = tf.matmul([[1.0], [2.0]], w)
    best = tf.argmax(logits, axis=1)
    loss = tf.reduce_mean(tf.cast(best, tf.float32))
assert tape.gradient(loss, w) is None
"""


def test_a_finding_names_op_line_and_fix():
    (finding,) = run(ARGMAX).findings
    assert (finding.status, finding.op, finding.op_name, finding.line, finding.confidence) == ("absent", "ArgMax", "argmax", 4, "proven")
    assert finding.code.startswith("WG") and finding.cause in ("METRIC_AS_LOSS", "NONDIFF_OP") and finding.source_name == "w"
    assert finding.file.startswith("<cell") and finding.function == "<module>" and finding.remedy and finding.why
    assert [step.line for step in finding.path][:3] == [1, 3, 4]


def test_the_text_shows_the_cells_own_line():
    assert "best = tf.argmax(logits, axis=1)" in str(run(ARGMAX))


@pytest.mark.parametrize("name", ["/tmp/ipykernel_12/326237967.py", "<ipython-input-3-0a1b2c>"])
def test_a_notebooks_cell_is_called_by_its_number(monkeypatch, name):
    shell = types.SimpleNamespace(compile=types.SimpleNamespace(format_code_name={"/tmp/ipykernel_12/326237967.py": ("Cell", "In[3]")}.get))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(linecache.cache, name, (len(ARGMAX), None, ARGMAX.splitlines(True), name))
    with whygrad.diagnose() as report:
        exec(compile(ARGMAX, name, "exec"), {"tf": tf})
    (finding,) = report.findings
    assert finding.file == "cell [3]" and finding.line == 4 and str(finding.path[-1].place) == "cell [3]:5"
    text = str(report)
    assert "(cell [3], line 5)" in text and "cell [3], line 4" in text and "4 | best = tf.argmax(logits, axis=1)" in text and "`w`" in text
    assert name not in text + report.to_json() + report.to_html()
    assert report.findings[0].source == "variable `w`"

    broken = "with whygrad.diagnose() as report:\n    raise ValueError('no')\n"
    scope = {"whygrad": whygrad}
    with pytest.raises(ValueError):
        exec(compile(broken, name, "exec"), scope)
    assert scope["report"].note == "stopped at cell [3], line 2: ValueError: no; no gradient was asked for"


def test_a_shell_without_cells_of_that_name_says_the_file(monkeypatch):
    for shell in (None, types.SimpleNamespace(), types.SimpleNamespace(compile=types.SimpleNamespace(format_code_name=lambda file: None))):
        monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert run(ARGMAX).findings[0].file.startswith("<cell")


def test_findings_of_one_cause_are_of_one_group():
    report = run("""\
a, b, c = tf.Variable(1.5), tf.Variable(2.5), tf.Variable(3.5)
with tf.GradientTape() as tape:
    y = tf.floor(a * b) + tf.round(c)
tape.gradient(y, [a, b, c])
""")
    a, b, c = (finding.group for finding in report.findings)
    assert a == b != c
    assert [f["group"] for e in json.loads(report.to_json())["explanations"] for f in e["findings"]] == [a, b, c]


def test_machine_formats():
    report = run(ARGMAX)
    assert json.loads(report.to_json())
    assert json.loads(report.to_sarif())["version"] == "2.1.0"


def test_explain_asks_without_differentiating():
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.round(w)
    explanation = whygrad.explain(tape, y, w)
    assert explanation.findings[0].op == "Round" and "round" in str(explanation)
    assert tape.gradient(y, w) is None


def test_a_report_is_closed_and_nothing_is_found_outside():
    report = run("pass")
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.round(w)
    tape.gradient(y, w)
    assert report.findings == [] and str(report) == "no gradient was asked for"


def test_errors_leave_findings():
    program = """\
w = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = w * w
tape.gradient(y, w)
try:
    tape.gradient(y, w)
except RuntimeError:
    pass
"""
    (finding,) = run(program).findings
    assert finding.cause == "TAPE_CONSUMED" and finding.line == 6


def helper():
    return _whygrad.caller()


def test_places():
    file, line, column, function = _whygrad.caller()
    assert file == __file__ and function == "test_places" and line == test_places.__code__.co_firstlineno + 1 and column > 0
    assert helper()[1] == helper.__code__.co_firstlineno + 1
    place = list(map(lambda _: _whygrad.caller(), [0]))[0]
    assert "<lambda>" in place[3]


def test_compositions_are_placed_at_their_caller():
    report = run("""\
x = tf.Variable([0.0, 0.0])
with tf.GradientTape() as tape:
    y = tf.norm(tf.round(x))
tape.gradient(y, x)
""")
    assert report.findings[0].line == 3 and not any("whygrad" in step.place for step in report.findings[0].path)


def test_many_code_objects_are_forgotten_not_kept():
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = eval("tf.round(w)", {"tf": tf, "w": w})
        for i in range(20000):
            eval(compile("c()", f"<{i}>", "eval"), {"c": _whygrad.caller})
    finding = whygrad.explain(tape, y, w).findings[0]
    assert finding.op == "Round" and finding.line == 0


@pytest.mark.parametrize("read", ["float(y)", "y.numpy()", "y.numpy().item()", "np.asarray(y)", "int(y)"])
def test_reads_are_remembered(read):
    report = run(f"""\
import numpy as np
w = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = w * 3.0
    loss = tf.square(tf.constant({read}, tf.float32))
tape.gradient(loss, w)
""")
    assert (report.findings[0].cause, report.findings[0].line) == ("LEFT_FRAMEWORK", 5)


HELPER = """\
def rounded(v):
    return tf.round(v)

def model(a, b):
    first = rounded(a)
    second = rounded(b)
    return first + second

def step():
    with tf.GradientTape() as tape:
        loss = model(w, v)
    return tape.gradient(loss, [w, v])

w, v = tf.Variable(1.5), tf.Variable(2.5)
step()
step()
"""


def test_values_of_one_helper_are_told_apart_by_who_called_it():
    report = run(HELPER)
    w, v = report.findings  # found once, though step() is called from two lines
    assert w.line == v.line == 2
    assert [c.line for c in w.callers] == [5, 11] and [c.line for c in v.callers] == [6, 11]
    assert w.callers[0].function == "model" and w.group != v.group
    assert "  called from\n  5 | first = rounded(a)\n" in str(w) and "<cell" in str(w)
    sarif = json.loads(report.to_sarif())["runs"][0]["results"]
    lines = [[f["location"]["physicalLocation"]["region"]["startLine"] for f in r["stacks"][0]["frames"]] for r in sarif]
    assert lines == [[2, 5, 11], [2, 6, 11]]
    places = [f["place"] for e in json.loads(report.to_json())["explanations"] for f in e["findings"]]
    assert [[c["line"] for c in p["callers"]] for p in places] == [[5, 11], [6, 11]]


def test_recursion_of_any_depth_has_a_place():
    report = run("""\
def deep(n, x):
    return tf.round(x) if n == 0 else deep(n - 1, x)

w = tf.Variable(1.5)
for depth in (0, 1, 6, 7, 8, 9, 60):
    with tf.GradientTape() as tape:
        y = deep(depth, w)
    tape.gradient(y, w)
""")
    assert {f.line for f in report.findings} == {2}
    # The line calls itself, which says nothing; of more than seven calls the first caller is not known any more.
    assert [[c.line for c in f.callers] for f in report.findings] == [[7], []]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A module in a folder of installed packages: scale(x) there calls back and rounds."""
    folder = tmp_path / "site-packages" / "scaling"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("from scaling.core import scale, per_element\n")
    (folder / "core.py").write_text("""\
import whygrad.tf as tf

def _rounded(x):
    return tf.round(x)

def scale(x, depth=0):
    return _rounded(x) if depth == 0 else scale(x, depth - 1)

def per_element(f, x):
    return f(x)

def main(reports):
    import whygrad
    w = tf.Variable(1.5)
    with whygrad.diagnose() as report, tf.GradientTape() as tape:
        y = scale(w)
        tape.gradient(y, w)
    reports.append(report)
""")
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    yield folder
    import sys

    for name in [n for n in sys.modules if n.startswith("scaling")]:
        del sys.modules[name]


@pytest.mark.parametrize("depth", [0, 5, 6, 7, 20])
def test_lines_of_installed_packages_stand_behind_the_users_own(package, depth):
    (finding,) = run(f"""\
import scaling
w = tf.Variable(1.5)
with tf.GradientTape() as tape:
    y = scaling.scale(w, {depth})
tape.gradient(y, w)
""").findings
    assert finding.line == 4 and finding.file.startswith("<cell") and finding.callers == []
    assert [(p.file, p.line) for p in finding.inside[:2]] == [(str(package / "core.py"), 4), (str(package / "core.py"), 7)]
    assert "inside of core.py:4, core.py:7" in str(finding)


def test_a_function_of_the_users_that_a_package_calls_is_the_users_line(package):
    (finding,) = run("""\
import scaling
w = tf.Variable(1.5)
with tf.GradientTape() as tape:
    y = scaling.per_element(lambda x:
                            tf.round(x), w)
tape.gradient(y, w)
""").findings
    assert finding.line == 5 and finding.inside == [] and [c.line for c in finding.callers] == [4]


def test_code_of_a_package_stands_alone_where_nobody_called_it(package):
    import threading

    import scaling.core

    reports = []
    thread = threading.Thread(target=scaling.core.main, args=(reports,))  # the frame around it is the standard library's
    thread.start()
    thread.join()
    (finding,) = reports[0].findings
    assert (finding.file, finding.line) == (str(package / "core.py"), 4)


def test_folders_that_the_user_names_are_skipped(tmp_path):
    (tmp_path / "mine.py").write_text("import whygrad.tf as tf\ndef f(x):\n    return tf.round(x)\n")
    program = compile((tmp_path / "mine.py").read_text(), str(tmp_path / "mine.py"), "exec")
    scope = {}
    exec(program, scope)

    def ask():
        w = tf.Variable(1.5)
        with whygrad.diagnose() as report, tf.GradientTape() as tape:
            y = scope["f"](w)
            tape.gradient(y, w)
        return report.findings[0]

    assert (ask().file, ask().line) == (str(tmp_path / "mine.py"), 3)
    whygrad.skip_folder(tmp_path)
    assert ask().file == __file__ and ask().inside[0].line == 3


NAMES = """\
import dataclasses

class Dense:
    def __init__(self, n):
        self.kernel = tf.Variable(tf.ones([n]))
        self.bias = tf.Variable(
            tf.zeros([n]))

class Wide(Dense):
    def __init__(self, n):
        super().__init__(2 * n)

class Model:
    def __init__(self, scale):
        self.wide = Wide(3)
        self.scale = scale

def made(n):
    return tf.Variable(tf.ones([n]))

plain = tf.Variable(1.0)
one, two = tf.Variable(1.0), tf.Variable(2.0)
several = [tf.Variable(float(i)) for i in range(2)]
listed = [tf.Variable(1.0), (tf.Variable(2.0),)]
table = {"w": tf.Variable(1.0), **dict(v=tf.Variable(2.0))}
model = Model(scale=tf.Variable(1.0))
first, second = Dense(1), Dense(2)
returned = made(3)
grown = []
grown.append(tf.Variable(1.0))
chosen = tf.Variable(1.0) if grown else None
if (walrus := tf.Variable(1.0)): pass
hidden = (lambda v: v)(tf.Variable(1.0))
named = tf.Variable(1.0, name="mine")
all_of_them = [plain, one, two, *several, listed[0], *listed[1], *table.values(), model.wide.kernel, model.wide.bias, model.scale,
               first.kernel, second.kernel, returned, grown[0], chosen, walrus, hidden, named]
with tf.GradientTape() as tape:
    loss = tf.add_n([tf.reduce_sum(tf.round(v)) for v in all_of_them])
tape.gradient(loss, all_of_them)
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the interpreter knows no columns")
def test_variables_are_called_as_the_program_calls_them():
    report = run(NAMES)
    line = {
        name: NAMES.splitlines().index(text) + 1
        for name, text in (("several", "several = [tf.Variable(float(i)) for i in range(2)]"), ("hidden", "hidden = (lambda v: v)(tf.Variable(1.0))"))
    }
    assert [f.source.removeprefix("variable ") for f in report.findings] == [
        "`plain`",
        "`one`",
        "`two`",
        f"`several[...]` (line {line['several']}, no. 1 of 2)",
        f"`several[...]` (line {line['several']}, no. 2 of 2)",
        "`listed[0]`",
        "`listed[1][0]`",
        "`table['w']`",
        "`v`",
        "`model.wide.kernel`",
        "`model.wide.bias`",
        "`scale`",
        "`first.kernel`",
        "`second.kernel`",
        "`returned`",
        "`grown[...]`",
        "`chosen`",
        "`walrus`",
        f"`Variable` (line {line['hidden']})",
        "`mine`",
    ]
    assert "Variable:0" == tf.Variable(1.0).name, "programs see TensorFlow's names"
    assert str(report).count("`Variable`") == 1


def test_interpreters_without_columns_know_what_a_line_says_of_one_value(monkeypatch):
    from whygrad import _source_names

    source = "w = tf.Variable(tf.ones([2]))\nh = tf.exp(w)\ng = tf.exp(w * 2.0)\na, b = tf.Variable(1.0), tf.Variable(2.0)\n"
    monkeypatch.setitem(linecache.cache, "<lines>", (len(source), None, source.splitlines(True), "<lines>"))

    def name(line, variable):
        found = _source_names.find([("<lines>", line, None, "<module>")], 0, 1, variable)
        return found and found[0]

    assert [name(1, True), name(2, False), name(3, False), name(4, True), name(9, True)] == ["w", "h", None, None, None]


def test_no_two_variables_are_called_the_same():
    report = run("""\
v = [(lambda x: x)(tf.Variable(1.0)) for _ in range(3)]
u = (lambda x: x)(tf.Variable(1.0))
def make():
    w = tf.Variable(1.0)
    return w
a = make()
b = make()
c = tf.Variable(1.0, name="same")
d = tf.Variable(1.0, name="same")
with tf.GradientTape(persistent=True) as tape:
    y = tf.round(tf.add_n([*v, u, a, b, c, d]))
tape.gradient(y, [*v, u, a, b, c, d])
""")
    names = [f.source for f in report.findings]
    assert len(set(names)) == 8, names
    assert names[4:6] == ["variable `w` (line 4, called from line 6)", "variable `w` (line 4, called from line 7)"]
    assert names[6:] == ["variable `same` (line 8)", "variable `same` (line 9)"]


def test_tensors_are_called_as_the_program_calls_them():
    report = run("""\
w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    h = tf.nn.softplus(w)
    mean, variance = tf.nn.moments(h, [0])
    low, high = tf.split(h, 2)
    c = tf.constant(h.numpy())
    d = tf.constant(float(mean + 1.0))
    e = tf.constant(high.numpy())
    loss = tf.reduce_sum(c) + d + e[0]
tape.gradient(loss, w)
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    y = x * 2.0
tape.gradient(y, x)
""")
    assert "`h` (line 3)" in report.findings[0].why or "`high` (line 5)" in report.findings[0].why
    assert report.findings[1].source == "`x` (line 11)"
    assert "`mean`" not in str(report).replace("mean +", ""), "a step of a composition is not its result"


def test_one_cause_is_one_paragraph():
    report = run("""\
a, b, c, fine = (tf.Variable(1.5) for _ in range(4))
w = [tf.Variable(1.0), tf.Variable(2.0)]
with tf.GradientTape() as tape:
    h = w[0] * w[1]
    y = tf.round(h) + fine
tape.gradient(y, [w[0], w[1], fine])
""")
    text = str(report)
    assert "for 2 of 3 variables, all at line 5" in text and "`w[0]` f32[], `w[1]` f32[]" in text
    assert text.count("fix  ") == 1 and text.count("why  ") == 1
