"""The same training step in PyTorch: seconds of audio a second. Called by bench/fine-tuning.ts for each of its modes."""
import sys, time
import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH, SECONDS, TOKENS, LABELS = map(int, sys.argv[1:5])
MODE, RUNS = sys.argv[5], 12
torch.set_num_threads(2)
torch.manual_seed(1)
WIDTHS, KERNELS, STRIDES = [32, 48, 64, 96, 128, 192, 256], [10, 3, 3, 3, 3, 2, 2], [5, 2, 2, 2, 2, 2, 2]
DIMS, BLOCKS = 256, 5


class Block(nn.Module):
    def __init__(self, dims, feed_forward, heads=4, dropout=0.1):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm1, self.norm2 = nn.LayerNorm(dims), nn.LayerNorm(dims)
        self.qkv, self.out = nn.Linear(dims, 3 * dims), nn.Linear(dims, dims)
        self.up, self.down = nn.Linear(dims, feed_forward), nn.Linear(feed_forward, dims)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, d)
        x = x + F.dropout(self.out(a), self.dropout)
        return x + F.dropout(self.down(F.dropout(F.relu(self.up(self.norm2(x))), self.dropout)), self.dropout)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        ins = [1] + WIDTHS[:-1]
        self.convs = nn.ModuleList(nn.Conv1d(i, o, k, s, bias=False) for i, o, k, s in zip(ins, WIDTHS, KERNELS, STRIDES))
        self.norms = nn.ModuleList(nn.LayerNorm(o) for o in WIDTHS)
        self.norm, self.projection = nn.LayerNorm(WIDTHS[-1]), nn.Linear(WIDTHS[-1], DIMS)
        self.position = nn.Conv1d(DIMS, DIMS, 31, padding=15, groups=16)
        self.blocks = nn.ModuleList(Block(DIMS, 1024) for _ in range(BLOCKS))
        self.final = nn.LayerNorm(DIMS)

    def below(self, audio):
        x = audio[:, None]
        for conv, norm in zip(self.convs, self.norms):
            x = F.relu(norm(conv(x).transpose(1, 2)).transpose(1, 2))
        x = self.projection(self.norm(x.transpose(1, 2)))
        return x + F.relu(self.position(x.transpose(1, 2)).transpose(1, 2))

    def layers(self, x, start, end):
        result = []
        for i in range(start, end):
            x = self.blocks[i](x)
            result.append(self.final(x) if i == BLOCKS - 1 else x)
        return result


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Parameter(torch.zeros(BLOCKS + 1))
        self.norm, self.inner = nn.LayerNorm(DIMS), nn.Linear(DIMS, 256)
        self.block, self.last, self.out = Block(256, 512), nn.LayerNorm(256), nn.Linear(256, TOKENS)

    def forward(self, layers):
        x = (torch.stack(layers, -1) * self.mix.softmax(0)).sum(-1)
        return self.out(self.last(self.block(self.inner(self.norm(x)))))


class SplicedHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Parameter(torch.zeros(BLOCKS + 1))
        self.norm, self.hidden, self.out = nn.LayerNorm(DIMS), nn.Conv1d(DIMS, 256, 9, padding=4), nn.Linear(256, TOKENS)

    def forward(self, layers):
        x = F.dropout(self.norm((torch.stack(layers, -1) * self.mix.softmax(0)).sum(-1)), 0.2)
        return self.out(F.dropout(F.relu(self.hidden(x.transpose(1, 2))).transpose(1, 2), 0.2))


def rate(top, head):
    encoder, head = Encoder(), head()
    cut = BLOCKS - top if top is not None else None
    learns = list(head.parameters()) + (list(encoder.parameters()) if cut is None else [p for b in encoder.blocks[cut:] for p in b.parameters()])
    if cut is not None:
        for p in encoder.parameters():
            p.requires_grad_(False)
        for p in learns:
            p.requires_grad_(True)
    optimiser = torch.optim.AdamW(learns, lr=1e-6)
    audio = torch.randn(BATCH, SECONDS * 16000)
    targets = torch.randint(1, TOKENS, (BATCH, LABELS))

    def step():
        with torch.set_grad_enabled(cut is None):
            x = encoder.below(audio)
            layers = [x] + encoder.layers(x, 0, BLOCKS if cut is None else cut)
        if cut is not None:
            layers += encoder.layers(layers[-1], cut, BLOCKS)
        logs = head(layers).log_softmax(-1).transpose(0, 1)
        frames = torch.full((BATCH,), logs.shape[0])
        loss = F.ctc_loss(logs, targets, frames, torch.full((BATCH,), LABELS), reduction="sum") / targets.numel()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learns, 1.0)
        optimiser.step()

    for _ in range(2):
        step()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    return BATCH * SECONDS / sorted(times)[RUNS // 4]


MODES = {
    "head": (0, SplicedHead), "transformer head": (0, Head),
    "top 2": (2, SplicedHead), "top 2, transformer head": (2, Head), "all": (None, SplicedHead),
}
print(rate(*MODES[MODE]))
