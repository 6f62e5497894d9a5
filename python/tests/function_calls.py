"""The calls by which compare_functions.py holds every function of whygrad.tf against TensorFlow's: `calls()` answers {name: [expression, ...]}.

An expression uses the makers of tensors of compare_functions.py: n(dtype, extents...) for ordinary numbers, edges(dtype) for 0, -0., NaN, Inf and the largest and
smallest, k(values, dtype) for a constant, s(texts...) for text; f32, i64, b1 .. name dtypes.
"""

import re

import function_lines
import function_lines_nn
from function_families import FAMILIES, FEW, OPERATORS, lines, operator

# No call is told apart by its numbers: of chance, of the program's state, or told apart elsewhere.
LEFT_OUT = {
    "nn.with_space_to_batch": "takes a function: of nn.pool with dilations",
    "random.categorical random.gamma random.normal random.poisson random.set_seed random.get_global_generator random.set_global_generator random.shuffle random.truncated_normal random.uniform "
    "image.random_brightness image.random_contrast image.random_hue image.random_saturation image.random_flip_left_right image.random_flip_up_down image.random_crop": "drawn by chance; TensorFlow's generators are not copied",
    "custom_gradient grad_pass_through recompute_grad numpy_function py_function function gradients hessians no_gradient": "of the tape: the conformance tests",
    "random_index_shuffle nn.all_candidate_sampler nn.fixed_unigram_candidate_sampler random.stateless_parameterized_truncated_normal": "drawn by chance, or another name",
    "load_op_library": "takes a library: test_op_library.py",
    "as_dtype control_dependencies device init_scope inside_function get_current_name_scope type_spec_from_value print debugging.enable_check_numerics debugging.disable_check_numerics "
    "debugging.is_traceback_filtering_enabled debugging.disable_traceback_filtering debugging.enable_traceback_filtering": "no numbers come out",
}
_SHORT = {
    "IMG": "n(f32,2,4,5,3,lo=0,hi=1)",
    "SP": "tf.SparseTensor([[0,1],[2,0],[2,3]],n(f32,3),[3,4])",
}


def _expanded(call, dtypes):
    for word, text in _SHORT.items():
        call = re.sub(rf"\b{word}\b", text, call)
    if re.search(r"\bM\b", call):
        yield from (re.sub(r"\bM\b", f"k([[4.,1.,.5],[1.,3.,.25],[.5,.25,2.]],{d})", call).replace("{d}", d) for d in ("f32", "f64", "c64"))
    else:
        yield from lines(call, dtypes)


def calls():
    """{name: its calls}"""
    found = {}
    for family, names in FAMILIES.items():
        for name in names.split():
            found.setdefault(name, []).extend(family("tf." + name))
    for names, text in {**function_lines.SPECIAL, **function_lines_nn.SPECIAL}.items():
        for name in names.split():
            each = [line.strip() for line in text.strip().splitlines() if line.strip()]
            each = each if name in ("getitem", "methods") else [f"tf.{name}({line})" for line in each]
            found.setdefault(name, []).extend(call for line in each for call in _expanded(line, FEW))
    for symbol, name in OPERATORS.items():
        found["operator." + name] = list(operator(symbol)(name))
    return {name: list(dict.fromkeys(each)) for name, each in found.items() if not name.endswith("_")}


UNSIGNED = ("u16", "u32", "u64")
_INTEGER = re.compile(r"\b(?:u8|i8|i16|i32|i64)\b")


def unsigned_calls(most=4):
    """{name: calls of it with uint16, uint32 and uint64 in the place of all integer types, and of the first one}, some of each."""
    found = {}
    for name, each in calls().items():
        written = [call for call in each if _INTEGER.search(call)]
        for dtype in UNSIGNED:
            everywhere = list(dict.fromkeys(_INTEGER.sub(dtype, call) for call in written))
            first = list(dict.fromkeys(_INTEGER.sub(dtype, call, count=1) for call in written))
            for calls_of in (everywhere, [call for call in first if call not in everywhere]):
                found.setdefault(name, []).extend(calls_of[:: max(-(-len(calls_of) // most), 1)])
    return {name: list(dict.fromkeys(each)) for name, each in found.items()}
