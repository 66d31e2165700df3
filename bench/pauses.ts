import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeAudio } from '../src/audio/decode.ts';
import { joined } from '../src/audio/join.ts';
import { cer, wer } from '../src/evaluate/rates.ts';
import { Model } from '../src/model/model.ts';
import { Random } from '../src/support/random.ts';
import { ContinuousDecoder } from '../src/transcribe/continuous-decoder.ts';
import { cutWhileDecoding } from '../src/transcribe/segments.ts';

/*
 * How often a word goes on over a pause: utterances of a run's test set, joined with 0.4 to 1.5 s of faint noise between them, decoded as
 * they come (before) and with words ended at pauses (after).
 *
 *     npx tsx bench/pauses.ts runs/italian-10min-… corpora/asterisk-it
 */
const [run, corpus] = process.argv.slice(2);
if (run === undefined || corpus === undefined) throw new Error('name the folder of a finished run, and its corpus');

interface Tested {
  split: string;
  file: string;
  reference: string;
}
interface Timed {
  start: number;
  end: number;
  text: string;
}

const tested = (await readFile(path.join(run, 'hypotheses.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Tested)
  .filter(({ split }) => split === 'test');
const random = new Random('pauses');
const model = await Model.load(run);
const counts = { pauses: 0, before: 0, after: 0 };
const texts = { reference: [] as string[], before: [] as string[], after: [] as string[] };
for (let at = 0; at + 8 <= tested.length; at += 8) await measure(tested.slice(at, at + 8));
await model.release();
console.log(`${counts.pauses} pauses; a word goes on over ${counts.before} before, ${counts.after} after`);
for (const when of ['before', 'after'] as const) {
  const [words, tokens] = [wer, cer].map((rate) => 100 * rate(texts.reference, texts[when]));
  console.log(`${when}: WER ${words!.toFixed(1)} %, CER ${tokens!.toFixed(1)} %`);
}

async function measure(utterances: readonly Tested[]): Promise<void> {
  const { samples, middles } = await dialogue(utterances);
  const words: Record<'before' | 'after', Timed[]> = { before: [], after: [] };
  const decoder = new ContinuousDecoder(model.decoder);
  for await (const segment of cutWhileDecoding([samples], 12)) {
    const [output] = await model.run([segment.samples]);
    const from = segment.start - segment.before / 16000;
    for (const { word, start, end } of model.decoder.decode(output!.logits, output!.frames).words)
      words.before.push({ text: word, start: from + start / 50, end: from + end / 50 });
    for (const part of await decoder.add(segment, output!)) words.after.push(...part.words);
  }
  counts.pauses += middles.length;
  texts.reference.push(utterances.map(({ reference }) => reference).join(' '));
  for (const when of ['before', 'after'] as const) {
    counts[when] += middles.filter((t) => words[when].some(({ start, end }) => start < t && end > t)).length;
    texts[when].push(words[when].map(({ text }) => text).join(' '));
  }
}

async function dialogue(utterances: readonly Tested[]): Promise<{ samples: Float32Array; middles: number[] }> {
  const parts: Float32Array[] = [];
  const middles: number[] = [];
  let length = 0;
  for (const { file } of utterances) {
    if (length > 0) {
      const pause = Float32Array.from({ length: 16000 * random.between(0.4, 1.5) }, () => 0.0005 * random.normal());
      middles.push((length + pause.length / 2) / 16000);
      parts.push(pause);
      length += pause.length;
    }
    const samples = await decodeAudio(path.join(corpus!, file));
    parts.push(samples);
    length += samples.length;
  }
  return { samples: joined(parts), middles };
}
