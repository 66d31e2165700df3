import { execa, type ResultPromise } from 'execa';
import { failure, outputs } from 'isogloss/json';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi, type RunnerTask } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import { modelBytes } from '../encoder/exported.ts';
import { SimulatedHub } from '../encoder/hub/simulated-hub.ts';
import { smallModel, speechlike } from '../model/small-model.ts';
import { hasRedis, startRedis } from '../transcribe/redis.ts';
import { inProcess } from './in-process.ts';

type Command = keyof typeof outputs;

/** Stands for the folder of a run. */
const RUN = 'RUN';
const REPOSITORY = 'linguists/wav2vec2-tiny';
const REFERENCES = 'anna dorme (a_1)\nlui legge (b_1)\n';
const HYPOTHESES = 'anna dome (a_1)\nlui legge (b_1)\n';
let folder: string;
let hub: SimulatedHub;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'json-'));
  const corpus = path.join(folder, 'corpora/mine');
  const utterances = Array.from({ length: 30 }, (_, i) => ({
    id: String(i),
    audio: `${i}.wav`,
    text: [...i.toString(2).padStart(6, '0')].map((bit) => (bit === '1' ? 'la' : 'mo')).join(' '),
    speaker: 'abc'[i % 3]!,
  }));
  for (const [i, { audio }] of utterances.entries()) await writeWav(path.join(corpus, audio), speechlike(2, i + 1));
  await writeManifest(corpus, [...utterances, { id: 'lost', audio: 'lost.wav', text: 'mo', speaker: 'a' }]);
  await cp('test/fixtures/lm/train-it.txt', path.join(folder, 'train.txt'));
  await writeFile(path.join(folder, 'ref.trn'), REFERENCES);
  await writeFile(path.join(folder, 'hyp.trn'), HYPOTHESES);
  const encoder = { model: 'embedded-small' };
  const recipe = { name: 'mine', language: 'it', corpus: 'mine', encoder, training: { epochs: 1 } };
  const split = { test: { minutes: 0.1 }, dev: { minutes: 0.1 } };
  await writeFile(path.join(folder, 'mine.yaml'), JSON.stringify({ ...recipe, split }));
  hub = await new SimulatedHub().open();
  const files = {
    'config.json': Buffer.from('{"model_type":"wav2vec2"}'),
    'preprocessor_config.json': Buffer.from('{"do_normalize":false,"sampling_rate":16000}'),
    'onnx/model.onnx': Buffer.from(modelBytes('wav2vec2-stable-legacy17')),
  };
  hub.repositories.set(REPOSITORY, { refs: { main: 'a'.repeat(40) }, commits: { ['a'.repeat(40)]: files } });
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('ISOGLOSS_DEVICE', 'cpu');
  vi.stubEnv('HF_ENDPOINT', hub.address);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

/** Runs a command: what it prints must be as its schema says. */
async function answerOf(command: Command, ...args: string[]): Promise<unknown> {
  const { exitCode, stdout } = await inProcess(folder, ...command.split(' '), ...args, '--json');
  expect([0, 3], stdout).toContain(exitCode);
  return outputs[command].parse(JSON.parse(stdout));
}

it.each<[Command, ...string[]]>([
  ['cache list'],
  ['cache clear', '--keep', '1GB'],
  ['cache verify'],
  ['doctor', '--device', 'cpu'],
  ['corpus audit', 'mine', '--sentences', 'train.txt'],
  ['corpus export', 'mine', '--format', 'eaf', '--out', 'exported'],
  ['corpus import', 'exported', '--name', 'again', '--media', 'corpora/mine', '--keep-missing'],
  ['corpus profile', 'mine'],
  ['corpus split', 'mine', '--test', '0.1', '--dev', '0.1', '--train', '0.1'],
  ['encoder list'],
  ['encoder fetch', REPOSITORY],
  ['encoder inspect', 'embedded-small'],
  ['encoder suggest', 'mine'],
  ['lm build', '--output', 'it.lm', '--language', 'it', 'train.txt'],
  ['lm perplexity', 'it.lm', 'train.txt'],
  ['recipe new', 'mine', '--language', 'it'],
  ['recipe check', 'mine.yaml'],
  ['score', '--ref', 'ref.trn', '--hyp', 'hyp.trn', '--by', 'speaker', '--report', 'sys'],
])('%s', async (command, ...args) => {
  await answerOf(command, ...args);
});

it('corpus fetch', async () => {
  const source = 'corpora/asterisk-it';
  await cp(source, path.join(folder, 'corpora/asterisk-it'), { recursive: true });
  await answerOf('corpus fetch', 'asterisk-it');
});

describe('with runs', { tags: ['slow'] }, () => {
  let run = '';

  it('run', async () => {
    ({ folder: run } = (await answerOf('run', 'mine.yaml', '--baseline')) as { folder: string });
  });

  it.each<[Command, ...string[]]>([
    ['score', RUN, '--by', 'speaker'],
    ['compare', RUN, RUN, '--page', 'page.html'],
    ['evaluate', RUN, 'mine', '--split', 'all', '--out', 'scored'],
    ['runs list', '--html', 'runs.html'],
    ['run', 'mine.yaml', '--baseline', '--seeds', '1'],
    ['run', 'mine.yaml', '--sweep', 'head.dims=8,16', '--budget', '5m'],
    ['curve', 'mine.yaml', '--minutes', '0.2'],
    ['runs show', RUN],
    ['runs compare', RUN, RUN],
    ['runs archive', RUN, '--output', 'run.zip'],
    ['reproduce', RUN],
    ['runs scalars', RUN, '--format', 'tensorboard'],
    ['runs clean'],
    ['export', RUN, '--format', 'onnx'],
    ['transcribe', RUN, 'corpora/mine/0.wav', 'mine.yaml'],
    ['corpus audit', 'mine', '--model', RUN],
  ])('%s %s', async (command, ...args) => {
    await answerOf(command, ...args.map((arg) => (arg === RUN ? run : arg)));
  });

  it('adapt', async () => {
    await answerOf('adapt', 'mine', '--language', 'it', '--budget', '1s');
  });
});

/** What a command prints that goes on. */
async function printedBy({ stdout }: ResultPromise): Promise<unknown> {
  let printed = '';
  await new Promise<void>((resolve) => {
    stdout!.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      if (/^\}$/m.test(printed)) resolve();
    });
  });
  return JSON.parse(printed);
}

it('serve, once it is ready', async () => {
  const model = await smallModel({ encoder: 'tiny', layers: [1] });
  const service = execa('node', ['bin/run.js', 'serve', model, '--port', '0', '--json']);
  const { address } = outputs.serve.parse(await printedBy(service));
  expect((await fetch(`${address}/health`)).status).toBe(200);
  service.kill('SIGTERM');
  expect((await service).exitCode).toBe(0);
});

it('queue board, once it is there', async ({ skip }) => {
  skip(!hasRedis, 'no redis-server is installed');
  const server = await startRedis(folder);
  const board = execa('node', ['bin/run.js', 'queue', 'board', server.url, '--port', '0', '--json']);
  const { address } = outputs['queue board'].parse(await printedBy(board));
  expect((await fetch(address)).status).toBe(200);
  board.kill('SIGTERM');
  expect((await board).exitCode).toBe(0);
  await server.stop();
});

it('worker, once it is stopped', async ({ skip }) => {
  skip(!hasRedis, 'no redis-server is installed');
  const server = await startRedis(folder);
  const model = await smallModel({ encoder: 'tiny', layers: [1] });
  const printed = async (of: string): Promise<unknown> => {
    const worker = execa('node', ['bin/run.js', 'worker', server.url, of, '--device', 'cpu', '--json']);
    while (!(await server.ask('client', 'list')).includes('cmd=bzpopmin')) await sleep(50);
    worker.kill('SIGINT');
    await worker;
    while ((await server.ask('client', 'list')).includes('cmd=bzpopmin')) await sleep(50);
    return outputs.worker.parse(JSON.parse((await worker).stdout));
  };
  expect(await printed(model)).toEqual({ recordings: 0, seconds: 0, setAside: 0 });
  expect(await printed('--runs')).toEqual({ runs: [] });
  await server.stop();
});

it('what goes wrong', async () => {
  const { exitCode, stdout } = await inProcess(folder, 'recipe', 'check', 'nothing.yaml', '--json');
  expect(exitCode).toBe(2);
  expect(failure.parse(JSON.parse(stdout)).error.next).toBeDefined();
});

it('no command is left out', ({ task }) => {
  const names = namesIn(task.file.tasks);
  for (const command of Object.keys(outputs))
    expect(
      names.some((name) => name === command || name.startsWith(`${command} `) || name.startsWith(`${command},`)),
      command,
    ).toBe(true);
});

const namesIn = (tasks: readonly RunnerTask[]): string[] =>
  tasks.flatMap((task) => (task.type === 'suite' ? namesIn(task.tasks) : [task.name]));
