"""Calls of functions with arguments of their own: a line holds the arguments of a call, and {d} stands for each of the dtypes. See function_calls.py."""

from function_families import ALL

_MATRICES = """
n({d},2,3),n({d},3,4,seed=1)
n({d},3),n({d},3)
n({d},3,4),n({d},2,4)
n({d},2,2,3),n({d},3,2)
n({d},2,3,2),n({d},2,2,2)
n(f32,3,2),n(f32,3,4),transpose_a=True
n(f32,2,3),n(f32,4,3),transpose_b=True
n(f32,3,2),n(f32,4,3),True,True
n(c64,3,2),n(c64,3,4),adjoint_a=True
n(c64,2,3),n(c64,4,3),adjoint_b=True
n(c64,2,3),n(c64,4,3),transpose_b=True
n(f32,3,2),n(f32,3,4),adjoint_a=True
n(f32,3,2),n(f32,3,4),transpose_a=True,adjoint_a=True
n(f32,0,3),n(f32,3,4)
n(f32,2,0),n(f32,0,4)
n(f32,2,3),n(f32,3,0)
n(f32,0,2,3),n(f32,0,3,2)
n(f32,2,1,2,3),n(f32,3,3,2)
n(f32,1,2,3),n(f32,5,3,2)
n(f32,2,2,3),n(f32,3,3,2)
n(f32,2,3),n(f64,3,2)
n(f32,2,3),n(f32,2,3)
k([[inf,0.]],f32),k([[0.],[1.]],f32)
k([[127,127]],i8),k([[2],[2]],i8)
[[1,2]],[[3],[4]]
n(i32,2,2,3),n(i32,2,3,2),transpose_a=True,transpose_b=True
"""
_NEAR_IDENTITY = "(k([[4.,1.,.5],[1.,3.,.25],[.5,.25,2.]],{d}))"
_IMAGE = "n({d},2,4,5,3,lo=0,hi=1)"

SPECIAL = {
    "matmul linalg.matmul": _MATRICES,
    "linalg.matvec": "n({d},2,3),n({d},3)\nn(f32,2,2,3),n(f32,3)\nn(f32,2,2,3),n(f32,2,3)\nn(f32,3,2),n(f32,3),transpose_a=True\nn(c64,3,2),n(c64,3),adjoint_a=True\nn(f32,2,0),n(f32,0)\nn(f32,2,3),n(f32,2)",
    "tensordot linalg.tensordot": """
        n({d},2,3),n({d},3,2),1
        n({d},2,3),n({d},2,3),2
        n(f32,2,3),n(f32,4),0
        n(f32,2,3,4),n(f32,3,4,2),[[1,2],[0,1]]
        n(f32,2,3,4),n(f32,4,3,2),[[1,2],[1,0]]
        n(f32,2,3),n(f32,2,4),[0,0]
        n(f32,2,3),n(f32,2,4),[[-2],[-2]]
        n(f32,0,3),n(f32,3,2),1
        n(f32,2,3),n(f32,2,4),1
        2.,3.,0
        n(f32,3),n(f32,3),1
        n(f32,3),n(f32,3),[[0],[1]]""",
    "einsum linalg.einsum": """
        'ij,jk->ik',n({d},2,3),n({d},3,2,seed=1)
        'ij->ji',n({d},2,3)
        'ij->',n({d},2,3)
        'ii->i',n({d},3,3)
        'ii->',n({d},3,3)
        'ii',n(f32,3,3)
        'i,j->ij',n(f32,2),n(f32,3)
        'bij,bjk->bik',n(f32,2,2,3),n(f32,2,3,2)
        '...ij,...jk->...ik',n(f32,2,2,3),n(f32,1,3,2)
        '...ij,jk',n(f32,2,2,3),n(f32,3,2)
        'ij,jk',n(f32,2,3),n(f32,3,2)
        'ij,jk,kl->il',n(f32,2,3),n(f32,3,2),n(f32,2,2)
        'i,i->',n(f32,0),n(f32,0)
        'ij,ij->i',n(f32,2,3),n(f32,2,3)
        'ij,j',n(f32,2,3),n(f32,3)
        ' i j , j k -> i k ',n(f32,2,3),n(f32,3,2)
        '->',2.
        'i->ii',n(f32,3)
        'ij,jk->il',n(f32,2,3),n(f32,3,2)
        'ij,jk->ik',n(f32,2,3),n(f32,2,3)
        'ij',n(f32,2,3),n(f32,2)
        'abc,cd->abd',n(f32,2,2,3),n(f32,3,2)
        'iij->j',n(f32,2,2,3)
        '...->...',n(f32,2,3)
        'i...->...',n(f32,2,3)
        'ij,ik->kj',n(c64,2,3),n(c64,2,2)
        'iJ,Jk->ik',n(f32,2,3),n(f32,3,2)""",
    "add_n math.add_n math.accumulate_n": "[n({d},2),n({d},2,seed=1)]\n[n(f32,2)]\n[n(f32,2),n(f32,1)]\n[]\n[edges(f32),edges(f32)]\n[edges(i8),edges(i8)]\n[1.,2.]\n[n(f32,0),n(f32,0)]\nn(f32,2,3)\n[n(f32,2),n(i32,2)]",
    "cast": "\n".join(
        ["edges({d})," + to for to in ALL]
        + [
            "n(f32,2,3),'int32'",
            "2.7,i32",
            "[1,2],f32",
            "k([3e9,-3e9,1e20,nan,inf,-inf,2.9,-2.9],f32),i32",
            "k([300.,-1.,255.9,256.],f32),u8",
            "k([1e10,-1e10,1e30,nan],f64),i64",
            "k([40000,-40000],i32),i16",
            "k([1.00048828125,2049.,65519.,65520.],f32),f16",
            "n(f32,2,0),i32",
            "2,b1",
            "k([1+2j],c64),f32",
            "'a',f32",
        ]
    ),
    "saturate_cast": "\n".join(
        ["edges({d})," + to for to in ("u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32")]
        + ["k([300.,-5.,2.5],f32),u8", "k([3e9,-3e9,nan],f32),i32", "n(f32,2),i32", "300,u8", "[1e10],i32"]
    ),
    "argsort": """
        n({d},2,3)
        n({d},4),direction='DESCENDING'
        k([2.,1.,2.,1.],f32)
        k([2.,1.,2.,1.],f32),direction='DESCENDING'
        k([2,1,2,1],i32),stable=True
        k([2,1,2,1],u8),direction='DESCENDING'
        k([nan,1.,-inf,inf,0.,-0.],f32)
        k([nan,1.,-inf,inf,0.,-0.],f32),direction='DESCENDING'
        n(f32,2,3),axis=0
        n(f32,2,3),-2
        n(f32,2,3),2
        n(f32,0)
        n(f32,2,0)
        3.
        edges({d}),direction='DESCENDING'
        edges({d})
        n(f32,2),direction='UP'""",
    "sort": """
        n({d},2,3)
        n({d},4),direction='DESCENDING'
        edges({d})
        edges({d}),direction='DESCENDING'
        k([nan,1.,-inf,inf,0.,-0.],f32)
        k([nan,1.,-inf,inf,0.,-0.],f32),direction='DESCENDING'
        n(f32,2,3),axis=0
        n(f32,2,3),-2
        n(f32,2,3),2
        n(f32,0)
        3.""",
    "boolean_mask": """
        n({d},3),[True,False,True]
        n({d},2,3),[True,False]
        n(f32,2,3),[[True,False,True],[False,False,True]]
        n(f32,2,3),[True,False,True],axis=1
        n(f32,2,3),[True,False,True],axis=-1
        n(f32,2,3),[False,False]
        n(f32,2,3),[True]
        n(f32,2,3),True
        n(f32,0),k([],b1)
        n(f32,2,3),[1,0]""",
    "broadcast_to": "n({d},3),[2,3]\nn(f32,2,1),[2,3]\n2.,[2,2]\nn(f32,3),[3]\nn(f32,3),[0,3]\nn(f32,1),[0]\nn(f32,0),[2,0]\nn(f32,3),[2]\nn(f32,2,3),[3]\nn(f32,1,3),[2,-1]\nn(f32,3),k([2,3],i64)\n2.,[]\nn(f32,3),3",
    "clip_by_value": "n({d},2,3),-1,1\nn({d},2,3),k(0,{d}),k(1,{d})\nedges({d}),0,2\nn(f32,3),-1.,1.\nn(f32,2,3),n(f32,3,lo=-2,hi=-1),n(f32,3,lo=0,hi=1)\nn(f32,3),1.,-1.\nk([nan,1.],f32),0.,.5\nn(f32,3),nan,1.\nn(i32,3),-1,1\nn(i32,3),0.5,1.\nn(f32,3),n(f32,2,3),5.\nk([0.,1.,2.],f32),1.,2.\nn(f32,0),0.,1.",
    "clip_by_norm": "n({d},2,3),1.\nn(f32,2,3),1.,axes=[1]\nn(f32,2,3),1.,0\nn(f32,2,3),100.\nk([0.,0.],f32),1.\nn(f32,3),0.\nn(f32,3),-1.\nk([inf,1.],f32),1.\nk([nan,1.],f32),1.\nn(f32,0),1.\nn(f32,2,3),[1.,2.]\nn(f32,3),2\nk([3.,4.],f32),5.",
    "clip_by_global_norm": "[n({d},2),n({d},3)],1.\n[n(f32,2),None],1.\n[n(f32,2)],100.\n[k([inf],f32)],1.\n[n(f32,2)],1.,use_norm=2.\n[],1.\n[k([0.,0.],f32)],1.\nn(f32,2),1.\n[n(f32,2)],0.\n[n(f32,0)],1.",
    "linalg.global_norm": "[n({d},2),n({d},3)]\n[n(f32,2),None]\n[]\n[k([inf],f32)]\n[n(f32,0)]\n[k([0.],f32)]",
    "concat": "[n({d},2,3),n({d},1,3)],0\n[n({d},2,3),n({d},2,1)],-1\n[n(f32,2)],0\n[n(f32,2),n(f32,0)],0\n[n(f32,2),n(f32,2)],1\n[1.,2.],0\n[n(f32,2,3),n(f32,2,2)],0\n[n(f32,2),n(i32,2)],0\n[[1,2],[3]],0\n[n(f32,2,3),n(f32,2,3)],k(1,i32)\n[n(f32,2,0),n(f32,2,0)],1\nn(f32,3),0\nn(f32,2,3),0\n[n(f32,2,3),n(f32,2,3)],-3\n[],0",
    "constant": "[1,2,3]\n[1.,2.]\n2\nTrue\n2.5\n1j\n[[1,2],[3,4]]\n[]\n[1,2.5]\n[1,2],f32\n[1,2],u8\n2.5,i32\n300,u8\n-1,u8\n2**31\n2**40\n[1,2,3,4],shape=[2,2]\n2.,shape=[2,2]\n[1,2],shape=[3]\n[1,2],'float64'\n1,b1\n[True,2]\n[[1,2],[3]]\n'a'\n0.1,f16\n1e40,f32\n[1j,2]\nk([1,2],i32)\nk([1.,2.],f32),dtype=f64",
    "expand_dims": "n({d},2,3),0\nn({d},2,3),-1\nn(f32,2,3),1\nn(f32,2,3),3\nn(f32,2,3),-4\n2.,0\n2.,-1\nn(f32,0),1\nn(f32,2),[0]\nn(f32,2),k(1,i64)",
    "eye linalg.eye": "3\n2,3\n3,2,dtype={d}\n2,batch_shape=[2]\n0\n2,0\n2,num_columns=None,batch_shape=[2,1]\n-1\nk(2,i32)",
    "fill": "[2,3],1\n[2],2.5\n[],True\n[0,2],1.\n[2],k(3,{d})\n[2,-1],1.\nk([2,2],i64),1.\n2,1.\n[2],[1.]",
    "gather": """
        n({d},4),[0,3,1]
        n({d},3,2),[[0,2],[1,1]]
        n(f32,3,2),1
        n(f32,3,2),[1,0],axis=1
        n(f32,3,2),[1,0],axis=-1
        n(f32,2,3,2),[[1,0],[2,1]],axis=1,batch_dims=1
        n(f32,2,3,2),[[1,0],[2,1]],batch_dims=1
        n(f32,2,3),[2,0],batch_dims=1
        n(f32,2,3,4),[[1,0],[2,1]],axis=2,batch_dims=1
        n(f32,2,3,4),[[1,0],[2,1]],axis=-1,batch_dims=-1
        n(f32,2,2,3),[[1,0],[1,1]],batch_dims=2
        n(f32,4),k([0,2],i64)
        n(f32,4),[4]
        n(f32,4),[-1]
        n(f32,4),k([],i32)
        n(f32,0,2),k([],i32)
        n(f32,0),[0]
        n(f32,4),[0.,1.]
        n(f32,4),[1],axis=1
        2.,0
        n(f32,2,3),[0,0,0]
        n(f32,4),k([0,2],u8)
        n(f32,4),k([0,2],i16)""",
    "gather_nd": "n({d},2,3),[[0,1],[1,2]]\nn({d},2,3),[[0],[1]]\nn(f32,2,3),[0,1]\nn(f32,2,3),[[2,0]]\nn(f32,2,3),[[-1,0]]\nn(f32,2,3),[[]]\nn(f32,2,3),[[0,1,0]]\nn(f32,2,2,3),[[[0,1]],[[1,0]]]\nn(f32,2,2,3),[[0],[1]],batch_dims=1\nn(f32,2,2,3),[[0,1],[1,2]],batch_dims=1\nn(f32,2,3),k([],i32)\nn(f32,2,3),k([[0,1]],i64)\nn(f32,0,3),[[0]]\nn(f32,2,3),[[0,1],[0,1]]\nn(f32,2,3),tf.zeros([0,2],'int32')",
    "linspace": "0.,1.,5\n0.,1.,1\n1.,0.,3\nk(0.,{d}),k(1.,{d}),4\n0.,1.,0\n0.,1.,-1\n0,10,5\n[0.,1.],[1.,3.],3\n[0.,1.],[1.,3.],3,axis=-1\n[0.,1.],[1.,3.],3,axis=1\n0.,inf,3\nk(1.,f64),k(2.,f64),7\n[0.,1.],1.,3\n2.,2.,3",
    "norm linalg.norm": """
        n({d},2,3)
        n({d},3)
        n(f32,2,3),ord=1
        n(f32,2,3),ord=inf
        n(f32,2,3),ord=inf,axis=1
        n(f32,2,3),ord=1,axis=0
        n(f32,2,3),ord=2,axis=1
        n(f32,2,3),ord=3.,axis=1
        n(f32,2,3),ord=1,axis=[0,1]
        n(f32,2,3),ord=inf,axis=[0,1]
        n(f32,2,3),ord='fro',axis=[0,1]
        n(f32,2,2,3),ord='euclidean',axis=[1,2]
        n(f32,2,2,3),ord='euclidean',axis=(-2,-1),keepdims=True
        n(f32,2,3),axis=1,keepdims=True
        n(f32,2,3),keepdims=True
        n(f32,2,3),ord='x'
        n(f32,2,3),ord=0
        n(f32,2,3),ord=-1
        k([0.,0.],f32)
        k([inf,1.],f32)
        n(f32,0)
        2.
        n(c64,2,3),ord=1
        n(c64,2,3),ord=inf,axis=1
        n(f32,2,3),ord=.5,axis=1""",
    "linalg.normalize": "n({d},2,3)\nn(f32,2,3),axis=1\nn(f32,2,3),ord=1\nn(f32,2,3),ord=inf,axis=0\nk([0.,0.],f32)\nn(f32,2,3),axis=[0,1]",
    "one_hot": "[0,2,1],3\n[0,-1,3],3\nk([0,1],{d}),2\n[[0,1],[1,0]],2\n[0,1],3,axis=0\n[0,1],3,axis=1\n[0,1],3,axis=-1\n[0,1],3,axis=2\n[0,1],3,on_value=5.,off_value=-1.\n[0,1],3,on_value=5,off_value=-1\n[0,1],3,dtype={d}\n[0,1],3,on_value=True,off_value=False,dtype=b1\n1,3\nk([],i32),3\n[0,1],0\n[0,1],-1\n[0,1],3,on_value=2.,dtype=i32\n[0,1],3,on_value=n(f32),off_value=n(f32)\n[0,1],3,5.\n[[0],[1]],2,axis=1\n[0,1],k(2,i32)\n[0.,1.],2",
    "ones zeros": "[2,3]\n[]\n[0]\n[2],dtype={d}\n3\n[2,-1]\nk([2,3],i32)\n(2,3)\n[2],dtype='bfloat16'\nk(2,i64)",
    "ones_like zeros_like": "n({d},2,3)\nn(f32,2),dtype=i32\n2.\n[1,2]\nn(f32,0,2)\n[True]",
    "pad": """
        n({d},2,3),[[1,0],[0,2]]
        n(f32,2,3),[[1,1],[2,2]],'REFLECT'
        n(f32,2,3),[[1,1],[2,2]],'SYMMETRIC'
        n(f32,2,3),[[2,2],[3,3]],'SYMMETRIC'
        n(f32,2,3),[[0,0],[3,0]],'REFLECT'
        n(f32,2,3),[[0,0],[4,0]],'SYMMETRIC'
        n(f32,2,3),[[1,0],[0,2]],constant_values=5
        n(i32,2,3),[[1,0],[0,2]],constant_values=-1
        n(i32,3),[[1,1]],'REFLECT'
        n(f32,2,3),[[-1,0],[0,0]]
        n(f32,2,3),[[1,0]]
        n(f32,0),[[1,2]]
        n(f32,3),[[0,0]]
        2.,tf.zeros([0,2],'int32')
        n(f32,2,3),[[1,1],[2,2]],'reflect'
        n(f32,2,3),[[1,1],[2,2]],'EDGE'
        n(f32,2,3),k([[1,1],[2,2]],i64)
        n(b1,2),[[1,1]]
        n(b1,2),[[1,1]],constant_values=True
        n(f32,1),[[0,0]],'REFLECT'
        n(f32,0),[[1,1]],'SYMMETRIC'""",
    "range": "5\n2,5\n0,10,3\n5,0,-2\n0,5,-1\n.1,1.1,.1\n3.\n0,dtype={d}\n5,dtype={d}\n0,3,.5\n-3\nk(3,i64)\n1,2,0\n0,1,.3,dtype=f64\nk(0.,f32),k(1.,f32),k(.25,f32)\n2.5,5",
    "repeat": "[1,2],2\nn({d},3),[1,0,2]\nn(f32,2,3),2\nn(f32,2,3),2,axis=0\nn(f32,2,3),[1,2],axis=0\nn(f32,2,3),[1,0,2],axis=1\nn(f32,2,3),2,axis=-1\n3.,2\nn(f32,2),0\nn(f32,2),[1,2,3]\nn(f32,2),-1\nn(f32,0),2\nn(f32,2,3),2,axis=2\nn(f32,2),[2]\nn(f32,2),k(2,i64)\n['a','b'],2",
    "reshape": "n({d},2,3),[3,2]\nn({d},2,3),[-1]\nn(f32,2,3),[6,-1]\nn(f32,2,3),[-1,-1]\nn(f32,2,3),[4]\nn(f32,2,3),[4,-1]\nn(f32,1),[]\n2.,[1,1]\nn(f32,0),[0,3]\nn(f32,0),[2,-1]\nn(f32,0),[0,-1]\nn(f32,2,0),[-1]\nn(f32,2,3),k([3,2],i64)\nn(f32,2,3),6\nn(f32,2,3),[3,-2]\nn(f32,2,3),(k(3,i32),2)",
    "reverse": "n({d},2,3),[1]\nn({d},2,3),[0,1]\nn(f32,2,3),[-1]\nn(f32,2,3),[]\nn(f32,2,3),[0,0]\nn(f32,2,3),[2]\n2.,[]\nn(f32,0),[0]\nn(f32,2,3),1\nn(f32,2,3),k([1],i64)\nn(f32,2,3),[0,-2]",
    "roll": "n({d},4),1,0\nn({d},2,3),[1,-1],[0,1]\nn(f32,4),-5,0\nn(f32,2,3),1,-1\nn(f32,2,3),[1,2],[1,1]\nn(f32,4),1,1\nn(f32,0),1,0\n2.,1,0\nn(f32,2,3),[1],[0,1]\nn(f32,4),k(1,i64),k(0,i64)\nn(f32,2,3),0,0",
    "scatter_nd": "[[0],[2]],n({d},2),[4]\n[[0],[0]],n({d},2),[3]\n[[0,1],[1,0]],n(f32,2),[2,2]\n[[1]],n(f32,1,3),[2,3]\n[[4]],n(f32,1),[4]\n[[-1]],n(f32,1),[4]\ntf.zeros([0,1],'int32'),n(f32,0),[3]\n[[0]],n(f32,2),[3]\n[[0],[1]],k([True,True],b1),[3]\n[[0],[0]],k([True,True],b1),[3]\n[[0],[0]],k([True,False],b1),[3]\nk([[0]],i64),n(f32,1),k([3],i64)\n[[0]],n(f32,1),[0]\n[[0]],n(i8,1),[2]\n[0],2.,[3]\n[[0]],n(f32,1),k([3],i64)\n[[0],[0]],k([127,2],i8),[2]",
    "searchsorted": "[1.,2.,4.],[2.,0.,5.]\n[1.,2.,2.,4.],[2.],side='right'\n[[1.,2.],[3.,4.]],[[2.],[0.]]\nk([1,2,4],{d}),k([2,3],{d})\nk([],f32),[1.]\n[1.,2.],k([],f32)\n[1.,2.],[1.],out_type=i64\nk([9007199254740992,9007199254740993],i64),k([9007199254740993],i64)\n[1.,nan],[nan,2.]\n[1.,2.],[[1.]]\n[[1.,2.]],[1.]\n2.,1.\n[1.,2.],[1.],side='x'\n[3.,1.],[2.]\n[1.,2.],[inf,-inf]",
    "slice": "n({d},3,4),[1,0],[2,2]\nn(f32,3,4),[0,1],[-1,2]\nn(f32,3,4),[3,0],[0,4]\nn(f32,3,4),[1,0],[3,1]\nn(f32,3,4),[-1,0],[1,1]\nn(f32,3,4),[0],[1]\nn(f32,3,4),[0,0],[-2,1]\nn(f32,3,4),[0,0],[0,0]\n2.,[],[]\nn(f32,3),k([1],i64),k([-1],i64)\nn(f32,0),[0],[-1]\nn(f32,3),[4],[0]\nn(f32,3),[1],[k(1,i32)]",
    "split": "n({d},4),2\nn({d},2,6),3,axis=1\nn(f32,5),[2,3]\nn(f32,5),[2,-1]\nn(f32,5),k([1,4],i64)\nn(f32,5),2\nn(f32,5),[2,2]\nn(f32,5),[-1,-1]\nn(f32,4,2),2,-2\nn(f32,4),2,1\nn(f32,4),1\nn(f32,4),0\nn(f32,0),1\nn(f32,2,3),[1,0,2],1\nn(f32,4),[0,4]\n2.,1\nn(f32,4),-1\nn(f32,4),k(2,i32)\nn(f32,4),[2,2],num=3\nn(f32,2,4),k([1,3],i32),1",
    "squeeze": "n({d},1,3,1)\nn(f32,1,3,1),axis=0\nn(f32,1,3,1),[0,2]\nn(f32,1,3,1),-1\nn(f32,1,3,1),1\nn(f32,1,3,1),3\n2.\nn(f32,1,0)\nn(f32,1,3,1),[]\nn(f32,1,1)\nn(f32,1,3,1),[0,0]\nn(f32,1,3,1),[0,-3]",
    "stack": "[n({d},2),n({d},2,seed=1)]\n[n(f32,2),n(f32,2)],axis=1\n[n(f32,2),n(f32,2)],-1\n[n(f32,2),n(f32,2)],-2\n[n(f32,2),n(f32,2)],2\n[n(f32,2),n(f32,3)]\n[1.,2.]\n[1,k(2,i32)]\n[]\n[n(f32,0)]\n[n(f32,2),n(i32,2)]\n[k(1.,f32),2]\n[k(1,i32),2.5]\nn(f32,2,3)\nn(f32,2,3),1\n[[1,2],[3,4]]\n[k(1,i64),2]",
    "unstack": "n({d},2,3)\nn(f32,2,3),axis=1\nn(f32,2,3),2,-2\nn(f32,2,3),3\nn(f32,2,3),axis=2\n2.\nn(f32,0,3)\nn(f32,2,0)\nn(f32,2,0),axis=1",
    "strided_slice": """
        n({d},3,4),[0,1],[2,4],[1,2]
        n(f32,3,4),[2,3],[0,0],[-1,-2]
        n(f32,3,4),[0],[2]
        n(f32,3,4),[-2,0],[3,100],[1,3]
        n(f32,3,4),[0,0],[0,4]
        n(f32,3,4),[1,0],[0,2],shrink_axis_mask=1
        n(f32,3,4),[1,1],[2,2],shrink_axis_mask=3
        n(f32,3,4),[1,1],[2,3],begin_mask=1,end_mask=2
        n(f32,3,4),[0,0,0],[0,2,3],new_axis_mask=1
        n(f32,2,3,4),[0,1],[0,3],ellipsis_mask=1
        n(f32,3,4),[0],[2],[0]
        n(f32,3,4),[5],[7]
        n(f32,3,4),[3],[4],shrink_axis_mask=1
        n(f32,3,4),[-4],[4],shrink_axis_mask=1
        n(f32,3,4),[-1],[0],shrink_axis_mask=1
        n(f32,3,4),[0,0,0],[1,1,1]
        n(f32,3),[2],[-10],[-1]
        n(f32,3),[2],[0],[-1],end_mask=1
        n(f32,3),[0],[2147483647]
        n(f32,3),[-2147483648],[2147483647]
        n(f32,3),[2147483647],[-2147483648],[-1]
        n(f32,3,4),[],[]
        n(f32,3),k([1],i64),k([3],i64)
        n(f32,3),[1],[3],[1],var=None
        n(f32,3,4),[1,0],[2,0],[1,1],2,2,0,0,1""",
    "tensor_scatter_nd_add tensor_scatter_nd_update tensor_scatter_nd_sub tensor_scatter_nd_max tensor_scatter_nd_min": "n({d},4),[[0],[2]],n({d},2,seed=1)\nn({d},4),[[1],[1]],n({d},2,seed=1)\nn(f32,2,3),[[0,1],[1,2]],n(f32,2,seed=1)\nn(f32,2,3),[[1]],n(f32,1,3,seed=1)\nn(f32,4),[[4]],n(f32,1)\nn(f32,4),[[-1]],n(f32,1)\nn(f32,4),tf.zeros([0,1],'int32'),n(f32,0)\nn(f32,4),[[0]],n(f32,2)\nn(f32,4),[[0],[0],[0]],[5.,-5.,2.]\nn(f32,4),[[0]],[nan]\nn(f32,4),k([[0]],i64),[1.]\nn(f32,2,3),[[[0,0],[0,1]]],[[1.,2.]]\nk([2.,2.],f32),[[0]],[2.]\nn(f32,4),[0],1.",
    "tile": "n({d},2),[2]\nn({d},2,3),[1,2]\nn(f32,2,3),[2,0]\nn(f32,2),[2,2]\n2.,[]\nn(f32,0),[3]\nn(f32,2),[-1]\nn(f32,2,1),k([1,3],i64)\nn(f32,2),2\n['a'],[2]",
    "transpose": "n({d},2,3)\nn({d},2,3,2),[0,2,1]\nn(c64,2,3),conjugate=True\nn(f32,2,3),[1,0]\nn(f32,2,3),[-1,0]\nn(f32,2,3),[0,0]\nn(f32,2,3),[0]\nn(f32,3)\n2.\nn(f32,0,2)\nn(f32,2,3,4)\nn(f32,2,3),[2,0]\nn(f32,2,3),k([1,0],i64)\n2.,[]",
    "unique": "k([3,1,3,2,1],{d})\n[nan,nan,1.]\n[0.,-0.]\nk([],f32)\nn(f32,2,3)\n[1,2],out_idx=i64\n2.\n['b','a','b']",
    "where": "[True,False,True]\n[[True,False],[True,True]]\nn({d},4)\nk([],b1)\nTrue\n[True,False],n({d},2),n({d},2,seed=1)\n[True,False],1.,2.\n[[True],[False]],n(f32,3),n(f32,2,3)\nTrue,n(f32,2),n(f32,2)\n[True,False],n(f32,2,2),0.\n[True,False,True],n(f32,2),n(f32,2)\n[True,False],[1,2],[3.,4.]\n[True,False],k([inf,nan],f32),k([nan,inf],f32)\n[1,0],[1.,2.],[3.,4.]\n[True,False],n(f32,2)\nk([],b1),n(f32,0),n(f32,0)\n[[True],[False]],k([],f32),1.\n[True,False],n(i32,2),0\n[True,False],'a','b'\nn(f32,2)>0,n(f32,2),0",
    "histogram_fixed_width": "[-1.,0.,1.5,2.,5.,15.],[0.,5.],nbins=5\nn({d},20),k([-3,4],{d})\n[nan,1.],[0.,2.],nbins=2\n[1.],[2.,2.]\n[1.],[3.,2.]\nk([],f32),[0.,1.],nbins=3\n[1.],[0.,2.],nbins=0\n[[1.,2.]],[0.,3.],nbins=3,dtype=i64\n[inf,-inf],[0.,1.],nbins=2\nk([0,5],i32),[0,5],nbins=5\n[1.],[0.,1.],nbins=-1",
    "meshgrid": "[1,2,3],[4,5]\n[1,2,3],[4,5],indexing='ij'\nn(f32,2),n(f32,3),n(f32,2)\nn(f32,2)\n1.,[2.,3.]\nn(f32,2,2),n(f32,2)\n[1,2],[1,2],indexing='x'\nn(f32,0),n(f32,2)\nn(f32,2),n(i32,2)",
    "sequence_mask": "[1,3,2]\n[1,3,2],5\n[1,3],2\n[[1,2],[0,3]]\n[1,3,2],dtype={d}\nk([1,2],i64)\n2\nk([],i32)\n[0,0]\n[-1,2],3\n[1.,2.],3\n[1,2],0\n[1,2],k(3,i64)\nk([1,2],u8)",
    "unravel_index": "[5,2],[2,3]\n5,[2,3]\nk([5,2],i64),k([2,3],i64)\n[6],[2,3]\n[-1],[2,3]\n[0],[0,3]\nk([],i32),[2]\n[22,41,37],[7,6]",
    "dynamic_partition": "n({d},4),[0,1,0,1],2\nn(f32,4,2),[1,1,0,2],3\nn(f32,2,2),[[0,1],[1,0]],2\nn(f32,2),[0,2],2\nn(f32,2),[0,-1],2\nn(f32,0),k([],i32),2\nn(f32,2),1,2\nn(f32,2),[0,0],0\nn(f32,2),[0,0,0],1\nn(f32,2),k([0,1],i64),2\nn(f32,2,3),[0,0],1",
    "dynamic_stitch": "[[0,2],[1,3]],[n({d},2),n({d},2,seed=1)]\n[[0,1],[1,2]],[n(f32,2),n(f32,2,seed=1)]\n[0,[1,2]],[n(f32,3),n(f32,2,3)]\n[[0,4]],[n(f32,2)]\n[[-1]],[n(f32,1)]\n[[0]],[n(f32,2)]\n[k([],i32)],[n(f32,0)]\n[[1,1]],[n(f32,2)]\n[[[0,1],[2,3]]],[n(f32,2,2)]",
    "as_string strings.as_string": "[1,-2]\n[1.5,-0.,inf,nan]\n[True,False]\nk([1,2],{d})\n3.14159,precision=2\n[1e10],scientific=True\n[0.1],shortest=True\n[1.5],width=8\n[1.5],width=8,fill='0'\n[1],fill='0',width=4\nk([],f32)\n[1e-5,1e20]\n0.1\n[0.1],shortest=True,scientific=True\n[1],precision=2\n1+2j\nk([1.5],f64)\nk([300],i64),precision=-1\nk([0.1],f16)",
    "strings.to_number": "['1','2.5']\n'3'\n['1','-7'],i32\n['1.5'],i32\n['x']\n['1e3','inf','nan','-0']\n[' 2 ']\n['']\n['9999999999'],i32\n['9999999999'],i64\n['0x10'],f32\n['1'],f64\n['1_0']\n['1e400']\ns('1','2')",
    "bincount_ math.bincount": "[1,2,1,0]\n[1,2,1],minlength=5\n[1,5,1],maxlength=3\n[1,2,1],weights=[1.,.5,2.]\n[[1,2],[1,0]]\nk([1,2],{d})\n[-1,2]\nk([],i32)\nk([],i32),minlength=2\n[1,2],dtype=f32\n[1,2],weights=k([1.,2.],f64)\n[1,2],weights=k([1,2],i32)\n[[1,2],[1,0]],axis=-1\n[1,1],binary_output=True\n[[1,1],[0,2]],axis=-1,binary_output=True\n[1,2],weights=[1.,2.],minlength=1,maxlength=2\n[[1,2],[1,0]],weights=[[1.,2.],[3.,4.]],axis=-1\n3\n[1,2],weights=[1.]\n[1,2],dtype=i64\n[[1,2],[1,0]],axis=0",
    "math.top_k nn.top_k": "n({d},5),2\nn({d},2,4),3\n[1.,3.,3.,2.],2\n[1,3,3,3],3\n[nan,1.,2.],2\nedges({d}),4\nn(f32,5),0\nn(f32,5),5\nn(f32,5),6\nn(f32,5)\nn(f32,5),-1\n2.,1\nn(f32,0),0\nn(f32,2,0),0\nn(f32,5),3,sorted=False\n[2.,1.,2.],3\nn(f32,2,2,3),2\nn(f32,5),k(2,i32)\nn(f32,5),2,index_type=i64\nn(f32,5),k(2,i64)\n[-inf,-inf,inf],2",
    "math.in_top_k": "[1,0],[[.1,.9,.0],[.2,.5,.3]],1\n[1,0],[[.1,.9,.0],[.2,.5,.3]],2\n[3,0],[[.1,.9,.0],[.2,.5,.3]],2\n[-1,0],[[.1,.9,.0],[.2,.5,.3]],2\n[0,0],[[inf,1.],[nan,1.]],1\n[0,1],[[1.,1.],[1.,1.]],1\nk([0,1],i64),n(f32,2,3),2\n[0],n(f32,2,3),1\n[0,1],n(f32,2,3),0\n[0,1],n(f32,2,3),5\n[0,1],[[-inf,1.],[1.,-inf]],2\n[0,1],n(f64,2,3),1\n[0,1],n(f16,2,3),1\n[2],[[nan,inf,1.]],3",
    "nn.in_top_k": "[[.1,.9,.0],[.2,.5,.3]],[1,0],1\n[1,0],[[.1,.9,.0],[.2,.5,.3]],1",
    "math.polyval": "[1.,2.,3.],n({d},3)\n[n(f32,2),n(f32,2)],2.\n[],n(f32,3)\n[2.],n(f32,3)\nn(f32,3),2.\n[k(2,i32),3],k(4,i32)\n[1,2],n(f32,2)\n[n(f32,2),1.],n(f32,2)",
    "math.confusion_matrix": "[0,1,2],[0,2,2]\n[0,1,2],[0,2,2],num_classes=4\n[0,1],[0,1],weights=[.5,2.],dtype=f32\n[0,1],[0,1],weights=[1,2]\n[0,1],[0,1],dtype={d}\n[0,3],[0,1],num_classes=2\n[-1,1],[0,1]\nk([],i32),k([],i32)\nk([],i32),k([],i32),num_classes=2\n[[0],[1]],[[0],[1]]\n[0,1],[0]\n[0,1],[[0],[1]]\n[0,1],[0,-1],num_classes=2\n[0,1],[0,1],2,[1.5,2.]\nk([0,1],i64),k([0,1],i32)",
}
SPECIAL |= {
    # ---- nn ----
    "nn.batch_normalization": "n({d},2,3),n({d},3),n({d},3,lo=0),n({d},3),n({d},3),1e-3\nn(f32,2,3),n(f32,3),n(f32,3,lo=0),None,None,1e-3\nn(f32,2,3),0.,1.,None,2.,1e-3\nn(f32,2,2,2,3),n(f32,3),n(f32,3,lo=0),n(f32,3),n(f32,3),.1\nn(f32,0,3),n(f32,3),n(f32,3,lo=0),n(f32,3),n(f32,3),.1\nn(f32,2,3),n(f32,3),n(f32,3,lo=0),n(f32,3),None,variance_epsilon=1e-3",
    "nn.bias_add": "n({d},2,3),n({d},3)\nn(f32,2,2,3),n(f32,3)\nn(f32,2,4,5,3),n(f32,3)\nn(f32,2,3,4,5),n(f32,3),data_format='NCHW'\nn(f32,2,3),n(f32,3),data_format='NCHW'\nn(f32,2,3,4),n(f32,3),data_format='NCW'\nn(f32,2,3,2,2,2),n(f32,3),'NCDHW'\nn(f32,2,3),n(f32,2)\nn(f32,3),n(f32,3)\nn(f32,2,3),n(f32,1,3)\nn(f32,0,3),n(f32,3)\nn(f32,2,3,4,5),n(f32,3),data_format='N..C'\nn(f32,2,3,4,5),n(f32,3),data_format='NC..'\nn(f32,2,3),n(f32,3),data_format='XY'\nn(f32,2,3),n(f32,3),data_format='NHWC'\nn(f32,2,3,4,5),n(f32,5),data_format='NHWC'\nn(i32,2,3,2),n(i32,3),data_format='NCHW'\nn(f32,2,3,0),n(f32,3),'NCHW'",
    "nn.conv1d": "n({d},2,7,3),n({d},2,3,4),1,'VALID'\nn(f32,2,7,3),n(f32,3,3,4),2,'SAME'\nn(f32,2,3,7),n(f32,3,3,4),2,'SAME',data_format='NCW'\nn(f32,2,7,3),n(f32,3,3,4),1,'VALID',dilations=2\nn(f32,2,7,3),n(f32,2,3,4),[2],'VALID'\nn(f32,2,7,3),n(f32,2,2,4),1,'VALID'\nn(f32,2,2,7,3),n(f32,2,3,4),1,'VALID'\nn(f32,2,3,7),n(f32,2,3,4),1,'VALID','NCW'\nn(f32,2,1,3),n(f32,2,3,4),1,'VALID'\nn(f32,2,7,3),n(f32,2,3,4),stride=[1,2,1],padding='VALID'",
    "nn.conv2d": """
        n({d},2,5,6,3),n({d},2,3,3,4),1,'VALID'
        n(f32,2,5,6,3),n(f32,3,3,3,2),1,'SAME'
        n(f32,2,5,6,3),n(f32,3,3,3,2),2,'SAME'
        n(f32,2,5,6,3),n(f32,3,2,3,2),[1,2,3,1],'VALID'
        n(f32,2,5,6,3),n(f32,2,2,3,2),1,[[0,0],[1,2],[0,3],[0,0]]
        n(f32,2,5,6,3),n(f32,2,2,3,2),1,'SAME',dilations=2
        n(f32,2,5,6,3),n(f32,2,2,3,2),1,'VALID',dilations=[1,2,1,1]
        n(f32,2,5,6,4),n(f32,2,2,2,6),1,'VALID'
        n(f32,2,3,5,6),n(f32,2,2,3,2),1,'VALID',data_format='NCHW'
        n(f32,2,3,5,6),n(f32,3,3,3,2),2,'SAME',data_format='NCHW'
        n(f32,2,3,5,6),n(f32,2,2,3,2),[1,1,2,1],'VALID',data_format='NCHW'
        n(f32,2,3,5,6),n(f32,2,2,3,2),1,[[0,0],[0,0],[1,2],[0,3]],data_format='NCHW'
        n(f32,2,3,5,6),n(f32,2,2,3,2),1,'SAME','NCHW',[1,1,2,1]
        n(f32,2,1,1,3),n(f32,2,2,3,2),1,'VALID'
        n(f32,0,5,6,3),n(f32,2,2,3,2),1,'VALID'
        n(f32,2,5,6,3),n(f32,2,2,4,2),1,'VALID'
        n(f32,2,5,6,3),n(f32,2,2,3,0),1,'VALID'
        n(f32,5,6,3),n(f32,2,2,3,2),1,'VALID'
        n(f32,2,5,6,3),n(f32,2,2,3,2),0,'VALID'
        n(f32,2,5,6,3),n(f32,2,2,3,2),1,'X'
        n(f32,2,5,6,3),n(f32,2,2,3,2),[2,1,1,1],'VALID'
        n(f32,2,2,5,6,3),n(f32,2,2,3,2),1,'VALID'
        n(f32,2,5,6,3),n(f64,2,2,3,2),1,'VALID'
        n(f32,2,5,6,3),n(f32,1,1,3,2),2,'SAME'
        n(f32,2,2,2,3),n(f32,3,3,3,2),1,'SAME'""",
    "nn.convolution": "n(f32,2,5,6,3),n(f32,2,3,3,4),1,'VALID'\nn(f32,2,5,6,3),n(f32,2,3,3,4)\nn(f32,2,7,3),n(f32,2,3,4),2,'SAME'\nn(f32,2,3,5,6),n(f32,2,3,3,4),padding='SAME',data_format='NCHW'",
    "nn.conv2d_transpose": "n({d},2,3,3,4),n({d},2,2,3,4),[2,6,6,3],2\nn(f32,2,3,3,4),n(f32,3,3,2,4),[2,5,5,2],1,'VALID'\nn(f32,2,3,3,4),n(f32,3,3,2,4),[2,5,6,2],2,'SAME'\nn(f32,2,4,3,3),n(f32,2,2,3,4),[2,3,6,6],2,data_format='NCHW'\nn(f32,2,3,3,4),n(f32,2,2,3,4),[2,9,6,3],2\nn(f32,2,3,3,4),n(f32,2,2,3,5),[2,6,6,3],2\nn(f32,2,3,3,4),n(f32,2,2,3,4),k([2,6,6,3],i64),[1,2,2,1]\nn(f32,2,4,3,3),n(f32,3,3,2,4),[2,2,5,5],1,'VALID','NCHW'",
    "nn.depthwise_conv2d": "n({d},2,5,6,3),n({d},2,2,3,2),[1,1,1,1],'VALID'\nn(f32,2,5,6,3),n(f32,3,3,3,1),[1,2,2,1],'SAME'\nn(f32,2,5,6,3),n(f32,2,2,3,2),[1,1,1,1],'SAME',dilations=[2,2]\nn(f32,2,3,5,6),n(f32,2,2,3,2),[1,1,1,1],'VALID',data_format='NCHW'\nn(f32,2,5,6,3),n(f32,2,2,2,2),[1,1,1,1],'VALID'\nn(f32,2,5,6,3),n(f32,2,2,3,2),1,'VALID'\nn(f32,0,5,6,3),n(f32,2,2,3,2),[1,1,1,1],'VALID'",
    "nn.separable_conv2d": "n({d},2,5,6,3),n({d},2,2,3,2),n({d},1,1,6,4),[1,1,1,1],'VALID'\nn(f32,2,5,6,3),n(f32,3,3,3,1),n(f32,1,1,3,2),[1,2,2,1],'SAME'\nn(f32,2,3,5,6),n(f32,2,2,3,2),n(f32,1,1,6,4),[1,1,1,1],'VALID',data_format='NCHW'\nn(f32,2,5,6,3),n(f32,2,2,3,2),n(f32,1,1,5,4),[1,1,1,1],'VALID'\nn(f32,2,5,6,3),n(f32,2,2,3,2),n(f32,2,1,6,4),[1,1,1,1],'VALID'",
    "nn.conv3d": "n({d},1,4,4,5,2),n({d},2,2,2,2,3),[1,1,1,1,1],'VALID'\nn(f32,1,4,4,5,2),n(f32,2,2,2,2,3),[1,2,2,2,1],'SAME'\nn(f32,1,2,4,4,5),n(f32,2,2,2,2,3),[1,1,1,1,1],'VALID',data_format='NCDHW'",
    "nn.dropout": "n(f32,3),0.\nn(f32,2,3),rate=0.\nn(f32,2,3),1.\nn(f32,2,3),1.5\nn(i32,3),0.5\nn(f32,3),rate=0\nn({d},3),0.",
    "nn.embedding_lookup": "n({d},4,3),[0,2]\nn(f32,4,3),[[0,2],[1,1]]\nn(f32,4,3),[4]\nn(f32,4,3),[0,2],max_norm=1.\nn(f32,4,3),[[0,2]],max_norm=1.\nn(f32,4,3),1\n[n(f32,2,3),n(f32,2,3)],[0,1,3]\nn(f32,4),[1,2]\nn(f32,4,3),[-1]\nn(f32,4,3),k([],i32)",
    "nn.leaky_relu_": "",
    "nn.moments": "n({d},2,3),[0]\nn({d},2,3),[0,1],keepdims=True\nn(f32,2,3),1\nn(f32,2,3),[-1]\nn(f32,2,3),[]\nn(f32,0,3),[0]\nk([inf,1.],f32),[0]\nk([nan,1.],f32),[0]\nn(f32,2,3),[2]\nn(f32,2,3),axes=[0],shift=1.\n2.,[]",
    "nn.sigmoid_cross_entropy_with_logits": "n({d},2,3,lo=0,hi=1),n({d},2,3)\n[0.,1.],[inf,-inf]\n[0.,1.],[nan,1.]\nn(f32,2),n(f32,3)\nn(f32,2,3),n(f32,3)\nlabels=n(f32,2),logits=n(f32,2)\nn(f32,0),n(f32,0)\n[1.,0.],[100.,-100.]\n[0.,0.],[0.,-0.]",
    "nn.softmax_cross_entropy_with_logits": "n({d},2,3,lo=0,hi=1),n({d},2,3)\nn(f32,2,3,lo=0,hi=1),n(f32,2,3),axis=0\nn(f32,3,lo=0,hi=1),n(f32,3)\nn(f32,2,2,3,lo=0,hi=1),n(f32,2,2,3)\n[[0.,1.]],[[inf,1.]]\n[[0.,1.]],[[-inf,1.]]\n[[0.,1.]],[[nan,1.]]\nn(f32,1,3,lo=0,hi=1),n(f32,2,3)\nn(f32,2,3,lo=0,hi=1),n(f32,1,3)\nn(f32,2,3),n(f32,2,2)\nn(f32,0,3),n(f32,0,3)\nn(f32,2,0),n(f32,2,0)\n2.,3.\nn(f32,2,3,lo=0,hi=1),n(f32,2,3),-1\nn(f32,2,3,lo=0,hi=1),n(f32,2,3),2",
    "nn.sparse_softmax_cross_entropy_with_logits": "[1,0],n({d},2,3)\n[3,0],n(f32,2,3)\n[-1,0],n(f32,2,3)\n1,n(f32,3)\n[[1,0],[2,2]],n(f32,2,2,3)\nk([1,0],i64),n(f32,2,3)\n[1],n(f32,2,3)\n[[1],[0]],n(f32,2,3)\n[1.,0.],n(f32,2,3)\nk([],i32),n(f32,0,3)\n[1],[[inf,1.]]\n[1],[[-inf,1.]]\n[1],[[nan,1.]]\n[0,0],n(f32,2,0)\nk([1],i8),n(f32,1,3)\nlabels=[1],logits=n(f32,1,3)",
    "nn.log_poisson_loss": "n({d},3,lo=0,hi=4),n({d},3)\nn(f32,3,lo=0,hi=4),n(f32,3),True\nk([0.,1.,2.],f32),n(f32,3),compute_full_loss=True\nn(f32,3),n(f32,2)\nn(f32,2,3),n(f32,3)\nn(f32,0),n(f32,0)",
    "nn.weighted_cross_entropy_with_logits": "n({d},3,lo=0,hi=1),n({d},3),2.\nn(f32,3),n(f32,3),n(f32,3)\nn(f32,3),n(f32,2),1.\n[0.,1.],[inf,-inf],2.\n[1.,0.],[0.,-0.],.5\nn(f32,2,3),n(f32,3),2.\nn(f32,0),n(f32,0),2.",
    "nn.sufficient_statistics": "n({d},2,3),[0]\nn(f32,2,3),[0,1],keepdims=True\nn(f32,2,3),[1],shift=1.\nn(f32,2,3),[-1]\nn(f32,2,3),[]\nn(f32,0,3),[0]\nn(f32,2,3),[0],n(f32,3)",
    "nn.normalize_moments": "3.,n({d},2),n({d},2),None\n3.,n(f32,2),n(f32,2),n(f32,2)\nk(4.,f32),n(f32,2),n(f32,2),1.\n0.,n(f32,2),n(f32,2),None",
    "nn.weighted_moments": "n({d},2,3),[0],n({d},2,3,lo=1)\nn(f32,2,3),[0,1],n(f32,2,1,lo=1),keepdims=True\nn(f32,2,3),[1],2.\nn(f32,2,3),[0],n(f32,2,3)*0.\nn(f32,2,3),[-1],n(f32,3,lo=1)\nn(f32,2,3),[],1.\nn(f32,2,3),0,1.\nn(f32,2,1),[0],n(f32,2,3,lo=1)",
    "nn.space_to_depth": "n({d},1,4,6,2),2\nn(f32,1,3,4,1),2\nn(f32,1,2,4,4),2,data_format='NCHW'\nn(f32,4,4,1),2\nn(f32,1,4,4,1),1\nn(f32,1,4,4,1),0\nn(f32,0,4,4,1),2\nn(f32,1,4,4,1),4",
    "nn.depth_to_space": "n({d},1,2,3,8),2\nn(f32,1,2,3,6),2\nn(f32,1,8,2,3),2,data_format='NCHW'\nn(f32,2,3,8),2\nn(f32,1,2,2,4),1\nn(f32,0,2,2,4),2",
    "nn.leaky_relu": "n({d},3),alpha=0.1\nn(f32,3),0.\nn(f32,3),-1.\nn(f32,3),2.\nedges(f32),.1",
    "nn.gelu": "n({d},3),True\nedges(f32),True\nedges(f64),approximate=True\nedges(f16),approximate=True",
    "nn.silu nn.swish": "n({d},3),2.\nedges(f32),.5\nn(f32,3),beta=0.",
    "nn.crelu": "n({d},2,3),axis=0\nn(f32,2,3),2",
    "math.zero_fraction nn.zero_fraction": "k([0.,1.,0.],f32)\nk([0,1],i32)\nk([],f32)\nk([-0.,nan],f32)\nn(b1,3)\nk([0.,1.],f64)",
    "identity_n tuple shape_n no_op group": "[n({d},2),n(f32,3)]\n[]\nn(f32,2,3)\n[1.,2]",
    "ensure_shape": "n({d},2,3),[2,3]\nn(f32,2,3),[None,3]\nn(f32,2,3),[2]\nn(f32,2,3),[3,2]\n2.,[]\nn(f32,2,3),None\nn(f32,0),[0]",
    "broadcast_static_shape": "tf.TensorShape([2,1]),tf.TensorShape([3])\ntf.TensorShape([2]),tf.TensorShape([3])\ntf.TensorShape([]),tf.TensorShape([3])\ntf.TensorShape([0]),tf.TensorShape([1])\ntf.TensorShape([None,1]),tf.TensorShape([2])\ntf.TensorShape(None),tf.TensorShape([2])",
    "broadcast_dynamic_shape": "[2,1],[3]\n[2],[3]\n[],[3]\nk([0],i64),k([1],i64)\n[0],[2]",
    "is_tensor executing_eagerly is_symbolic_tensor get_static_value": "n(f32,2)\n[1,2]\n2.\nNone",
    "shape": "n(f32,2,3),out_type=i64\nn(f32,2,3),i16\n[[1,2]]\n[]",
    "size": "n(f32,2,3),out_type=i64\n[[1,2]]\n[]",
    "math.polygamma": "k(1.,f32),n(f32,3,lo=1)\nk([0.,1.,2.],f32),2.\nk(-1.,f32),2.\nk(1.5,f32),2.",
    # ---- signal ----
    "math.betainc": "n({d},3,lo=1,hi=3),n({d},3,lo=1,hi=3,seed=1),n({d},3,lo=0,hi=1,seed=2)\n2.,n(f32,3,lo=1,hi=3),.25\nn(f32,2,1,lo=1,hi=3),n(f32,3,lo=1,hi=3),k([.1,.5,.9],f32)\n"
    "k([1.,1.,2.,.5,0.,-1.,2.,2.],f64),k([1.,1.,3.,.5,1.,1.,3.,3.],f64),k([0.,1.,.5,0.,.5,.5,-.1,1.1],f64)\nn(f32,2),n(f32,3),n(f32,3)",
    "signal.fft signal.ifft": "n({d},3)\nn(c64,2,4)\nn(c128,2,5)\nn(c64,2,7)\nn(c64,0)\nn(c64,2,0)\nn(c64,1)\nn(c64)\nk([inf,1.],c64)",
    "signal.fft2d signal.ifft2d": "n({d},2,3)\nn(c128,2,3,4)\nn(c64,2,0)\nn(c64,3)",
    "signal.fft3d signal.ifft3d": "n({d},2,3,2)\nn(c128,2,2,3,4)\nn(c64,2,0,1)\nn(c64,3,2)",
    "signal.rfft": "n({d},4)\nn(f64,2,5)\nn(f32,2,6),[4]\nn(f32,2,3),[8]\nn(f64,1)\nn(f32,2,0)\nn(f32)\nn(f32,4),[-1]\nn(f32,4),[2,2]",
    "signal.rfft2d": "n({d},3,4)\nn(f64,2,3,4)\nn(f32,3,4),[4,4]\nn(f32,4,6),[2,8]\nn(f32,3)",
    "signal.rfft3d": "n({d},2,3,4)\nn(f32,2,3,4),[2,2,4]\nn(f32,3,2)",
    "signal.irfft": "n({d},3)\nn(c64,2,4)\nn(c128,2,4),[7]\nn(c64,2,4),[4]\nn(c64,2,3),[8]\nn(c64,1)\nn(c64,2,0)\nn(c64)\nn(c64,3),[-2]",
    "signal.irfft2d": "n({d},3,3)\nn(c128,2,4,3)\nn(c64,4,3),[2,4]\nn(c64,3)",
    "signal.irfft3d": "n({d},2,2,3)\nn(c64,2,3,3),[2,3,4]\nn(c64,3,2)",
    "signal.fftshift signal.ifftshift": "n({d},5)\nn(f32,3,4)\nn(f32,3,4),axes=1\nn(f32,3,4),axes=[0]\nn(f32,3,4),axes=[0,-1]\nn(f32,0)\nn(f32,3),axes=2",
    "signal.frame": "n({d},7),3,2\nn(f32,2,7),3,2,pad_end=True\nn(f32,2,7),4,2,pad_end=True,pad_value=9\nn(f32,7,2),3,1,axis=0\nn(f32,2),3,1\nn(f32,2),3,1,True\nn(f32,0),3,1\n"
    "n(f32,7),2,3\nn(f32,7),3,3\nn(f32,7),0,1\nn(f32,7),3,0\nn(f32),3,1\nn(f32,7),3,1,axis=2",
    "signal.overlap_and_add": "n({d},4,3),2\nn(f32,2,4,3),1\nn(f32,4,3),3\nn(f32,1,3),2\nn(f32,4,5),3\nn(f32,3),1\nn(f32,4,3),0\nn(f32,4,3),1.5",
    "signal.hann_window signal.hamming_window": "8\n9\n8,periodic=False\n1\n2\n5,dtype=tf.float64\n5,dtype=tf.int32\n0",
    "signal.kaiser_window signal.kaiser_bessel_derived_window": "8\n9\n8,beta=4.\n1\n2\n6,dtype=tf.float64\n6,dtype=tf.int32",
    "signal.vorbis_window": "8\n9\n1\n6,dtype=tf.float64\n6,dtype=tf.int32",
    "signal.stft": "n({d},9),4,2\nn(f32,2,9),4,2\nn(f64,9),4,3,fft_length=8\nn(f32,9),5,2,window_fn=None\nn(f32,9),5,2,window_fn=tf.signal.hamming_window\nn(f32),4,2",
    "signal.inverse_stft": "n({d},4,3),4,2\nn(c64,2,4,3),4,2\nn(c128,4,5),4,3,fft_length=8\nn(c64,4,3),5,2,window_fn=None\nn(c64,4,3),4,2,window_fn=tf.signal.inverse_stft_window_fn(2)\nn(c64,3),4,2",
    "signal.inverse_stft_window_fn": "2)(5,tf.float32\n3)(4,tf.float64\n2,forward_window_fn=tf.signal.hamming_window)(4,tf.float32",
    "signal.dct signal.idct": "n({d},4)\nn(f32,2,5),type=1\nn(f32,2,5),type=2\nn(f32,2,5),type=3\nn(f32,2,5),type=4\nn(f64,2,4),norm='ortho'\nn(f64,4),type=3,norm='ortho'\nn(f64,4),type=4,norm='ortho'\n"
    "n(f32,5),n=3\nn(f32,3),n=5\nn(f32,1)\nn(f32,1),type=1\nn(f32,4),type=1,norm='ortho'\nn(f32,4),type=5\nn(f32,4),axis=0\nn(f32,4),n=0\nn(f32,4),norm='other'",
    "signal.mdct": "n({d},12),4\nn(f32,2,13),4,pad_end=True\nn(f64,16),8,norm='ortho'\nn(f32,12),4,window_fn=None\nn(f32,12),6",
    "signal.inverse_mdct": "n({d},3,4)\nn(f32,2,3,2)\nn(f64,3,4),norm='ortho'\nn(f32,3,4),window_fn=None",
    "signal.linear_to_mel_weight_matrix": "\n4,9\n4,9,16000,0.,8000.\n4,9,dtype=tf.float64\n0\n4,9,8000,5000.,4000.\n4,9,8000,100.,5000.\n4,9,-1\n4,9,8000,-1.",
    "signal.mfccs_from_log_mel_spectrograms": "n({d},4)\nn(f64,2,3,5)",
    # ---- linalg ----
    "linalg.adjoint linalg.matrix_transpose": "n({d},2,3)\nn({d},2,2,3)\nn(f32,3)\nn(f32,0,2)\n2.",
    "linalg.band_part": "n({d},3,4),1,0\nn({d},3,4),-1,1\nn(f32,3,4),0,0\nn(f32,3,4),-1,-1\nn(f32,2,3,3),0,-1\nn(f32,3,4),5,0\nn(f32,3,4),2,3\nn(f32,3),0,0\nn(f32,0,3),0,0\nn(f32,3,4),k(1,i64),k(0,i64)\nn(f32,3,4),3,4\nn(f32,3,3),0,3",
    "linalg.cholesky": "M\ntf.stack([M,M*2.])\nk([[1.,2.],[2.,1.]],f32)\nk([[1.,9.],[2.,8.]],f32)\nn(f32,2,3)\nn(f32,0,0)\nk([[4.]],f32)\nk([[0.]],f32)\nk([[nan]],f32)\nn(i32,2,2)\nk([[2.+0j,1j],[-1j,2.+0j]],c64)\nn(f32,0,2,2)",
    "linalg.cholesky_solve": "tf.linalg.cholesky(M),n({d},3,2)\ntf.linalg.cholesky(k([[4.]],f32)),n(f32,1,0)\nn(f32,2,2),n(f32,3,1)\nn(f32,2,3,3,lo=1),n(f32,2,3,1)",
    "linalg.cross": "n({d},3),n({d},3,seed=1)\nn(f32,2,3),n(f32,2,3,seed=1)\nn(f32,2),n(f32,2)\nn(f32,2,3),n(f32,3)\nn(f32,0,3),n(f32,0,3)",
    "linalg.det": "n({d},3,3)\nn(f32,2,3,3)\nM\nk([[1.,2.],[2.,4.]],f32)\nn(f32,0,0)\nn(f32,2,3)\nk([[inf,1.],[1.,1.]],f32)\nn(f32,0,2,2)\nk([[0.,0.],[0.,0.]],f32)\nk([[5.]],f32)",
    "linalg.logdet": "M\ntf.stack([M,M*2.])\nk([[1.,2.],[2.,1.]],f32)\nn(f32,0,0)",
    "linalg.slogdet": "n({d},3,3)\nn(f32,2,3,3)\nk([[1.,2.],[2.,4.]],f32)\nn(f32,0,0)\nk([[0.,1.],[1.,0.]],f32)\nk([[0.,0.],[0.,0.]],f32)",
    "linalg.diag": "n({d},3)\nn({d},2,3)\nn(f32,3),k=1\nn(f32,3),k=-1\nn(f32,2,3),k=(-1,0)\nn(f32,3,3),k=(-1,1)\nn(f32,3,3),k=(-1,1),align='LEFT_RIGHT'\nn(f32,3),num_rows=4\nn(f32,3),num_rows=4,num_cols=5\nn(f32,3),num_rows=2\nn(f32,3),padding_value=9\nn(f32,3),k=1,num_rows=3,num_cols=5\n2.\nn(f32,0)\nn(f32,2,3),k=(0,1),num_rows=4",
    "linalg.diag_part": "n({d},3,3)\nn({d},2,3,4)\nn(f32,3,4),k=1\nn(f32,3,4),k=-1\nn(f32,3,4),k=(-1,1)\nn(f32,3,4),k=(-1,1),padding_value=7.\nn(f32,3,4),k=(-1,1),align='LEFT_LEFT'\nn(f32,3,4),k=4\nn(f32,3,4),k=-3\nn(f32,3)\nn(f32,0,2)\nn(f32,4,2)\nn(f32,3,4),k=(-2,2),align='RIGHT_RIGHT'",
    "linalg.set_diag": "n({d},3,3),n({d},3)\nn(f32,2,3,4),n(f32,2,3)\nn(f32,3,4),n(f32,3),k=1\nn(f32,3,4),n(f32,2),k=-1\nn(f32,3,4),n(f32,3,3),k=(-1,1)\nn(f32,3,3),n(f32,2)\nk([[nan,1.],[1.,inf]],f32),[1.,2.]\nn(f32,0,2),n(f32,0)\nn(f32,3),n(f32,3)",
    "linalg.tensor_diag": "n({d},3)\nn(f32,2,3)\n2.\nn(f32,0)",
    "linalg.tensor_diag_part": "n({d},3,3)\nn(f32,2,3,2,3)\nn(f32,2,3)\nn(f32,2)\nn(f32,0,0)\n2.\nn(f32,2,3,3,2)",
    "linalg.trace": "n({d},3,3)\nn(f32,2,3,4)\nn(f32,3)\nn(f32,0,0)\nn(f32,2,0,3)\nk([[nan,1.],[1.,inf]],f32)\nk([[127,0],[0,2]],i8)",
    "linalg.inv": "n({d},3,3)\nn(f32,2,3,3)\nM,adjoint=True\nk([[1.,2.],[2.,4.]],f32)\nn(f32,0,0)\nn(f32,2,3)\nk([[2.]],f32)\nn(c64,2,2),adjoint=True\nk([[nan,1.],[1.,1.]],f32)",
    "linalg.solve": "n({d},3,3),n({d},3,2)\nn(f32,2,3,3),n(f32,2,3,1)\nM,n({d},3,1),adjoint=True\nk([[1.,2.],[2.,4.]],f32),n(f32,2,1)\nn(f32,3,3),n(f32,2,1)\nn(f32,3,3),n(f32,3)\nn(f32,0,0),n(f32,0,2)\nn(f32,2,3,3),n(f32,3,1)\nn(f32,3,3),n(f32,3,0)\nn(c64,2,2),n(c64,2,1),adjoint=True",
    "linalg.triangular_solve": "M,n({d},3,2)\nM,n({d},3,2),lower=False\nM,n(f32,3,2),adjoint=True\nk([[1.,9.],[2.,0.]],f32),n(f32,2,1)\nn(f32,2,3,3,lo=1),n(f32,3,1)\nn(f32,0,0),n(f32,0,2)\nn(f32,3,3),n(f32,2,1)\nn(c64,2,2,lo=1),n(c64,2,1),adjoint=True\nn(f32,3,3,lo=1),n(f32,2,3,1)",
    "linalg.eigvalsh": "M\nk([[2.,0.],[0.,2.]],f32)\nk([[1.,9.],[2.,3.]],f32)\nn(f32,0,0)\nk([[2.+0j,1j],[-1j,2.+0j]],c64)\nn(f32,2,3)\ntf.stack([M,M*2.])",
    "linalg.eigh": "k([[2.]],{d})\nn(f32,0,0)\nn(f32,2,3)",
    "linalg.expm": "n({d},3,3)\nn(f32,0,0)\nM\nn(f32,2,2,2)\nn(f32,2,3)\nn(f32,3)",
    "linalg.logm": "M\nn(c128,3,3)\nn(c64,2,2,2)\nk([[2.+0j,1j],[-1j,2.+0j]],c64)\nn(c64,2,3)",
    "linalg.sqrtm matrix_square_root": "M\nn(c128,3,3)\nk([[4.,1.],[2.,3.]],f64)\nn(f32,2,3)\nn(i32,2,2)",
    "linalg.pinv": "n({d},3,2)\nM\nn(f32,2,3)\nn(f64,2,3,2)\nn(f64,3,3),rcond=.5\nk([[1.,2.],[2.,4.]],f64)\nn(f32,3)",
    "linalg.lstsq": "n({d},4,2),n({d},4,1)\nn(f32,4,2),n(f32,4,1),l2_regularizer=.1\nn(f64,2,4),n(f64,2,3)\nn(f64,4,2),n(f64,4,1),fast=False\nn(f64,2,4,2),n(f64,2,4,1)\nn(f32,4,2),n(f32,3,1)",
    "linalg.matrix_rank": "n({d},3,2)\nM\nk([[1.,2.],[2.,4.]],f32)\nn(f32,2,3,2),tol=3.\nn(f32,3)",
    "linalg.svd": "n({d},3,2),compute_uv=False\nM,compute_uv=False\nn(f64,2,3,4),False,False\nn(f32,3)\nn(i32,2,2)",
    "linalg.qr": "n({d},3,2)\nn(f64,3,3)\nn(f64,2,3)\nn(f64,2,3,2)\nn(f64,3,2),full_matrices=True\nn(f64,2,3),full_matrices=True\nn(f32,3)\nn(i32,2,2)\nn(f32,0,2)",
    "linalg.lu": "M\nn({d},3,3)\nn(f64,2,3,3)\nn(f32,3,3),output_idx_type=i64\nk([[1.,2.],[2.,4.]],f32)\nn(f32,2,3)",
    "linalg.lu_reconstruct linalg.lu_matrix_inverse": "*tf.linalg.lu(M)\n*tf.linalg.lu(n(f64,2,3,3))\nn(f32,2,2),[0,1,2]",
    "linalg.lu_solve": "*tf.linalg.lu(M),n({d},3,2)\n*tf.linalg.lu(n(f64,2,3,3)),n(f64,2,3,1)\n*tf.linalg.lu(n(f64,3,3)),n(f64,2,3,1)\n*tf.linalg.lu(n(f32,3,3)),n(f32,2,1)",
    "linalg.eig eig": "k([[2.]],{d})\nn(f32,2,3)",
    "linalg.eigvals eigvals": "k([[2.]],{d})\nn(f32,2,3)\nk([[1.,9.],[0.,3.]],f32)",
    "linalg.eigh_tridiagonal": "n(f64,4),n(f64,3)\nn(f32,4),n(f32,3)\nn(f64,4),n(f64,3),select='i',select_range=[1,2]\nn(f32,4),n(f32,4)",
    "linalg.tridiagonal_solve": "n({d},3,4)+4.,n({d},4)\nn(f64,3,4)+4.,n(f64,4,2)\nn(f64,2,3,4),n(f64,2,4,1)\n[n(f64,3),n(f64,4),n(f64,3)],n(f64,4),diagonals_format='sequence'\nM,n({d},3),diagonals_format='matrix'\n"
    "n(f64,3,4),n(f64,2,4),transpose_rhs=True\nn(c128,3,4),n(c128,4),conjugate_rhs=True\nn(f64,3,4),n(f64,4),partial_pivoting=False\nn(f32,3,4),n(f32,3)\nn(f32,2,4),n(f32,4)",
    "linalg.tridiagonal_matmul": "n({d},3,4),n({d},4,2)\nn(f64,2,3,4),n(f64,2,4,1)\nM,n({d},3,2),diagonals_format='matrix'\n[n(f64,4),n(f64,4),n(f64,4)],n(f64,4,2),diagonals_format='sequence'\nn(f32,3,4),n(f32,3,1)",
    "linalg.banded_triangular_solve": "n({d},2,4,lo=1),n({d},4,2)\nn(f64,2,4,lo=1),n(f64,4,2),lower=False\nn(f64,3,4,lo=1),n(f64,4,1),adjoint=True\nn(c128,2,4,lo=1),n(c128,4,1),lower=False,adjoint=True\nn(f64,1,4,lo=1),n(f64,4,1)\nn(f32,2,4,lo=1),n(f32,3,1)",
    # ---- image ----
    "image.convert_image_dtype": "\n".join(
        ["edges({d})," + to for to in ("u8", "i16", "i32", "f16", "f32", "f64")]
        + [
            "n(f32,2,lo=0,hi=1),u8",
            "n(f32,2,lo=0,hi=2),u8,saturate=True",
            "k([0,255,7],u8),f32",
            "k([0,255,7],u8),i16",
            "k([0,32767,700],i16),u8",
            "k([0,255],u8),i32",
            "n(f32,2),f32",
            "n(f32,2),b1",
            "k([-5,300],i16),u8,saturate=True",
            "k([1.,0.5],f32),i32",
        ]
    ),
    "image.adjust_contrast": "IMG,2.\nn(f32,4,5,3),.5\nn(f32,4,5),2.\nn(u8,4,5,3,lo=0,hi=200),2.\nIMG,-1.\nn(f32,0,4,3),2.\nn(f32,2,2,1),nan",
    "image.adjust_hue": "IMG,.2\nn(f32,4,5,3,lo=0,hi=1),-.3\nn(f32,4,5,1),.1\nn(u8,4,5,3,lo=0,hi=200),.1\nn(f32,4,5,3),1.5\nn(f32,0,4,3),.2",
    "image.flip_left_right image.flip_up_down image.transpose image.image_gradients image.total_variation image.per_image_standardization image.rgb_to_grayscale image.sobel_edges image.random_flip_left_right_": "IMG\nn(f32,4,5,3)\nn(f32,4,5,1)\nn(f32,4,5)\nn(u8,4,5,3,lo=0,hi=200)\nn(f32,2,0,5,3)\nn(f32,1,2,2,4,3)\nn(f32,2,1,1,1)\nn(f32,2,3,3,1)*0.",
    "image.grayscale_to_rgb": "n({d},2,2,2,1)\nn(f32,2,2,3)\nn(f32,2,2,1)\nn(f32,2,1)",
    "image.rot90": "IMG\nn(f32,4,5,3),2\nn(f32,4,5,3),k=3\nn(f32,4,5,3),-1\nn(f32,4,5,3),0\nn(f32,4,5)\nn(f32,4,5,3),5",
    "image.crop_to_bounding_box": "IMG,1,2,2,3\nn(f32,4,5,3),0,0,4,5\nn(f32,4,5,3),0,0,5,5\nn(f32,4,5,3),-1,0,2,2\nn(f32,4,5),0,0,2,2\nn(f32,4,5,3),1,1,0,2\nn(f32,4,5,3),3,0,2,2",
    "image.central_crop": "IMG,.5\nn(f32,4,5,3),1.\nn(f32,4,5,3),.3\nn(f32,4,5,3),0.\nn(f32,4,5,3),1.2\nn(f32,7,9,1),.77\nn(f32,4,5),.5\nn(f32,5,4,1),.5",
    "image.pad_to_bounding_box": "IMG,1,2,7,9\nn(f32,4,5,3),0,0,4,5\nn(f32,4,5,3),0,0,3,5\nn(f32,4,5,3),-1,0,8,8\nn(f32,4,5),0,0,8,8\nn(u8,2,2,1,lo=0),1,1,4,4",
    "image.adjust_brightness": "IMG,.2\nn(u8,2,2,1,lo=0,hi=200),.2\nn(f32,3),.1\nn(i32,3),.1\nn(u8,3,lo=0,hi=100),.9",
    "image.adjust_gamma": "IMG,2.\nn(f32,3,lo=0,hi=1),.5,2.\nn(u8,3,lo=0,hi=200),2.\nn(f32,3,lo=0,hi=1),-1.\nn(f32,3,lo=0,hi=1)",
    "image.psnr": "IMG,IMG*.5,1.\nn(u8,2,2,1,lo=0,hi=200),n(u8,2,2,1,lo=0,hi=200,seed=1),255\nIMG,IMG,1.\nn(f32,2,2,3),n(f32,2,2,1),1.\nn(f32,2,2),n(f32,2,2),1.\nn(f32,4,5,3),n(f32,4,5,3,seed=1),max_val=1.\nn(f32,1,2,2,3),n(f32,2,2,2,3),1.",
    # ---- sparse ----
    "sparse.sparse_dense_matmul": "SP,n(f32,4,2)\nSP,n(f32,3,2),adjoint_a=True\nSP,n(f32,2,4),adjoint_b=True\nSP,n(f32,3,2)\nSP,n(f64,4,2)\nSP,n(f32,4,0)",
    "sparse.from_dense": "k([[0.,2.],[3.,0.]],f32)\nk([0,2],{d})\nk([nan,0.,-0.],f32)\n0.\nk([],f32)\nn(b1,3)",
    "sparse.to_dense": "SP\nSP,default_value=9.\ntf.sparse.from_dense(k([0,2],i32))",
    "sparse.reduce_sum": "SP\nSP,axis=0\nSP,axis=1,keepdims=True\nSP,axis=-1\nSP,[0,1]",
    "sparse.transpose": "SP\nSP,[1,0]\nSP,[0,1]\nSP,[0,0]",
    "sparse.map_values": "tf.exp,SP\ntf.add,SP,SP",
    # ---- debugging, which answers nothing where all is well ----
    "debugging.assert_equal debugging.assert_none_equal debugging.assert_less debugging.assert_less_equal debugging.assert_greater debugging.assert_greater_equal debugging.assert_near assert_equal assert_less assert_greater": "[1,2],[1,2]\n[1.,2.],[1.,3.]\n[1,2],[2,3]\n[2,3],[1,2]\n1.,[1.,1.]\nk([],f32),k([],f32)\n[1.,nan],[1.,nan]\n[1,2],[1,2,3]\n[1.],[1.0000001]\n[1,2],[0,3]\nk([],f32),1.\n[True],[True]\n['a'],['a']",
    "debugging.assert_positive debugging.assert_negative debugging.assert_non_negative debugging.assert_non_positive debugging.assert_integer debugging.assert_scalar debugging.is_numeric_tensor": "n({d},3)\n[1,2]\n[-1.,-2.]\n[0.]\nk([],f32)\n[nan]\n2\nn(f32)\n'a'",
    "debugging.check_numerics debugging.assert_all_finite": "n({d},3),'m'\n[nan],'m'\n[inf,1.],'m'\nk([],f32),'m'\nn(i32,2),'m'\n[-inf],'m'",
    "debugging.assert_type": "n(f32,2),tf.float32\nn(f32,2),tf.int32",
    "debugging.assert_same_float_dtype": "[n(f32,2),n(f32,3)]\n[n(f32,2),n(f64,2)]\n[n(i32,2)]\n[],tf.float32\n[n(f32,2)],tf.float64",
    "debugging.assert_rank debugging.assert_rank_at_least assert_rank": "n(f32,2,3),2\nn(f32,2,3),1\nn(f32,2,3),3\n2.,0\nn(f32,2,3),k(2,i32)\nn(f32,2),-1",
    "debugging.assert_rank_in": "n(f32,2,3),[2,3]\nn(f32,2,3),[1]\n2.,(0,1)",
    "debugging.assert_shapes": "[(n(f32,2,3),('N',3))]\n[(n(f32,2,3),('N',4))]\n[(n(f32,2,3),('N','M')),(n(f32,3,2),('M','N'))]\n[(n(f32,2,3),('N','N'))]\n{}\n[(n(f32,2,3),(None,3))]\n[(n(f32,2,3),('...',3))]\n[(2.,())]",
    "debugging.assert_proper_iterable": "[1,2]\n2\n'abc'\nn(f32,2)",
    "debugging.Assert Assert": "True,['m']\nFalse,['m']\n[True,True],['m']\n[True,False],['m']\nk([],b1),['m']\n1,['m']",
    # ---- functions of functions ----
    "map_fn": "lambda x:x*x,n({d},3)\nlambda x:x[0]+x[1],(n(f32,3),n(f32,3)),fn_output_signature=f32\nlambda x:tf.cast(x,i32),n(f32,3),fn_output_signature=i32\nlambda x:(x,x+1.),n(f32,3),fn_output_signature=(f32,f32)\nlambda x:x,n(f32,0)\nlambda x:x,2.\nlambda x:x*2.,n(f32,2,3)\nlambda x:tf.cast(x,i32),n(f32,3)",
    "foldl foldr scan": "lambda a,x:a+x,n({d},4)\nlambda a,x:a*x,n(f32,4),2.\nlambda a,x:a+x,n(f32,2,3)\nlambda a,x:a-x,n(f32,4)\nlambda a,x:a,n(f32,0)\nlambda a,x:a,n(f32,0),1.\nlambda a,x:a+x[0]*x[1],(n(f32,3),n(f32,3)),initializer=0.\nlambda a,x:a,2.",
    "vectorized_map": "lambda x:x*x,n({d},3)\nlambda x:tf.reduce_sum(x),n(f32,2,3)\nlambda x:x[0]*x[1],(n(f32,3),n(f32,3))\nlambda x:x,2.",
    "cond": "True,lambda:n(f32,2),lambda:n(f32,3)\nk(False,b1),lambda:1.,lambda:2.\nk(1,i32),lambda:1.,lambda:2.\n[True],lambda:1.,lambda:2.",
    "case": "[(k(True,b1),lambda:1.)]\n[(k(False,b1),lambda:1.),(k(True,b1),lambda:2.)]\n[(k(False,b1),lambda:1.)],default=lambda:3.\n[(k(False,b1),lambda:1.)]\n[(k(True,b1),lambda:1.),(k(True,b1),lambda:2.)],exclusive=True",
    "switch_case": "k(1,i32),[lambda:1.,lambda:2.]\nk(5,i32),[lambda:1.,lambda:2.]\nk(-1,i32),[lambda:1.,lambda:2.]\nk(5,i32),{0:lambda:1.},default=lambda:9.\n1,[lambda:1.,lambda:2.]",
    "while_loop": "lambda i:i<3,lambda i:i+1,[0]\nlambda i,x:i<3,lambda i,x:(i+1,x*2.),(0,n(f32,2))\nlambda i:False,lambda i:i,[k(1.,f32)]",
    # ---- indexing, which is a function too ----
    "getitem": "\n".join("n({d},3,4)[" + key + "]" for key in ("1", "-1,2"))
    + "\n"
    + "\n".join(
        "n(f32,3,4)[" + key + "]"
        for key in (
            "0",
            "-3",
            "3",
            "-4",
            ":",
            "::-1",
            "1:",
            ":-1",
            "-100:100",
            "100:",
            ":-100",
            "::2",
            "::-2",
            "2:0:-1",
            "0:2:-1",
            "...",
            "...,0",
            "0,...",
            "None",
            ":,None",
            "...,None",
            "1,2",
            "1,4",
            "1,2,0",
            "::0",
            "k(1,i32)",
            "k(1,i64):",
            "[0,1]",
            "True",
            "1.",
            "[True,False,True]",
            "1:2,1:2",
            "...,::-1",
            "2:1",
            "-1:",
            "-1::-1",
            "0:0",
            ":,0:0",
            "tf.newaxis,...,tf.newaxis",
            "...,...",
            "n(b1,3)",
            "slice(None,None,None)",
            "k([0,1],i32)",
            "(1,)",
            "()",
            "2:-5:-1",
            "1:2**31",
            "-2**31:",
            "::2**31-1",
        )
    )
    + "\nn(f32)[...]\nn(f32)[None]\nn(f32)[0]\nn(f32,0)[0]\nn(f32,0)[:]\nn(f32,0,2)[:,0]\nn(f32,2,0)[0]",
    "methods": "n({d},2,3).numpy()\nn(f32,2,3).shape\nlen(n(f32,2,3))\nlen(n(f32))\nbool(n(f32,1,1))\nbool(n(f32,2))\nint(k(2.9,f32))\nfloat(k([2.],f32))\nlist(n(f32,2,3))\nlist(n(f32))\n-edges({d})\n~edges({d})\nabs(edges({d}))\n+n(f32,2)\nround(n(f32,2))\nn(f32,2,3)@n(f32,3,2)\nn(i32,2,3)@n(i32,3,2)\nn(f32,3)@n(f32,3)\ndivmod(n(f32,2),2.)\n[1.,2.]@n(f32,2,2)\nint(k([1,2],i32))\n-tf.Variable(n(f32,2))\n~tf.Variable(k([1,2],i32))\n~tf.Variable(k([True],b1))\nabs(tf.Variable(n(f32,2)))\nk(5,i32).__index__()\nk(2.,f32).__index__()\n2 in list(k([1,2],i32))",
}
