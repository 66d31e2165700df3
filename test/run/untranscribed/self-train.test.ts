import { copyFile, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeWav } from '../../../src/audio/wav.ts';
import { writeManifest } from '../../../src/corpus/manifest.ts';
import type { Utterance } from '../../../src/corpus/utterance.ts';
import { recipeSchema } from '../../../src/recipe/schema.ts';
import { runRecipe } from '../../../src/run/run.ts';
import { findUntranscribed, isTaken } from '../../../src/run/untranscribed/recordings.ts';

let [folder, archive] = ['', ''];

/** Letters of one sine each, spaces of silence. */
const WAVE: Record<string, number> = { a: 9, e: 17, o: 30 };
const sines = (letters: string): Float32Array =>
  Float32Array.from({ length: letters.length * 3200 }, (_, t) => {
    const wave = WAVE[letters[Math.floor(t / 3200)]!];
    return wave === undefined ? 0 : 0.3 * Math.sin(t / wave);
  });
const ARCHIVE = [...Array.from({ length: 17 }, (_, i) => `${43 + i}.wav`), 'tape.wav'];
/** Six letters, none twice in a row. */
function word(i: number): string {
  const steps = [...i.toString(2).padStart(6, '0')].map((bit) => 1 + Number(bit));
  let at = 0;
  return steps.map((step) => 'aeo'[(at += step) % 3]).join('');
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-untranscribed-'));
  archive = path.join(folder, 'archive');
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  const utterances: Utterance[] = [];
  for (let i = 0; i < 40; i++) {
    await writeWav(path.join(folder, `${i}.wav`), sines(word(i)));
    utterances.push({ id: `${i}`, audio: `${i}.wav`, text: word(i) });
  }
  await mkdir(archive);
  await writeWav(path.join(archive, 'tape.wav'), sines(`${word(40)}    ${word(41)}    ${word(42)}`));
  for (let i = 43; i < 60; i++) await writeWav(path.join(archive, `${i}.wav`), sines(word(i)));
  // Under another name, and a tape whose beginning the corpus has.
  await copyFile(path.join(folder, '3.wav'), path.join(archive, 'copy.wav'));
  utterances.push({ id: 'tape', audio: 'archive/tape.wav', text: word(40), start: 0, end: 1 });
  await writeManifest(folder, utterances);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const recipe = (name: string, patch: object = {}) =>
  recipeSchema.parse({
    ...{ name, language: 'it', corpus: folder, encoder: { model: 'embedded-small' } },
    split: { dev: { minutes: 0.2 }, test: { minutes: 0.05 } },
    training: { epochs: 20, batch_seconds: 8 },
    ...patch,
  });

it('leaves out recordings and stretches that the corpus has, under another name too', async () => {
  const found = (await findUntranscribed(recipe('x', { untranscribed: archive })))!;
  expect(found.files.map((file) => path.basename(file))).toEqual(ARCHIVE);
  const tape = found.files.find((file) => file.endsWith('tape.wav'))!;
  expect([isTaken(found, tape, 0, 0.5), isTaken(found, tape, 1.5, 2)]).toEqual([true, false]);
  const one = await findUntranscribed(recipe('x', { untranscribed: [path.join(archive, '*5*.wav')] }));
  expect(one!.files).toHaveLength(11);
  expect(await findUntranscribed(recipe('x'))).toBeUndefined();
});

it(
  'transcribes, learns from what is sure, and says what it gave; killed, it goes on with what is not drafted',
  { tags: ['slow'], timeout: 300_000 },
  async () => {
    const runs = path.join(folder, 'runs');
    const asked = recipe('sines', { untranscribed: archive, self_training: { rounds: 1 } });
    const stopper = new AbortController();
    const stopped = runRecipe(asked, {
      ...{ runs, signal: stopper.signal },
      progress: (stage) => ({
        advance: () => {
          if (stage.endsWith('transcribe what nobody has')) stopper.abort(new Error('stopped'));
        },
        note: () => {},
        done: () => {},
      }),
    });
    await expect(stopped).rejects.toThrow('stopped');
    const { folder: run, metrics } = await runRecipe(asked, { runs });
    const round = path.join(run, 'untranscribed', 'round 1');
    const lines = (await readFile(path.join(round, 'drafts.jsonl'), 'utf8')).trimEnd().split('\n');
    const files = lines.map((line) => path.basename((JSON.parse(line) as { file: string }).file));
    expect(files.sort()).toEqual(ARCHIVE);
    const { self_training: gave, dev } = metrics;
    expect(gave).toMatchObject({ recordings: 18, unreadable: 0 });
    expect(gave!.minutes).toBeCloseTo((26 * 0.2 + 17 * 1.2) / 60, 2);
    expect(gave!.rounds.length).toBeLessThanOrEqual(1);
    const better = gave!.rounds.some(({ taken }) => taken);
    expect(gave!.dev_cer.after < gave!.dev_cer.before).toBe(better);
    // What is tested is what dev has chosen.
    expect(dev.cer).toBeCloseTo(gave!.dev_cer.after, 5);
    expect(await readFile(path.join(run, 'report.html'), 'utf8')).toContain('Untranscribed speech');
  },
);
