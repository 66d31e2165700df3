import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { readArpa } from '../../src/lm/arpa.ts';
import { writeBinary } from '../../src/lm/binary.ts';
import { Model } from '../../src/model/model.ts';
import type { Decoding } from '../../src/model/decoder.ts';
import { ThreadedDecoder } from '../../src/model/threaded-decoder.ts';
import { usableCores } from '../../src/support/processors.ts';
import { piecesOf } from '../../src/transcribe/recordings.ts';
import { transcribePieces } from '../../src/transcribe/transcribe.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

const decoding: Decoding = {
  ...{ method: 'beam', beam_width: 10, alpha: 0.3, beta: 1, lexicon: 'open', hotwords: ['tee'], hotword_weight: 3 },
};
let model = '';
const files: string[] = [];

beforeAll(async () => {
  model = await smallModel({ encoder: 'tiny', layers: [2], letters: [...'abcdefghij'] });
  const about = path.join(model, 'model.json');
  await writeFile(about, JSON.stringify({ ...(JSON.parse(await readFile(about, 'utf8')) as object), decoding }));
  const letters = await readArpa('test/fixtures/beam/trigram.arpa', { unit: 'character' });
  await writeBinary(path.join(model, 'language-model.bin'), letters);
  const folder = await mkdtemp(path.join(tmpdir(), 'search-'));
  // Short ones fill groups together, the long one fills several.
  for (const [i, seconds] of [1, 2, 120, 0, ...Array<number>(50).fill(1), 3].entries()) {
    files.push(path.join(folder, `${i}.wav`));
    await writeWav(files.at(-1)!, speechlike(seconds, i));
  }
});

describe.skipIf(usableCores() < 2)('beam search on threads of its own', () => {
  const load = (beside: boolean): Promise<Model> =>
    Model.load(model, { device: 'cpu', threads: usableCores() - 1, beside });
  async function transcripts(loaded: Model): Promise<unknown[]> {
    const found = [];
    for await (const item of transcribePieces(loaded, piecesOf(files))) found.push(item);
    await loaded.release();
    return found;
  }

  it('writes what it writes on this one, in order', async () => {
    const beside = await load(true);
    expect(beside.decoderBeside).toBeInstanceOf(ThreadedDecoder);
    const found = await transcripts(beside);
    expect(found).toEqual(await transcripts(await load(false)));
    expect(found).toHaveLength(files.length);
  });

  it('is dropped where nobody waits for it any more', async () => {
    const loaded = await load(true);
    const found = transcribePieces(loaded, piecesOf(files));
    expect(await found.next()).toMatchObject({ value: { file: files[0] } });
    await loaded.release();
    await found.return(undefined);
  });
});
