import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { Batch, watch } from '../../src/transcribe/index.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

const EVERY = 300;

it('a folder that is watched: what appears is transcribed once it is whole, until the end', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'watch-'));
  const at = (name: string): string => path.join(folder, name);
  await mkdir(at('card'));
  await writeWav(at('whole.wav'), speechlike(3));
  const whole = await readFile(at('whole.wav'));
  const model = await smallModel({ encoder: 'tiny', layers: [2] });
  const open = (): Promise<Batch> => Batch.open(model, [at('card')], { formats: ['srt'], out: at('out') });
  const stopper = new AbortController();
  const batch = await open();
  const written: string[] = [];
  const watching = (async () => {
    for await (const item of watch(batch, { signal: stopper.signal, every: EVERY }))
      written.push('reason' in item ? item.reason : `${path.basename(item.file)} ${item.seconds}`);
  })();
  // As a slow card is copied: a part at a time, each sooner than the next look.
  await writeFile(at('card/slow.wav'), whole.subarray(0, 1000));
  for (let from = 1000; from < whole.length; from += 10_000) {
    await sleep(EVERY / 4);
    await appendFile(at('card/slow.wav'), whole.subarray(from, from + 10_000));
  }
  await until(() => written.length === 1);
  await writeWav(at('card/later.wav'), speechlike(1));
  await until(() => written.length === 2);
  await writeWav(at('card/later.wav'), speechlike(2));
  await until(() => written.length === 3);
  stopper.abort();
  await watching;
  await batch.close();
  expect(written).toEqual(['slow.wav 3', 'later.wav 1', 'later.wav 2']);
  const again = await open();
  expect((await again.plan()).done).toBe(2);
  await again.close();
});

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(50);
}
