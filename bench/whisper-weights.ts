import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeCheckpoint } from '../src/encoder/checkpoint/checkpoint.ts';
import { findPreprocessor } from '../src/encoder/exported/preprocessor.ts';
import { openEncoder } from '../src/encoder/open.ts';
import { Random } from '../src/support/random.ts';
import { relativeError } from '../src/support/relative-error.ts';

/*
 * Whether Whisper's encoder gives the same from its published weights as from a file that was exported of it, layer by layer:
 *
 *     npx tsx bench/whisper-weights.ts FOLDER/model.safetensors EXPORTED/onnx/encoder_model.onnx
 *
 * EXPORTED holds preprocessor_config.json.
 */
const [weights, exported] = process.argv.slice(2) as [string, string];
const SECONDS = 8;

const random = new Random('whisper');
/** Tones that rise and fall, in noise. */
const sound = Float32Array.from(
  { length: 16000 * SECONDS },
  (_, i) => 0.2 * Math.sin(i * (0.05 + 0.04 * Math.sin(i / 9000))) + 0.02 * random.normal(),
);
const preprocessor = await findPreprocessor([path.dirname(path.dirname(exported))]);

async function layersOf(bytes: Uint8Array, folder: string): Promise<Float32Array[]> {
  const encoder = await openEncoder('whisper', bytes, { folder, preprocessor });
  const all = Array.from({ length: encoder.layerCount }, (_, layer) => layer);
  const { layers } = await encoder.run([sound], all);
  await encoder.release();
  return layers;
}

const fromWeights = await layersOf(await encodeCheckpoint(weights), path.dirname(weights));
const fromExported = await layersOf(await readFile(exported), path.dirname(exported));
fromExported.forEach((right, layer) => {
  const given = fromWeights[layer]!;
  const most = right.reduce((largest, x, i) => Math.max(largest, Math.abs(x - given[i]!)), 0);
  console.log(
    `layer ${layer}: relative error ${relativeError(given, right).toExponential(1)}, at most ${most.toExponential(1)}`,
  );
});
if (fromWeights.length !== fromExported.length) throw new Error('not as many layers');
