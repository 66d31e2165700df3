"""Writes an encoder of wav2vec2-base's size (12 blocks, 768 dims) with random weights, as Hugging Face's models are exported: about 360 MB.

    pip install torch transformers onnx && python bench/base-encoder.py base.onnx
"""
import sys

import torch
from transformers import Wav2Vec2Config, Wav2Vec2Model


class Hidden(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_values):
        return self.model(input_values).last_hidden_state


torch.manual_seed(1)
model = Hidden(Wav2Vec2Model(Wav2Vec2Config(mask_time_prob=0.0, layerdrop=0.0)).eval()).eval()
axes = {"input_values": {0: "batch", 1: "samples"}, "output": {0: "batch", 1: "frames"}}
torch.onnx.export(model, (torch.randn(2, 6000),), sys.argv[1], input_names=["input_values"], output_names=["output"], dynamic_axes=axes, opset_version=17, dynamo=False)
