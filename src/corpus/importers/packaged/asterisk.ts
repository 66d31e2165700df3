import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';
import { filesBelow, keepRecording } from './recordings.ts';
import { readTranscripts, repaired, unusable } from './transcripts.ts';

/** What source.yaml says of it. */
export const asteriskSource = z.strictObject({
  ...terms,
  importer: z.literal('asterisk'),
  /** Folder of the recordings, and the list of what is said in them, inside the packages. */
  sounds: placeInside,
  transcripts: placeInside,
  /** Words whose accented letters were lost on the way to the list → the words. */
  repair: z.record(z.string(), z.string()).default({}),
  /** Prompts that are sounds, though the list has words for them. */
  exclude: z.array(z.string()).default([]),
});
export type AsteriskSource = z.infer<typeof asteriskSource>;

/** Telephone prompts of Asterisk: a list of `name: what is said`, and a recording for each name. */
export async function* importAsterisk(
  source: AsteriskSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  const sounds = path.join(context.unpacked, source.sounds);
  const transcripts = await readTranscripts(path.join(context.unpacked, source.transcripts));
  const files = (await filesBelow(sounds)).filter((file) => /\.(g722|wav)$/.test(file));
  const recordings = new Map(files.map((file) => [withoutExtension(file), file]));
  const task = context.progress?.('import', transcripts.size, 'prompts');
  for (const [name, transcript] of transcripts) {
    context.signal?.throwIfAborted();
    task?.advance();
    const recording = recordings.get(name);
    recordings.delete(name);
    if (!recording) {
      yield { item: name, reason: 'there is a transcript but no recording' };
      continue;
    }
    const text = repaired(transcript, source.repair);
    const reason = source.exclude.includes(name) ? 'a sound, not speech' : unusable(text);
    if (reason) {
      yield { item: name, reason };
      continue;
    }
    const { audio, ...duration } = await keepRecording(path.join(sounds, recording), recording, context.folder);
    yield {
      id: name,
      audio,
      text,
      language: source.language,
      ...(source.speaker ? { speaker: source.speaker } : {}),
      ...duration,
    };
  }
  for (const name of [...recordings.keys()].sort())
    yield { item: name, reason: 'there is a recording but no transcript' };
  task?.done();
}

const withoutExtension = (file: string): string => file.replace(/\.\w+$/, '');
