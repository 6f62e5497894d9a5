"""Calls of functions on sparse and ragged tensors, and what TensorFlow answers: values, first and second gradients.

    composite_calls.py --record        under TensorFlow: writes composite_calls.jsonl beside this file

test_composites.py holds whygrad.tf against the record. In the expressions v1, v2, v6, m6 and d are dense and watched, a and b are sparse with the values v1 and v2,
r and rm are ragged with the values v6 and m6, q is 2 r, and rr is ragged in two axes.
"""

import json
import math
import pathlib
import sys

import numpy as np

RECORD = pathlib.Path(__file__).with_suffix(".jsonl")

SPARSE = """
tf.sparse.add(a,b)
tf.sparse.add(a,b,threshold=1e-6)
tf.sparse.add(a,b,threshold=2.5)
tf.sparse.add(a,d)
tf.sparse.add(d,a)
tf.sparse.concat(1,[a,b])
tf.sparse.concat(-2,[a,b])
tf.sparse.expand_dims(a)
tf.sparse.expand_dims(a,0)
tf.sparse.expand_dims(a,1)
tf.sparse.expand_dims(a,-2)
tf.sparse.expand_dims(a,4)
tf.sparse.fill_empty_rows(a,7.)
tf.sparse.fill_empty_rows(b,v1[0])
tf.sparse.maximum(a,b)
tf.sparse.minimum(a,b)
tf.sparse.reduce_max(a,1)
tf.sparse.reduce_max(a,1,keepdims=True)
tf.sparse.reduce_max(a,[0],output_is_sparse=True)
tf.sparse.reduce_max(a)
tf.sparse.reduce_sum(a)
tf.sparse.reduce_sum(a,output_is_sparse=True)
tf.sparse.reduce_sum(a,output_is_sparse=True,keepdims=True)
tf.sparse.reduce_sum(a,[0])
tf.sparse.reduce_sum(a,-1)
tf.sparse.reduce_sum(a,-1,keepdims=True)
tf.sparse.reduce_sum(a,[0,1],keepdims=True)
tf.sparse.reduce_sum(a,1,output_is_sparse=True)
tf.sparse.reduce_sum(a,1,output_is_sparse=True,keepdims=True)
tf.sparse.reorder(tf.SparseTensor([[2,0],[0,1],[0,0]],v1,[3,4]))
tf.sparse.reset_shape(a)
tf.sparse.reset_shape(a,[5,6])
tf.sparse.reset_shape(a,[2,6])
tf.sparse.reshape(a,[2,-1])
tf.sparse.reshape(a,[5,-1])
tf.sparse.reshape(a,[12])
tf.sparse.reshape(a,[2,2,3])
tf.sparse.retain(a,[True,False,True])
tf.sparse.retain(a,[True,False])
tf.sparse.slice(a,[1,0],[2,3])
tf.sparse.slice(a,[1,0],[20,30])
tf.sparse.slice(a,[5,0],[20,30])
tf.sparse.softmax(a)
tf.sparse.softmax(tf.sparse.expand_dims(a,0))
tf.sparse.softmax(tf.SparseTensor([[0]],[1.],[3]))
tf.sparse.split(a,2,axis=1)
tf.sparse.split(a,3,axis=1)
tf.sparse.split(a,9,axis=1)
tf.sparse.split(num_split=2,axis=-1,sp_input=a)
tf.sparse.split(a)
tf.sparse.to_indicator(tf.SparseTensor([[0,0],[1,1]],tf.constant([2,3],tf.int64),[3,4]),5)
tf.sparse.eye(2,3)
tf.sparse.eye(2)
tf.sparse.eye(2,dtype=tf.int32)
tf.sparse.transpose(a)
tf.sparse.transpose(a,[0,1])
a*d
a/d
d*a
a*2.
a/2.
2.*a
a*v1
a*tf.ones([4])
a*d[:,:1]
a*d[0]
a*d[:2]
a*a
-a
a+a
a+d
tf.sparse.segment_sum(d,[0,2,1],[0,0,1])
tf.sparse.segment_mean(d,[0,2,1],[0,0,2])
tf.sparse.segment_sqrt_n(d,[0,2,1],[0,0,1])
tf.sparse.segment_sqrt_n(d,[0,2,1],[0,0,1],num_segments=4)
tf.sparse.segment_sum(d,[0,2,1],[0,0,1],num_segments=4)
tf.sparse.segment_mean(d,[0,2,1],[0,0,1],num_segments=4)
tf.sparse.segment_sum(d,[0,2,1],[0,0,1],num_segments=1)
tf.sparse.segment_sum(d,[0,2,1],[1,0,1])
tf.sparse.segment_sum(d,[0,7,1],[0,0,1])
tf.sparse.to_dense(a)
tf.sparse.to_dense(a,-1.)
tf.sparse.to_dense(a,v1[0])
tf.sparse.to_dense(tf.SparseTensor([[0,0],[0,0]],[1.,2.],[2,2]))
tf.sparse.to_dense(tf.SparseTensor([[1,0],[0,0]],[1.,2.],[2,2]))
tf.sparse.to_dense(tf.SparseTensor([[1,0],[0,0]],v2,[2,2]),validate_indices=False)
tf.sparse.map_values(tf.multiply,a,2.)
tf.sparse.map_values(tf.multiply,a,a)
tf.sparse.map_values(tf.add,a,b)
tf.sparse.map_values(tf.add,1.,2.)
tf.sparse.mask(tf.IndexedSlices(d,tf.constant([5,6,7]),tf.constant([9,4])),[5,7]).values
tf.sparse.bincount([[1,2,2],[0,3,3]],axis=-1)
tf.sparse.bincount([1,2,2],weights=[1.,2.,3.],axis=0)
tf.sparse.bincount([[1,2,2],[0,3,3]],axis=-1,binary_output=True,maxlength=3)
tf.sparse.bincount([[1,2,2],[0,3,3]],minlength=6)
tf.sparse.bincount(tf.sparse.from_dense([[1,2,2],[0,3,3]]),axis=-1)
tf.sparse.bincount(tf.constant([1,2,2],tf.int64))
tf.sparse.bincount(tf.constant([[1,2,2]],tf.int64),axis=-1,minlength=7)
tf.sparse.bincount([1,2],axis=3)
tf.sparse.bincount([[1,2,2],[0,3,3]],axis=-1,maxlength=2)
tf.sparse.from_dense(d)
tf.sparse.from_dense([[0,1],[2,0]])
tf.sparse.sparse_dense_matmul(a,d,adjoint_b=True)
tf.sparse.sparse_dense_matmul(a,d,adjoint_a=True)
tf.sparse.sparse_dense_matmul(d,a,adjoint_b=True)
tf.sparse.sparse_dense_matmul(d,a,adjoint_a=True)
tf.sparse.sparse_dense_matmul(a,d)
tf.sparse.sampled_addmm([[0,1],[1,0]],v2,[2,2],d[:2],d[:2,:3]*0.+1.)
tf.sparse.sampled_addmm([[0,1],[1,0]],v2,[2,2],d[:2],tf.transpose(d[1:]))
tf.sparse.concat(1,[a,tf.SparseTensor([[0,0]],[1.],[4,4])])
tf.sparse.concat(1,[a,tf.SparseTensor([[0,0]],[1.],[4,4])],expand_nonconcat_dims=True)
tf.abs(a)
tf.square(a)
tf.cast(a,tf.float64)
tf.shape(a)
tf.size(a)
tf.rank(a)
tf.identity(a)
tf.exp(a)
tf.math.sigmoid(a)
tf.math.erf(a)
tf.negative(a)
tf.sign(a)
tf.reduce_sum(a)
tf.convert_to_tensor(a)
tf.nn.embedding_lookup_sparse(d,tf.SparseTensor([[0,0],[1,0],[1,1]],tf.constant([0,2,1]),[2,2]),None,combiner="sum")
tf.nn.embedding_lookup_sparse(d,tf.SparseTensor([[0,0],[1,0],[1,1]],tf.constant([0,2,1]),[2,2]),tf.SparseTensor([[0,0],[1,0],[1,1]],v1,[2,2]),combiner="mean")
tf.nn.embedding_lookup_sparse(d,tf.SparseTensor([[0,0],[1,0],[1,1]],tf.constant([0,2,1]),[2,2]),tf.SparseTensor([[0,0],[1,0],[1,1]],v1,[2,2]),combiner="sqrtn")
tf.nn.safe_embedding_lookup_sparse(d,tf.SparseTensor([[0,0],[2,0],[2,1]],tf.constant([0,-2,1],tf.int64),[4,2]),None,combiner="sum")
tf.nn.safe_embedding_lookup_sparse(d,tf.SparseTensor([[0,0],[2,0],[2,1]],tf.constant([0,-2,1],tf.int64),[4,2]),None,default_id=1)
""".strip().splitlines()
RAGGED = """
r
rm
rr
r[0]
r[-1]
r[1:3]
r[::2]
r[::-1]
r[:, :1]
r[:, ::-1]
r[:, -1:]
r[2:, 1:]
r[7]
r[:, 0]
r[0, 1]
r[2][1]
rm[:, :, 0]
rm[:, 1:, 1]
rm[..., 0]
rm[0, :, 1]
rr[0]
rr[0, 0]
rr[:, :, :1]
rr[:, 0:1]
rr[1:, :, 1:]
rr[..., :1]
r[tf.newaxis]
r[:, tf.newaxis]
rm[:, :, tf.newaxis]
tf.expand_dims(r,0)
tf.expand_dims(r,1)
tf.expand_dims(r,-1)
tf.expand_dims(rm,2)
tf.expand_dims(r,5)
tf.expand_dims(rr,1)
tf.expand_dims(rr,2)
tf.expand_dims(r,1)[:,0]
tf.squeeze(tf.expand_dims(r,1),1)
tf.squeeze(tf.expand_dims(r,0),0)
r.row_lengths()
rr.row_lengths(axis=2)
rm.row_lengths(axis=2)
r.row_splits
r.row_starts()
r.row_limits()
r.value_rowids()
r.nrows()
r.bounding_shape()
rr.bounding_shape()
rm.bounding_shape(axis=1)
rr.nested_row_lengths()
rr.nested_value_rowids()
rr.flat_values
rr.values
r.ragged_rank
str(r.shape)
r.uniform_row_length
r.to_tensor()
r.to_tensor(-1.)
r.to_tensor(v1[0])
r.to_tensor(shape=[None,2])
r.to_tensor(shape=[5,4])
rm.to_tensor()
rr.to_tensor()
rr.to_tensor(default_value=9., shape=[None,3,None])
rm.to_tensor(default_value=[7.,8.])
r.to_sparse()
rr.to_sparse()
rm.to_sparse()
r.to_list()
str(r)
r+1.
r*r
r+q
r-v1[0]
2.*r
1./r
r**2.
-r
r/q
r//2.
r%2.
r>2.
r==r
r!=q
r<=q
abs(-r)
r+d[:,:1]
r+tf.constant([[1.],[2.],[3.],[4.]])
tf.constant([[1.],[2.],[3.],[4.]])*r
r+tf.constant([[1.,2.]])
rm+tf.constant([1.,2.])
rm+tf.constant([1.])
rm*tf.constant([[[1.,2.]]])
rm*tf.reduce_sum(rm,axis=1,keepdims=True)
r-tf.reduce_mean(r,axis=1,keepdims=True)
rr-tf.reduce_mean(rr,axis=2,keepdims=True)
rr*tf.reduce_sum(rr,axis=1,keepdims=True)
r+rr
r+tf.constant([1.,2.])
tf.add(r,q)
tf.exp(r)
tf.sin(rr)
tf.cast(r,tf.int32)
tf.zeros_like(r)
tf.ones_like(rr)
tf.nn.relu(-r)
tf.clip_by_value(r,2.,4.)
tf.maximum(r,3.)
tf.sqrt(r)
tf.math.log(r)
tf.sigmoid(r)
tf.nn.leaky_relu(-r,alpha=0.1)
tf.reduce_sum(r)
tf.reduce_sum(r,axis=0)
tf.reduce_sum(r,axis=1)
tf.reduce_sum(r,axis=-1)
tf.reduce_sum(r,axis=[0,1])
tf.reduce_sum(r,axis=1,keepdims=True)
tf.reduce_sum(r,axis=0,keepdims=True)
tf.reduce_sum(rm,axis=1)
tf.reduce_sum(rm,axis=2)
tf.reduce_sum(rm,axis=0)
tf.reduce_sum(rr,axis=0)
tf.reduce_sum(rr,axis=1)
tf.reduce_sum(rr,axis=2)
tf.reduce_sum(rr,axis=2,keepdims=True)
tf.reduce_sum(rr,axis=1,keepdims=True)
tf.reduce_sum(rr,axis=[1,2])
tf.reduce_sum(rr,axis=[0,2])
tf.reduce_mean(r)
tf.reduce_mean(r,axis=1)
tf.reduce_mean(r,axis=0)
tf.reduce_mean(rr,axis=1)
tf.reduce_max(r,axis=1)
tf.reduce_min(r,axis=1)
tf.reduce_prod(r,axis=1)
tf.reduce_max(r,axis=0)
tf.reduce_prod(rm,axis=0)
tf.reduce_any(r>2.,axis=1)
tf.reduce_all(r>2.,axis=1)
tf.reduce_all(r>2.)
tf.math.reduce_std(r[:1],axis=1)
tf.math.reduce_variance(r)
tf.reduce_sum(r,axis=3)
tf.concat([r,q],axis=0)
tf.concat([r,q],axis=1)
tf.concat([rm,rm],axis=2)
tf.concat([r,q,r],1)
tf.concat([r,tf.ones([4,1])],axis=1)
tf.concat([tf.ones([4,1]),tf.ones([4,2])],axis=1)
tf.concat([r,tf.ones([2,3])],axis=0)
tf.concat([rr,rr],axis=1)
tf.concat([rr,rr],axis=2)
tf.concat([rr,rr],axis=0)
tf.concat([r,r[:2]],axis=1)
tf.concat([r,rr],axis=0)
tf.stack([r,q])
tf.stack([r,q],axis=1)
tf.stack([rm,rm],axis=2)
tf.gather(r,[2,0])
tf.gather(r,[[2,0],[1,3]])
tf.gather(r,2)
tf.gather(r,[9])
tf.gather(d,tf.ragged.constant([[0],[2,1]]))
tf.gather(v1,tf.ragged.constant([[0],[2,1]]))
tf.gather(rr,[1,1,0])
tf.gather(r,tf.ragged.constant([[0],[2,1]]))
tf.gather(r,tf.ragged.constant([[1],[],[2,0],[0]],ragged_rank=1,dtype=tf.int64),batch_dims=1)
tf.tile(r,[1,2])
tf.tile(r,[2,1])
tf.tile(rm,[1,2,2])
tf.tile(rr,[1,1,2])
tf.reverse(r,[1])
tf.reverse(r,[0,1])
tf.reverse(rm,[2])
tf.where(r>2.,r,q)
tf.where(r>2.,r,0.)
tf.where(r>2.)
tf.size(r)
tf.rank(r)
tf.one_hot(tf.ragged.constant([[0],[2,1]]),3)
tf.add_n([r,q,r])
tf.nn.softmax(r)
tf.nn.softmax(rm)
tf.nn.embedding_lookup(d,tf.ragged.constant([[0],[2,1]]))
tf.nn.dropout(r,0.)
tf.ragged.boolean_mask(r,tf.ragged.constant([[True,False],[],[True,True,False],[False]],ragged_rank=1))
tf.ragged.boolean_mask(d,[True,False,True])
tf.ragged.boolean_mask(d,d>3.)
tf.ragged.boolean_mask(r,[True,False,True,False])
tf.ragged.constant([[1,2],[],[3]])
tf.ragged.constant([[1.,2.],[],[3.]])
tf.ragged.constant([])
tf.ragged.constant([[],[]])
tf.ragged.constant([[[1,2],[3,4]],[],[[5,6]]],ragged_rank=1)
tf.ragged.constant([[[1,2],[3,4]],[],[[5,6]]])
tf.ragged.constant([[[1,2],[3,4]],[],[[5,6]]],inner_shape=(2,))
tf.ragged.constant([1,2])
tf.ragged.constant(3)
tf.ragged.constant([[1],2])
tf.ragged.constant([[1,2],[3]],dtype=tf.float64,row_splits_dtype=tf.int32)
tf.ragged.constant([[[1],[]],[]])
tf.ragged.constant([["a"],["b","c"]]).to_list()
tf.ragged.range([3,0,2])
tf.ragged.range([0,1],[3,5])
tf.ragged.range([0,1],[3,5],2)
tf.ragged.range(0.,[3.,1.5],0.5)
tf.ragged.range([5],[0],-2)
tf.ragged.range([5],[0],0)
tf.ragged.row_splits_to_segment_ids([0,2,2,5])
tf.ragged.segment_ids_to_row_splits([0,0,2,2])
tf.ragged.segment_ids_to_row_splits([0,0,2,2],num_segments=5)
tf.ragged.stack([v1,v2])
tf.ragged.stack([r,q])
tf.ragged.stack([v1,v2],axis=0)
tf.ragged.stack_dynamic_partitions(v6,[1,0,1,2,0,2],4)
tf.ragged.map_flat_values(tf.multiply,r,2.)
tf.ragged.map_flat_values(tf.add,r,q)
tf.ragged.map_flat_values(tf.add,r,q[:3])
tf.ragged.map_flat_values(tf.reduce_sum,r)
T.from_row_lengths(v6,[2,0,3,1])
T.from_row_lengths(v6,[2,0,3])
T.from_row_starts(v6,[0,2,2,5])
T.from_row_limits(v6,[2,2,5,6])
T.from_value_rowids(v6,[0,0,2,2,2,3])
T.from_value_rowids(v6,[0,0,2,2,2,3],nrows=6)
T.from_value_rowids(v6,[0,0,2,1,2,3])
T.from_row_splits(v6,[0,2,1,6])
T.from_row_splits(v6,[1,2,6])
T.from_row_splits(v6,[])
T.from_uniform_row_length(v6,3)
T.from_uniform_row_length(v6,4)
T.from_uniform_row_length(v6,2).to_tensor()
T.from_uniform_row_length(r,2)
T.from_uniform_row_length(v6,3).uniform_row_length
T.from_nested_row_lengths(v6,[[2,1],[2,0,4]])
T.from_nested_value_rowids(v6,[[0,0,1],[0,0,2,2,2,2]])
T.from_tensor(d)
T.from_tensor(d,lengths=[2,0,3])
T.from_tensor(tf.constant([[1,0,0],[2,3,0],[0,0,0]]),padding=0)
T.from_tensor(tf.reshape(d,[3,2,2]),ragged_rank=2)
T.from_tensor(tf.reshape(d,[3,2,2]))
T.from_tensor(tf.reshape(d,[3,2,2]),lengths=[1,0,2])
T.from_tensor(d,ragged_rank=2)
T.from_sparse(tf.SparseTensor([[0,0],[2,0],[2,1]],v1,[4,4]))
T.from_sparse(tf.SparseTensor([[0,1]],[1.],[4,4]))
r.with_values(v6*2.)
rr.with_flat_values(v6*3.)
r.with_flat_values(v1)
rr.merge_dims(0,1)
rr.merge_dims(1,2)
rr.merge_dims(0,2)
rm.merge_dims(1,2)
rm.merge_dims(0,1)
r.with_row_splits_dtype(tf.int32)
r.with_row_splits_dtype(tf.float32)
tf.cumsum(rm,axis=2)
bool(r)
tf.identity(r)
[x for x in r]
len(r)
tf.math.squared_difference(r,q)
tf.math.divide_no_nan(r,q)
tf.pow(r,2.)
tf.truediv(r,2.)
tf.logical_not(r>2.)
tf.not_equal(r,q)
tf.transpose(r)
tf.reshape(r,[-1])
tf.argmax(r,axis=1)
tf.sort(r)
tf.matmul(rm,tf.ones([4,2,2]))
tf.constant([1.,2.])+r
tf.Variable(2.)*r
T(v6,[0,1])
tf.ragged.constant([[1,2],[3]])/2
tf.ragged.constant([[1,2],[3]])/tf.ragged.constant([[1,2],[3]])
tf.ragged.constant([[1,2],[3]])+1
1+tf.ragged.constant([[1,2],[3]])
tf.ragged.constant([[1,2],[3]])+1.5
tf.ragged.constant([[1,2],[3]])&tf.ragged.constant([[1,2],[3]])
tf.ragged.constant([[True,False],[True]])&True
tf.concat([T.from_tensor(d),T.from_tensor(d)],0)
tf.concat([T.from_tensor(d),r[:3]],1)
rr.merge_dims(0,1).merge_dims(0,1)
T.from_tensor(tf.reshape(tf.range(24.),[2,3,2,2]),ragged_rank=2).merge_dims(1,3)
T.from_tensor(tf.reshape(tf.range(24.),[2,3,2,2]),ragged_rank=2).merge_dims(2,3)
T.from_tensor(tf.reshape(tf.range(24.),[2,3,2,2]),lengths=([1,3],[2,1,0,2]))
tf.reduce_mean(rr,axis=[1,2])
tf.reduce_mean(rr,axis=2)
tf.reduce_sum(tf.ragged.constant([[1,2],[],[3]]),axis=1)
tf.reduce_mean(tf.ragged.constant([[1,2],[],[3]]),axis=1)
tf.reduce_max(tf.ragged.constant([[1,2],[],[3]]),axis=1)
tf.reduce_max(rr,axis=2)
tf.reduce_max(rr,axis=0)
tf.stack([r,q],axis=2)
tf.gather(rm,[1,0],axis=2)
tf.gather(rm,[1,0],axis=1)
tf.unstack(r)
tf.math.cumsum(r,axis=1)
tf.one_hot(r,3)
tf.where(tf.ragged.constant([[True,False],[],[True,True,False],[False]],ragged_rank=1),tf.constant(1.),r)
tf.broadcast_to(r,[4,3])
tf.expand_dims(rr,3)
tf.expand_dims(rr,-1)
tf.zeros_like(r,dtype=tf.int32)
tf.cast(r,"int64")
""".strip().splitlines()


def made_of(tf, v1, v2, d, v6, m6):
    rows = [0, 2, 2, 5, 6]
    return {
        "tf": tf,
        "T": tf.RaggedTensor,
        "a": tf.SparseTensor([[0, 1], [2, 0], [2, 3]], v1, [3, 4]),
        "b": tf.SparseTensor([[0, 0], [2, 0]], v2, [3, 4]),
        "r": tf.RaggedTensor.from_row_splits(v6, rows),
        "rm": tf.RaggedTensor.from_row_splits(m6, rows),
        "rr": tf.RaggedTensor.from_nested_row_splits(v6, [[0, 2, 2, 3], [0, 2, 5, 6]]),
        "q": tf.RaggedTensor.from_row_splits(v6 * 2.0, rows),
        **{"v1": v1, "v2": v2, "d": d, "v6": v6, "m6": m6},
    }


def watched(tf):
    numbers = tf.reshape(tf.range(1.0, 13.0), [3, 4])
    return tf.constant([1.0, -2.0, 3.0]), tf.constant([5.0, 2.0]), numbers, tf.range(1.0, 7.0), tf.reshape(numbers, [6, 2])


def plain(tf, value):
    """A result in the words of JSON."""
    if isinstance(value, tf.SparseTensor):
        return {"indices": value.indices.numpy().tolist(), "values": plain(tf, value.values), "shape": [int(n) for n in value.dense_shape]}
    if isinstance(value, tf.RaggedTensor):
        return {"flat": plain(tf, value.flat_values), "splits": [plain(tf, s) for s in value.nested_row_splits], "shape": str(value.shape)}
    if isinstance(value, (list, tuple)):
        return [plain(tf, item) for item in value]
    if isinstance(value, tf.IndexedSlices):
        return plain(tf, tf.convert_to_tensor(value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return value.decode()
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return {"dtype": array.dtype.name, "of": array.tolist()}


def floats_in(tf, value):
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in floats_in(tf, item)]
    value = value.values if isinstance(value, tf.SparseTensor) else value.flat_values if isinstance(value, tf.RaggedTensor) else value
    return [value] if isinstance(value, tf.Tensor) and value.dtype.is_floating else []


def measure(tf, value):
    """A number that depends on every element, not linearly."""
    total = tf.constant(0.0)
    for leaf in floats_in(tf, value):
        size = math.prod(leaf.shape)
        weights = tf.reshape(tf.cast(tf.range(1, 1 + size), leaf.dtype), leaf.shape)
        total += tf.cast(tf.reduce_sum(weights * leaf * leaf), tf.float32) if size else 0.0
    return total


def answer(tf, expression):
    """{gives, first, second} or {raises}."""
    sources = watched(tf)
    with tf.GradientTape(persistent=True) as outer:
        for source in sources:
            outer.watch(source)
        with tf.GradientTape(persistent=True) as inner:
            for source in sources:
                inner.watch(source)
            try:
                value = eval(expression, made_of(tf, *sources))
            except Exception as error:
                return {"raises": type(error).__name__, "message": str(error)}
            target = measure(tf, value)
        found = {"gives": plain(tf, value)}
        if not floats_in(tf, value):
            return found
        try:
            first = [inner.gradient(target, source) for source in sources]
        except Exception as error:
            return {**found, "first": type(error).__name__}
        squares = [tf.reduce_sum(tf.convert_to_tensor(g) ** 2) for g in first if g is not None]
        total = tf.add_n(squares) if squares else None
    found["first"] = [plain(tf, g) for g in first]
    if total is not None:
        try:
            found["second"] = [plain(tf, outer.gradient(total, source)) for source in sources]
        except Exception as error:
            found["second"] = type(error).__name__
    return found


def record():
    import os

    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    import tensorflow as tf

    # Messages of TensorFlow's are its own: that it raises is enough.
    kept = (({k: v for k, v in answer(tf, expression).items() if k != "message"}, expression) for expression in SPARSE + RAGGED)
    RECORD.write_text("".join(json.dumps([expression, found]) + "\n" for found, expression in kept))


if __name__ == "__main__" and "--record" in sys.argv:
    record()
