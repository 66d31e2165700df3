import { describe, expect, it } from 'vitest';
import { EncoderAndHead } from '../../src/model/encoder-and-head.ts';
import { readModelFolder } from '../../src/model/model-folder.ts';
import { pooled } from '../../src/model/likeness.ts';
import { OneGraph } from '../../src/model/one-graph.ts';
import type { ModelParts } from '../../src/model/parts.ts';
import { readSharing, sharedEncoder } from '../../src/model/read-model.ts';
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
    const [whole] = (await OneGraph.open([parts], false)) as [OneGraph];
    const [apart] = (await EncoderAndHead.open([parts])) as [EncoderAndHead];
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

  it.each([OneGraph, EncoderAndHead])(
    'give each of several models on one encoder what it gives alone: %o',
    async (kind) => {
      const both = ['one layer', 'several layers, mixed'].map((name, i) =>
        smallModel({ ...MODELS[name]!, seed: `${i}` }),
      );
      const [first, second] = await readSharing(await Promise.all(both));
      const open = (...parts: [ModelParts, ...ModelParts[]]): Promise<(OneGraph | EncoderAndHead)[]> =>
        kind === OneGraph ? OneGraph.open(parts, false) : EncoderAndHead.open(parts);
      const together = await open(first!, second!);
      const alone = [...(await open(first!)), ...(await open(second!))];
      const recordings = [speechlike(1, 1), speechlike(2.3, 2)];
      for (const [i, one] of together.entries())
        expect((await one.run(recordings, true)).outputs).toEqual((await alone[i]!.run(recordings, true)).outputs);
      // The last one still has its encoder when the others have gone.
      await together[0]!.release();
      await together[1]!.run(recordings, false);
      await Promise.all([together[1]!, ...alone].map((one) => one.release()));
    },
  );

  it('are not shared where adapters have changed the encoder', async () => {
    const [plain, same, adapted] = await Promise.all(
      ['one layer', 'several layers, mixed', 'low-rank adapters'].map((name) => smallModel(MODELS[name]!)),
    );
    expect(await sharedEncoder(plain!)).toBe(await sharedEncoder(same!));
    expect(await sharedEncoder(adapted!)).toBeUndefined();
    const other = await smallModel(MODELS['an mlp on the embedded encoder']!);
    await expect(readSharing([plain!, other])).rejects.toThrow('its encoder is not the one');
  });
});
