/** @module-tag slow */
import { execa, type ResultPromise } from 'execa';
import path from 'node:path';
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
  const command = ['bin/run.js', 'serve', model, '--port', '0', '--threads', '1'];
  service = execa('node', command, { reject: false, forceKillAfterDelay: false });
  return new Promise((resolve, reject) => {
    service!.stdout!.on('data', (chunk: Buffer) => resolve(/http:\S+/.exec(String(chunk))![0]));
    void service!.then(({ stderr }) => reject(new Error(String(stderr))));
  });
}

function send(address: string): Promise<Response> {
  const form = new FormData();
  form.append('file', new Blob([long]), 'long.wav');
  return fetch(`${address}/v1/audio/transcriptions`, { method: 'POST', body: form });
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

  it.each([
    ['refuses who still waits, and lets its process end', 'await engine.release(); console.log(await refused);'],
    ['lets its process end at once', "console.log('the service is being shut down'); process.exit();"],
  ])('%s', async (_, then) => {
    const script = `
      const { Engine } = await import(${JSON.stringify(path.resolve('dist/serve/engine.js'))});
      const [engine] = await Engine.open([${JSON.stringify(model)}], { device: 'cpu', threads: 1 });
      async function* stretches() {
        for (let start = 0; start < 72; start += 12)
          yield { start, samples: new Float32Array(12 * 16000).fill(start), before: 0, after: 0 };
      }
      const heard = engine.transcribe(stretches(), new AbortController().signal);
      const refused = (async () => { for await (const _ of heard); })().catch(({ message }) => message);
      await new Promise((resolve) => setTimeout(resolve, 150));
      ${then}`;
    const { stdout, exitCode } = await execa('node', ['--input-type=module', '-e', script], { timeout: 60_000 });
    expect([stdout, exitCode]).toEqual(['the service is being shut down', 0]);
  });
});
