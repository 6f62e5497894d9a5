"""The collector's state for a PyTorch program: the values of its tensors, its leaves and its modules. The ops are in the log."""

import linecache
import os
import re
import weakref
from collections import deque

import torch
from torch.utils._python_dispatch import _disable_current_modes

from whygrad import _whygrad
from whygrad._live.guard import Guard
from whygrad._live.reports import Reports

_whygrad.own_folder(os.path.dirname(os.path.abspath(torch.__file__)) + os.sep)  # PyTorch's own lines are never shown
_MOST = 1 << 16  # ops that the log keeps
NEVER = -1
here = _whygrad.here


class Leaf:
    """A variable, or another tensor that requires a gradient and is not the result of an op."""

    __slots__ = (
        "name",
        "variable",
        "value",
        "since",
        "where",
        "frozen",
        "graded",
        "used",
        "cleared",
        "cleared_at",
        "asked",
        "owner",
        "replaced",
        "copied",
        "ref",
        "where_words",
    )

    def __init__(self, variable, value, where, since):
        self.variable, self.value, self.where, self.since = variable, value, where, since
        self.name = ""
        self.frozen = None  # the place where requires_grad became False
        self.graded = self.used = self.cleared = NEVER  # moments: a backward pass reached it, its gradient was used, its gradient was cleared
        self.cleared_at = None
        self.asked = NEVER  # moment of the last backward pass that a question about it was for
        self.owner = None  # the module that holds it, and its name there
        self.replaced = None  # the place where the model was given another parameter instead
        self.copied = False  # it is a copy of another tensor, or was loaded from a file


class Call:
    """The facts that are needed to call an op again: the function and its arguments, with holes in place of tensors. Equal calls share one object."""

    __slots__ = ("function", "args", "kwargs")

    def __init__(self, function, args, kwargs):
        self.function, self.args, self.kwargs = function, args, kwargs


class Backward:
    """One backward pass: its targets, and the leaves that it reached."""

    __slots__ = ("moment", "where", "targets", "reached", "kept")

    def __init__(self, moment, where, targets, reached, kept):
        self.moment, self.where, self.targets, self.reached, self.kept = moment, where, targets, reached, kept


class _Unheard:
    """A context in which no ops of the program are recorded."""

    __slots__ = ("_collector",)

    def __init__(self, collector):
        self._collector = collector

    def __enter__(self):
        self._collector.log.busy += 1

    def __exit__(self, *error):
        self._collector.log.busy -= 1


class _Silence:
    """A context for ops of our own. They are not recorded, and the program's dispatch modes, such as one that counts kernels, do not see them."""

    __slots__ = ("_collector", "_hidden")

    def __init__(self, collector):
        self._collector, self._hidden = collector, []

    def __enter__(self):
        self._collector.log.busy += 1
        if torch._C._len_torch_dispatch_stack() == 0:
            self._hidden.append(None)
        else:
            self._hidden.append(_disable_current_modes())
            self._hidden[-1].__enter__()

    def __exit__(self, *error):
        self._collector.log.busy -= 1
        hidden = self._hidden.pop()
        if hidden is not None:
            hidden.__exit__(None, None, None)


class Collector:
    def __init__(self):
        self.guard = Guard()
        self.values = False
        self.log = _whygrad.FlowBuilder()
        self.events = None  # TorchEvents, in C++: it receives each function call and knows the values of tensors
        self.reports = Reports("torch")
        self._silence, self._unheard = _Silence(self), _Unheard(self)
        self.stream = None  # the function mode; `paused`: it is off the stack
        self.paused = self.paused_for_step = False
        self.steps = set()  # classes of optimizers whose steps run while the mode is off the stack
        self.compiled = False  # whether the program compiled a function
        self.leaves = {}  # id of a tensor to its Leaf
        self.backwards = deque(maxlen=8)
        self.in_place = deque(maxlen=256)  # changes of tensors: place, name, shape, dtype, type of the op that had computed the value
        self.owners = weakref.WeakKeyDictionary()  # which module holds a module, and under which name
        self.optimizers = weakref.WeakSet()
        self.made_at = weakref.WeakKeyDictionary()  # optimizer to the place where it was made
        self.hooks = deque(maxlen=256)  # hooks on tensors: value, id of the tensor, place
        self.gradients = {}  # id of a tensor that is some .grad to the Leaf
        self.read_sizes = set()
        self.pointers = {}  # addresses of elements that a tensor shares with the array that it was read into
        self.rules = {}  # name of a Function to its last op
        self.started = 0
        self.looked = False  # the program read a gradient or made a step
        self.looked_for = set()  # ids of leaves that were already searched for in plain containers
        self.plain = set()  # keys of findings that were already reported

    def keep_values(self, values):
        """Sets whether numbers are looked at. Tensors are then kept."""
        self.values = self.log.keeps_values = values

    @property
    def busy(self):
        """More than 0 while an optimizer or whygrad itself runs ops, which are not recorded."""
        return self.log.busy

    @busy.setter
    def busy(self, depth):
        self.log.busy = depth

    def silence(self):
        return self._silence

    def unheard(self):
        return self._unheard

    # The stream is taken off the stack while an optimizer runs, because each access to a gradient would cost a call.

    def pause(self):
        """Takes the stream off the stack if it is on top. Returns whether it did."""
        depth = torch._C._len_torch_function_stack()
        if self.stream is None or depth == 0 or torch._C._get_function_stack_at(depth - 1) is not self.stream:
            return False
        torch._C._pop_torch_function_stack()
        self.paused = True
        return True

    def resume(self):
        if self.paused:
            self.paused = False
            torch._C._push_on_torch_function_stack(self.stream)

    # ---- Values ----

    def gone(self, key):
        """Called when a leaf has died. key: the id of the tensor."""
        self.leaves.pop(key, None)

    def is_leaf(self, tensor):
        return is_leaf(tensor) and (tensor.requires_grad or isinstance(tensor, torch.nn.Parameter))

    def meet(self, tensor, where=None):
        """Adds a tensor whose making was not seen. Returns its value."""
        with self.silence():
            if self.is_leaf(tensor):
                return self.new_leaf(tensor, where or _whygrad.Where()).value
            value = self.events.new_value(tensor)
            if tensor.grad_fn is None and tensor._base is None:
                self.constant(tensor, value, where)
            return value

    def constant(self, tensor, value, where=None):
        op = self.log.record("Const", [], [value], where or _whygrad.Where(), "constant")
        size = tensor.numel() * tensor.element_size()
        if size in self.read_sizes:  # only a constant of a size that was read before may repeat a read
            self.log.set_print(op, elements_of(tensor))
        return op

    def new_leaf(self, tensor, where, value=None):
        """Adds a leaf that questions may treat as a variable."""
        log = self.log
        if value is None:
            value = self.events.make_value(tensor)
        variable = log.add_variable(0, "tensor", False, bool(tensor.requires_grad), log.dtype_of(value), log.shape_of(value), where)
        log.set_version(variable, value)
        self.events.name_value(tensor, value)
        return self.keep_leaf(tensor, Leaf(variable, value, where, log.moment + 1))

    def keep_leaf(self, tensor, leaf):
        leaf.ref = weakref.ref(tensor)
        self.events.set_leaf(tensor, leaf, leaf.variable)
        self.leaves[id(tensor)] = leaf
        return leaf

    def part_of_a_graph(self, tensor):
        """Called when a leaf has become the result of an op."""
        leaf = self.events.leaf_of(tensor)
        if leaf is not None and leaf.variable >= 0:
            self.leaves.pop(id(tensor), None)
            self.events.set_leaf(tensor, None)

    def watched_from_now(self, tensor):
        """Called when requires_grad became True. A tensor that is no variable becomes a source as well."""
        value = self.events.value_of(tensor)
        leaf = self.events.leaf_of(tensor) or self.keep_leaf(tensor, Leaf(-1, value, here(), self.log.moment + 1))
        leaf.since = self.log.moment + 1
        leaf.frozen = None

    def leaf_of(self, tensor):
        """The Leaf of a tensor; None if the tensor is no leaf."""
        leaf = self.events.leaf_of(tensor)
        if leaf is None and is_leaf(tensor) and self.events.find(tensor) < 0:
            self.meet(tensor)
            leaf = self.events.leaf_of(tensor)
        return leaf

    def tape(self, where):
        """Autograd as one tape: it always records, except while the program switches it off."""
        tape = _whygrad.FlowTape(_whygrad.Where())
        tape.window(0, -1, "after", _whygrad.Where())
        tape.asked_at = where
        for leaf in self.leaves.values():
            tensor = leaf.ref()
            if tensor is not None and tensor.requires_grad:
                tape.watch(self.events.value_of(tensor), leaf.since)
                if leaf.variable >= 0 and leaf.value >= 0:
                    tape.watch(leaf.value, leaf.since)
        return tape

    def forget(self):
        self.log.forget(_MOST)

    # ---- Names ----

    def registered(self, module, name, parameter):
        if parameter is None or self.busy:
            return
        old = module._parameters.get(name)
        if old is not None and old is not parameter:
            self.was_replaced([old])
        leaf = self.leaf_of(parameter)
        if leaf is not None:
            if leaf.variable >= 0 and not leaf.where.words()[0]:
                leaf.where = here()
            leaf.owner = weakref.ref(module), name

    def adopted(self, module, name, part):
        if part is None:
            return
        old = module._modules.get(name)
        if old is not None and old is not part:
            self.was_replaced(list(old.parameters()))
        self.owners[part] = weakref.ref(module), name

    def was_replaced(self, parameters):
        for parameter in parameters:
            leaf = self.leaf_of(parameter)
            if leaf is not None:
                leaf.replaced = here()

    def path_of(self, leaf):
        """The path of a parameter, such as "encoder.0.weight", as far as the modules that hold it are known."""
        if leaf.owner is None:
            return ""
        module, name = leaf.owner[0](), leaf.owner[1]
        while module is not None and module in self.owners:
            holder, part = self.owners[module]
            name, module = f"{part}.{name}", holder()
        return name

    def root_of(self, leaf):
        """The outermost module that holds a parameter, as far as the modules that hold it are known; None if none is."""
        module = leaf.owner[0]() if leaf is not None and leaf.owner is not None else None
        while module is not None and module in self.owners:
            holder = self.owners[module][0]()
            if holder is None:
                break
            module = holder
        return module

    # ---- Findings that are not derived from a graph ----

    def add(self, status, cause, why, where, **more):
        key = status, cause, why, str(where.words() if where is not None else ""), more.get("source", "")
        if key not in self.plain:
            self.plain.add(key)
            self.reports.add(status, cause, why, where=where or _whygrad.Where(), **more)


def is_leaf(tensor):
    """tensor.is_leaf; False where PyTorch refuses to say: for a view that was made under no_grad and whose base has changed since."""
    try:
        return tensor.is_leaf
    except RuntimeError:
        return False


def elements_of(tensor):
    """The elements as an array; None for a tensor whose elements cannot be read."""
    if tensor is None:
        return None
    try:
        tensor = tensor.detach()
        if tensor.is_sparse or tensor.layout != torch.strided:
            tensor = tensor.to_dense()
        if tensor.dtype in (torch.bfloat16, torch.float16):
            tensor = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
        return tensor.cpu().resolve_conj().resolve_neg().contiguous().numpy()
    except Exception:
        return None


def assigned_name(where):
    """The name that the line at this place assigns to: `w` for `w = w - lr * g`; '' if the line is no assignment."""
    file, line, _, _ = where.words()
    found = re.match(r"\s*([A-Za-z_][\w.]*)\s*=(?!=)", linecache.getline(file, line)) if file else None
    return found.group(1) if found else ""
