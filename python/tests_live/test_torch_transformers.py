"""Models of `transformers`, from small configurations: one training step each is the same with and without us, and what is told of it is true."""

import random

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import whygrad.torch  # noqa: E402

SMALL = dict(
    vocab_size=99,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
    decoder_start_token_id=1,
    max_position_embeddings=64,
    image_size=32,
    patch_size=8,
    num_labels=3,
)
# By what the configurations of different models call the same.
WIDTHS = dict.fromkeys("hidden_size d_model n_embd dim embedding_size word_embed_proj_dim".split(), 32)
FEEDS = dict.fromkeys("intermediate_size d_ff encoder_ffn_dim decoder_ffn_dim n_inner hidden_dim ffn_dim".split(), 64)
LAYERS = dict.fromkeys("num_hidden_layers num_layers num_decoder_layers encoder_layers decoder_layers n_layer n_layers".split(), 2)
HEADS = dict.fromkeys("num_attention_heads num_heads encoder_attention_heads decoder_attention_heads n_head n_heads".split(), 4)
SMALL = {**SMALL, **WIDTHS, **FEEDS, **LAYERS, **HEADS, "num_key_value_heads": 2, "head_dim": 8, "d_kv": 8, "n_positions": 64}
PYRAMID = dict(hidden_sizes=[8, 16], depths=[1, 1], patch_sizes=[3, 3], strides=[2, 2])
SPECIAL = {
    "ConvNextForImageClassification": dict(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2),
    "ResNetForImageClassification": dict(hidden_sizes=[8, 16], depths=[1, 1], embedding_size=8),
    "SegformerForImageClassification": dict(
        **PYRAMID, num_encoder_blocks=2, num_attention_heads=[1, 2], sr_ratios=[2, 1], mlp_ratios=[2, 2], decoder_hidden_size=8
    ),
    "PoolFormerForImageClassification": dict(**PYRAMID, num_encoder_blocks=2, padding=[1, 1], patch_size=3),
    "Wav2Vec2ForCTC": dict(
        conv_dim=[16, 16],
        conv_stride=[4, 4],
        conv_kernel=[8, 4],
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
    ),
    "GPTJForCausalLM": dict(rotary_dim=4),
    "CodeGenForCausalLM": dict(rotary_dim=4),
    "GPTNeoForCausalLM": dict(attention_types=[[["global", "local"], 1]]),
    "LongformerForMaskedLM": dict(attention_window=[4, 4]),
    "MambaForCausalLM": dict(state_size=4),
    "RwkvForCausalLM": dict(attention_hidden_size=32, context_length=64),
}
CAUSAL = "GPT2LMHeadModel " + " ".join(
    f"{name}ForCausalLM"
    for name in "Llama Mistral Qwen2 Qwen3 Gemma Gemma2 Phi OPT Bloom GPTNeoX GPTNeo Mixtral Mamba Rwkv GPTJ CodeGen Olmo StableLm Starcoder2".split()
)
MASKED = " ".join(
    f"{name}ForMaskedLM"
    for name in "Bert Albert Deberta DebertaV2 FNet Longformer SqueezeBert MPNet Funnel Camembert XLMRoberta ModernBert Data2VecText".split()
)
PAIRED = "T5ForConditionalGeneration BartForConditionalGeneration MBartForConditionalGeneration BlenderbotForConditionalGeneration MarianMTModel"
CHOOSING = "RobertaForSequenceClassification DistilBertForSequenceClassification ElectraForPreTraining CLIPModel Wav2Vec2ForCTC"
SEEING = " ".join(f"{name}ForImageClassification" for name in "ViT DeiT Beit ConvNext ResNet Segformer PoolFormer Dinov2".split())
MODELS = f"{CAUSAL} {MASKED} {PAIRED} {CHOOSING} {SEEING}".split()


def model(name):
    kind = getattr(transformers, name)
    if name == "CLIPModel":
        return kind(kind.config_class(text_config=dict(SMALL), vision_config=dict(SMALL), projection_dim=16))
    if name == "FunnelForMaskedLM":
        return kind(kind.config_class(vocab_size=99, block_sizes=[1, 1], num_decoder_layers=1, d_model=32, d_inner=64, d_head=8, n_head=4))
    return kind(kind.config_class(**{**SMALL, **SPECIAL.get(name, {})}))


def batch(name):
    ids = torch.randint(3, 90, (2, 16))
    if "Image" in name:
        return dict(pixel_values=torch.randn(2, 3, 32, 32), labels=torch.tensor([0, 2]))
    if name == "Wav2Vec2ForCTC":
        return dict(input_values=torch.randn(2, 800), labels=torch.randint(3, 30, (2, 5)))
    if name == "CLIPModel":
        return dict(input_ids=ids, pixel_values=torch.randn(2, 3, 32, 32), return_loss=True)
    if "SequenceClassification" in name:
        return dict(input_ids=ids, labels=torch.tensor([0, 2]))
    return dict(input_ids=ids, labels=torch.randint(0, 2, (2, 16)) if "PreTraining" in name else ids.clone())


def step(name):
    """One step: the loss, the gradients and the parameters after it by name, and the state of random numbers."""
    numpy = pytest.importorskip("numpy")
    torch.manual_seed(0), random.seed(0), numpy.random.seed(0)
    m = model(name).train()
    optimizer = torch.optim.AdamW(m.parameters(), 1e-3)
    loss = m(**batch(name)).loss
    loss.backward()
    gradients = {n: None if p.grad is None else p.grad.clone() for n, p in m.named_parameters()}
    torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
    optimizer.step()
    return loss.detach(), gradients, {n: p.detach().clone() for n, p in m.named_parameters()}, torch.get_rng_state()


def same(a, b):
    return a is b or a is not None and b is not None and torch.equal(a.nan_to_num(), b.nan_to_num())


@pytest.mark.parametrize("values", [False, True], ids=["", "values"])
@pytest.mark.parametrize("name", MODELS)
def test_one_step(name, values):
    loss, gradients, parameters, state = step(name)
    with whygrad.torch.diagnose(values=values) as report:
        watched = step(name)
    assert same(loss, watched[0]) and torch.equal(state, watched[3])
    assert gradients.keys() == watched[1].keys() and all(same(g, watched[1][n]) for n, g in gradients.items())
    assert all(same(p, watched[2][n]) for n, p in parameters.items())
    assert "please report this" not in report.note, report.note
    bad = {n for n, g in gradients.items() if g is None or values and (not g.any() or not g.isfinite().all())}
    accused = {f.source_name.removeprefix("m.") for f in report.findings}
    assert accused <= bad, str(report)
    # What these models leave out is left out by their own code: a pooler that no loss uses, tokens for masks that were not asked for.
    assert {f.cause for f in report.findings} <= {"UNUSED", "FROZEN", "CONTROL_FLOW"}, str(report)
