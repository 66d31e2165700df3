import { execa } from 'execa';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

const REFERENCES = 'test/fixtures/evaluate/sclite/ref.trn';

/** The files of modules that a command has loaded, as V8 tells. */
async function loadedBy(...args: string[]): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'loaded-'));
  await execa('node', [path.resolve('bin/run.js'), ...args], { env: { NODE_V8_COVERAGE: folder } });
  return readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  });
}

it('--version loads nothing', async () => {
  expect((await loadedBy('--version')).map((url) => path.basename(url))).toEqual(['run.js']);
});

const packagesOf = (loaded: string[]): string[] => [
  ...new Set(loaded.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])),
];

it('what computes nothing loads no ONNX, and what runs no program nothing that runs programs', async () => {
  const scored = packagesOf(await loadedBy('score', '--ref', REFERENCES, '--hyp', REFERENCES));
  expect(scored).toContain('@oclif/core');
  for (const heavy of ['onnxruntime-node', '@bufbuild/protobuf', 'execa']) expect(scored, heavy).not.toContain(heavy);
  expect(packagesOf(await loadedBy('cache', 'list'))).not.toContain('execa');
});

it('transcribing loads what it needs, and a plain WAV no runner of programs', async () => {
  const recording = path.join(mkdtempSync(path.join(tmpdir(), 'short-')), 'short.wav');
  await writeWav(recording, speechlike(2));
  const loaded = await loadedBy('transcribe', await smallModel({ encoder: 'tiny', layers: [1] }), recording);
  const packages = packagesOf(loaded);
  expect(packages).toContain('onnxruntime-node');
  for (const heavy of [
    '@huggingface/transformers',
    'execa',
    'fluent-ffmpeg',
    'iso-639-3',
    'piscina',
    'n2words',
    'yaml',
    'meyda',
  ])
    expect(packages, heavy).not.toContain(heavy);
});

it('commands are listed for whoever reads the list instead of their modules', async () => {
  const { stdout } = await execa('node', ['bin/run.js', '--help']);
  expect(stdout).toContain('transcribe');
  const manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as { commands: Record<string, unknown> };
  expect(Object.keys(manifest.commands)).toContain('transcribe');
});
