import { execa } from 'execa';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

/** Of docs/library.md: the heading above it → the program. */
const programs = new Map(
  [...readFileSync('docs/library.md', 'utf8').matchAll(/^## ([^\n]+)\n\n```js\n(.*?)^```/gms)].map(
    ([, heading, program]) => [heading!, program!],
  ),
);

/** Where somebody has installed isogloss, and has a corpus and a model. */
const folder = mkdtempSync(path.join(tmpdir(), 'library-'));

beforeAll(async () => {
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(path.resolve('.'), path.join(folder, 'node_modules/isogloss'), 'junction');
  const model = path.join(folder, 'runs/mine-1a2b3c4d/model');
  await cp(await smallModel({ encoder: 'tiny', layers: [1] }), model, { recursive: true });
  await writeWav(path.join(folder, 'a.wav'), speechlike(3));
  const corpus = path.join(folder, 'corpora/mine');
  const utterances = Array.from({ length: 30 }, (_, i) => ({
    id: String(i),
    audio: `${i}.wav`,
    text: [...i.toString(2).padStart(6, '0')].map((bit) => (bit === '1' ? 'la' : 'mo')).join(' '),
  }));
  for (const [i, { audio }] of utterances.entries()) await writeWav(path.join(corpus, audio), speechlike(2, i + 1));
  await writeManifest(corpus, utterances);
});

async function run(heading: string): Promise<string> {
  const file = path.join(folder, `${heading.toLowerCase().replaceAll(' ', '-')}.mjs`);
  await writeFile(file, programs.get(heading)!);
  const env = { ISOGLOSS_CACHE: path.join(folder, 'cache') };
  const { stdout, stderr, exitCode } = await execa('node', [file], { cwd: folder, reject: false, env });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

describe('the programs of docs/library.md', () => {
  it('are all run here', () => {
    expect([...programs.keys()]).toEqual(['Transcribe', 'Train', 'Score', 'Decode', 'Differentiate a graph']);
  });

  it('transcribe', async () => {
    const [file, samples] = (await run('Transcribe')).split('\n');
    expect(file).toMatch(/^a\.wav 3 \p{L}/u);
    expect(samples).toMatch(/^samples 1 1/);
  });

  it('train', { tags: ['slow'] }, async () => {
    expect(await run('Train')).toMatch(/runs.mine-[0-9a-f]{8}\/model [01](\.\d+)?$/m);
  });

  it('score', async () => {
    const [rates, interval] = (await run('Score')).split('\n');
    expect(rates).toBe(`${2 / 6} ${5 / 21}`);
    expect(interval).toMatch(/^\[ 0\.3+, 0\.3+ \]$/);
  });

  it('decode', async () => {
    expect(await run('Decode')).toMatch(/^ab -\d\.\d+/);
  });

  it('differentiate', async () => {
    expect(await run('Differentiate a graph')).toContain('[ 5, 7, 9 ]');
  });
});
