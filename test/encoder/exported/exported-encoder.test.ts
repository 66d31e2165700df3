import { describe, expect, it } from 'vitest';
import { frameCount } from '../../../src/encoder/own/architecture.ts';
import { rowOf } from '../../../src/encoder/features.ts';
import { openEncoder } from '../../../src/encoder/open.ts';
import { openUpper } from '../../../src/encoder/exported/split.ts';
import { tensorName } from '../../../src/encoder/exported/upper-plan.ts';
import { withWeights } from '../../../src/onnx/file/with-weights.ts';
import { InputError } from '../../../src/support/errors.ts';
import { Random } from '../../../src/support/random.ts';
import { exported, modelBytes, relativeError } from '../exported.ts';

const random = new Random('exported');
const recordings = [9000, 16000, 5000].map((length) => Float32Array.from({ length }, () => 0.1 * random.normal()));

describe('an encoder that others exported', () => {
  it.each(exported)('%s: gives a recording the same layers alone and beside longer ones', async (name) => {
    const encoder = await openEncoder(name, modelBytes(name));
    expect(encoder.layerCount).toBe(4);
    const together = await encoder.run(recordings, [0, 2, 3]);
    expect([...together.frameCounts]).toEqual(recordings.map((r) => frameCount(r.length)));
    for (const [i, recording] of recordings.entries()) {
      const alone = rowOf(await encoder.run([recording], [0, 2, 3]), 0, encoder.dims);
      expect(relativeError(rowOf(together, i, encoder.dims), alone)).toBeLessThan(1e-3);
    }
    await encoder.release();
  });

  it('is written with other weights, and only they change', async () => {
    const bytes = modelBytes('wav2vec2-stable-legacy17');
    const { weights } = await openUpper(bytes, 2);
    const moved = new Map([...weights].map(([name, data]) => [tensorName(name), data.map((w) => w + 0.1)]));
    const [before, same, after] = await Promise.all(
      [
        bytes,
        withWeights(bytes, new Map([...weights].map(([name, data]) => [tensorName(name), data]))),
        withWeights(bytes, moved),
      ].map((b) => openEncoder('x', b)),
    );
    const layers = await Promise.all(
      [before!, same!, after!].map(async (encoder) => (await encoder.run([recordings[0]!], [2, 3])).layers),
    );
    expect(layers[1]).toEqual(layers[0]);
    expect(layers[2]![0]).toEqual(layers[0]![0]);
    expect(layers[2]![1]).not.toEqual(layers[0]![1]);
    await Promise.all([before!, same!, after!].map((encoder) => encoder.release()));
  });

  it('is refused where there is no encoder in the bytes', async () => {
    await expect(openEncoder('x', new TextEncoder().encode('not a model'))).rejects.toThrow(InputError);
    expect(() => withWeights(modelBytes('hubert-legacy14'), new Map([['nothing', new Float32Array(1)]]))).toThrow(
      /no tensor nothing/,
    );
  });
});
