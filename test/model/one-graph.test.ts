import { describe, expect, it } from 'vitest';
import { EncoderAndHead } from '../../src/model/encoder-and-head.ts';
import { readModelFolder } from '../../src/model/model-folder.ts';
import { pooled } from '../../src/model/likeness.ts';
import { OneGraph } from '../../src/model/one-graph.ts';
import { smallModel, speechlike, type SmallModel } from './small-model.ts';

const MODELS: Record<string, SmallModel> = {
  'one layer': { encoder: 'tiny', layers: [1] },
  'several layers, mixed': { encoder: 'tiny', layers: [0, 1, 2] },
  'an mlp on the embedded encoder': { encoder: 'embedded', layers: [1, 4], head: { kind: 'mlp', context: 2 } },
  'residual adapters': { encoder: 'tiny', layers: [2], adapters: { kind: 'residual', dims: 4, scale: 1 } },
  'low-rank adapters': { encoder: 'tiny', layers: [2], adapters: { kind: 'low-rank', dims: 2, scale: 4 } },
};

describe('encoder and head in one graph', () => {
  it.each(Object.keys(MODELS))('write what they write one after the other: %s', async (name) => {
    const parts = await readModelFolder(await smallModel(MODELS[name]!));
    const whole = (await OneGraph.open(parts, false))!;
    const apart = await EncoderAndHead.open(parts);
    const recordings = [speechlike(1, 1), speechlike(2.3, 2), speechlike(0.4, 3)];
    const [ours, theirs] = [await whole.run(recordings, true), await apart.run(recordings, true)];
    // Padding may hold anything: only frames of sound are compared.
    recordings.forEach((sound, row) => {
      const [here, there] = [ours, theirs].map(({ compared }) => pooled(compared!, row, sound).features);
      here!.forEach((x, i) => expect(x).toBeCloseTo(there![i]!, 4));
    });
    ours.outputs.forEach(({ logits, frames }, i) => {
      expect(frames).toBe(theirs.outputs[i]!.frames);
      expect(logits.length).toBe(theirs.outputs[i]!.logits.length);
      // What rounds to one or the other of two neighbours in float16 may do so here and there.
      const furthest = Math.max(...logits.map((x, k) => Math.abs(x - theirs.outputs[i]!.logits[k]!)));
      expect(furthest).toBeLessThan(0.02 * Math.max(...logits.map(Math.abs)));
    });
    await Promise.all([whole.release(), apart.release()]);
  });
});
