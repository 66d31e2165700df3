import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../src/encoder/checkpoint/checkpoint.ts';
import { InputError } from '../../../src/support/errors.ts';
import { Random } from '../../../src/support/random.ts';
import { checkpointFile } from './checkpoints.ts';

const CHECKPOINTS = ['wav2vec2', 'xls-r', 'hubert', 'wavlm', 'conformer-relative', 'wav2vec2-bert', 'mms'] as const;
const ROUNDS = 50;
/** What config.json may hold in place of what it should. */
const VALUES: unknown[] = [
  0,
  -1,
  0.5,
  3,
  17,
  999,
  1e9,
  Number.MAX_SAFE_INTEGER,
  1e300,
  null,
  true,
  '',
  'gelu',
  'relu',
  '__proto__',
  'ü'.repeat(1000),
  [],
  [1],
  [0, 0, 0],
  Array.from({ length: 1000 }, () => 1e6),
  {},
  { toString: 1 },
];

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'configs-'))));
afterAll(() => rm(folder, { recursive: true }));

/** One to three fields of a config changed, left out or put in. */
function mutated(config: Record<string, unknown>, random: Random): Record<string, unknown> {
  const changed = { ...config };
  for (let i = 0; i < 1 + random.int(3); i++) {
    const names = Object.keys(changed);
    const name = names[random.int(names.length)]!;
    const kind = random.int(6);
    if (kind === 0) delete changed[name];
    else if (kind === 1) changed[name] = changed[names[random.int(names.length)]!];
    else changed[name] = VALUES[random.int(VALUES.length)];
  }
  return changed;
}

describe.each(CHECKPOINTS)('the config.json of %s', (name) => {
  it(
    'changed in any way gives a graph for these weights, or a message that names a file and says what to do; and soon',
    { timeout: 120_000 },
    async () => {
      const random = new Random(name);
      const to = path.join(folder, name);
      const weights = path.join(to, 'model.safetensors');
      await cp(checkpointFile(name, 'model.safetensors'), weights);
      const config = JSON.parse(await readFile(checkpointFile(name, 'config.json'), 'utf8')) as Record<string, unknown>;
      let refusals = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const changed = mutated(config, random);
        await writeFile(path.join(to, 'config.json'), JSON.stringify(changed));
        const before = process.cpuUsage();
        try {
          await encodeCheckpoint(weights);
        } catch (error) {
          refusals++;
          const said = `${JSON.stringify(changed)}: ${String(error)}`;
          expect(error, said).toBeInstanceOf(InputError);
          expect((error as InputError).place.file, said).toMatch(/(config\.json|model\.safetensors)$/);
          expect((error as InputError).next, said).not.toBe('');
          expect((error as InputError).message.length, said.slice(0, 200)).toBeLessThan(3000);
        }
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1e6, JSON.stringify(changed)).toBeLessThan(5);
      }
      expect(refusals).toBeGreaterThan(5);
    },
  );
});

describe('a config.json', () => {
  it('that is cut off, or no JSON, or no object is refused by its name', async () => {
    const to = path.join(folder, 'cut');
    const weights = path.join(to, 'model.safetensors');
    await cp(checkpointFile('wav2vec2', 'model.safetensors'), weights);
    const whole = await readFile(checkpointFile('wav2vec2', 'config.json'));
    for (const content of ['', 'null', '[]', '3', '<html>', whole.subarray(0, whole.length / 2)]) {
      await writeFile(path.join(to, 'config.json'), content);
      await expect(encodeCheckpoint(weights), String(content)).rejects.toMatchObject({
        place: { file: path.join(to, 'config.json') },
      });
    }
  });
});
