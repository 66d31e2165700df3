import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { WorkError } from '../../src/support/errors.ts';
import { readChunks, writeAtomic } from '../../src/support/files.ts';
import { startThread } from '../../src/support/threads.ts';

const freshFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'files-'));

it('a file that lies in no folder is told as one that can’t be written', async () => {
  const file = path.join(await freshFolder(), 'file');
  await writeFile(file, '');
  const error: unknown = await writeAtomic(path.join(file, 'inside'), 'text').catch((e: unknown) => e);
  expect(error).toBeInstanceOf(WorkError);
});

it.skipIf(process.platform !== 'linux')('a packed text that is left in the middle is closed', async () => {
  const file = path.join(await freshFolder(), 'long.txt.gz');
  await writeFile(file, gzipSync(Buffer.from(Array.from({ length: 1e7 }, (_, i) => 97 + ((i * i) % 26)))));
  const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  const before = await open();
  for (let i = 0; i < 20; i++) for await (const chunk of readChunks(file)) if (chunk !== '') break;
  await expect.poll(open, { timeout: 2000 }).toBeLessThan(before + 10);
});

it('a thread that ends before it has said anything is told', async () => {
  const file = path.join(await freshFolder(), 'thread.mjs');
  await writeFile(file, 'process.exit(3);');
  await expect(startThread(pathToFileURL(file))).rejects.toThrow('code 3');
});
