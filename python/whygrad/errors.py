"""The exceptions. Each is what TensorFlow raises in the same place, and where there is one the Python exception of that meaning as well."""

__all__ = [
    "OpError",
    "InvalidArgumentError",
    "FailedPreconditionError",
    "OutOfRangeError",
    "UnimplementedError",
    "InternalError",
    "NotFoundError",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DataLossError",
    "DeadlineExceededError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnknownError",
    "ShapeError",
    "DTypeError",
    "OutOfRangeIndexError",
    "ArgumentError",
    "SignatureError",
    "IoError",
    "OutOfMemoryError",
    "TapeError",
    "UnsupportedError",
    "MissingGradient",
    "MissingRule",
]


class OpError(Exception):
    """Base of what ops raise. `help` says what to do, `op_name` which op refused; the others are TensorFlow's fields."""

    error_code = 2
    op_name = ""
    help = ""

    def __init__(self, node_def=None, op=None, message=None, error_code=None):
        # TensorFlow's order of arguments, or the message alone.
        self.message = node_def if message is None else message
        self.node_def = None if message is None else node_def
        self.op = op
        if error_code is not None:
            self.error_code = error_code
        super().__init__(self.message)

    def __str__(self):
        return str(self.message)


class CancelledError(OpError):
    error_code = 1


class UnknownError(OpError):
    error_code = 2


class InvalidArgumentError(OpError):
    error_code = 3


class DeadlineExceededError(OpError):
    error_code = 4


class NotFoundError(OpError):
    error_code = 5


class AlreadyExistsError(OpError):
    error_code = 6


class PermissionDeniedError(OpError):
    error_code = 7


class ResourceExhaustedError(OpError):
    error_code = 8


class FailedPreconditionError(OpError):
    error_code = 9


class AbortedError(OpError):
    error_code = 10


class OutOfRangeError(OpError):
    error_code = 11


class UnimplementedError(OpError):
    error_code = 12


class InternalError(OpError):
    error_code = 13


class UnavailableError(OpError):
    error_code = 14


class DataLossError(OpError):
    error_code = 15


class UnauthenticatedError(OpError):
    error_code = 16


class ShapeError(InvalidArgumentError, ValueError):
    """Shapes that do not fit each other or the op."""


class DTypeError(InvalidArgumentError, TypeError, ValueError):
    """A dtype that the op does not take, or two that do not match."""


class OutOfRangeIndexError(InvalidArgumentError, IndexError, ValueError):
    """An axis or an element index out of range."""


class ArgumentError(InvalidArgumentError, ValueError):
    """Any other unusable argument."""


class SignatureError(InvalidArgumentError, TypeError):
    """A function of the user's that cannot be called as it must be."""


class IoError(OpError, OSError):
    """A file that is missing, truncated, corrupt or not writable."""


class OutOfMemoryError(ResourceExhaustedError, MemoryError):
    """Memory that cannot be had. What was there before is whole: free some, or ask for less, and go on."""


class TapeError(OpError, RuntimeError):
    """A tape used against its rules."""


class UnsupportedError(UnimplementedError, NotImplementedError):
    """Something that this version does not offer; the message names the nearest thing that it does."""


class MissingGradient(OpError, ValueError):
    """A gradient that is needed is missing. The message is the whole explanation."""


class MissingRule(OpError, LookupError):
    """The gradient leads through an op that has a derivative, but no rule for it."""
