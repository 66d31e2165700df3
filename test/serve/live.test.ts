import { serve, type Service } from 'isogloss/serve';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { soundFrom } from '../../src/serve/live/from-socket.ts';
import { Endpoints } from '../../src/transcribe/endpoints.ts';
import { Random } from '../../src/support/random.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

interface Message {
  type: string;
  text?: string;
  start?: number;
  end?: number;
  seconds?: number;
  error?: { code: string };
}
let service: Service;

/** A client as a microphone's: sends sound in tenths of a second, and hears what comes meanwhile. */
class Speaker {
  readonly messages: Message[] = [];
  readonly closed: Promise<number>;
  private readonly socket: WebSocket;
  private readonly opened: Promise<unknown>;

  constructor({ address }: Service, query = '', headers = {}) {
    this.socket = new WebSocket(`${address.replace('http', 'ws')}/v1/audio/live${query}`, { headers });
    this.socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(String(data)) as Message));
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
  }

  async say(sound: Float32Array, rate = 16_000): Promise<void> {
    await this.opened;
    const pcm = Buffer.from(Int16Array.from(sound, (x) => 32767 * x).buffer);
    // An odd number of bytes: a message may end within a sample.
    for (let at = 0; at < pcm.length; at += rate / 5 + 1) this.socket.send(pcm.subarray(at, at + rate / 5 + 1));
  }

  end(): void {
    this.socket.send('{"type":"end"}');
  }

  async until(type: string): Promise<Message> {
    for (;;) {
      const found = this.messages.find((message) => message.type === type);
      if (found) return found;
      await sleep(20);
    }
  }

  leave(): void {
    this.socket.terminate();
  }
}

const silence = (seconds: number, random = new Random(5)): Float32Array =>
  Float32Array.from({ length: seconds * 16_000 }, () => 0.0005 * random.normal());
const texts = ({ messages }: Speaker): (string | undefined)[] =>
  messages.filter(({ type }) => type === 'segment').map(({ text }) => text);

beforeAll(async () => {
  const model = await smallModel({ encoder: 'embedded', layers: [1] });
  service = await serve([model], { port: 0, device: 'cpu', threads: 1, limits: { atOnce: 2 } });
});
afterAll(() => service.close());

describe('live sound', () => {
  it('is answered utterance by utterance, before its end', async () => {
    const speaker = new Speaker(service);
    await speaker.say(silence(1));
    await speaker.say(speechlike(2));
    await speaker.say(silence(1));
    // Nothing more is sent until this has come.
    const first = await speaker.until('segment');
    expect(first.text).not.toBe('');
    expect(first.end).toBeLessThan(3.5);
    await speaker.say(speechlike(1.5, 2));
    speaker.end();
    const { text, seconds } = await speaker.until('done');
    expect(text).toBe(texts(speaker).join(' '));
    expect(texts(speaker).length).toBeGreaterThan(1);
    expect(seconds).toBeCloseTo(5.5);
    expect(await speaker.closed).toBe(1000);
  });

  it('may come at another rate', async () => {
    const speaker = new Speaker(service, '?model=small&rate=8000');
    await speaker.say(
      speechlike(4).filter((_, i) => i % 2 === 0),
      8000,
    );
    speaker.end();
    expect((await speaker.until('done')).seconds).toBeCloseTo(4, 1);
    expect(texts(speaker).join('')).not.toBe('');
    expect(await new Speaker(service, '?rate=100').say(silence(1)).catch(String)).toContain('400');
  });

  it('takes a place: beyond the limit 429, and who goes gives it back', async () => {
    const speakers = [new Speaker(service), new Speaker(service)];
    for (const speaker of speakers) await speaker.until('ready');
    expect(await new Speaker(service).say(silence(1)).catch(String)).toContain('429');
    speakers[0]!.leave();
    await speakers[0]!.closed;
    const next = new Speaker(service);
    await next.until('ready');
    speakers[1]!.end();
    next.end();
    await Promise.all([speakers[1]!.closed, next.closed]);
  });

  it.each([16_000, 8000])('that is none is told, at %d Hz', async (rate) => {
    const speaker = new Speaker(service, `?rate=${rate}`);
    await speaker.until('ready');
    (speaker as unknown as { socket: WebSocket }).socket.send('hello');
    expect((await speaker.until('error')).error!.code).toBe('invalid_message');
    expect(await speaker.closed).toBe(1008);
  });

  it('comes from a client that is not silent as long as it isn’t heard', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [[socket]] = await Promise.all([once(server, 'connection') as Promise<[WebSocket]>, once(client, 'open')]);
    const { pcm } = soundFrom(socket, 0.5);
    for (let i = 0; i < 100; i++) client.send(Buffer.alloc(32_000));
    client.send('{"type":"end"}');
    // A model with much to do.
    await sleep(1200);
    let bytes = 0;
    for await (const chunk of pcm as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBe(3_200_000);
    client.terminate();
    server.close();
  });

  it('is answered up to where the service is closed', async () => {
    const closing = await serve([await smallModel({ encoder: 'embedded', layers: [1] })], { port: 0, threads: 1 });
    const speaker = new Speaker(closing);
    await speaker.until('ready');
    await speaker.say(speechlike(2));
    // Server and client share a thread here.
    await sleep(300);
    await closing.close();
    expect((await speaker.until('done')).text).not.toBe('');
  });
});

describe('the end of an utterance', () => {
  const random = new Random(3);
  const noise = (seconds: number): Float32Array => silence(seconds, random);
  const tone = (seconds: number): Float32Array =>
    Float32Array.from({ length: seconds * 16_000 }, (_, i) => 0.2 * Math.sin(i / 9));
  /** Places in a sound that comes by tenths of a second, in seconds. */
  const places = (...parts: Float32Array[]): number[] => {
    const whole = Float32Array.from(parts.flatMap((part) => [...part]));
    const endpoints = new Endpoints();
    const found: number[] = [];
    let start = 0;
    for (let at = 1600; at <= whole.length; at += 1600) {
      const length = endpoints.find(whole.subarray(start, at), start);
      if (length === undefined) continue;
      start += length;
      found.push(start / 16_000);
    }
    return found;
  };

  it('is 0.3 s into a pause of 0.6 s', () => {
    const found = places(noise(1), tone(2), noise(1), tone(1), noise(0.4), tone(1), noise(2));
    expect(found).toHaveLength(2);
    for (const [i, expected] of [3.3, 6.7].entries()) expect(Math.abs(found[i]! - expected)).toBeLessThan(0.03);
  });

  it('is found behind a short word after a long silence; there is none in silence, nor in a hum', () => {
    expect(places(noise(20), tone(0.3), noise(1))).toHaveLength(1);
    expect(places(noise(30))).toEqual([]);
    expect(places(tone(30))).toEqual([]);
  });
});
