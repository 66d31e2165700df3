# The other side of bench/beam.ts:  python beam-pyctcdecode.py JOB.json
# Decodes the same logits with pyctcdecode and KenLM; milliseconds of each run and the texts, as JSON.
import json, logging, sys, time
import numpy as np
logging.disable(logging.WARNING)
from pyctcdecode import build_ctcdecoder
with open(sys.argv[1]) as f: job = json.load(f)
logits = np.fromfile(job['logits'], dtype=np.float32).reshape(job['utterances'], job['frames'], -1)
decoder = build_ctcdecoder(job['labels'], job['arpa'], job['unigrams'])
decode = lambda: [decoder.decode_beams(x, beam_width=job['beam_width'], prune_history=False)[0][0] for x in logits]
texts, times = [], []
for _ in range(job['runs']):
    started = time.perf_counter()
    texts = decode()
    times.append(1000 * (time.perf_counter() - started))
print(json.dumps(dict(times=times, texts=texts)))
