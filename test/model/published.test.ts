import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { Model, type Output } from '../../src/model/model.ts';
import { readTokens } from '../../src/model/published-tokens.ts';
import { transcribe } from '../../src/transcribe/transcribe.ts';
import { checkpointFile, checkpointGolden } from '../encoder/checkpoint/checkpoints.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'published-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Logits of a published model by token, as isogloss has them and as PyTorch gave them. */
async function logitsOf(
  name: string,
  golden: string,
  tokens: string[],
): Promise<[ours: number[][], theirs: number[][]]> {
  const model = await Model.load(name);
  const { sound, logits } = Object.fromEntries(
    ['sound', 'logits'].map((key) => [
      key,
      checkpointGolden(golden.split(' ')[0]!).get(key === 'sound' ? key : golden.split(' ')[1]!)!,
    ]),
  );
  const [output] = await model.run([sound!.data]);
  await model.release();
  const [, frames, size] = logits!.dims as [number, number, number];
  expect(output!.frames).toBe(frames);
  const rows = (data: Float32Array, width: number, order: number[]): number[][] =>
    Array.from({ length: frames }, (_, t) => order.map((token) => data[t * width + token]!));
  const ids = model.vocabulary.toJson();
  return [
    rows(
      output!.logits,
      model.vocabulary.size,
      tokens.filter((token) => token in ids).map((token) => ids[token]!),
    ),
    rows(
      logits!.data,
      size,
      tokens.flatMap((token, id) => (token in ids ? [id] : [])),
    ),
  ];
}

function expectClose([ours, theirs]: [number[][], number[][]]): void {
  ours.forEach((row, t) => row.forEach((x, i) => expect(Math.abs(x - theirs[t]![i]!)).toBeLessThan(1e-4)));
}

describe('a CTC model as it was published', () => {
  it('writes what PyTorch writes: the same logits for every letter', async () => {
    expectClose(
      await logitsOf(checkpointFile('ctc'), 'ctc logits', ['<pad>', '<s>', '</s>', '<unk>', '|', 'E', 'T', 'Á', "'"]),
    );
  });

  it('has its letters in isogloss’s vocabulary; what marks beginnings and ends is never written', async () => {
    const model = await Model.load(checkpointFile('ctc'));
    expect(Object.keys(model.vocabulary.toJson())).toEqual(['<pad>', '<unk>', '|', 'E', 'T', 'Á', "'"]);
    expect(model.about).toMatchObject({ name: 'ctc', layers: [3], head: { kind: 'linear', plain: true } });
    await model.release();
  });

  it.each(['ctc-shortened', 'ctc-bert-shortened'])(
    'with an adapter that gives fewer frames writes the same letters, in the encoder’s frames: %s',
    async (name) => {
      const model = await Model.load(checkpointFile(name));
      const golden = checkpointGolden(name);
      const [{ data: sound }, { data: theirs, dims }] = [golden.get('sound')!, golden.get('logits')!];
      const [{ logits, frames }] = (await model.run([sound])) as [Output];
      await model.release();
      const [, fewer, size] = dims as [number, number, number];
      const times = 2 ** Math.round(Math.log2(frames / fewer));
      expect(fewer).toBe(Math.ceil(frames / times));
      for (let i = 0; i < logits.length; i++)
        expect(Math.abs(logits[i]! - theirs[Math.floor(i / size / times) * size + (i % size)]!)).toBeLessThan(1e-4);
    },
  );

  it('of many languages has the head, the letters and the adapters of the one that is named', async () => {
    const swahili = ['<pad>', '<s>', '</s>', '<unk>', '|', 'n', 'g'];
    expectClose(await logitsOf(`${checkpointFile('mms')}:swh`, 'mms logits.swh', swahili));
    expectClose(
      await logitsOf(`${checkpointFile('mms')}:eng`, 'mms logits.eng', [
        '<pad>',
        '<s>',
        '</s>',
        '<unk>',
        '|',
        'a',
        'b',
        'c',
        'd',
      ]),
    );
  });

  it('of many languages says so where none, or one that it hasn’t, is named', async () => {
    await expect(Model.load(checkpointFile('mms'))).rejects.toMatchObject({
      message: 'the model writes 2 languages: it has to be said which',
      next: 'Name it behind the model’s name, e.g. NAME:eng.',
    });
    await expect(Model.load(`${checkpointFile('mms')}:swa`)).rejects.toMatchObject({
      message: expect.stringMatching(/has no adapters for the language swa$/) as string,
      next: 'It has 2, like swh: mostly ISO 639-3.',
    });
    await expect(Model.load(`${checkpointFile('ctc')}:swh`)).rejects.toThrow(/has no adapters for languages/);
  });

  it('transcribes recordings without any training', async () => {
    const wav = path.join(folder, 'sound.wav');
    await writeWav(
      wav,
      checkpointGolden('ctc')
        .get('sound')!
        .data.map((x) => 0.1 * x),
    );
    for await (const item of transcribe(checkpointFile('ctc'), [wav]))
      expect(item).toMatchObject({ file: wav, text: expect.stringMatching(/^[ETÁ' ]*$/) as string });
  });

  it('is refused where it writes no letters, or its files are not whole', async () => {
    await expect(Model.load(checkpointFile('xls-r'))).rejects.toThrow(/is an encoder, no recogniser/);
    for (const name of ['config.json', 'model.safetensors', 'preprocessor_config.json'])
      await copyFile(checkpointFile('ctc', name), path.join(folder, name));
    await expect(Model.load(folder)).rejects.toThrow('the model has no vocab.json');
    await writeFile(path.join(folder, 'vocab.json'), JSON.stringify({ '<pad>': 0, a: 12 }));
    await expect(Model.load(folder)).rejects.toThrow('the head writes 9 tokens, the vocabulary has 13');
    await writeFile(path.join(folder, 'vocab.json'), '[]');
    await expect(Model.load(folder)).rejects.toThrow('not a vocabulary');
    await writeFile(path.join(folder, 'vocab.json'), JSON.stringify({ '<pad>': 0, '</s>': 1, a: 1, '|': 2, b: 2 }));
    await expect(Model.load(folder)).rejects.toThrow('"|" and "b" have the same number, 2');
    await copyFile(checkpointFile('ctc', 'vocab.json'), path.join(folder, 'vocab.json'));
    await rm(path.join(folder, 'model.safetensors'));
    await mkdir(path.join(folder, 'model.safetensors'));
    await expect(Model.load(folder)).rejects.toThrow('this is a folder');
    await rm(path.join(folder, 'model.safetensors'), { recursive: true });
  });

  it('with weights that are no numbers sets recordings aside, instead of hearing nothing in them', async () => {
    const broken = await mkdtemp(path.join(folder, 'nan-'));
    for (const name of ['config.json', 'model.safetensors', 'preprocessor_config.json', 'vocab.json'])
      await copyFile(checkpointFile('ctc', name), path.join(broken, name));
    const weights = await readFile(path.join(broken, 'model.safetensors'));
    // The last tensor of the file, and some before it.
    weights.fill(0xff, weights.length - 2000);
    await writeFile(path.join(broken, 'model.safetensors'), weights);
    const wav = path.join(folder, 'heard.wav');
    await writeWav(wav, checkpointGolden('ctc').get('sound')!.data);
    for await (const item of transcribe(broken, [wav]))
      expect(item).toMatchObject({ item: wav, reason: expect.stringContaining('no numbers') as string });
  });
});

it('special tokens may be called otherwise', async () => {
  await writeFile(path.join(folder, 'vocab.json'), JSON.stringify({ a: 0, b: 1, '[PAD]': 3, '[UNK]': 2, ' ': 4 }));
  await writeFile(
    path.join(folder, 'special_tokens_map.json'),
    JSON.stringify({ pad_token: { content: '[PAD]' }, unk_token: '[UNK]' }),
  );
  await writeFile(
    path.join(folder, 'tokenizer_config.json'),
    JSON.stringify({ word_delimiter_token: ' ', pad_token: null }),
  );
  expect(await readTokens(folder, {})).toEqual([
    { token: '<pad>', id: 3 },
    { token: '<unk>', id: 2 },
    { token: '|', id: 4 },
    { token: 'a', id: 0 },
    { token: 'b', id: 1 },
  ]);
});
