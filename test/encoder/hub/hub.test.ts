import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findEncoder, type EncoderSource } from '../../../src/encoder/source.ts';
import { waitOf } from '../../../src/encoder/hub/request.ts';
import { IsoglossError } from '../../../src/support/errors.ts';
import { sha256 } from '../../../src/support/files.ts';
import { modelBytes } from '../exported.ts';
import { SimulatedHub, TOKEN } from './simulated-hub.ts';

const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)];
const ID = 'linguists/wav2vec2-tiny';
const model = Buffer.from(modelBytes('wav2vec2-stable-legacy17'));
const smaller = Buffer.from(modelBytes('hubert-legacy14'));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const files = {
  'README.md': Buffer.from('# tiny'),
  'config.json': json({ model_type: 'wav2vec2' }),
  'preprocessor_config.json': json({ do_normalize: false, sampling_rate: 16000 }),
  'onnx/model.onnx': model,
  'onnx/model_quantized.onnx': smaller,
};

let hub: SimulatedHub;
let cache: string;

beforeEach(async () => {
  hub = await new SimulatedHub().open();
  hub.repositories.set(ID, { refs: { main: FIRST }, commits: { [FIRST]: files } });
  cache = await mkdtemp(path.join(tmpdir(), 'hub-cache-'));
  vi.stubEnv('ISOGLOSS_CACHE', cache);
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_HUB_OFFLINE', '');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cache, { recursive: true, force: true });
});

/** What an attempt failed with, in full. */
async function failureOf(attempt: Promise<EncoderSource>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(IsoglossError);
  const { message, next } = error as IsoglossError;
  return `${message} → ${next}`;
}

/** What is left of downloads that were not finished. */
const partials = async (): Promise<string[]> =>
  (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.partial'));

describe('an encoder from the Hub', () => {
  it('is fetched with what describes it and nothing else, at the commit that its branch is on', async () => {
    const source = await findEncoder({ model: ID });
    expect(source).toMatchObject({
      name: ID,
      from: 'hub',
      model: 'onnx/model.onnx',
      data: [],
      commit: FIRST,
      config: { model_type: 'wav2vec2' },
      preprocessor: { do_normalize: false },
    });
    expect(await readFile(source.file)).toEqual(model);
    const fetched = hub
      .asked()
      .filter((line) => /^hub GET .*\/(revision|resolve)\//.test(line))
      .map((line) => line.replace(/.*\//, ''));
    expect(fetched).toEqual(['main', 'config.json', 'preprocessor_config.json', 'model.onnx']);
  });

  it('is not fetched again: one question where a branch is, none for a commit', async () => {
    await findEncoder({ model: ID });
    hub.asked();
    await findEncoder({ model: ID });
    expect(hub.asked()).toEqual([`hub GET /api/models/${ID}/revision/main`]);
    await findEncoder({ model: ID, revision: FIRST });
    expect(hub.asked()).toEqual([]);
  });

  it('stays at the commit that a run began with when the branch moves on; what is the same in both is fetched once', async () => {
    await findEncoder({ model: ID });
    hub.repositories.set(ID, {
      refs: { main: SECOND },
      commits: { [FIRST]: files, [SECOND]: { ...files, 'config.json': json({ model_type: 'wav2vec2', new: true }) } },
    });
    expect(await findEncoder({ model: ID }, { commit: FIRST })).toMatchObject({
      commit: FIRST,
      config: { model_type: 'wav2vec2' },
    });
    hub.asked();
    expect(await findEncoder({ model: ID })).toMatchObject({ commit: SECOND, config: { new: true } });
    expect(hub.asked().filter((line) => line.startsWith('store'))).toEqual([]);
  });

  it('is fetched in the dtype that is asked for, with the weights that lie beside it', async () => {
    expect(await readFile((await findEncoder({ model: ID, dtype: 'q8' })).file)).toEqual(smaller);
    hub.repositories.get(ID)!.commits[FIRST] = {
      ...files,
      'onnx/model_fp16.onnx': smaller,
      'onnx/model_fp16.onnx_data': Buffer.alloc(5000, 7),
      'empty.txt': Buffer.alloc(0),
    };
    const source = await findEncoder({ model: ID, dtype: 'q8', revision: 'main' });
    expect(source.data).toEqual([]);
    const half = await findEncoder({ model: ID, dtype: 'fp16' });
    expect(half.data).toEqual(['onnx/model_fp16.onnx_data']);
    expect((await readFile(`${half.file}_data`)).length).toBe(5000);
    expect(await failureOf(findEncoder({ model: ID, dtype: 'q4' }))).toBe(
      `${ID} has no encoder in q4; it has fp32, fp16, q8 → Set \`encoder.dtype: fp32\`.`,
    );
  });
});

describe('a download', () => {
  it('that breaks off goes on from where it was, as often as needed', async () => {
    hub.cuts = { after: 40_000, times: 3 };
    expect(await readFile((await findEncoder({ model: ID })).file)).toEqual(model);
    const starts = hub
      .asked()
      .filter((line) => line.startsWith('store'))
      .map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    // What was on its way when the line went dead may have to be sent again.
    expect(starts).toHaveLength(4);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThan(40_000);
    expect(await partials()).toEqual([]);
  });

  it('that two processes need at the same time is done by one of them', async () => {
    const large = Buffer.alloc(40_000_000, 'sound');
    hub.repositories.get(ID)!.commits[FIRST] = { ...files, 'onnx/model_fp16.onnx': large };
    const sources = await Promise.all([1, 2, 3].map(() => findEncoder({ model: ID, dtype: 'fp16' })));
    for (const { file } of sources) expect((await readFile(file)).equals(large)).toBe(true);
    expect(hub.asked().filter((line) => line.startsWith('store'))).toHaveLength(1);
    expect(await partials()).toEqual([]);
  });

  it('that was stopped goes on the next time', { tags: ['slow'] }, async () => {
    const large = Buffer.alloc(1_200_000, 'sound');
    hub.repositories.get(ID)!.commits[FIRST] = { ...files, 'onnx/model_fp16.onnx': large };
    const stop = new AbortController();
    hub.cuts = { after: 40_000, times: 1 };
    const stopped = findEncoder(
      { model: ID, dtype: 'fp16' },
      {
        signal: stop.signal,
        progress: () => ({
          advance: () => {},
          done: () => {},
          note: (text) => text.startsWith('broken off') && stop.abort(new Error('stopped by hand')),
        }),
      },
    );
    await expect(stopped).rejects.toThrow('stopped by hand');
    expect(await partials()).toHaveLength(1);
    hub.asked();
    expect(await readFile((await findEncoder({ model: ID, dtype: 'fp16' })).file)).toEqual(large);
    expect(hub.asked().at(-1)).toMatch(new RegExp(`^store GET /${sha256(large)} bytes=[1-9]\\d*-$`));
  });

  it('that gets nowhere is given up, and what has come is kept', { tags: ['slow'] }, async () => {
    hub.cuts = { after: 0, times: 99 };
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(
      /^the download of onnx\/model\.onnx broke off: .*→ Run the same command again: it goes on from where it is/,
    );
  });

  it('that comes damaged is done once more; if it is damaged again, nothing of it stays', async () => {
    hub.damaged = 1;
    expect(await readFile((await findEncoder({ model: ID })).file)).toEqual(model);
    hub.damaged = 2;
    expect(await failureOf(findEncoder({ model: ID, dtype: 'q8' }))).toMatch(
      /onnx\/model_quantized\.onnx of .* came damaged twice: its checksum/,
    );
    expect(await partials()).toEqual([]);
    expect(existsSync(path.join(cache, 'hub', 'models--linguists--wav2vec2-tiny', 'blobs', sha256(smaller)))).toBe(
      false,
    );
  });

  it('waits as long as the Hub asks to', async () => {
    hub.busy = { times: 2, headers: { 'retry-after': '0' } };
    expect((await findEncoder({ model: ID })).commit).toBe(FIRST);
    expect(hub.asked().slice(0, 3)).toEqual(Array.from({ length: 3 }, () => `hub GET /api/models/${ID}/revision/main`));
    hub.busy = { times: 1, headers: { 'retry-after': '7200' } };
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(
      /asks to wait 120 minutes \(HTTP 429\) → Run the same command again/,
    );
  });

  it('reads every form in which servers tell how long to wait', () => {
    expect(waitOf(new Headers({ 'retry-after': '7' }))).toBe(7);
    expect(waitOf(new Headers({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }))).toBeCloseTo(60, -1);
    expect(waitOf(new Headers({ ratelimit: '"api";r=0;t=55' }))).toBe(55);
    expect(waitOf(new Headers())).toBeUndefined();
  });
});

describe('without a network', () => {
  it.each([
    ['because it must not be asked', () => vi.stubEnv('HF_HUB_OFFLINE', '1')],
    ['because there is none', () => hub.close()],
  ])('(%s) what is cached works', async (_, goOffline) => {
    const before = await findEncoder({ model: ID });
    await goOffline();
    expect(await findEncoder({ model: ID })).toEqual(before);
    expect(await failureOf(findEncoder({ model: ID, dtype: 'q8' }))).toMatch(
      /^onnx\/model_quantized\.onnx of linguists\/wav2vec2-tiny is not in the cache, and /,
    );
    expect(await failureOf(findEncoder({ model: 'linguists/other' }))).toMatch(
      /^linguists\/other at main is not in the cache, and .*If a folder was meant: there is no linguists\/other here\.$/,
    );
    if (!process.env.HF_HUB_OFFLINE) await new SimulatedHub().open().then((again) => (hub = again));
  });

  it('says which of the two it was', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(/HF_HUB_OFFLINE is set → Unset it/);
    expect(hub.asked()).toEqual([]);
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(
      /can't reach 127\.0\.0\.1:9.*→ Check the network, and HF_ENDPOINT/,
    );
  });
});

describe('what the Hub refuses', () => {
  it('a repository that is not there: names of like ones', async () => {
    expect(await failureOf(findEncoder({ model: 'linguists/wav2vec2-tinny' }))).toBe(
      `there is no public repository linguists/wav2vec2-tinny on the Hub (HTTP 401) → Check the name; a private one needs a token of your account in HF_TOKEN. Did you mean ${ID}? If a folder was meant: there is no linguists/wav2vec2-tinny here.`,
    );
    vi.stubEnv('HF_TOKEN', TOKEN);
    expect(await failureOf(findEncoder({ model: 'linguists/nothing' }))).toMatch(
      /^there is no repository linguists\/nothing on the Hub → .*the token in HF_TOKEN may see it\. If a folder was meant: /,
    );
  });

  it('a revision that is not there', async () => {
    expect(await failureOf(findEncoder({ model: ID, revision: 'v9' }))).toMatch(
      /has no revision v9 → Set `encoder\.revision`/,
    );
  });

  it('a private one without the right token, and with it', async () => {
    hub.repositories.get(ID)!.needs = 'token';
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(/no public repository .* a private one needs a token/);
    vi.stubEnv('HF_TOKEN', TOKEN);
    expect((await findEncoder({ model: ID })).commit).toBe(FIRST);
  });

  it('a gated one: where to accept its terms', async () => {
    hub.repositories.get(ID)!.needs = 'token and terms';
    expect(await failureOf(findEncoder({ model: ID }))).toBe(
      `${ID} is gated: its owners let only those in who accept their terms → Accept the terms at ${hub.address}/${ID}, then set HF_TOKEN to a token of your account (${hub.address}/settings/tokens).`,
    );
    vi.stubEnv('HF_TOKEN', TOKEN);
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(/with the account that the token in HF_TOKEN is of/);
  });

  it('one without any weights: names of like ones', async () => {
    hub.repositories.set('linguists/wav2vec2-empty', {
      refs: { main: FIRST },
      commits: { [FIRST]: { 'README.md': Buffer.alloc(10) } },
    });
    expect(await failureOf(findEncoder({ model: 'linguists/wav2vec2-empty' }))).toBe(
      `linguists/wav2vec2-empty has no encoder: no model.safetensors, no pytorch_model.bin and no ONNX files → Did you mean ${ID}?`,
    );
  });

  it('a server that is no Hub', async () => {
    vi.stubEnv('HF_ENDPOINT', 'nonsense');
    expect(await failureOf(findEncoder({ model: ID }))).toMatch(/HF_ENDPOINT is not an address/);
  });
});

describe('the token', () => {
  it('goes to the Hub, and not to where its files are stored', async () => {
    hub.repositories.get(ID)!.needs = 'token';
    vi.stubEnv('HF_TOKEN', ` ${TOKEN}\n`);
    await findEncoder({ model: ID });
    const sent = (at: string): Set<string | undefined> =>
      new Set(hub.came.filter((request) => request.at === at).map((request) => request.authorization));
    expect(sent('hub')).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(sent('store')).toEqual(new Set([undefined]));
  });

  it('is in no file that is written, and in no error', async () => {
    vi.stubEnv('HF_TOKEN', TOKEN);
    await findEncoder({ model: ID });
    hub.repositories.get(ID)!.needs = 'token and terms';
    const errors = [
      await failureOf(findEncoder({ model: ID, dtype: 'q8' })),
      await failureOf(findEncoder({ model: 'linguists/nothing' })),
    ];
    vi.stubEnv('HF_TOKEN', `${TOKEN} and\nmore`);
    errors.push(await failureOf(findEncoder({ model: ID, dtype: 'q8' })));
    expect(errors.at(-1)).toMatch(/^HF_TOKEN has characters/);
    const written = await readdir(cache, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      written
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1')),
    );
    expect(contents.length).toBeGreaterThan(5);
    for (const text of [...errors, ...contents]) expect(text).not.toContain(TOKEN);
  });
});
