"""tf.autograph"""

import enum as _enum
import types as _types

from whygrad._not_there import only as _only
from whygrad._traced import do_not_convert as _do_not_convert


def to_code(entity, recursive=True, experimental_optional_features=None):
    """The source of a function as it is traced, in which Python's statements are calls that take tensors."""
    _only("to_code", recursive=(recursive, True), experimental_optional_features=(experimental_optional_features, None))
    from whygrad import _autograph

    return _autograph.to_code(entity)


def to_graph(entity, recursive=True, experimental_optional_features=None):
    """The function as it is traced: its if, while, for, and, or, not and assert take tensors of a trace."""
    _only("to_graph", recursive=(recursive, True), experimental_optional_features=(experimental_optional_features, None))
    from whygrad import _autograph

    return _autograph.converted(getattr(entity, "python_function", entity))


def set_verbosity(level, alsologtostdout=False):
    """Nothing is written about functions that are rewritten."""


def trace(*args):
    """Writes the values while a function is traced."""
    print(*args)


class _Feature(_enum.Enum):
    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"


def _set_loop_options(parallel_iterations=None, swap_memory=None, maximum_iterations=None, shape_invariants=None):
    """What is said of the loop in whose first line it stands. Outside of a traced function it says nothing."""


experimental = _types.SimpleNamespace(do_not_convert=_do_not_convert, set_loop_options=_set_loop_options, Feature=_Feature)
