/**
 * `isogloss transcribe` beside other programs that run the same exported network on the same recordings:
 *
 *     npx tsx bench/transcribe-beside.ts runs/italian-character-lm-… corpora/asterisk-it [ROUNDS] [RECORDINGS]
 *
 * Each is a process with two threads. They take turns, so that what else the machine does meets all of them: first running, with the model
 * loaded, then as whole processes. Least wall seconds of all rounds, and least CPU seconds, which a busy machine changes less. What is not
 * installed is named.
 */
import { execa } from 'execa';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeAudio } from '../src/audio/decode.ts';
import { SAMPLE_RATE } from '../src/audio/sample-rate.ts';
import { writeWav } from '../src/audio/wav.ts';
import { loadManifest } from '../src/corpus/index.ts';
import { cer } from '../src/evaluate/rates.ts';
import { exportModel } from '../src/export/index.ts';

const ONE = path.join(import.meta.dirname, 'one-transcriber.mjs');

interface Measured {
  seconds: number;
  cpu: number;
  texts?: string[];
}

const [run, corpus, rounds = '5', most = '200'] = process.argv.slice(2);
if (run === undefined || corpus === undefined)
  throw new Error('npx tsx bench/transcribe-beside.ts RUN CORPUS [ROUNDS] [RECORDINGS]');
const work = await mkdtemp(path.join(tmpdir(), 'transcribe-beside-'));
const wavs = path.join(work, 'wavs');
const sound = await writeRecordings(corpus, wavs);
const greedy = path.join(work, 'greedy');
const searches = await writeGreedy(path.join(run, 'model'), greedy);
const [forTransformers, forSherpa] = [path.join(work, 'transformers'), path.join(work, 'sherpa')];
await exportModel(greedy, 'transformers', forTransformers);
await exportModel(greedy, 'sherpa', forSherpa);

const contestants: Record<string, [name: string, model: string]> = {
  'session.run alone': ['session.run alone', greedy],
  'isogloss, greedily': ['isogloss', greedy],
  ...(searches ? { 'isogloss, beam search': ['isogloss', path.join(run, 'model')] as [string, string] } : {}),
  'transformers.js': ['transformers.js', forTransformers],
  'sherpa-onnx': ['sherpa-onnx', forSherpa],
};
await compare('running', await running(contestants));
await compare('as a whole process', whole(contestants));
await rm(work, { recursive: true });

/** @returns their length in seconds */
async function writeRecordings(from: string, into: string): Promise<number> {
  let samples = 0;
  for (const [i, { audio }] of (await loadManifest(from)).slice(0, Number(most)).entries()) {
    const decoded = await decodeAudio(path.join(from, audio));
    await writeWav(path.join(into, `${String(i).padStart(3, '0')}.wav`), decoded);
    samples += decoded.length;
  }
  return samples / SAMPLE_RATE;
}

/** The same model without beam search. @returns whether there was any */
async function writeGreedy(model: string, into: string): Promise<boolean> {
  await cp(model, into, { recursive: true, filter: (file) => !/language-model\.bin$|words\.txt$/.test(file) });
  const file = path.join(into, 'model.json');
  const { decoding, ...about } = JSON.parse(await readFile(file, 'utf8')) as { decoding?: unknown };
  await writeFile(file, JSON.stringify(about));
  return decoding !== undefined;
}

type Contest = Record<string, { once: () => Promise<Measured>; end?: () => Promise<unknown> }>;

async function compare(how: string, contest: Contest): Promise<void> {
  const results = new Map<string, Measured[]>(Object.keys(contest).map((name) => [name, []]));
  for (let round = 0; round < Number(rounds); round++)
    for (const [name, { once: measure }] of Object.entries(contest)) results.get(name)!.push(await measure());
  for (const { end } of Object.values(contest)) await end?.();
  const ours = least(results.get('isogloss, greedily')!);
  const words = results.get('isogloss, greedily')![0]!.texts;
  console.log(`\n${how}, ${sound.toFixed(0)} s of sound in at most ${most} recordings, ${rounds} rounds`);
  for (const [name, all] of results) {
    const { seconds, cpu } = least(all);
    const ratios = `isogloss ${(seconds / ours.seconds).toFixed(2)} × as fast, CPU ${(cpu / ours.cpu).toFixed(2)} ×`;
    const texts = all[0]!.texts;
    const unlike = words && texts ? `; letters unlike isogloss’s ${(100 * cer(words, texts)).toFixed(1)} %` : '';
    console.log(`${name.padEnd(24)} ${seconds.toFixed(2)} s   CPU ${cpu.toFixed(2)} s   ${ratios}${unlike}`);
  }
}

function least(all: readonly Measured[]): Measured {
  return { seconds: Math.min(...all.map(({ seconds }) => seconds)), cpu: Math.min(...all.map(({ cpu }) => cpu)) };
}

/** Processes that have their models loaded, and have transcribed everything once. */
async function running(all: typeof contestants): Promise<Contest> {
  const contest: Contest = {};
  for (const [title, [name, model]] of Object.entries(all)) {
    const child = execa('node', [ONE, name, model, wavs], { stdin: 'pipe', reject: false });
    const lines = createInterface({ input: child.stdout });
    const next = async (): Promise<string> => String((await once(lines, 'line', { signal: gone.signal }))[0]);
    const gone = new AbortController();
    void child.then(() => gone.abort());
    const measure = async (): Promise<Measured> => {
      child.stdin.write('go\n');
      return JSON.parse(await next()) as Measured;
    };
    try {
      await next();
      await measure();
      contest[title] = { once: measure, end: () => (child.stdin.end(), child) };
    } catch {
      console.log(`${title} is left out: ${(await child).stderr.trim().split('\n').at(-1)}`);
    }
  }
  return contest;
}

/** The command from its start to its end; of others, a program of a few lines. */
function whole(all: typeof contestants): Contest {
  const contest: Contest = {};
  for (const [title, [name, model]] of Object.entries(all)) {
    if (name === 'session.run alone') continue;
    contest[title] = {
      once: () =>
        name === 'isogloss'
          ? timed(['bin/run.js', 'transcribe', model, wavs, '--format', 'srt', '--out', path.join(work, 'out')])
          : timed([ONE, name, model, wavs], 'go\n'),
    };
  }
  return contest;
}

/** With what all of its processes took. */
async function timed(args: readonly string[], input = ''): Promise<Measured> {
  await rm(path.join(work, 'out'), { recursive: true, force: true });
  const { stderr } = await execa('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@"', 'bash', 'node', ...args], {
    input,
    env: { ISOGLOSS_THREADS: '2', LC_ALL: 'C' },
  });
  const [real, user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number, number];
  return { seconds: real, cpu: user + system };
}
