import path from 'node:path';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import { Random } from '../../src/support/random.ts';

/** A second of noise for each of sixteen letters, and its manifest: enough for a run to go through. */
export async function writeSmallCorpus(folder: string): Promise<void> {
  const random = new Random(1);
  const letters = 'abcdefghijklmnop';
  for (const name of letters)
    await writeWav(
      path.join(folder, `${name}.wav`),
      Float32Array.from({ length: 16_000 }, () => 0.1 * random.normal()),
    );
  await writeManifest(
    folder,
    Array.from(letters, (name) => ({ id: name, audio: `${name}.wav`, text: `su ${name}` })),
  );
}
