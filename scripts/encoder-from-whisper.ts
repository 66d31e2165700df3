/**
 * Makes an encoder of isogloss's own of the lower part of a Whisper encoder: what the training of the embedded one starts from. Its last
 * norm is set so that each number of the top layer has zero mean and unit variance over speech.
 *     npx tsx scripts/encoder-from-whisper.ts FOLDER BLOCKS OUT.onnx CORPUS…
 * @param FOLDER with config.json and model.safetensors, float32, as transformers has them
 * @param CORPUS names of corpora that are here
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AudioCache } from '../src/audio/cache.ts';
import { audioPath, loadManifest } from '../src/corpus/manifest.ts';
import { findCorpus } from '../src/corpus/source.ts';
import { Encoder, encodeEncoder } from '../src/encoder/own/encoder.ts';
import { encodeWindow, pack } from '../src/encoder/packed.ts';
import { fromWhisper } from '../src/encoder/own/whisper-weights.ts';
import { cacheFolder } from '../src/support/cache-folder.ts';
import { writeAtomic } from '../src/support/files.ts';
import { decodeSafetensors } from '../src/support/safetensors.ts';
import { Random } from '../src/support/random.ts';

const [folder, blocks, out, ...corpora] = process.argv.slice(2) as [string, string, string, ...string[]];
const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as {
  encoder_attention_heads: number;
};
const { architecture, weights } = fromWhisper(
  decodeSafetensors(await readFile(path.join(folder, 'model.safetensors'))),
  Number(blocks),
  config.encoder_attention_heads,
);
weights.set('final_norm.scale', new Float32Array(architecture.dims).fill(1));
weights.set('final_norm.bias', new Float32Array(architecture.dims));
const { mean, deviation } = await statistics(await Encoder.fromBytes('plain', encodeEncoder(weights, architecture)));
weights.set(
  'final_norm.scale',
  deviation.map((d) => 1 / d),
);
weights.set(
  'final_norm.bias',
  mean.map((m, i) => -m / deviation[i]!),
);
await writeAtomic(out, encodeEncoder(weights, architecture));

/** Of each number of the top layer, over a minute and a half of each corpus in windows of 30 s. */
async function statistics(encoder: Encoder): Promise<{ mean: Float32Array; deviation: Float32Array }> {
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const [sum, squares] = [new Float64Array(encoder.dims), new Float64Array(encoder.dims)];
  let count = 0;
  for (const name of corpora) {
    const place = findCorpus(name);
    const utterances = new Random(name).shuffle(await loadManifest(place.folder)).slice(0, 60);
    const recordings = await Promise.all(
      utterances.map(async (utterance) => {
        const samples = await cache.read(audioPath(place.folder, utterance), utterance);
        return { samples: samples.length, read: () => Promise.resolve(samples) };
      }),
    );
    for (const window of pack(recordings).slice(0, 3))
      for (const features of await encodeWindow(encoder, encoder.layerCount - 1, window.recordings, window.firsts)) {
        features.forEach((x, i) => {
          sum[i % encoder.dims]! += x;
          squares[i % encoder.dims]! += x * x;
        });
        count += features.length / encoder.dims;
      }
  }
  await encoder.release();
  const mean = Float32Array.from(sum, (s) => s / count);
  return { mean, deviation: Float32Array.from(squares, (s, i) => Math.sqrt(s / count - mean[i]! ** 2)) };
}
