import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { unpackZip } from '../../src/support/zip-file.ts';

const sizesIn = async (folder: string): Promise<[string, number][]> =>
  Promise.all(
    (await readdir(folder)).map(async (name): Promise<[string, number]> => {
      const { size } = await stat(path.join(folder, name));
      return [name, size];
    }),
  );

it.skipIf(process.platform === 'win32')(
  'a file that the disk has no room for is told, and not left cut off',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'zip-'));
    const archive = path.join(folder, 'two.zip');
    const stored = { level: 0 } as const;
    await writeFile(archive, zipSync({ small: [randomBytes(20_000), stored], large: [randomBytes(100_000), stored] }));
    const out = path.join(folder, 'out');
    const program = `
    import { unpackZip } from ${JSON.stringify(path.resolve('dist/support/zip-file.js'))};
    await unpackZip(${JSON.stringify(archive)}, ${JSON.stringify(out)}, () => true).catch((e) => console.log(e.name));`;
    // No file larger than 90 kB can be written.
    const { stdout } = await execa('bash', ['-c', `ulimit -f 90; node --input-type=module -e "$PROGRAM"`], {
      env: { PROGRAM: program },
    });
    expect(stdout).toBe('WorkError');
    expect(await sizesIn(out)).toEqual([['small', 20_000]]);
    await unpackZip(archive, out, () => true);
    expect(await sizesIn(out)).toEqual([
      ['large', 100_000],
      ['small', 20_000],
    ]);
  },
);
