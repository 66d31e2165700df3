import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../../src/encoder/checkpoint/safetensors.ts';
import type { StoredTensor } from '../../../src/encoder/checkpoint/stored-tensor.ts';
import { readTorchFile } from '../../../src/encoder/checkpoint/torch-file.ts';
import { filesOf, readWeightFiles } from '../../../src/encoder/checkpoint/weight-files.ts';
import { InputError } from '../../../src/support/errors.ts';
import { fromFloat16 } from '../../../src/support/float16.ts';
import { Random } from '../../../src/support/random.ts';
import { checkpointFile } from './checkpoints.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'weights-'))));
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string): string => checkpointFile('wav2vec2', name);

/** A tensor's numbers, read where it says that they are. */
function numbersOf({ file: place, offset, bytes, type }: StoredTensor): number[] {
  const raw = new Uint8Array(readFileSync(place).subarray(offset, offset + bytes)).buffer;
  if (type === 'F32') return [...new Float32Array(raw)];
  if (type === 'F16') return [...fromFloat16(new Uint16Array(raw))];
  // The upper half of a float32.
  return [...new Float32Array(Uint32Array.from(new Uint16Array(raw), (half) => half << 16).buffer)];
}

describe('weights as PyTorch users publish them', () => {
  it('are the same tensors in safetensors, PyTorch’s own file, half precisions and shards', async () => {
    const whole = await readWeightFiles(file('model.safetensors'));
    expect(whole.size).toBe(67);
    expect(whole.get('encoder.layers.0.attention.q_proj.weight')).toMatchObject({
      dims: [16, 16],
      type: 'F32',
      bytes: 1024,
    });
    for (const other of [
      'pytorch_model.bin',
      'fp16.safetensors',
      'bf16.safetensors',
      'fp16.bin',
      'model.safetensors.index.json',
    ]) {
      const tensors = await readWeightFiles(file(other));
      expect([...tensors.keys()].sort(), other).toEqual([...whole.keys()].sort());
      for (const [name, tensor] of whole) {
        expect(tensors.get(name)!.dims, name).toEqual(tensor.dims);
        expect(numbersOf(tensors.get(name)!), `${other} ${name}`).toEqual(numbersOf(tensor));
      }
    }
  });

  it.each(['pointer.safetensors', 'pointer.bin'])(
    'are named as what they are where Git LFS points: %s',
    async (name) => {
      const oid = 'b'.repeat(64);
      const place = path.join(folder, name);
      await writeFile(place, `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 1269737156\n`);
      await expect(readWeightFiles(place)).rejects.toMatchObject({
        message: 'this is not the file, but a pointer of Git LFS to it',
        next: expect.stringContaining('git lfs pull') as string,
        place: { file: place },
      });
    },
  );

  it('names the files that an index needs', async () => {
    expect(await filesOf(file('model.safetensors.index.json'))).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ]);
    expect(await filesOf(file('model.safetensors'))).toEqual(['model.safetensors']);
  });

  it('says which shard is missing, which lacks what the index promises, and refuses one that lies elsewhere', async () => {
    const index = JSON.parse(await readFile(file('model.safetensors.index.json'), 'utf8')) as {
      weight_map: Record<string, string>;
    };
    const to = path.join(folder, 'model.safetensors.index.json');
    await writeFile(to, JSON.stringify(index));
    await expect(readWeightFiles(to)).rejects.toMatchObject({
      message: 'no such file',
      place: { file: path.join(folder, 'model-00001-of-00002.safetensors') },
    });
    for (const shard of await filesOf(to)) await copyFile(file(shard), path.join(folder, shard));
    await writeFile(
      to,
      JSON.stringify({ weight_map: { ...index.weight_map, 'encoder.more': 'model-00001-of-00002.safetensors' } }),
    );
    await expect(readWeightFiles(to)).rejects.toThrow('"encoder.more" is not in it, where the index says');
    for (const elsewhere of ['../secret.safetensors', '/etc/passwd', '..', 'a\\b']) {
      await writeFile(to, JSON.stringify({ weight_map: { x: elsewhere } }));
      await expect(readWeightFiles(to)).rejects.toThrow('it names a file that is not beside it');
    }
  });
});

/** A safetensors file of this header. */
async function withHeader(header: string, data = 0, length = Buffer.byteLength(header)): Promise<string> {
  const to = path.join(folder, 'made.safetensors');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length));
  await writeFile(to, Buffer.concat([size, Buffer.from(header), Buffer.alloc(data)]));
  return to;
}

describe('a safetensors header', () => {
  const tensor = (from: number, to: number, shape = [2], dtype = 'F32'): object => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });
  const refused = async (header: object | string, data: number, message: string | RegExp): Promise<void> => {
    await expect(
      readSafetensors(await withHeader(typeof header === 'string' ? header : JSON.stringify(header), data)),
    ).rejects.toThrow(message);
  };

  it('is believed where the file bears it out', async () => {
    const to = await withHeader(
      JSON.stringify({
        __metadata__: { format: 'pt' },
        b: tensor(8, 16),
        a: tensor(0, 8),
        empty: tensor(8, 8, [0, 5]),
      }),
      16,
    );
    expect([...(await readSafetensors(to)).keys()].sort()).toEqual(['a', 'b', 'empty']);
  });

  it('is not believed to be longer than the file', async () => {
    for (const length of [101_000_000, 1e15, 50])
      await expect(readSafetensors(await withHeader('{}', 0, length))).rejects.toThrow(
        /its header would be \d+ bytes long/,
      );
    await expect(readSafetensors(await withHeader('', 0, 0))).rejects.toThrow('too short');
  });

  it('may not put tensors over each other, beyond the end, before the start, or leave bytes to nobody', async () => {
    await refused({ a: tensor(0, 8), b: tensor(4, 12) }, 12, '"b" lies where another tensor is');
    await refused({ a: tensor(0, 8), b: tensor(8, 16) }, 12, 'the file ends 4 bytes too early');
    await refused({ a: tensor(0, 8), b: tensor(12, 20) }, 20, 'nothing is said of the bytes before "b"');
    await refused({ a: tensor(0, 8) }, 12, 'nothing is said of its last 4 bytes');
    await refused({ a: tensor(-8, 0) }, 8, /its header says of "a"/);
    await refused({ a: tensor(8, 0) }, 8, '"a" [2] of F32 has -8 bytes, not 8');
  });

  it('must give every tensor the bytes that its dims need, of a type that there is', async () => {
    await refused({ a: tensor(0, 8, [3]) }, 8, '"a" [3] of F32 has 8 bytes, not 12');
    await refused({ a: tensor(0, 8, [2 ** 40, 2 ** 40]) }, 8, /has 8 bytes, not/);
    await refused({ a: tensor(0, 8, [2], 'F33') }, 8, '"a" holds numbers of the type "F33"');
    await refused({ a: tensor(0, 8, [2], 'toString') }, 8, 'the type "toString"');
    await refused({ a: { ...tensor(0, 8), more: 1 } }, 8, /its header says of "a"/);
  });

  it('may not name a tensor, or anything of a tensor, twice', async () => {
    const one = JSON.stringify(tensor(0, 8));
    await refused(`{"a":${one},"a":${one}}`, 8, 'its header names "a" twice');
    await refused(`{"a":${one},"\\u0061" : ${one}}`, 8, 'its header names "a" twice');
    await refused(
      `{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}`,
      8,
      'its header names "dtype" twice',
    );
  });

  it('must be JSON', async () => {
    for (const header of ['[1, 2, 3]', 'nothing at all', '{"a":', '{"a\\x":1}', 'null    '])
      await refused(header, 8, 'this is no safetensors file');
  });
});

/** A pickle in the zip that PyTorch makes of it: all entries stored. */
async function withPickle(pickle: Buffer): Promise<string> {
  const whole = await readFile(file('pytorch_model.bin'));
  // The names alone matter: its own pickle is called otherwise, and one with this content is put in.
  const to = path.join(folder, 'made.bin');
  await writeFile(to, zipOf({ 'archive/data.pkl': pickle, 'archive/data/0': whole.subarray(0, 64) }));
  return to;
}

function zipOf(files: Record<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt32LE(content.length, 18);
    header.writeUInt32LE(content.length, 22);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(header, Buffer.from(name), content);
    list.push(entry, Buffer.from(name));
    at += 30 + name.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(Buffer.concat(list).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}

describe('a pickle', () => {
  it('that would run something is refused by the name of what it would run', async () => {
    const attack = Buffer.from('\x80\x02cposix\nsystem\nX\x13\x00\x00\x00touch /tmp/isogloss\x85R.', 'latin1');
    await expect(readTorchFile(await withPickle(attack))).rejects.toThrow(
      'its pickle wants "posix.system", which is no part of weights: isogloss runs no code from files',
    );
    for (const name of [
      'builtins eval',
      'torch.load load',
      'collections Counter',
      'torch._utils _rebuild_parameter_with_state',
      '__builtin__ getattr',
    ]) {
      const [module, called] = name.split(' ');
      await expect(
        readTorchFile(await withPickle(Buffer.from(`\x80\x02c${module}\n${called}\n)R.`, 'latin1'))),
      ).rejects.toThrow(`"${module}.${called}"`);
      const stacked = Buffer.from(
        `\x80\x04\x8c${String.fromCharCode(module!.length)}${module}\x8c${String.fromCharCode(called!.length)}${called}\x93)R.`,
        'latin1',
      );
      await expect(readTorchFile(await withPickle(stacked))).rejects.toThrow(`"${module}.${called}"`);
    }
  });

  it('with operations that data never needs is refused, and so is one that is cut off', async () => {
    for (const operation of ['i', 'o', '\x81', '\x92', 'P', '\x82', '\x97', 'B', '0', '1', '2', 'S', 'I'])
      await expect(readTorchFile(await withPickle(Buffer.from(`\x80\x02${operation}`, 'latin1')))).rejects.toThrow(
        /does what no file of weights needs/,
      );
    for (const broken of [
      '',
      '\x80',
      '\x80\x02X\xff\xff\xff\x7fa',
      '\x80\x02}u.',
      '\x80\x02R.',
      '\x80\x02h\x05.',
      '\x80\x02.',
      '\x80\x02K\x01K\x02a.',
      'ccollections',
    ])
      await expect(readTorchFile(await withPickle(Buffer.from(broken, 'latin1')))).rejects.toThrow(
        'the pickle in it is damaged',
      );
  });

  it('of something else than weights is refused', async () => {
    await expect(readTorchFile(await withPickle(Buffer.from('\x80\x02K\x01.', 'latin1')))).rejects.toThrow(
      'it holds no weights by name',
    );
    await expect(readTorchFile(await withPickle(Buffer.from('\x80\x02}.', 'latin1')))).rejects.toThrow(
      'it holds no weights by name',
    );
  });
});

describe('a file of PyTorch weights', () => {
  it('from before 2020 is refused with advice', async () => {
    await expect(readTorchFile(file('old.bin'))).rejects.toMatchObject({
      message: expect.stringContaining('before version 1.6') as string,
      next: expect.stringContaining('safetensors') as string,
    });
  });

  it('that is something else is refused', async () => {
    const to = path.join(folder, 'other.bin');
    for (const content of ['', 'PK', 'PK\x03\x04', '<html>not found</html>', 'PK\x03\x04'.padEnd(100)]) {
      await writeFile(to, content);
      await expect(readTorchFile(to)).rejects.toBeInstanceOf(InputError);
    }
  });
});

describe('mutated files', () => {
  it(
    'are read as whole tensors that lie in the file, or refused with a message that names it',
    { timeout: 60_000 },
    async () => {
      const random = new Random('mutations');
      let refusals = 0;
      for (const name of ['model.safetensors', 'pytorch_model.bin', 'fp16.bin']) {
        const whole = await readFile(file(name));
        const to = path.join(folder, name);
        for (let round = 0; round < 100; round++) {
          await writeFile(to, mutated(whole, random, name.endsWith('.bin')));
          try {
            for (const tensor of (await readWeightFiles(to)).values())
              expect(tensor.offset + tensor.bytes).toBeLessThanOrEqual(whole.length + 64);
          } catch (error) {
            refusals++;
            expect(error, String(error)).toBeInstanceOf(InputError);
            expect((error as InputError).place.file).toBe(to);
          }
        }
      }
      expect(refusals).toBeGreaterThan(100);
    },
  );
});

/** A few bytes changed, put in or left out where files say what is in them: at the start of safetensors, at both ends of a zip. */
function mutated(whole: Buffer, random: Random, both: boolean): Buffer {
  let bytes = Buffer.from(whole);
  for (let i = 0; i < 1 + random.int(4); i++) {
    const place = random.int(Math.min(6000, bytes.length));
    const at = both && random.int(2) === 0 ? bytes.length - 1 - place : place;
    const kind = random.int(4);
    if (kind <= 1) bytes[at] = random.int(256);
    else if (kind === 2)
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random.int(256)]), bytes.subarray(at)]);
    else
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.int(16)))]);
  }
  return bytes;
}
