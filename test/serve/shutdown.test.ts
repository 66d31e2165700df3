import { execa, type ResultPromise } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import wav from 'node-wav';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { smallModel, speechlike } from '../model/small-model.ts';

let model = '';
/** Takes seconds. */
const long = new Uint8Array(wav.encode([speechlike(60)], { sampleRate: 16_000, float: true, bitDepth: 32 }));
let service: ResultPromise | undefined;

beforeAll(async () => {
  model = await smallModel({ encoder: 'embedded', layers: [4] });
});
afterEach(() => service?.kill('SIGKILL'));

async function start(): Promise<string> {
  service = execa('node', ['bin/run.js', 'serve', model, '--port', '0', '--threads', '1'], { reject: false });
  return new Promise((resolve, reject) => {
    service!.stdout!.on('data', (chunk: Buffer) => resolve(/http:\S+/.exec(String(chunk))![0]));
    void service!.then(({ stderr }) => reject(new Error(String(stderr))));
  });
}

function send(address: string, signal?: AbortSignal): Promise<Response> {
  const form = new FormData();
  form.append('file', new Blob([long]), 'long.wav');
  return fetch(`${address}/v1/audio/transcriptions`, { method: 'POST', body: form, signal: signal ?? null });
}

/** The network has begun when the first batch is done; of a minute, more are to come. */
async function computing(address: string): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    if (/^isogloss_batch_stretches_count\S* [1-9]/m.test(metrics)) return;
    await sleep(10);
  }
}

describe('a service that is stopped while the network computes', () => {
  it('answers, and ends', async () => {
    const address = await start();
    const answer = send(address);
    await computing(address);
    service!.kill('SIGTERM');
    const { status } = await answer;
    expect(status).toBe(200);
    expect(await service).toMatchObject({ exitCode: 0 });
  });

  it('for a client that has gone, ends without it', async () => {
    const address = await start();
    const gone = new AbortController();
    const answer = send(address, gone.signal);
    await computing(address);
    gone.abort();
    service!.kill('SIGTERM');
    await expect(answer).rejects.toThrow('abort');
    const { exitCode, stderr } = (await service)!;
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('Napi')]);
  });
});
