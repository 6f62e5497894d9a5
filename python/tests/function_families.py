"""Calls of functions that come in families: those of one family take the same arguments. See function_calls.py."""

INTEGER = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"]
FLOATING = ["f16", "bf16", "f32", "f64"]
COMPLEX = ["c64", "c128"]
REAL = INTEGER + FLOATING
ALL = ["b1"] + REAL + COMPLEX
SPECIAL = (
    "bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint "
    "fresnel_cos fresnel_sin spence"
).split()
FEW = ["b1", "u8", "i32", "i64", "f16", "f32", "f64", "c64"]
SHAPES = ["", "0", "3", "2,3", "2,0,3"]


def _n(dtype, shape="", more=""):
    return f"n({','.join(part for part in (dtype, shape, more) if part)})"


# ---- Families of functions that take the same arguments ----


def unary(f):
    yield from (f"{f}(edges({d}))" for d in ALL)
    yield from (f"{f}({_n(d, shape)})" for d in ("f32", "i32") for shape in SHAPES)
    yield from (f"{f}({_n(d, '2,3', more)})" for d in FLOATING + COMPLEX for more in ("", "lo=0,hi=1", "lo=1,hi=9"))
    yield from (f"{f}(2)", f"{f}(0.5)", f"{f}([True,False])", f"{f}([])")


_BROADCAST = ["2,3|3", "2,1|1,3", "|2,2", "2,2|", "0|1", "2,0|0", "1,0|3,1", "2,3|2", "4,2,3|2,1", "0|2", "3|2,0"]


def binary(f):
    yield from (f"{f}(edges({d},-1,1),edges({d}))" for d in ALL)
    for pair in _BROADCAST:
        a, b = pair.split("|")
        yield from (f"{f}({_n(d, a)},{_n(d, b, 's=1')})".replace("s=1", "seed=1") for d in ("f32", "i32"))
    yield from (f"{f}({_n(d, '2,3', 'lo=1')},{_n(d, '2,3', 'lo=1,seed=2')})" for d in ALL)
    yield from (f"{f}({_n('f32', '3')},{_n('i32', '3')})", f"{f}({_n('f32', '3')},2)", f"{f}({_n('i32', '3')},2)", f"{f}({_n('i32', '3')},2.5)")
    yield from (
        f"{f}(3,{_n('f16', '3')})",
        f"{f}(7,2)",
        f"{f}(-7,2)",
        f"{f}(-7.5,2.)",
        f"{f}([1,2],[3.,4.])",
        f"{f}({_n('f64', '3')},2.5)",
        f"{f}(True,False)",
    )


_AXES = [
    "",
    "axis=None",
    "axis=[]",
    "axis=()",
    "axis=0",
    "axis=-1",
    "axis=[0]",
    "axis=[1,0]",
    "axis=[0,-1]",
    "axis=[0,0]",
    "axis=2",
    "axis=-3",
    "axis=k(1,i32)",
    "axis=k([0,1],i64)",
    "axis=k([],i32)",
    "keepdims=True",
    "axis=[],keepdims=True",
    "axis=1,keepdims=True",
    "axis=-1,keepdims=True",
    "axis=[0,1],keepdims=True",
]


def fold(f):
    for d in ALL:
        yield from (
            f"{f}({_n(d, '2,3')})",
            f"{f}({_n(d, '2,3')},axis=1)",
            f"{f}({_n(d, '0')})",
            f"{f}({_n(d, '2,0')},axis=1)",
            f"{f}(edges({d}))",
            f"{f}({_n(d, '2,3')},axis=[])",
            f"{f}({_n(d)})",
            f"{f}(edges({d},-1,1),1)",
        )
    for axes in _AXES:
        yield from (f"{f}({_n(d, shape)}{',' if axes else ''}{axes})" for d in ("f32", "i32", "b1") for shape in ("2,3", "", "2,0", "0,2"))
    yield from (f"{f}({_n('f32', '2,2,3')},axis={axes})" for axes in ("[0,2]", "[-1,0]", "1", "[2,0,1]", "[3]"))
    yield from (
        f"{f}([inf,1.])",
        f"{f}([-inf,inf])",
        f"{f}([nan,1.,2.])",
        f"{f}([1,2])",
        f"{f}(3.)",
        f"{f}([-inf,-inf])",
        f"{f}([[True],[False]])",
        f"{f}(k([1e30,1e30],f32))",
        f"{f}(k([127,127,3],i8))",
        f"{f}(k([0.,-0.],f32))",
        f"{f}(k([-0.],f32))",
        f"{f}(k([2.,2.,1.],f32))",
        f"{f}(k([0.,0.,1.],f32))",
        f"{f}(k([0.,3.,1.],f32))",
    )


def position(f):
    for d in ALL:
        yield from (f"{f}({_n(d, '2,3')})", f"{f}(edges({d}))", f"{f}({_n(d, '2,3')},axis=-1)")
    yield from (f"{f}({_n('f32', shape)}{axis})" for shape in ("", "0", "2,0", "0,2", "3") for axis in ("", ",axis=0", ",axis=1", ",axis=-1"))
    yield from (f"{f}({_n('f32', '2,3')},1,output_type={d})" for d in ("i32", "i64", "i16", "f32", "u8"))
    yield from (
        f"{f}([1.,3.,3.])",
        f"{f}([nan,1.])",
        f"{f}([1.,nan,2.])",
        f"{f}([inf,inf])",
        f"{f}([-inf,-inf])",
        f"{f}([True,False,True])",
        f"{f}([0.,-0.])",
        f"{f}([-0.,0.])",
    )


def running(f):
    for d in ALL:
        yield from (
            f"{f}({_n(d, '2,3')})",
            f"{f}({_n(d, '2,3')},axis=1,exclusive=True)",
            f"{f}(edges({d}),reverse=True)",
            f"{f}({_n(d, '3')},exclusive=True,reverse=True)",
        )
    yield from (f"{f}({_n('f32', shape)},axis={axis})" for shape in ("", "0", "2,0", "1", "2,2,2") for axis in ("0", "-1", "1", "-2", "3"))
    yield from (f"{f}(k([2.,0.,3.],f32){more})" for more in ("", ",exclusive=True", ",reverse=True", ",exclusive=True,reverse=True"))
    yield f"{f}(k([2.,0.,3.,0.,5.],f32))"


def along(f):
    for d in ALL:
        yield from (f"{f}({_n(d, '2,3')})", f"{f}(edges({d}))", f"{f}({_n(d, '2,3')},axis=0)")
    yield from (
        f"{f}({_n('f32', shape)}{axis})"
        for shape in ("", "0", "2,0", "0,2", "2,2,2")
        for axis in ("", ",axis=0", ",axis=1", ",axis=-1", ",axis=-2", ",axis=5")
    )
    yield from (f"{f}([inf,1.])", f"{f}([-inf,-inf])", f"{f}([-inf,1.])", f"{f}([nan,1.])", f"{f}([1e4,-1e4])", f"{f}([1,2])")


def segment(f):
    for d in ALL:
        yield from (f"{f}({_n(d, '4,2')},[0,0,1,3])", f"{f}({_n(d, '4')},[0,1,1,1])")
    yield from (
        f"{f}({_n('f32', '4')},{ids})"
        for ids in ("[0,0,2,2]", "[1,1,1,1]", "[0,2,1,1]", "[-1,0,0,1]", "[0,1,1]", "k([0,1,1,2],i64)", "[0.,1.,1.,2.]", "[[0,1],[1,2]]")
    )
    yield from (
        f"{f}({_n('f32', '0')},k([],i32))",
        f"{f}({_n('f32', '2,0')},[0,1])",
        f"{f}(2.,0)",
        f"{f}([0.,0.,3.],[0,0,0])",
        f"{f}([2.,2.,1.],[0,0,0])",
        f"{f}([nan,2.,1.],[0,0,0])",
        f"{f}(edges(f32),[0,0,1,1,2,2,3,3,4,5,6,7,8])",
    )


def unsorted(f):
    for d in ALL:
        yield from (f"{f}({_n(d, '4,2')},[2,0,2,-1],4)", f"{f}({_n(d, '4')},[0,1,1,1],3)")
    yield from (
        f"{f}({_n('f32', '4')},{ids},3)"
        for ids in ("[0,2,1,1]", "[-1,0,-5,1]", "[0,1,3,1]", "[0,1,1]", "k([0,1,1,2],i64)", "[0.,1.,1.,2.]", "[-1,-1,-1,-1]", "0")
    )
    yield from (
        f"{f}({_n('f32', '2,2,3')},[[0,1],[1,-1]],2)",
        f"{f}({_n('f32', '2,2,3')},[1,0],k(2,i64))",
        f"{f}({_n('f32', '0')},k([],i32),2)",
        f"{f}({_n('f32', '2')},[0,1],0)",
        f"{f}({_n('f32', '2')},[-1,-1],0)",
        f"{f}({_n('f32', '2')},[0,1],-1)",
        f"{f}([0.,0.,3.],[0,0,0],1)",
        f"{f}([2.,2.,1.],[0,0,0],2)",
        f"{f}([nan,2.,1.],[0,0,1],2)",
        f"{f}({_n('f32', '2,0')},[0,1],2)",
        f"{f}([0.,5.,3.],[0,0,0],1)",
        f"{f}(2.,1,3)",
    )


def bitwise(f):
    yield from (f"{f}(edges({d},-1,1),edges({d}))" for d in ALL)
    for pair in _BROADCAST:
        a, b = pair.split("|")
        yield f"{f}({_n('i32', a, 'lo=0')},{_n('i32', b, 'lo=0,seed=1')})"
    yield from (f"{f}({_n('i32', '3')},{_n('i64', '3')})", f"{f}({_n('i32', '3')},2)", f"{f}(12,5)", f"{f}(-1,3)")


def operator(symbol):
    def calls(f):
        for d in ALL:
            yield f"edges({d},-1,1){symbol}edges({d})"
            yield f"{_n(d, '2,3')}{symbol}{_n(d, '3', 'lo=1,seed=1')}"
        yield from (
            f"{a}{symbol}{b}"
            for a in ("n(f32,3)", "n(i32,3)", "n(u8,3)", "n(f16,2)", "n(b1,2)", "n(c64,2)")
            for b in ("2", "3.", "True", "n(f32,3)", "n(i32,3)", "-1", "300", "1j", "2**40")
        )
        yield from (
            f"{b}{symbol}{a}"
            for a in ("n(f32,3)", "n(i32,3,lo=1)", "n(u8,3,lo=1)", "n(f16,2)", "n(b1,2)", "n(c64,2)")
            for b in ("2", "3.", "True", "-1")
        )
        yield from (f"n(f32,{a}){symbol}n(f32,{b})" for a, b in (("2,3", "2"), ("0", "1"), ("2,1", "3"), ("0", "2")))
        yield from (f"tf.Variable(n({d},3,lo=1)){symbol}2" for d in ("i32", "f32", "b1", "i64"))
        yield from (f"2{symbol}tf.Variable(n({d},3,lo=1))" for d in ("i32", "f32", "b1", "i64"))

    return calls


def pool(rank):
    def calls(f):
        shape = {1: "2,7,3", 2: "2,5,6,3", 3: "1,4,5,4,2"}[rank]
        first = {1: "2,3,7", 2: "2,3,5,6", 3: "1,2,4,5,4"}[rank]
        formats = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}[rank]
        for padding in ("'SAME'", "'VALID'", "'same'", "'NONE'"):
            yield from (
                f"{f}({_n(d, shape)},{size},{step},{padding})"
                for d in ("f32", "f64", "f16", "i32")
                for size, step in (("2", "2"), ("3", "1"), ("2", "3"), ("1", "1"), ("9", "1"), ("0", "1"))
            )
        ones = "1," * rank
        yield from (
            f"{f}({_n('f32', shape)},[1,{'2,' * rank}1],[1,{'2,' * rank}1],'VALID')",
            f"{f}({_n('f32', shape)},[{'2,' * rank}],[{ones}],'SAME')",
            f"{f}({_n('f32', shape)},2,None,'SAME')",
            f"{f}({_n('f32', first)},2,2,'VALID',data_format='{formats[1]}')",
            f"{f}({_n('f32', first)},3,1,'SAME',data_format='{formats[1]}')",
            f"{f}({_n('f32', first)},3,2,'SAME','{formats[1]}')",
            f"{f}({_n('f32', first)},[1,1,{'2,' * rank}],[1,1,{'2,' * rank}],'VALID','{formats[1]}')",
            f"{f}({_n('f32', shape)},2,2,'VALID',data_format='{formats[0]}')",
            f"{f}({_n('f32', shape)},2,2,'VALID',data_format='XY')",
            f"{f}({_n('f32', '0,' + shape[2:])},2,2,'VALID')",
            f"{f}({_n('f32', '3')},2,2,'VALID')",
            f"{f}(k([nan,1.,-inf,inf,2.,3.],f32){'[None,:,None]' if rank == 1 else '[None,:,None,None]' if rank == 2 else '[None,:,None,None,None]'},{'2' if rank == 1 else '[2,1]' if rank == 2 else '[2,1,1]'},1,'VALID')",
        )

    return calls


FAMILIES = {
    unary: "abs acos acosh asin asinh atan atanh cos cosh exp floor identity negative round sigmoid sign sin sinh sqrt square stop_gradient tan tanh zeros_like ones_like rank shape size "
    "logical_not math.abs math.acos math.acosh math.asin math.asinh math.atan math.atanh math.angle math.ceil math.conj math.cos math.cosh math.digamma math.erf math.erfc math.erfinv math.exp "
    "math.expm1 math.floor math.imag math.is_finite math.is_inf math.is_nan math.lgamma math.log math.log1p math.log_sigmoid math.logical_not math.negative math.real math.reciprocal "
    "math.reciprocal_no_nan math.rint math.round math.rsqrt math.sigmoid math.sign math.sin math.sinh math.softplus math.softsign math.sqrt math.square math.tan math.tanh math.ndtri math.erfcinv math.bessel_i0 math.bessel_i0e math.bessel_i1 math.bessel_i1e "
    + " ".join("math.special." + f for f in SPECIAL)
    + " "
    "math.is_non_decreasing math.is_strictly_increasing math.zero_fraction nn.elu nn.gelu nn.l2_loss nn.leaky_relu nn.relu nn.relu6 nn.selu nn.sigmoid nn.silu nn.softplus nn.softsign "
    "nn.swish nn.tanh nn.zero_fraction nn.crelu math.lbeta bitwise.invert convert_to_tensor where unique sort argsort image.grayscale_to_rgb linalg.tensor_diag",
    binary: "add atan2 divide equal floor_div greater greater_equal less less_equal logical_and logical_or maximum minimum multiply not_equal pow subtract truediv realdiv math.add math.atan2 "
    "math.divide math.divide_no_nan math.equal math.floordiv math.floormod math.greater math.greater_equal math.less math.less_equal math.logical_and math.logical_or math.logical_xor "
    "math.maximum math.minimum math.mod math.multiply math.multiply_no_nan math.not_equal math.pow math.squared_difference math.subtract math.truediv math.xdivy math.xlog1py math.xlogy "
    "complex math.complex scalar_mul math.scalar_mul math.igamma math.igammac math.polygamma math.zeta",
    fold: "reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum math.reduce_all math.reduce_any math.reduce_euclidean_norm math.reduce_logsumexp "
    "math.reduce_max math.reduce_mean math.reduce_min math.reduce_prod math.reduce_std math.reduce_sum math.reduce_variance math.count_nonzero",
    position: "argmax argmin math.argmax math.argmin",
    running: "cumsum math.cumsum math.cumprod math.cumulative_logsumexp",
    along: "math.softmax math.log_softmax nn.softmax nn.log_softmax math.l2_normalize nn.l2_normalize linalg.l2_normalize",
    segment: "math.segment_sum math.segment_mean math.segment_max math.segment_min math.segment_prod",
    unsorted: "math.unsorted_segment_sum math.unsorted_segment_mean math.unsorted_segment_max math.unsorted_segment_min math.unsorted_segment_prod math.unsorted_segment_sqrt_n",
    bitwise: "bitwise.bitwise_and bitwise.bitwise_or bitwise.bitwise_xor bitwise.left_shift bitwise.right_shift",
    pool(1): "nn.max_pool1d nn.avg_pool1d",
    pool(2): "nn.max_pool2d nn.avg_pool2d nn.max_pool nn.avg_pool",
    pool(3): "nn.max_pool3d nn.avg_pool3d",
}
OPERATORS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "&": "and",
    "|": "or",
    "^": "xor",
    "<": "lt",
    "<=": "le",
    "==": "eq",
    "!=": "ne",
    "<<": "lshift",
    ">>": "rshift",
}


def lines(text, dtypes=FEW):
    for line in text.strip().splitlines():
        line = line.strip()
        if line:
            yield from ((line.replace("{d}", d) for d in dtypes) if "{d}" in line else (line,))
