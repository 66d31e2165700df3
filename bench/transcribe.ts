import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeWav } from '../src/audio/wav.ts';
import { frameCount } from '../src/encoder/own/architecture.ts';
import { Model } from '../src/model/model.ts';
import { makeBatches } from '../src/support/batches.ts';
import { Batch } from '../src/transcribe/index.ts';
import { smallModel, speechlike } from '../test/model/small-model.ts';
import { median, report } from './timing.ts';

const RECORDINGS = 60;
const MACHINE = { device: 'cpu', threads: 2 } as const;

/** A batch of short recordings, from files to files with a journal, beside its network alone on the same sound. */
export async function benchTranscribe(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-transcribe-'));
  const place = await smallModel({ encoder: 'embedded', layers: [0, 1, 2, 3, 4], head: { kind: 'mlp', dims: 256 } });
  const sounds = Array.from({ length: RECORDINGS }, (_, i) => speechlike(1 + (i % 14) / 4, i + 1));
  for (const [i, sound] of sounds.entries()) await writeWav(path.join(folder, 'archive', `${i}.wav`), sound);
  const model = await Model.load(place, MACHINE);
  const frames = sounds.map(({ length }) => frameCount(length));
  const alone = async (): Promise<void> => {
    for (const { examples } of makeBatches(frames, 3000)) await model.run(examples.map((i) => sounds[i]!));
  };
  const elapsed: number[] = [];
  const batch = async (): Promise<void> => {
    const out = path.join(folder, 'out');
    const one = await Batch.open(place, [path.join(folder, 'archive')], { formats: ['srt'], out, ...MACHINE });
    for await (const item of one.run(await one.plan())) if ('reason' in item) throw new Error(item.reason);
    elapsed.push(1000 * one.summary.elapsed);
    await one.close();
    await rm(out, { recursive: true });
  };
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    bare.push(await median(1, alone, round === 0 ? 1 : 0));
    await batch();
    ours.push(elapsed.at(-1)!);
  }
  const middle = (times: number[]): number => times.sort((a, b) => a - b)[1]!;
  report(`a batch of ${RECORDINGS} recordings`, middle(ours), 'the network alone', middle(bare));
  await model.release();
  await rm(folder, { recursive: true });
}
