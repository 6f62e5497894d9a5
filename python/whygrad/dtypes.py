"""Element types."""

import types as _types

__all__ = ["DType", "as_dtype"]

_MOST_OF_BFLOAT16 = 3.3895313892515355e38

_INTEGER_SIZES = dict(uint8=1, int8=1, uint16=2, int16=2, uint32=4, int32=4, uint64=8, int64=8)
_SIZES = dict(bool=1, **_INTEGER_SIZES, float16=2, bfloat16=2, float32=4, float64=8, complex64=8, complex128=16)


class DType:
    """An element type. Equal to its name and to NumPy's dtype of the same name."""

    __slots__ = ("_name", "_number", "__weakref__")

    def __init__(self, name, number):
        self._name = name
        self._number = number  # of the engine's DType; -1 where no tensor can have it

    @property
    def name(self):
        return self._name

    @property
    def size(self):
        """Bytes of one element."""
        return _SIZES.get(self._name, 1)

    @property
    def is_floating(self):
        return self._name in ("float16", "bfloat16", "float32", "float64")

    @property
    def is_complex(self):
        return self._name in ("complex64", "complex128")

    @property
    def is_integer(self):
        return "int" in self._name

    @property
    def is_unsigned(self):
        return self._name.startswith("uint")

    @property
    def is_bool(self):
        return self._name == "bool"

    @property
    def is_numeric(self):
        return self._number > 0

    @property
    def base_dtype(self):
        return self

    @property
    def real_dtype(self):
        return {"complex64": float32, "complex128": float64}.get(self._name, self)

    @property
    def as_datatype_enum(self):
        return self._number

    @property
    def as_numpy_dtype(self):
        import numpy

        if self._name == "bfloat16":
            import ml_dtypes

            return ml_dtypes.bfloat16
        if self._name == "string":
            return numpy.object_
        return numpy.dtype(self._name).type

    @property
    def min(self):
        return self._limits().min

    @property
    def max(self):
        return self._limits().max

    @property
    def limits(self):
        """The smallest and the largest intensity of an image of this type."""
        return (0, 1) if self.is_floating else (self.min, self.max)

    @property
    def is_quantized(self):
        return False

    @property
    def is_numpy_compatible(self):
        return self._name not in ("resource", "variant")

    def _limits(self):
        import numpy

        if self._name == "bfloat16":  # NumPy knows it only by the package ml_dtypes
            return _types.SimpleNamespace(min=-_MOST_OF_BFLOAT16, max=_MOST_OF_BFLOAT16)
        return numpy.finfo(self._name) if self.is_floating else numpy.iinfo(self._name)

    def is_compatible_with(self, other):
        return self == other

    def __eq__(self, other):
        if other is self:
            return True
        if other is None:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._name)

    def __str__(self):
        return f"<dtype: '{self._name}'>"

    def __repr__(self):
        return f"tf.{self._name}"

    def __reduce__(self):
        return as_dtype, (self._name,)

    def __int__(self):
        return self._number


# In the order of the engine.
BY_NUMBER = tuple(DType(name, number) for number, name in enumerate(_SIZES))
string, resource, variant = (DType(name, -1) for name in ("string", "resource", "variant"))
_BY_NAME = {d.name: d for d in BY_NUMBER + (string, resource, variant)}
globals().update(_BY_NAME)
_BY_NAME.update(
    half=_BY_NAME["float16"],
    double=_BY_NAME["float64"],
    float=_BY_NAME["float32"],
    int=_BY_NAME["int32"],
    bool_=_BY_NAME["bool"],
    str=string,
    bytes=string,
    str_=string,
)
float32, float64 = _BY_NAME["float32"], _BY_NAME["float64"]
half, double = _BY_NAME["float16"], _BY_NAME["float64"]
__all__ += [d.name for d in BY_NUMBER] + ["string", "half", "double"]


def as_dtype(type_value):
    """The DType of a DType, a name, a Python type or a NumPy dtype; raises TypeError for anything else."""
    if isinstance(type_value, DType):
        return type_value
    name = type_value if isinstance(type_value, str) else getattr(type_value, "name", None) or getattr(type_value, "__name__", None)
    found = _BY_NAME.get(name) if isinstance(name, str) else None
    if found is None:
        raise TypeError(f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType.")
    return found
