import { execa, type Result } from 'execa';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { inProcess } from './in-process.ts';

const BIN = path.resolve('bin/run.js');
let folder: string;

/** Runs the built command line as a user would, where what a process does at its end counts. */
const started = (...args: string[]): Promise<Result> => execa('node', [BIN, ...args], { cwd: folder, reject: false });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
  const corpus = path.join(folder, 'corpora', 'mine');
  await writeWav(
    path.join(corpus, 'one.wav'),
    Float32Array.from({ length: 16000 }, (_, i) => 0.3 * Math.sin(i / 9)),
  );
  await writeWav(path.join(corpus, 'lonely.wav'), new Float32Array(8000));
  await writeFile(path.join(corpus, 'text.wav'), 'not sound');
  const lines = [
    { id: 'one', audio: 'one.wav', text: 'uno' },
    { id: 'two', audio: 'missing.wav', text: 'due' },
    { id: 'three', audio: 'text.wav', text: 'tre' },
  ];
  await writeFile(path.join(corpus, 'manifest.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  await cp('recipes', path.join(folder, 'recipes'), { recursive: true });
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('NO_COLOR', '1');
});

afterAll(() => {
  vi.unstubAllEnvs();
});

describe('every command', () => {
  it('has a real example in its help, and --json', async () => {
    for (const command of [
      'run',
      'transcribe',
      'corpus fetch',
      'corpus audit',
      'corpus import',
      'corpus export',
      'encoder list',
      'encoder inspect',
      'encoder fetch',
      'encoder suggest',
      'recipe check',
      'doctor',
      'score',
      'evaluate',
      'curve',
      'reproduce',
      'cache list',
      'cache clear',
      'cache verify',
      'runs archive',
      'runs list',
      'runs scalars',
      'runs show',
      'runs compare',
      'runs clean',
      'compare',
      'export',
      'lm build',
      'lm perplexity',
    ]) {
      const { stdout, exitCode } = await inProcess(folder, ...command.split(' '), '--help');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(new RegExp(`EXAMPLES\\s+\\$ isogloss ${command}`));
      expect(stdout).toContain('--json');
    }
  });

  it('ends with 2 on bad usage, in one line', async () => {
    const { exitCode, stderr } = await started('run');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^Missing 1 required arg: recipe\. See --help\.$/m);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('recipe check', () => {
  it('shows the run folder of a good recipe', async () => {
    const { exitCode, stdout } = await inProcess(folder, 'recipe', 'check', 'recipes/italian-10min.yaml', '--json');
    expect(exitCode).toBe(0);
    const answer = JSON.parse(String(stdout)) as {
      recipe: { name: string };
      run: string;
      memory: { bytes: Record<string, number> }[];
    };
    expect(answer.recipe.name).toBe('italian-10min');
    expect(answer.memory).toEqual([
      { stage: 'head', mode: 'keep', precision: 'float32', bytes: expect.any(Object) as object },
    ]);
    expect(Object.keys(answer.memory[0]!.bytes)).toEqual(['weights', 'kept', 'working', 'batches', 'held', 'total']);
    expect(answer.run).toMatch(/^italian-10min-[0-9a-f]{8}$/);
  });

  it('says of the corpus why nothing in it can be used', async () => {
    await writeFile(path.join(folder, 'mine.yaml'), 'name: mine\nlanguage: it\ncorpus: mine\n');
    const { exitCode, stderr } = await inProcess(folder, 'recipe', 'check', 'mine.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/can’t be divided into train, dev and test; 2 of 3 set aside: 1 /);
  });

  it('names file, line, what, and what to do', async () => {
    await writeFile(path.join(folder, 'bad.yaml'), 'name: a\nlanguage: it\ncorpus: x\nepochs: 3\n');
    const { exitCode, stderr, stdout } = await started('recipe', 'check', 'bad.yaml');
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^bad\.yaml:4: unknown key epochs; allowed here: .*\n {2}→ .*docs\/recipes\.md/);
  });

  it('tells the same as JSON', async () => {
    const { exitCode, stdout } = await inProcess(folder, 'recipe', 'check', 'bad.yaml', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(String(stdout))).toMatchObject({ error: { file: 'bad.yaml', line: 4 } });
  });
});

describe('corpus audit', () => {
  it('lists what can’t be used and what the manifest forgot; exit code 3', async () => {
    const { exitCode, stdout } = await started('corpus', 'audit', 'mine', '--json');
    expect(exitCode).toBe(3);
    const audit = JSON.parse(String(stdout)) as {
      utterances: number;
      findings: { severity: string; item: string; what: string }[];
    };
    expect(audit.utterances).toBe(1);
    expect(
      audit.findings
        .filter((f) => f.severity === 'error')
        .map((f) => f.item)
        .sort(),
    ).toEqual(['three', 'two']);
    expect(audit.findings.find((f) => f.item === 'lonely.wav')!.what).toMatch(/manifest does not name/);
  });

  it('tells how to get a corpus that is only known by its source', async () => {
    const { exitCode, stderr } = await inProcess(folder, 'corpus', 'audit', 'asterisk-ru');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/not here yet[^]*isogloss corpus fetch asterisk-ru/);
  });

  it('says so when there is no such corpus', async () => {
    const { exitCode, stderr } = await inProcess(folder, 'corpus', 'audit', 'nowhere');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no corpus nowhere/);
  });
});

describe('corpus fetch', () => {
  it('has nothing to fetch for a corpus of one’s own', async () => {
    const { exitCode, stderr } = await inProcess(folder, 'corpus', 'fetch', 'mine');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no source\.yaml/);
  });
});

describe('run', () => {
  it('refuses a corpus that is too small, and says what it has', async () => {
    await writeFile(path.join(folder, 'small.yaml'), 'name: small\nlanguage: it\ncorpus: mine\n');
    const { exitCode, stderr } = await inProcess(folder, 'run', 'small.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^1 utterance \(.* can’t be divided into train, dev and test; 2 of 3 set aside: /m);
  });
});

describe('transcribe', () => {
  it('says what a model folder is', async () => {
    const { exitCode, stderr } = await inProcess(folder, 'transcribe', 'corpora/mine', 'corpora/mine/one.wav');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/not a model folder/);
    await writeFile(path.join(folder, 'model.safetensors'), '');
    const file = await inProcess(folder, 'transcribe', 'model.safetensors', 'corpora/mine/one.wav');
    expect(file.stderr).toMatch(/a model is a folder, and this is a file in one\n {2}→ Name the folder: \./);
  });
});

describe('doctor and encoder list', () => {
  it('find what the package brings', async () => {
    const doctor = await inProcess(folder, 'doctor', '--device', 'cpu', '--json');
    expect(doctor.exitCode).toBe(0);
    const diagnosis = JSON.parse(doctor.stdout) as {
      findings: { state: string; what: string; value: string }[];
      providers: { name: string; bundled: boolean; works: boolean }[];
      gpus: unknown[];
    };
    expect(Object.keys(diagnosis)).toEqual(['findings', 'providers', 'gpus', 'product']);
    expect(diagnosis.findings.map((f) => f.what)).toEqual(
      expect.arrayContaining([
        'Node.js',
        'ffmpeg',
        'ONNX Runtime',
        'threads',
        'memory',
        'disk',
        'cache',
        'GPU',
        'provider cpu',
        'product on cpu',
      ]),
    );
    expect(diagnosis.providers[0]).toEqual({ name: 'cpu', bundled: true, works: true });
    expect(Object.keys((JSON.parse(doctor.stdout) as { product: object }).product)).toEqual([
      'device',
      'size',
      'relative_error',
      'milliseconds',
    ]);
    const list = await inProcess(folder, 'encoder', 'list', '--json');
    expect((JSON.parse(list.stdout) as { name: string }[]).map((e) => e.name)).toEqual([
      'embedded',
      'embedded-small',
      'random',
    ]);
  });
});
