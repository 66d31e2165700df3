import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import { readText } from '../../../support/files.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { filesBelow, keepRecording } from './recordings.ts';
import { placeInside, repositoryTerms } from './terms.ts';
import { unusable } from './transcripts.ts';

/** What source.yaml says of it. */
export const ljspeechSource = z.strictObject({
  ...repositoryTerms,
  importer: z.literal('ljspeech'),
  /** Folder of the recordings, and the list of what is said in them, inside the repository. */
  sounds: placeInside,
  transcripts: placeInside.default('metadata.csv'),
});
export type LjspeechSource = z.infer<typeof ljspeechSource>;

/** Recordings of one voice as LJSpeech has them: a list of `name|what is said`, and a recording for each name. */
export async function* importLjspeech(
  source: LjspeechSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  const root = path.join(context.unpacked, source.sounds);
  const recordings = new Map((await filesBelow(root)).map((file) => [path.posix.parse(file).name, file]));
  const lines = (await readText(path.join(context.unpacked, source.transcripts)))
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const task = context.progress?.('import', lines.length, 'recordings');
  for (const line of lines) {
    context.signal?.throwIfAborted();
    task?.advance();
    // A third field, where there is one, is the same with numbers as words.
    const [name = '', said = '', spelled = said] = line.split('|');
    const recording = recordings.get(name);
    const reason = recording === undefined ? 'there is a transcript but no recording' : unusable(spelled);
    if (reason !== undefined || recording === undefined) {
      yield { item: name, reason: reason! };
      continue;
    }
    const kept = await keepRecording(path.join(root, recording), recording, context.folder);
    yield {
      id: name,
      ...kept,
      text: spelled,
      language: source.language,
      ...(source.speaker ? { speaker: source.speaker } : {}),
    };
  }
  task?.done();
}
