import { serve, type Service } from 'isogloss/serve';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import wav from 'node-wav';
import { OpenAI, toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSrt } from '../../src/formats/srt.ts';
import { readVtt } from '../../src/formats/vtt.ts';
import { transcribe, type Transcript } from '../../src/transcribe/transcribe.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

const ENDLESS = 1e6;
const wavOf = (samples: Float32Array): Buffer =>
  Buffer.from(wav.encode([samples], { sampleRate: 16_000, float: true, bitDepth: 32 }));
let folder: string;
let [first, second] = ['', ''];
let service: Service;
let client: OpenAI;
/** 24 s. */
let sound: Buffer;
let expected: Transcript;

const clientOf = ({ address }: Service, apiKey = 'none'): OpenAI =>
  new OpenAI({ baseURL: `${address}/v1`, apiKey, maxRetries: 0 });
const recording = (bytes: Buffer = sound): Promise<File> => toFile(bytes, 'recording.wav');
const formOf = (bytes: Buffer, fields: Record<string, string> = {}): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: 'small', ...fields })) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)]), 'recording.wav');
  return form;
};
const send = ({ address }: Service, bytes: Buffer, fields?: Record<string, string>): Promise<Response> =>
  fetch(`${address}/v1/audio/transcriptions`, { method: 'POST', body: formOf(bytes, fields) });
const uploads = async (): Promise<string[]> => {
  const folders = (await readdir(tmpdir())).filter(
    (name) => name.includes(`-${process.pid}-`) && name.includes('uploads'),
  );
  return (await Promise.all(folders.map((name) => readdir(path.join(tmpdir(), name))))).flat();
};
const eventually = async (test: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 200; i++)
    if (await test()) return;
    else await sleep(25);
  throw new Error('it never came true');
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'serve-'));
  [first, second] = await Promise.all([
    smallModel({ encoder: 'embedded', layers: [1] }),
    smallModel({ encoder: 'tiny', layers: [1], seed: 'other' }),
  ]);
  sound = wavOf(speechlike(24));
  await writeFile(path.join(folder, 'recording.wav'), sound);
  for await (const item of transcribe(first, [path.join(folder, 'recording.wav')])) expected = item as Transcript;
  service = await serve([first, `other=${second}`], { port: 0, device: 'cpu', threads: 1, limits: { bytes: 5e6 } });
  client = clientOf(service);
}, 120_000);

afterAll(() => service.close());

describe('OpenAI’s client', () => {
  it('gets the text that transcribe writes', async () => {
    const { text } = await client.audio.transcriptions.create({ model: 'small', file: await recording() });
    expect(text).toBe(expected.text);
    expect(text.length).toBeGreaterThan(20);
  });

  it('gets utterances and words with times', async () => {
    const answer = await client.audio.transcriptions.create({
      ...{ model: 'small', file: await recording(), response_format: 'verbose_json' as const },
      timestamp_granularities: ['word', 'segment'],
    });
    expect(answer.duration).toBeCloseTo(24);
    const said = expected.segments.filter(({ text }) => text !== '');
    expect(answer.segments!.map(({ start, end, text }) => ({ start, end, text }))).toEqual(
      said.map(({ start, end, text }) => ({ start, end, text })),
    );
    expect(answer.words!.map(({ word, start, end }) => ({ text: word, start, end }))).toEqual(
      said.flatMap(({ words }) => words.map(({ text, start, end }) => ({ text, start, end }))),
    );
    const plain = await client.audio.transcriptions.create({
      ...{ model: 'small', file: await recording(), response_format: 'verbose_json' as const },
    });
    expect(plain.words).toBeUndefined();
  });

  it('gets subtitles and plain text', async () => {
    const answer = async (response_format: 'srt' | 'vtt' | 'text'): Promise<string> =>
      client.audio.transcriptions.create({ model: 'small', file: await recording(), response_format });
    const texts = expected.segments.map(({ text }) => text).filter(Boolean);
    const cues = [readSrt(await answer('srt'), { file: 's' }), readVtt(await answer('vtt'), { file: 'v' })];
    for (const { tiers } of cues) expect(tiers[0]!.annotations.map(({ text }) => text)).toEqual(texts);
    expect(await answer('text')).toBe(`${expected.text}\n`);
  });

  it('gets what is certain while the rest is computed', async () => {
    const events = await client.audio.transcriptions.create({ model: 'small', file: await recording(), stream: true });
    const deltas: string[] = [];
    let done = '';
    for await (const event of events)
      if (event.type === 'transcript.text.delta') deltas.push(event.delta);
      else if (event.type === 'transcript.text.done') done = event.text;
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join('')).toBe(expected.text);
    expect(done).toBe(expected.text);
  });

  it('chooses among the models that are loaded', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['small', 'other']);
    const { text } = await client.audio.transcriptions.create({ model: 'other', file: await recording() });
    expect(text).not.toBe(expected.text);
    const wrong = client.audio.transcriptions.create({ model: 'whisper-1', file: await recording() });
    await expect(wrong).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('is told what is wrong with a recording or a field', async () => {
    const noise = client.audio.transcriptions.create({
      model: 'small',
      file: await recording(Buffer.from('no sound')),
    });
    await expect(noise).rejects.toMatchObject({ status: 400, param: 'file' });
    const streamed = client.audio.transcriptions.create({
      ...{ model: 'small', file: await recording(sound.subarray(0, 1e5)), stream: true as const },
    });
    await expect(streamed).rejects.toMatchObject({ status: 400, param: 'file' });
    expect(await (await send(service, sound, { response_format: 'xml' })).json()).toMatchObject({
      error: { param: 'response_format' },
    });
    const prompted = await send(service, sound, { prompt: 'names', temperature: '0' });
    expect(prompted.headers.get('x-isogloss-not-heeded')).toBe('prompt, temperature');
    expect((await send(service, sound, { promt: 'names' })).status).toBe(400);
    expect((await fetch(`${service.address}/v1/audio/transcriptions`, { method: 'POST' })).status).toBe(400);
  });
});

it('sixteen clients at once each get their own text, and nothing is left of what they sent', async () => {
  const texts = await Promise.all(
    Array.from({ length: 16 }, async (_, i) => {
      const own = wavOf(speechlike(2 + i / 8, i));
      const alone = i % 5 === 0 ? own : undefined;
      const { text } = await client.audio.transcriptions.create({ model: 'small', file: await recording(own) });
      return { text, alone };
    }),
  );
  for (const { text, alone } of texts.filter((one) => one.alone)) {
    const again = await client.audio.transcriptions.create({ model: 'small', file: await recording(alone) });
    expect(again.text).toBe(text);
  }
  expect(new Set(texts.map(({ text }) => text)).size).toBe(16);
  await eventually(async () => (await uploads()).length === 0);
  const metrics = await (await fetch(`${service.address}/metrics`)).text();
  expect(metrics).toMatch(/isogloss_request_seconds_count\{route="\/v1\/audio\/transcriptions",status="200"\} \d\d/);
  expect(metrics).toMatch(/isogloss_sound_seconds_total\{model="small"\} \d\d/);
  expect(metrics).toMatch(/^isogloss_in_work 0$/m);
});

it('describes itself', async () => {
  const description = (await (await fetch(`${service.address}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { requestBody: { content: Record<string, { schema: { properties: object } }> } } }>;
  };
  expect(Object.keys(description.paths).sort()).toEqual([
    '/health',
    '/metrics',
    '/v1/audio/transcriptions',
    '/v1/models',
  ]);
  const form = description.paths['/v1/audio/transcriptions']!.post!.requestBody.content['multipart/form-data']!;
  expect(Object.keys(form.schema.properties)).toEqual(expect.arrayContaining(['file', 'model', 'response_format']));
  expect(await (await fetch(`${service.address}/health`)).json()).toEqual({ status: 'ok' });
});

/** A request that sends its head and a part of its body, and then nothing. */
function halfSent(address: string, length = ENDLESS): ReturnType<typeof request> {
  const half = request(`${address}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': length },
  });
  half.on('error', () => {});
  half.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF');
  return half;
}

describe('a limit', () => {
  it('of what is taken in at once: 429, and when to come again', async () => {
    const small = await serve([first], { port: 0, device: 'cpu', threads: 1, limits: { atOnce: 2 } });
    try {
      const slow = [halfSent(small.address), halfSent(small.address)];
      await eventually(async () => (await (await fetch(`${small.address}/metrics`)).text()).includes('in_work 2'));
      const refused = await send(small, sound);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      await expect(
        clientOf(small).audio.transcriptions.create({ model: 'small', file: await recording() }),
      ).rejects.toBeInstanceOf(OpenAI.RateLimitError);
      // Who goes gives the place back, and what was sent is removed.
      slow[0]!.destroy();
      await eventually(async () => (await send(small, sound)).status === 200);
      slow[1]!.destroy();
      await eventually(async () => (await uploads()).length === 0);
    } finally {
      await small.close();
    }
  });

  it('of size and of duration: 413', async () => {
    expect((await send(service, Buffer.alloc(6e6))).status).toBe(413);
    // Nobody needs to read to the end what says itself that it is too large.
    const status = await new Promise((resolve) => {
      const half = halfSent(service.address, 1e9);
      half.on('response', ({ statusCode }) => {
        half.destroy();
        resolve(statusCode);
      });
    });
    expect(status).toBe(413);
    const short = await serve([first], { port: 0, device: 'cpu', threads: 1, limits: { soundSeconds: 20 } });
    const answer = await send(short, sound);
    await short.close();
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: 'too_long' } }]);
  });

  it('of time: 408', async () => {
    const hasty = await serve([first], { port: 0, device: 'cpu', threads: 1, limits: { requestSeconds: 0.5 } });
    const status = await new Promise((resolve) => {
      halfSent(hasty.address).on('response', ({ statusCode }) => resolve(statusCode));
    });
    await hasty.close();
    expect(status).toBe(408);
  });
});

it('a token is asked for everywhere but at /health', async () => {
  const token = 'a-long-and-random-word';
  const closed = await serve([first], { port: 0, device: 'cpu', threads: 1, token });
  try {
    for (const place of ['v1/models', 'metrics', 'openapi.json', 'nothing'])
      expect((await fetch(`${closed.address}/${place}`)).status, place).toBe(401);
    expect((await send(closed, sound)).status).toBe(401);
    await expect(clientOf(closed, 'a-long-and-random-wort').models.list()).rejects.toMatchObject({ status: 401 });
    expect((await fetch(`${closed.address}/health`)).status).toBe(200);
    expect((await clientOf(closed, token).models.list()).data).toHaveLength(1);
  } finally {
    await closed.close();
  }
});

it('without a token, no page of the web is answered', async () => {
  const { address } = service;
  const from = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve) => {
      request(`${address}/v1/models`, { headers }, ({ statusCode }) => resolve(statusCode)).end();
    });
  expect(await from({ origin: 'https://evil.example' })).toBe(403);
  expect(await from({ host: 'evil.example:8000' })).toBe(403);
  expect(await from({ origin: 'http://localhost:3000' })).toBe(200);
});

it('work is dropped when its client goes', async () => {
  const gone = new AbortController();
  const form = formOf(wavOf(speechlike(70)));
  const sent = fetch(`${service.address}/v1/audio/transcriptions`, { method: 'POST', body: form, signal: gone.signal });
  const inWork = async (count: number): Promise<boolean> =>
    (await (await fetch(`${service.address}/metrics`)).text()).includes(`in_work ${count}\n`);
  await eventually(async () => (await inWork(1)) && (await uploads()).length === 1);
  gone.abort();
  await expect(sent).rejects.toThrow('abort');
  await eventually(async () => (await inWork(0)) && (await uploads()).length === 0);
  const { text } = await client.audio.transcriptions.create({ model: 'small', file: await recording() });
  expect(text).toBe(expected.text);
});

it('closing lets what runs finish, and takes nothing new', async () => {
  const closing = await serve([first], { port: 0, device: 'cpu', threads: 1 });
  const long = wavOf(speechlike(60));
  const running = send(closing, long);
  await eventually(async () => (await (await fetch(`${closing.address}/metrics`)).text()).includes('in_work 1'));
  const closed = closing.close();
  const answer = await running;
  expect(answer.status).toBe(200);
  expect(((await answer.json()) as { text: string }).text.length).toBeGreaterThan(100);
  await closed;
  await expect(fetch(`${closing.address}/health`)).rejects.toThrow();
  expect((await readFile(path.join(folder, 'recording.wav'))).equals(sound)).toBe(true);
});

it('a model that is none is told before anything listens', async () => {
  await expect(serve([folder], { port: 0 })).rejects.toThrow('not a model folder');
  await expect(serve([first, first], { port: 0 })).rejects.toThrow('two models are called small');
});
