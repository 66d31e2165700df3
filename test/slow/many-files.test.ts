/** @module-tag slow */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { byRecording } from '../../src/corpus/by-recording.ts';
import { recordingsAt } from '../../src/transcribe/find-recordings.ts';

/** More than a call takes as arguments. */
const MANY = 200_000;

it('recordings are found however many lie in a folder', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'many-'));
  mkdirSync(path.join(folder, 'inside'));
  for (let i = 0; i < MANY; i++) writeFileSync(path.join(folder, 'inside', `${i}.wav`), '');
  expect(await recordingsAt([folder])).toHaveLength(MANY);
  await rm(folder, { recursive: true });
});

it('a recording may have any number of utterances', () => {
  const [group] = byRecording(Array(MANY).keys(), () => 'one.wav', 64);
  expect(group).toHaveLength(MANY);
});
