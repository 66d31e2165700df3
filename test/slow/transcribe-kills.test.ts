/** @module-tag slow */
import { execa } from 'execa';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { Random } from '../../src/support/random.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

/** How often a batch is killed: `KILLS=200 npx vitest run --config vitest.slow.config.ts test/slow/transcribe-kills`. */
const KILLS = Number(process.env.KILLS ?? 20);
const RECORDINGS = 60;

let folder: string;
let model: string;
const args = (out: string): string[] => {
  const what = ['transcribe', model, path.join(folder, 'archive'), '--format', 'srt,jsonl', '--out', out];
  return ['bin/run.js', ...what, '--device', 'cpu', '--threads', '1'];
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kills-'));
  model = await smallModel({ encoder: 'tiny', layers: [2] });
  await mkdir(path.join(folder, 'archive'));
  for (let i = 0; i < RECORDINGS; i++)
    await writeWav(path.join(folder, 'archive', `${i}.wav`), speechlike(1 + (i % 7), i + 1));
});

it(
  `${KILLS} kills at any moment: no file is lost, doubled or half-written`,
  async () => {
    const whole = path.join(folder, 'whole');
    const began = performance.now();
    await execa('node', args(whole));
    const lasts = performance.now() - began;
    const wanted = await contentsIn(whole);
    expect(wanted.size).toBe(2 * RECORDINGS);
    const random = new Random(String(KILLS));
    const out = path.join(folder, 'out');
    let [finished, inside] = [0, 0];
    for (let kills = 0; kills < KILLS; kills++) {
      const batch = execa('node', args(out), { reject: false });
      // Every fourth at any time at all, the others while files are being written.
      if (kills % 4 === 0) await sleep(random.between(0.2, 1.1) * lasts);
      else {
        await Promise.race([once(batch.stdout, 'data'), batch]);
        await sleep(random.between(0, 60));
      }
      batch.kill('SIGKILL');
      const { exitCode, stderr } = await batch;
      if (exitCode !== undefined) expect(exitCode, String(stderr)).toBe(0);
      const there = await contentsIn(out);
      for (const [name, content] of there) expect(content, name).toBe(wanted.get(name));
      if (there.size > 0 && there.size < wanted.size) inside++;
      if (there.size < wanted.size) continue;
      finished++;
      for (const name of there.keys()) if (random.next() < 0.7) await rm(path.join(out, name));
    }
    const { stdout } = await execa('node', [...args(out), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ setAside: [], summary: { failed: [] } });
    expect(await contentsIn(out)).toEqual(wanted);
    expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([]);
    const again = await execa('node', [...args(out), '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ transcripts: [], summary: { done: RECORDINGS } });
    console.log(`${KILLS} kills, ${inside} of them with a part of the files there, ${finished} when all was done`);
    expect(inside).toBeGreaterThan(0);
  },
  30_000 + KILLS * 30_000,
);

/** What stands in the files of a folder that are no journal, nor on their way. */
async function contentsIn(place: string): Promise<Map<string, string>> {
  const names = await readdir(place).catch(() => []);
  const files = names.filter((name) => !name.startsWith('.') && !name.startsWith('isogloss-journal'));
  return new Map(
    await Promise.all(files.map(async (name) => [name, await readFile(path.join(place, name), 'utf8')] as const)),
  );
}
