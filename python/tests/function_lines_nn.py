"""Calls as in function_lines.py, of images, networks, random numbers and quantisation."""

_SMALL = "n(f32,1,6,5,2)"
_RESIZE = "\n".join(
    [
        f"{_SMALL},{size},'{method}'{more}"
        for method in ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
        for size in ("[3,2]", "[8,7]", "[6,9]")
        for more in ("", ",antialias=True")
        if not (method in ("nearest", "area") and more)
    ]
    + [
        "n({d},1,4,3,1,lo=0,hi=9),[2,5]",
        "n({d},1,4,3,1,lo=0,hi=9),[2,5],'nearest'",
        "n(u8,4,3,2,lo=0,hi=200),[2,2],'bicubic'",
        "n(f32,4,6,1),[3,3],preserve_aspect_ratio=True",
        "n(f32,4,6,1),[4,6]",
        "n(u8,4,6,1,lo=0,hi=9),[4,6]",
        "n(f32,2,4,6,1),[1,1],tf.image.ResizeMethod.AREA",
        "n(f32,4,6,1),[0,3]",
        "n(f32,4,6),[2,3]",
        "n(f32,4,6,1),[2]",
        "n(f32,4,6,1),[2,3],'cubic'",
        "n(f32,1,0,6,1),[2,3]",
    ]
)
_BOXES = "k([[0.,0.,1.,1.],[0.,.1,1.,1.1],[0.,2.,1.,3.],[0.,2.1,1.,3.1],[1.,1.,0.,0.]],f32),k([.9,.8,.7,.75,.2],f32)"
_LOGITS = "n(f32,6,2,4)"
_CLASSES = "k([[1,1,2],[2,1,3]],i32)"

SPECIAL = {
    "image.resize": _RESIZE,
    "image.resize_with_crop_or_pad": "n({d},4,5,2),2,3\nn(f32,1,4,5,2),7,3\nn(f32,4,5,2),3,8\nn(f32,4,5,2),0,3\nn(f32,4,5),2,2",
    "image.resize_with_pad": "n(f32,4,6,2),5,5\nn(f32,1,4,6,2),3,9\nn(f32,4,6,2),8,4,'bicubic'\nn(f32,4,6,2),2,2,antialias=True\nn(u8,4,6,2,lo=0,hi=9),5,5\nn(f32,4,6,2),0,3",
    "image.crop_and_resize": """
        n({d},2,5,4,2),k([[0.,0.,1.,1.],[.2,.6,.7,.1]],f32),[0,1],[3,2]
        n(f32,1,5,5,1),k([[.13,.21,.77,.87]],f32),[0],[4,4]
        n(f32,1,5,5,1),k([[-.5,.2,1.5,.8]],f32),[0],[3,3],extrapolation_value=7.
        n(f32,1,5,5,1),k([[.1,.2,.7,.8]],f32),[0],[1,1]
        n(f32,1,5,5,1),k([[.13,.21,.77,.87]],f32),[0],[3,3],'nearest'
        n(f32,1,5,5,1),k([[0.,0.,1.,1.]],f32),[0],[5,5]
        n(f32,1,5,5,1),k([[.1,.2,.7,.8]],f32),[1],[2,2]
        n(f32,1,5,5,1),k([[.1,.2,.7,.8]],f32),[0],[0,2]
        n(f32,1,5,5,1),k([[.1,.2,.7,.8]],f32),[0],[2,2],'bicubic'
        n(f32,5,5,1),k([[.1,.2,.7,.8]],f32),[0],[2,2]
        n(f32,1,5,5,1),k([[.1,.2,.7]],f32),[0],[2,2]""",
    "image.rgb_to_hsv": "n({d},2,3,3,lo=0,hi=1)\nn(f32,2,4)\nn(f32,0,3)",
    "image.hsv_to_rgb": "n({d},2,3,3,lo=0,hi=1)\nk([[0.,1.,1.],[.5,.5,.5],[1.,1.,1.],[.9,0.,.3]],f32)\nn(f32,2,4)",
    "image.adjust_saturation": "IMG,.5\nIMG,2.\nn(f32,4,5,3,lo=0,hi=1),0.\nn(f32,4,5,1),.5",
    "image.rgb_to_yiq": "IMG\nn(f64,2,3,3)",
    "image.yiq_to_rgb": "IMG\nn(f64,2,3,3)",
    "image.rgb_to_yuv": "IMG\nn(f64,2,3,3)",
    "image.yuv_to_rgb": "IMG\nn(f64,2,3,3)",
    "image.extract_patches": """
        n({d},1,5,4,2),[1,2,2,1],[1,1,1,1],[1,1,1,1],'VALID'
        n(f32,2,5,4,2),[1,3,2,1],[1,2,1,1],[1,1,1,1],'SAME'
        n(f32,1,6,6,1),[1,2,2,1],[1,2,2,1],[1,2,3,1],'VALID'
        n(f32,1,6,6,1),[1,3,3,1],[1,2,2,1],[1,2,1,1],'SAME'
        n(f32,1,3,3,1),[1,4,4,1],[1,1,1,1],[1,1,1,1],'VALID'
        n(f32,1,3,3,1),[1,0,2,1],[1,1,1,1],[1,1,1,1],'VALID'
        n(f32,3,3,1),[1,2,2,1],[1,1,1,1],[1,1,1,1],'VALID'""",
    "image.ssim": """
        n(f32,12,13,2,lo=0,hi=1),n(f32,12,13,2,lo=0,hi=1,seed=1),1.
        n(f32,2,12,13,1,lo=0,hi=1),n(f32,2,12,13,1,lo=0,hi=1,seed=1),2.,filter_size=5,filter_sigma=1.,k1=.02,k2=.05
        n(f32,8,8,1,lo=0,hi=1),n(f32,8,8,1,lo=0,hi=1,seed=1),1.,4,return_index_map=True
        n(u8,12,12,1,lo=0,hi=200),n(u8,12,12,1,lo=0,hi=200,seed=1),255
        n(f32,5,5,1),n(f32,5,5,1),1.
        n(f32,12,12,1),n(f32,12,13,1),1.""",
    "image.ssim_multiscale": "n(f32,1,22,23,2,lo=0,hi=1),n(f32,1,22,23,2,lo=0,hi=1,seed=1),1.,(.4,.6)\nn(f32,16,16,1,lo=0,hi=1),n(f32,16,16,1,lo=0,hi=1,seed=1),1.,power_factors=(.2,.3,.5),filter_size=3\nn(f32,12,12,1),n(f32,12,12,1),1.",
    "image.non_max_suppression": f"{_BOXES},5\n{_BOXES},2\n{_BOXES},5,.9\n{_BOXES},5,iou_threshold=.1,score_threshold=.75\n{_BOXES},0\n{_BOXES},-1\nn(f32,3,3),n(f32,3),2\nn(f32,3,4),n(f32,2),2\n{_BOXES},5,2.",
    "image.non_max_suppression_with_scores": f"{_BOXES},5\n{_BOXES},5,soft_nms_sigma=.5\n{_BOXES},3,.6,.3,.2",
    "image.non_max_suppression_overlaps": "k([[1.,.6,.1],[.6,1.,.2],[.1,.2,1.]],f32),k([.5,.9,.7],f32),3\nk([[1.,.6,.1],[.6,1.,.2],[.1,.2,1.]],f32),k([.5,.9,.7],f32),3,.15,.6",
    "nn.ctc_loss": f"""
        {_CLASSES},{_LOGITS},[3,2],[6,5],blank_index=0
        {_CLASSES},{_LOGITS},[3,2],[6,5]
        k([[0,1,1],[2,1,0]],i32),{_LOGITS},[3,2],[6,5],blank_index=-1
        {_CLASSES},n(f32,2,6,4),[3,2],[6,5],logits_time_major=False
        {_CLASSES},{_LOGITS},[0,3],[6,6]
        {_CLASSES},{_LOGITS},[3,3],[2,6]
        {_CLASSES},n(f16,6,2,4),[3,2],[6,5]
        tf.sparse.from_dense({_CLASSES}),{_LOGITS},None,[6,6],blank_index=0
        tf.sparse.from_dense(k([[1,1,2],[2,1,2]],i32)),{_LOGITS},None,[6,6],blank_index=-1
        tf.sparse.from_dense({_CLASSES}),{_LOGITS},None,[6,6]
        {_CLASSES},{_LOGITS},[3,2,1],[6,5]
        {_CLASSES},n(f32,6,4),[3,2],[6,5]
        {_CLASSES},{_LOGITS},[3,2],[6,5],unique=tf.nn.ctc_unique_labels({_CLASSES})""",
    "nn.ctc_unique_labels": "k([[3,4,4,3],[1,1,1,1]],i32)\nk([[5,0]],i64)",
    "nn.collapse_repeated": "k([[1,1,2,2,1],[3,3,3,0,0]],i32),[5,3]\nk([[1,2]],i32),[2]",
    "nn.ctc_greedy_decoder": "n(f32,5,2,3),[5,4]\nn(f32,5,2,3),[5,4],merge_repeated=False\nn(f32,5,2,3),[5,4],blank_index=0",
    "random.stateless_uniform": """
        [2,3],[1,2]
        [5],[1,2],dtype={d}
        [5],k([7,-9],i64),-2.,3.
        [5],[1,2],3,9,i32
        [5],[1,2],-3,2**40,i64
        [5],[1,2],None,None,i32
        [3],[1,2],None,None,i64
        [3],[1,2],k([0.,1.,2.],f32),5.
        [3],[1,2],1,None,i32
        [3],[1,2,3,4]
        [3],[1.,2.]
        [0],[1,2]""",
    "random.stateless_normal": "[2,3],[1,2]\n[7],[3,4],dtype={d}\n[5],[1,2],k(2.,f32),k(.5,f32)\n[3],[1,2],3.,2.,f64\n[3],[1]",
    "random.stateless_truncated_normal": "[2,3],[1,2]\n[9],[3,4],dtype={d}\n[5],[1,2],1.,.5",
    "random.stateless_categorical": "n(f32,2,3),5,[1,2]\nn(f64,1,4),3,[5,6],i32\nk([[-inf,0.,-inf]],f32),4,[1,2]\nn(f32,3),5,[1,2]\nn(f32,2,3),-1,[1,2]",
    "random.stateless_gamma": "[3],[1,2],k(2.5,f32)\n[4,3],[1,2],k([.3,1.,4.],f32),k([2.,1.,.5],f32)\n[4,3],[1,2],k([.3,1.,40.],f64),dtype=f64\n[2,2],[3,4],k([[.5],[7.]],f32),k([2.,3.],f32)\n[3],[1,2],k([1.,2.],f32)\n[2],[1,2],2,3",
    "random.stateless_poisson": "[4,3],[1,2],k([.5,4.,30.],f32)\n[4],[1,2],k(3.,f64),f32\n[4],[1,2],12.\n[3],[1,2],k([1.,2.],f32)",
    "random.stateless_binomial": "[4,2],[1,2],k([200.,100.],f32),k([.3,.4],f32)\n[4,2],[1,2],k([90.,100.],f32),k([.8,.6],f32)\n[4],[1,2],50.,.5,f32\n[2,3],[1,2],k([[500.],[50.]],f64),k([.4,.5,.6],f64)",
    "random.split": "[1,2]\n[1,2],3\nk([1,2],i64),num=2",
    "random.fold_in": "[1,2],3\nk([1,2],i64),k(3,i64)",
    "random.create_rng_state": "1234,'philox'\n[12,34],'threefry'\n2**70+5,'philox'\n[1,2,3,4],1",
    "quantization.fake_quant_with_min_max_args": "n(f32,2,3)\nn(f32,2,3),-1.,1.,4\nn(f32,2,3),min=.5,max=2.\nn(f32,2,3),-2.,1.,num_bits=3,narrow_range=True\nn(f32,2,3),1.,-1.\nn(f32,2,3),num_bits=1",
    "quantization.fake_quant_with_min_max_vars": "n(f32,2,3),k(-1.,f32),k(1.5,f32)\nn(f32,2,3),k(.5,f32),k(2.,f32),4\nn(f32,2,3),k(-2.,f32),k(1.,f32),3,True\nn(f32,2,3),k(0.,f32),k(0.,f32)\nn(f32,3),k([0.,1.],f32),k(2.,f32)",
    "quantization.fake_quant_with_min_max_vars_per_channel": "n(f32,2,3),k([-1.,-.5,0.],f32),k([1.,2.,.5],f32)\nn(f32,2,2,3),k([-1.,-.5,0.],f32),k([1.,2.,.5],f32),4,True\nn(f32,2,3),k([0.,1.],f32),k([2.,2.],f32)",
    "quantization.quantize_and_dequantize_v2": "n(f32,2,3),-1.,1.,range_given=True\nn(f32,2,3),-1.,1.\nn(f32,2,3),-1.5,.7,True,4,True\nn(f32,2,3),0.,2.,signed_input=False,range_given=True\nn(f32,2,3),-1.,2.,range_given=True,round_mode='HALF_UP',narrow_range=True\nn(f64,2,3),k(-1.,f64),k(2.,f64),range_given=True\nn(f32,2,3),k([-1.,-2.],f32),k([1.,.5],f32),range_given=True,axis=0\nn(f32,2,3),-1.,1.,round_mode='UP'",
    "quantization.quantize_and_dequantize": "n(f32,2,3),-1.,1.,range_given=True\nn(f32,2,3),-1.,1.",
    "nn.conv3d": """
        n({d},1,3,4,3,2),n({d},2,2,2,2,3,seed=1),[1,1,1,1,1],'VALID'
        n(f32,2,4,4,3,2),n(f32,3,2,2,2,1,seed=1),[1,2,1,2,1],'SAME'
        n(f32,1,5,5,5,1),n(f32,2,2,2,1,2,seed=1),[1,1,1,1,1],'SAME',dilations=[1,2,2,2,1]
        n(f32,1,2,3,3,2),n(f32,3,2,2,2,1),[1,1,1,1,1],'VALID'
        n(f32,1,3,3,3,2),n(f32,2,2,2,3,1),[1,1,1,1,1],'VALID'
        n(f32,1,3,3,3,2),n(f32,2,2,2,2,1),[1,0,1,1,1],'VALID'""",
    "nn.conv3d_transpose": """
        n({d},1,2,3,2,2),n({d},2,2,2,3,2,seed=1),[1,4,6,4,3],2
        n(f32,2,2,3,2,1),n(f32,3,2,2,2,1,seed=1),[2,4,4,3,2],1,'VALID'
        n(f32,1,2,2,2,1),n(f32,3,3,3,1,1,seed=1),[1,3,4,4,1],[1,2,2,2,1],'SAME'
        n(f32,1,2,2,2,1),n(f32,3,3,3,1,1),[1,9,4,4,1],2,'SAME'""",
    "nn.conv1d_transpose": "n({d},1,3,2),n({d},2,4,2,seed=1),[1,6,4],2\nn(f32,2,3,1),n(f32,3,2,1,seed=1),[2,5,2],1,'VALID'\nn(f32,1,2,3),n(f32,2,4,2,seed=1),[1,4,6],2,'SAME','NCW'\nn(f32,1,3,2),n(f32,2,4,2),[1,9,4],2",
    "nn.max_pool3d": "n({d},1,4,3,4,2),2,2,'VALID'\nn(f32,1,5,3,4,1),[2,3,2],[1,2,2],'SAME'\nn(f32,1,3,3,3,1),[1,2,2,2,1],[1,1,1,1,1],'SAME'\nk([[[[[1.],[1.]],[[1.],[1.]]]]],f32),[1,2,2],1,'VALID'\nn(f32,1,2,2,2,1),3,1,'VALID'",
    "nn.avg_pool3d": "n({d},1,4,3,4,2),2,2,'VALID'\nn(f32,1,5,3,4,1),[2,3,2],[1,2,2],'SAME'\nn(f32,1,3,3,3,1),[1,2,2,2,1],[1,1,1,1,1],'SAME'\nn(f32,2,2,2,1),2,1,'VALID'",
    "nn.max_pool_with_argmax": "n({d},2,4,5,2),2,2,'VALID'\nn(f32,2,4,5,2),[1,3,2,1],[1,1,2,1],'SAME'\nn(f32,2,4,4,1),2,1,'SAME',output_dtype=i32,include_batch_in_index=True\nn(f32,1,4,4,1),2,2,'FULL'",
    "nn.convolution": "n(f32,1,5,2),n(f32,3,2,1),padding='SAME'\nn(f32,1,5,4,2),n(f32,3,2,2,1),[2,1],'VALID'\nn(f32,1,5,5,2),n(f32,2,2,2,1),dilations=[2,1]\nn(f32,1,3,4,3,2),n(f32,2,2,2,2,1),2,'SAME'\nn(f32,5,2),n(f32,3,2,1)",
    "nn.conv_transpose": "n(f32,1,3,2),n(f32,2,4,2),[1,6,4],2\nn(f32,1,2,3,2),n(f32,2,2,1,2),[1,4,6,1],[2,2]\nn(f32,1,2,2,2,1),n(f32,2,2,2,1,1),[1,4,4,4,1],2",
    "nn.atrous_conv2d": "n(f32,1,6,5,2),n(f32,2,2,2,3),2,'VALID'\nn(f32,1,6,5,1),n(f32,3,3,1,1),2,'SAME'\nn(f32,1,4,4,1),n(f32,2,2,1,1),1,'SAME'",
    "nn.atrous_conv2d_transpose": "n(f32,1,4,3,3),n(f32,2,2,2,3),[1,6,5,2],2,'VALID'\nn(f32,1,6,5,1),n(f32,3,3,2,1),[1,6,5,2],2,'SAME'",
    "nn.pool": "n(f32,1,6,2),[2],'MAX',[2]\nn(f32,1,5,4,2),[2,3],'AVG',padding='SAME'\nn(f32,1,6,6,1,lo=1,hi=9),[2,2],'MAX',dilations=[2,3]\nn(f32,1,4,4,4,1),[2,2,2],'AVG',[2,2,2]\nn(f32,1,5,4,2),[2,2],'SUM'",
    "space_to_batch nn.space_to_batch space_to_batch_nd": "n({d},1,4,6,1),[2,3],[[0,0],[0,0]]\nn(f32,2,5,4),[3],[[1,0]]\nn(f32,1,4,4,2),k([2,2],i32),k([[1,1],[0,2]],i32)\nn(f32,1,5,4,1),[2,2],[[0,0],[0,0]]\nn(f32,1,4,4,1),[2,0],[[0,0],[0,0]]",
    "batch_to_space": "n({d},4,2,3,1),[2,2],[[0,0],[0,0]]\nn(f32,6,2,2),[3],[[1,0]]\nn(f32,4,2,2,1),2,[[1,0],[0,1]]\nn(f32,3,2,2,1),[2,2],[[0,0],[0,0]]\nn(f32,4,1,1,1),[2,2],[[2,1],[0,0]]",
    "extract_volume_patches": "n({d},1,4,3,3,2),[1,2,2,2,1],[1,1,1,1,1],'VALID'\nn(f32,1,4,4,3,1),[1,3,2,2,1],[1,2,2,1,1],'SAME'\nn(f32,1,2,2,2,1),[1,3,2,2,1],[1,1,1,1,1],'VALID'",
    "nn.dilation2d": "n({d},1,5,4,2),n({d},2,2,2,seed=1),[1,1,1,1],'VALID','NHWC',[1,1,1,1]\nn(f32,2,5,6,1),n(f32,3,2,1,seed=1),[1,2,1,1],'SAME','NHWC',[1,1,2,1]\nk([[[[1.],[1.]],[[1.],[1.]]]],f32),k([[[0.],[0.]]],f32),[1,1,1,1],'VALID','NHWC',[1,1,1,1]\nn(f32,1,5,4,2),n(f32,2,2,1),[1,1,1,1],'VALID','NHWC',[1,1,1,1]",
    "nn.erosion2d": "n(f32,1,5,4,2),n(f32,2,2,2,seed=1),[1,1,1,1],'VALID','NHWC',[1,1,1,1]\nn(f32,1,5,6,1),n(f32,3,2,1,seed=1),[1,1,1,1],'SAME','NHWC',[1,2,1,1]",
    "nn.local_response_normalization nn.lrn": "n({d},1,2,2,5)\nn(f32,2,2,1,6),2,1.5,.3,.75\nn(f32,1,1,2,3),depth_radius=1,beta=1.\nn(f32,2,3,4)",
    "nn.embedding_lookup_sparse": "n(f32,5,2),tf.SparseTensor([[0,0],[0,1],[2,0]],k([1,3,1],i64),[3,2]),None\nn(f32,5,2),tf.SparseTensor([[0,0],[0,1],[1,0]],k([1,3,0],i64),[2,2]),tf.SparseTensor([[0,0],[0,1],[1,0]],k([.5,2.,1.],f32),[2,2]),'sqrtn'\nn(f32,5,2),tf.SparseTensor([[0,0],[0,1],[1,0]],k([1,3,0],i64),[2,2]),None,'sum',max_norm=2.\nn(f32,5,2),tf.SparseTensor([[0,0]],k([1],i64),[1,1]),None,'max'",
    "nn.safe_embedding_lookup_sparse": "n(f32,5,2),tf.SparseTensor([[0,0],[0,1],[2,0]],k([1,-1,1],i64),[3,2])\nn(f32,5,2),tf.SparseTensor([[0,0],[0,1],[2,0]],k([1,2,1],i64),[3,2]),tf.SparseTensor([[0,0],[0,1],[2,0]],k([.5,-2.,1.],f32),[3,2]),'sqrtn',default_id=2\nn(f32,5,2),tf.SparseTensor([[0,0],[1,0]],k([1,4],i64),[2,2]),combiner='sum'",
    "nn.compute_average_loss": "n(f32,4)\nn(f32,4),k([1.,0.,2.,1.],f32)\nn(f32,4),global_batch_size=8",
    "nn.scale_regularization_loss": "n(f32,3)\nn(f32)",
    "nn.batch_norm_with_global_normalization": "n(f32,2,2,2,3),n(f32,3),n(f32,3,lo=1),n(f32,3),n(f32,3,seed=1),.1,True\nn(f32,2,2,2,3),n(f32,3),n(f32,3,lo=1),n(f32,3),n(f32,3,seed=1),.1,False",
    "image.stateless_random_brightness": "IMG,.5,[1,2]\nIMG,-1.,[1,2]",
    "image.stateless_random_contrast": "IMG,.2,.7,[1,2]\nIMG,.7,.2,[1,2]",
    "image.stateless_random_hue": "IMG,.1,[1,2]\nIMG,.9,[1,2]",
    "image.stateless_random_saturation": "IMG,.2,.7,[1,2]\nIMG,.7,.2,[1,2]",
    "image.stateless_random_flip_left_right": "IMG,[1,2]\nIMG,[3,4]\nn(f32,4,3,1),[1,2]\nn(f32,4,3,1),[3,4]",
    "image.stateless_random_flip_up_down": "IMG,[1,2]\nIMG,[3,4]\nn(f32,4,3,1),[1,2]\nn(f32,4,3,1),[3,4]",
    "image.stateless_random_crop": "n(f32,5,4,3),[2,3,3],[1,2]\nn(f32,5,4,3),[2,3,-1],[3,4]\nn(f32,5,4,3),[6,3,3],[1,2]",
    "quantization.fake_quant_with_min_max_args_gradient": "n(f32,5),n(f32,5,seed=1)\nn(f32,5),n(f32,5,lo=-9,hi=9,seed=1),-2.,3.,4,True",
}
