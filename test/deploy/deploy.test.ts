import { execa } from 'execa';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { smallModel, speechlike } from '../model/small-model.ts';
import { hasRedis, startRedis } from '../transcribe/redis.ts';
import { commandLines, containersOf, parse, yamlIn, type Container } from './command-lines.ts';

const RECORDINGS = 12;
const PAGE = readFileSync('docs/many-machines.md', 'utf8');
const manifests = ['shards', 'queue', 'submit'].map((name) => `deploy/kubernetes/${name}.yaml`);

interface Compose {
  services: Record<string, { command: string; volumes: string[] }>;
}
const compose = yamlIn('deploy/compose.yaml')[0] as unknown as Compose;

/** What a container runs, as isogloss's own words or as shell text. */
const shellOf = ({ command, args }: Container): string =>
  command === undefined ? `isogloss ${args!.join(' ')}` : command.at(-1)!;

const containers = manifests
  .flatMap((file) => containersOf(yamlIn(file)).map((container) => ({ file, container })))
  .filter(({ container }) => shellOf(container).includes('isogloss') && !container.args?.includes('redis-server'));

describe('command lines', () => {
  const lines = [
    ...containers.flatMap(({ file, container }) => commandLines(shellOf(container)).map((line) => ({ file, line }))),
    ...['worker', 'transcribe'].map((name) => ({
      file: 'deploy/compose.yaml',
      line: compose.services[name]!.command.split(' '),
    })),
    ...['deploy/slurm.sh', 'docs/many-machines.md'].flatMap((file) =>
      commandLines(readFileSync(file, 'utf8')).map((line) => ({ file, line })),
    ),
  ];

  it('are found in every file', () => {
    expect(new Set(lines.map(({ file }) => file))).toEqual(
      new Set([...manifests, 'deploy/compose.yaml', 'deploy/slurm.sh', 'docs/many-machines.md']),
    );
  });

  it.each(lines)('$file: $line', async ({ line }) => {
    await expect(parse(line)).resolves.toBeDefined();
  });

  it('with a flag that there isn’t would be told', async () => {
    await expect(parse(['worker', 'redis://host:6379', 'model', '--colour', 'blue'])).rejects.toThrow('--colour');
  });
});

describe('containers', () => {
  it('have the folders that their commands name, and write only where they may', () => {
    for (const { file, container } of containers) {
      for (const line of commandLines(shellOf(container))) {
        for (const folder of line.filter((word) => word.startsWith('/'))) {
          const mount = container.volumeMounts!.find(({ mountPath }) => folder.startsWith(`${mountPath}/`));
          expect(mount, `${file}: ${folder}`).toBeDefined();
          if (folder === line[line.indexOf('--out') + 1]) expect(mount!.readOnly ?? false).toBe(false);
        }
      }
    }
    for (const [name, { command, volumes }] of Object.entries(compose.services)) {
      const mounted = volumes.map((volume) => /:(\/\w+)(:ro)?$/.exec(volume)!);
      const words = name === 'redis' ? [] : command.split(' ');
      for (const folder of words.filter((word) => word.startsWith('/'))) {
        const [, , readOnly] = mounted.find(([, at]) => at === folder)!;
        expect(readOnly === undefined, `${name}: ${folder}`).toBe(folder === words[words.indexOf('--out') + 1]);
      }
    }
  });

  it('find the server of the queue where they look for it', () => {
    const hosts = (text: string): string[] => [...text.matchAll(/redis:\/\/([\w-]+)/g)].map(([, host]) => host!);
    for (const host of hosts(readFileSync('deploy/compose.yaml', 'utf8')))
      expect(Object.keys(compose.services)).toContain(host);
    const services = manifests.flatMap((file) => yamlIn(file)).filter(({ kind }) => kind === 'Service');
    const names = services.map(({ metadata }) => (metadata as { name: string }).name);
    const asked = manifests.flatMap((file) => hosts(readFileSync(file, 'utf8')));
    expect(new Set(asked)).toEqual(new Set(names));
  });

  it('take from a clone what is in it', () => {
    for (const file of readdirSync('deploy').filter((name) => name.startsWith('Dockerfile'))) {
      const text = readFileSync(path.join('deploy', file), 'utf8');
      for (const [, sources] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
        for (const source of sources!.split(' ')) expect(existsSync(source), `${file}: ${source}`).toBe(true);
      expect(text).toMatch(/^ENTRYPOINT \["isogloss"\]$/m);
    }
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(scripts).toHaveProperty('build');
  });

  it('are described by files that the page names, and by no others', () => {
    const named = new Set([...PAGE.matchAll(/deploy\/[\w./-]+\w/g)].map(([file]) => file));
    const there = readdirSync('deploy', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name));
    expect([...named].sort()).toEqual(there.sort());
  });
});

describe('an archive in parts', { tags: ['slow'] }, () => {
  let folder: string;
  let env: Record<string, string>;
  const wanted = Array.from({ length: RECORDINGS }, (_, i) => `${i}.srt`).sort();

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'deploy-'));
    await rename(await smallModel({ encoder: 'tiny', layers: [1] }), path.join(folder, 'model'));
    for (let i = 0; i < RECORDINGS; i++)
      await writeWav(path.join(folder, 'tapes', `${i}.wav`), speechlike(1 + (i % 3), i + 1));
    await writeFile(path.join(folder, 'tapes/broken.wav'), 'no sound');
    await mkdir(path.join(folder, 'bin'));
    await symlink(path.resolve('bin/run.js'), path.join(folder, 'bin/isogloss'));
    env = { PATH: `${path.join(folder, 'bin')}:${process.env.PATH}`, ISOGLOSS_THREADS: '1' };
  });

  /** What the parts have noted as done: recordings by name, as often as they were done. */
  async function doneIn(out: string): Promise<string[]> {
    const names = (await readdir(path.join(folder, out))).filter((name) => name.startsWith('isogloss-journal'));
    const texts = names.map((name) => readFileSync(path.join(folder, out, name), 'utf8'));
    return texts.flatMap((text) =>
      [...text.matchAll(/"state":"done","recording":"([^"]+)"/g)].map(([, recording]) =>
        path.basename(recording!).replace('.wav', '.srt'),
      ),
    );
  }

  it('is done by the tasks of Slurm’s script, each recording once', async () => {
    for (let task = 1; task <= 4; task++) {
      const array = { SLURM_ARRAY_TASK_ID: String(task), SLURM_ARRAY_TASK_COUNT: '4' };
      const script = [path.resolve('deploy/slurm.sh'), 'model', 'tapes', 'slurm'];
      const { exitCode, stderr } = await execa('bash', script, {
        cwd: folder,
        env: { ...env, ...array },
        reject: false,
      });
      expect(exitCode, stderr).toBe(0);
    }
    expect((await doneIn('slurm')).sort()).toEqual(wanted);
    expect((await readdir(path.join(folder, 'slurm'))).filter((name) => name.endsWith('.srt')).sort()).toEqual(wanted);
  });

  it('ends with an error where the model is none, in Slurm’s script too', async () => {
    const array = { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '4' };
    const script = [path.resolve('deploy/slurm.sh'), 'nothing', 'tapes', 'failed'];
    const { exitCode } = await execa('bash', script, { cwd: folder, env: { ...env, ...array }, reject: false });
    expect(exitCode).toBe(2);
  });

  it('is done by the pods of the indexed Job, each recording once', async () => {
    const [job] = yamlIn('deploy/kubernetes/shards.yaml');
    const { completions } = job!.spec as unknown as { completions: number };
    const shell = containersOf([job!])[0]!.command!.at(-1)!.replaceAll('/archive', folder);
    for (let index = 0; index < completions; index++) {
      const pod = { ...env, JOB_COMPLETION_INDEX: String(index) };
      const { exitCode, stderr } = await execa('/bin/sh', ['-c', shell], { env: pod, reject: false });
      expect(exitCode, stderr).toBe(0);
    }
    expect((await doneIn('drafts')).sort()).toEqual(wanted);
  });

  it.skipIf(!hasRedis)('is done by a worker and who submits, as the page says', async () => {
    await mkdir(path.join(folder, 'runs/abui-1a2b3c4d'), { recursive: true });
    await symlink(path.join(folder, 'model'), path.join(folder, 'runs/abui-1a2b3c4d/model'));
    const server = await startRedis(folder);
    const [work, submit] = ['worker', 'transcribe .* --queue'].map((words) =>
      new RegExp(`^ {4}(isogloss ${words}.*)$`, 'm').exec(PAGE)![1]!.replace('redis://queue.example:6379', server.url),
    );
    const out = path.join(folder, submit!.split('--out ')[1]!.split(' ')[0]!);
    // Where the pods wrote all is done already.
    await rm(out, { recursive: true, force: true });
    const worker = execa(`exec ${work}`, { shell: true, cwd: folder, env, reject: false });
    const { exitCode, stderr } = await execa(submit!, { shell: true, cwd: folder, env, reject: false });
    expect(exitCode, stderr).toBe(3);
    worker.kill('SIGTERM');
    const { stdout, exitCode: left } = await worker;
    await server.stop();
    expect([left, stdout]).toEqual([0, expect.stringContaining(`${RECORDINGS} recordings transcribed`)]);
    const written = await readdir(out);
    expect(written.filter((name) => name.endsWith('.eaf'))).toHaveLength(RECORDINGS);
  });
});
