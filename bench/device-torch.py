"""The other side of bench/device.ts: the same work in PyTorch with transformers, on the same GPU. A line of JSON a measurement.

    python3 device-torch.py DEVICE ENCODER PRECISIONS WHAT ROWS SECONDS RUNS

ENCODER is xls-r-300m, mhubert-147, w2v-bert-2.0 (features alone) or embedded; WHAT of features, head, a number of blocks at the top, all; lists with commas.
"""
import json, sys, time
import torch
import torch.nn.functional as F
import transformers

DEVICE, ENCODER, PRECISIONS, WHAT = sys.argv[1:5]
ROWS, SECONDS, RUNS = map(int, sys.argv[5:8])
TOKENS, LABELS = 40, 8 * SECONDS
torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cudnn.allow_tf32 = True
torch.manual_seed(1)


def made():
    if ENCODER == "embedded":
        # Whisper base's, with the four blocks that are in it; the log-mel spectrogram is given.
        config = transformers.WhisperConfig(d_model=512, encoder_layers=4, encoder_attention_heads=8, encoder_ffn_dim=2048, max_source_positions=50 * SECONDS, dropout=0.0)
        model = transformers.models.whisper.modeling_whisper.WhisperEncoder(config)
        return model, model.layers, [model.conv1, model.conv2], torch.randn(ROWS, 80, 100 * SECONDS)
    quiet = dict(mask_time_prob=0.0, layerdrop=0.0, hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, feat_proj_dropout=0.0, final_dropout=0.0)
    if ENCODER == "xls-r-300m":
        config = transformers.Wav2Vec2Config(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096, conv_bias=True, feat_extract_norm="layer", do_stable_layer_norm=True, **quiet)
        model = transformers.Wav2Vec2Model(config)
    elif ENCODER == "w2v-bert-2.0":
        model = transformers.Wav2Vec2BertModel(transformers.Wav2Vec2BertConfig())
        return model.eval(), [], [], torch.randn(ROWS, 50 * SECONDS - 1, 160)
    else:
        model = transformers.HubertModel(transformers.HubertConfig(conv_bias=False, feat_extract_norm="group", do_stable_layer_norm=False, **quiet))
    return model, model.encoder.layers, [model.feature_extractor], torch.randn(ROWS, 16000 * SECONDS)


def sync():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def timed(work):
    # Until two in a row were real: in float16, steps that overflow move nothing and aren't counted.
    times, real = [], 0
    for _ in range(RUNS + 20):
        sync()
        started = time.perf_counter()
        is_real = work()
        sync()
        real = real + 1 if is_real else 0
        if real > 2:
            times.append(1000 * (time.perf_counter() - started))
        if len(times) == RUNS:
            return times
    raise RuntimeError("gradients still overflow")


def measure(model, blocks, convolutions, sound, what, precision):
    kind = {"float16": torch.float16, "bfloat16": torch.bfloat16}.get(precision)
    cast = lambda: torch.autocast(DEVICE, dtype=kind, enabled=kind is not None)
    dims = model.config.hidden_size if ENCODER != "embedded" else model.config.d_model
    if what == "features":
        def run():
            with torch.no_grad(), cast():
                model(sound.to(DEVICE))[0].float().cpu()
            return True
        return timed(run)
    head = torch.nn.Linear(dims, TOKENS).to(DEVICE)
    for p in model.parameters():
        p.requires_grad_(what == "all")
    for convolution in convolutions:
        convolution.requires_grad_(False)
    top = blocks[len(blocks) - int(what):] if what.isdigit() else []
    for block in top:
        block.requires_grad_(True)
    norm = model.layer_norm if ENCODER == "embedded" else model.encoder.layer_norm
    if what.isdigit():
        norm.requires_grad_(True)
    learns = list(head.parameters()) + [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learns, lr=1e-5, fused=DEVICE == "cuda")
    scaler = torch.amp.GradScaler(DEVICE, init_scale=2.0**11, enabled=kind is torch.float16)
    frames = 50 * SECONDS - (1 if ENCODER != "embedded" else 0)
    features = torch.randn(ROWS, frames, dims)
    targets = torch.randint(1, TOKENS, (ROWS, LABELS))

    def step():
        with cast():
            if what == "all":
                x = model(sound.to(DEVICE))[0]
            else:
                x = features.to(DEVICE)
                for block in top:
                    y = block(x, attention_mask=None) if ENCODER != "embedded" else block(x, None)
                    x = y[0] if isinstance(y, tuple) else y
                if what != "head":
                    x = norm(x)
            logits = head(x)
        logs = logits.float().log_softmax(-1).transpose(0, 1)
        loss = F.ctc_loss(logs, targets, torch.full((ROWS,), logs.shape[0]), torch.full((ROWS,), LABELS), reduction="sum") / targets.numel()
        optimiser.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.unscale_(optimiser)
        torch.nn.utils.clip_grad_norm_(learns, 1.0)
        scaler.step(optimiser)
        before = scaler.get_scale()
        scaler.update()
        loss.item()
        return scaler.get_scale() >= before
    return timed(step)


model, blocks, convolutions, sound = made()
model = model.to(DEVICE)
for precision in PRECISIONS.split(","):
    for what in WHAT.split(","):
        try:
            if DEVICE == "cuda":
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
            times = measure(model.train(what != "features"), blocks, convolutions, sound, what, precision)
            used = torch.cuda.max_memory_reserved() / 2**20 if DEVICE == "cuda" else 0
            print(json.dumps(dict(what=what, precision=precision, milliseconds=times, mebibytes=used)), flush=True)
        except Exception as error:
            print(json.dumps(dict(what=what, precision=precision, error=str(error)[:300])), flush=True)
