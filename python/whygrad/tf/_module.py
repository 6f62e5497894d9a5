"""Objects that hold variables, and name scopes."""

from whygrad import _nest, _whygrad


class name_scope:
    """Puts the ops and variables of its block below this name: `encoder/block_3`."""

    def __init__(self, name):
        self.name = name
        self._scopes = []

    def __enter__(self):
        self._scopes.append(_whygrad.NameScope(self.name))
        return _whygrad.current_name_scope() + "/"

    def __exit__(self, kind, value, traceback):
        self._scopes.pop()


class Module:
    """Finds the variables and modules among its attributes, in lists, tuples and dicts too, by the sorted names of the attributes."""

    def __init__(self, name=None):
        self._name = name or _snake(type(self).__name__)

    @property
    def name(self):
        return getattr(self, "_name", _snake(type(self).__name__))

    @property
    def name_scope(self):
        return name_scope(self.name)

    def _found(self, wanted):
        found, seen, waiting = [], {id(self)}, [self]
        while waiting:
            module = waiting.pop()
            inner = []
            for _, attribute in sorted(vars(module).items(), key=lambda item: item[0]):
                for leaf in _nest.flatten(attribute) if _nest.is_nested(attribute) else [attribute]:
                    if id(leaf) in seen:
                        continue
                    if isinstance(leaf, wanted):
                        seen.add(id(leaf))
                        found.append(leaf)
                    if isinstance(leaf, Module):
                        seen.add(id(leaf))
                        inner.append(leaf)
            waiting += reversed(inner)
        return tuple(found)

    @property
    def variables(self):
        return self._found(_whygrad.Variable)

    @property
    def trainable_variables(self):
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self):
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self):
        return self._found(Module)

    @classmethod
    def with_name_scope(cls, method):
        def scoped(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped


def _snake(name):
    return "".join("_" + c.lower() if c.isupper() and i and not name[i - 1].isupper() else c.lower() for i, c in enumerate(name))
