import { serve, type Service } from 'isogloss/serve';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import wav from 'node-wav';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { smallModel, speechlike } from '../model/small-model.ts';

let service: Service;
const faults: unknown[] = [];
const sound = Buffer.from(wav.encode([speechlike(3)], { sampleRate: 16_000, float: true, bitDepth: 32 }));
const FORM = 'multipart/form-data; boundary=x';
const part = (name: string, value: string, file = ''): string =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${file && `; filename="${file}"`}\r\n\r\n${value}\r\n`;

beforeAll(async () => {
  // Where uploads lie, so that nobody else's are counted.
  process.env.TMPDIR = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  const model = await smallModel({ encoder: 'tiny', layers: [1] });
  const limits = { bytes: 1e6, silentSeconds: 1, atOnce: 16 };
  service = await serve([model], { port: 0, device: 'cpu', threads: 1, limits, log: (error) => faults.push(error) });
});
afterAll(async () => {
  await service.close();
  delete process.env.TMPDIR;
});

function open(): Socket {
  const socket = connect(Number(new URL(service.address).port), '127.0.0.1');
  return socket.on('error', () => {});
}
/** What comes back of bytes that are sent as they are: the status, and what is said. */
async function raw(bytes: string): Promise<{ status: number; said: string }> {
  const socket = open();
  socket.write(bytes);
  let said = '';
  socket.on('data', (data: Buffer) => (said += String(data)));
  await new Promise((resolve) => socket.once('close', resolve));
  return { status: Number(said.split(' ')[1]), said };
}
function post(type: string, body: string, more = `Content-Length: ${Buffer.byteLength(body)}\r\n`) {
  const { host } = new URL(service.address);
  const head = `POST /v1/audio/transcriptions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nConnection: close\r\n`;
  return raw(`${head}${more}\r\n${body}`);
}
async function send(bytes = sound): Promise<number> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), 'a.wav');
  const answer = await fetch(`${service.address}/v1/audio/transcriptions`, { method: 'POST', body: form });
  await answer.text();
  return answer.status;
}

/** All is given back, nothing is left, nothing failed, and who asks politely is answered. */
async function isWell(): Promise<void> {
  const uploads = async (): Promise<string[]> => {
    const folders = await readdir(process.env.TMPDIR!);
    const inside = folders.filter((name) => name.includes('uploads'));
    return (await Promise.all(inside.map((name) => readdir(path.join(process.env.TMPDIR!, name))))).flat();
  };
  const metrics = async (): Promise<string> => (await fetch(`${service.address}/metrics`)).text();
  await expect.poll(uploads, { timeout: 5000 }).toEqual([]);
  await expect.poll(metrics, { timeout: 5000 }).toMatch(/^isogloss_in_work 0$/m);
  expect(await send()).toBe(200);
  expect(faults).toEqual([]);
}

describe('a service is well after', () => {
  it.each([
    ['no boundary', 'multipart/form-data', part('file', 'abc', 'a.wav'), 400],
    ['no form', 'text/plain', 'hello', 400],
    ['JSON', 'application/json', '{"file":"a.wav"}', 400],
    ['another type', 'audio/wav', 'RIFF', 415],
    ['a form cut in its sound', FORM, part('file', 'abc', 'a.wav'), 400],
    ['a form cut in a head', FORM, '--x\r\nContent-Disp', 400],
    ['an empty form', FORM, '--x--\r\n', 400],
    ['two recordings', FORM, `${part('file', 'abc', 'a.wav').repeat(2)}--x--\r\n`, 400],
    ['many fields', FORM, `${part('prompt', 'abc').repeat(40)}--x--\r\n`, 400],
    ['a place elsewhere for a name', FORM, `${part('file', 'abc', '../../../evil.wav')}--x--\r\n`, 400],
    ['a field that is none', FORM, `${part('__proto__', 'abc')}--x--\r\n`, 400],
  ])('%s', async (_, type, body, status) => {
    const answer = await post(type, body);
    expect(answer).toEqual({ status, said: expect.stringContaining('"type":"invalid_request_error"') as string });
    await isWell();
  });

  it('sound beyond the limit whose length nobody has said', async () => {
    const body = `${part('file', 'x'.repeat(2e6), 'a.wav')}--x--\r\n`;
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect((await post(FORM, chunked, 'Transfer-Encoding: chunked\r\n')).status).toBe(413);
    await isWell();
  });

  it('recordings that are damaged only behind what is already computed', async () => {
    const samples = speechlike(60).filter((_, i) => i % 4 === 0);
    samples[samples.length - 4000] = Number.NaN;
    const damaged = Buffer.from(wav.encode([samples], { sampleRate: 4000, float: true, bitDepth: 32 }));
    expect(await Promise.all(Array.from({ length: 4 }, () => send(damaged)))).toEqual([400, 400, 400, 400]);
    await isWell();
  });

  it('an upload that can’t be removed, which is logged', async () => {
    const [name] = (await readdir(process.env.TMPDIR!)).filter((one) => one.includes('uploads'));
    const folder = path.join(process.env.TMPDIR!, name!);
    const head = `POST /v1/audio/transcriptions HTTP/1.1\r\nHost: ${new URL(service.address).host}\r\n`;
    await expect.poll(() => readdir(folder), { timeout: 5000 }).toEqual([]);
    const client = open();
    client.write(`${head}Content-Type: ${FORM}\r\nContent-Length: 999\r\n\r\n${part('file', 'abc', 'a.wav')}`);
    await expect.poll(() => readdir(folder), { timeout: 5000 }).toHaveLength(1);
    // A file in the folder's place: what lay in it can't be looked for.
    await rename(folder, `${folder}.away`);
    await writeFile(folder, '');
    client.destroy();
    await expect.poll(() => faults.map(String), { timeout: 5000 }).toEqual([expect.stringContaining('ENOTDIR')]);
    faults.pop();
    await rm(folder);
    await rename(`${folder}.away`, folder);
    for (const left of await readdir(folder)) await rm(path.join(folder, left));
    await isWell();
  });

  it('heads beyond the limit, and what is no HTTP', async () => {
    const head = `GET /health HTTP/1.1\r\nHost: ${new URL(service.address).host}\r\n`;
    expect((await raw(`${head}X-A: ${'a'.repeat(1e5)}\r\n\r\n`)).status).toBe(431);
    expect((await raw('\x16\x03\x01\x02hello\r\n\r\n')).status).toBe(400);
    await isWell();
  });

  it('clients that go in the middle of what they send, at any time', async () => {
    const body = part('file', 'RIFF'.repeat(1000), 'a.wav');
    const head = `POST /v1/audio/transcriptions HTTP/1.1\r\nHost: ${new URL(service.address).host}\r\nContent-Type: ${FORM}\r\n`;
    for (let i = 0; i < 40; i++) {
      const socket = open();
      socket.write(`${head}Content-Length: 100000\r\n\r\n${body}`);
      await sleep(i / 4);
      socket.destroy();
    }
    await isWell();
  });

  it('clients that go on sending a head, and one that stops in its sound: 408', async () => {
    const slow = Array.from({ length: 60 }, () => open());
    for (const socket of slow) socket.write('GET /health HTTP/1.1\r\nX-');
    const stopped = post(FORM, part('file', 'RIFF', 'a.wav'), 'Content-Length: 100000\r\n');
    expect(await send()).toBe(200);
    expect((await stopped).status).toBe(408);
    for (const socket of slow) socket.destroy();
    await isWell();
  });

  it('twice as many clients as it takes: each is answered, or told to come again', async () => {
    const client = async (): Promise<number[]> => [await send(), await send()];
    const statuses = (await Promise.all(Array.from({ length: 32 }, client))).flat();
    expect(statuses).toHaveLength(64);
    for (const status of statuses) expect([200, 429]).toContain(status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(16);
    await isWell();
  });

  it.each<[string, (socket: WebSocket) => void, number]>([
    ['goes in mid-speech', (socket) => socket.send(sound, () => socket.terminate()), 1006],
    ['goes at once', (socket) => socket.terminate(), 1006],
    ['sends too much at a time', (socket) => socket.send(Buffer.alloc(2 << 20)), 1009],
    ['sends what is no text', (socket) => socket.send(Buffer.of(0xc3, 0x28), { binary: false }), 1007],
    ['goes on after the end', (socket) => ['{"type":"end"}', sound].forEach((data) => socket.send(data)), 1000],
    ['says nothing', () => {}, 1008],
  ])('a live client that %s', async (_, act, code) => {
    const socket = new WebSocket(`${service.address.replace('http', 'ws')}/v1/audio/live`);
    socket.on('error', () => {}).once('open', () => act(socket));
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(code);
    await isWell();
  });
});
