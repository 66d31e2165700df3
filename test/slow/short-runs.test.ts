/** @module-tag slow */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isogloss, SHORT, WARNINGS, type RunAnswer } from './short-run.ts';

const figures = ({ metrics }: RunAnswer): unknown => ({
  test: metrics.test,
  dev: metrics.dev,
  epochs: metrics.train.epochs,
});

describe('killed at any moment, the same command ends with the same figures', () => {
  it('in preparation, in features, in training, in evaluation', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'killed-'));
    const recipe = path.join(folder, 'short.yaml');
    await writeFile(recipe, SHORT);
    const run = (name: string): string[] => ['run', recipe, '--runs', path.join(folder, name), '--json'];
    const cache = (name: string) => ({ env: { ISOGLOSS_CACHE: path.join(folder, `cache-${name}`) } });
    const began = performance.now();
    const whole = JSON.parse(String((await isogloss(run('whole'), cache('whole'))).stdout)) as RunAnswer;
    const fifth = (performance.now() - began) / 5;
    // A different moment each time: what is done is kept, so each try gets further.
    for (let delay = fifth / 2; ; delay += fifth) {
      const process = isogloss(run('killed'), cache('killed'));
      const ended = await Promise.race([process, sleep(delay).then(() => undefined)]);
      if (ended) {
        const killed = JSON.parse(String(ended.stdout)) as RunAnswer;
        expect(figures(killed)).toEqual(figures(whole));
        const weights = ({ folder: run }: RunAnswer): Promise<Buffer> => readFile(path.join(run, 'model', 'head.onnx'));
        expect((await weights(killed)).equals(await weights(whole))).toBe(true);
        break;
      }
      process.kill('SIGKILL');
      await process;
      expect(existsSync(path.join(folder, 'killed', path.basename(whole.folder), 'metrics.json'))).toBe(false);
    }
  });
});

describe('going on from a model', () => {
  it('shows what was gained and what was forgotten, and learns new letters', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'start-'));
    const [first, second] = ['first', 'second'].map((name) => path.join(folder, `${name}.yaml`)) as [string, string];
    await writeFile(first, SHORT.replace('name: short', 'name: first'));
    const rest =
      'split: { test: { minutes: 0.5 }, dev: { minutes: 0.5 }, train: { minutes: 1 } }\ntext: { digits: spell, map: { qu: ꝗ } }\n';
    await writeFile(
      second,
      `name: second\nlanguage: it\ncorpus: asterisk-it-menardi\n${rest}start: ${first}\ntraining: { epochs: 2 }\n`,
    );
    const early = await isogloss(['run', second, '--runs', folder]);
    expect(early.exitCode).toBe(2);
    expect(early.stderr).toContain('has not been run');
    await isogloss(['run', first, '--runs', folder, '--json']);
    const { stdout } = await isogloss(['run', second, '--runs', folder, '--json']);
    const answer = JSON.parse(String(stdout)) as RunAnswer;
    expect(answer.metrics).toMatchObject({
      before: { test: { cer: expect.any(Number) as number } },
      forgetting: {
        recipe: 'first',
        before: { utterances: expect.any(Number) as number },
        after: { cer: expect.any(Number) as number },
      },
    });
    const vocabulary = async (run: string): Promise<string[]> =>
      Object.keys(JSON.parse(await readFile(path.join(run, 'model', 'vocab.json'), 'utf8')) as object);
    const old = (await readdir(folder)).find((name) => name.startsWith('first-'))!;
    const [before, after] = [await vocabulary(path.join(folder, old)), await vocabulary(answer.folder)];
    // Tokens keep their numbers; new ones come after them.
    expect(after.slice(0, before.length)).toEqual(before);
    expect(before).not.toContain('ꝗ');
    expect(after).toContain('ꝗ');
  });
});

describe('an encoder that others exported', () => {
  it('feeds a head, has its top block unfrozen, and transcribes from the model folder', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'exported-'));
    const recipe = path.join(folder, 'exported.yaml');
    const stages =
      'stages: [{ train: head, epochs: 1, learning_rate: 0.003 }, { train: { top: 1 }, epochs: 1, learning_rate: 0.003 }]';
    await writeFile(
      recipe,
      `${SHORT.replace('name: short', 'name: exported').replace('encoder: { layer: 4 }', 'encoder: { model: test/fixtures/encoders/wav2vec2-stable-legacy17.onnx }')}${stages}\n`,
    );
    const { stdout, exitCode, stderr } = await isogloss(['run', recipe, '--runs', folder, '--json']);
    expect(exitCode, stderr as string).toBe(0);
    const { folder: run } = JSON.parse(String(stdout)) as RunAnswer;
    expect(await readFile(path.join(run, 'model', 'encoder.onnx'))).not.toEqual(
      await readFile('test/fixtures/encoders/wav2vec2-stable-legacy17.onnx'),
    );
    expect(
      (await isogloss(['transcribe', path.join(run, 'model'), 'corpora/asterisk-it/audio/vm-goodbye.g722'])).exitCode,
    ).toBe(0);
  });
});

describe('a new encoder', () => {
  it('is trained from nothing by a recipe, and another recipe can use it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'new-'));
    const recipe = path.join(folder, 'new.yaml');
    const small =
      'architecture: { conv_widths: [8, 8, 8, 8, 8, 8, 16], dims: 32, blocks: 1, heads: 2, feed_forward: 32, position_kernel: 3, position_groups: 4 }';
    await writeFile(
      recipe,
      SHORT.replace('name: short', 'name: new')
        .replace('encoder: { layer: 4 }', `encoder: { model: new, ${small} }\ntrain: all`)
        .replace('epochs: 8', 'epochs: 2'),
    );
    const { stdout, stderr } = await isogloss(['run', recipe, '--runs', folder, '--json']);
    expect(stderr).toMatch(WARNINGS);
    const encoder = path.join((JSON.parse(String(stdout)) as RunAnswer).folder, 'model', 'encoder.onnx');
    const second = path.join(folder, 'second.yaml');
    await writeFile(
      second,
      SHORT.replace('{ layer: 4 }', `{ model: ${encoder}, layer: 1 }`).replace('epochs: 8', 'epochs: 1'),
    );
    const { exitCode } = await isogloss(['run', second, '--runs', folder, '--json']);
    expect(exitCode).toBe(0);
  });
});
