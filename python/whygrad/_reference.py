"""Keys for tensors and variables, which compare by element and so cannot be keys themselves."""


class Reference:
    """Equal to other references to the same object."""

    __slots__ = ("_object", "__weakref__")

    def __init__(self, referenced):
        self._object = referenced

    def deref(self):
        return self._object

    def __eq__(self, other):
        if not isinstance(other, Reference):
            return NotImplemented
        return _identity(self._object) == _identity(other._object)

    # An order that is stable while the objects exist, so that references can be sorted.
    def __lt__(self, other):
        return _order(self) < _order(other)

    def __gt__(self, other):
        return _order(self) > _order(other)

    def __hash__(self):
        return hash(_identity(self._object))

    def __repr__(self):
        return f"<Reference wrapping {self._object!r}>"


def _order(reference):
    if not isinstance(reference, Reference):
        raise TypeError("Cannot compare wrapped object with unwrapped object")
    return _identity(reference._object)


def _identity(referenced):
    # A variable may have several Python objects; tensors are identified by the ids of their values.
    return getattr(referenced, "_identity", None) or id(referenced)
