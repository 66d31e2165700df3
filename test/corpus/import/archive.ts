import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeWav } from '../../../src/audio/wav.ts';
import { lookInto, type ImportPlan, type LookOptions } from '../../../src/corpus/import/import.ts';
import { writeCorpus, type ImportResult } from '../../../src/corpus/import/write-corpus.ts';
import { loadManifest } from '../../../src/corpus/manifest.ts';
import type { Utterance } from '../../../src/corpus/utterance.ts';
import { writeEaf, type AnnotationDocument, type MediaLink, type Tier } from '../../../src/formats/index.ts';

/** A working folder of its own, in which `corpora/` comes to be. */
export async function workplace(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'import-')));
  process.chdir(folder);
  return folder;
}

/** A tier of annotations that follow one another, a second each. */
export function tier(id: string, texts: readonly string[], more: Partial<Tier> = {}): Tier {
  return {
    ...{ id, kind: 'interval' },
    ...more,
    annotations: texts.map((text, i) => ({ id: `${id.replace(/\W/g, '')}${i + 1}`, start: i, end: i + 1, text })),
  };
}

/** Notes on the annotations of another tier. */
export function below(parent: Tier, id: string, texts: readonly string[], more: Partial<Tier> = {}): Tier {
  const annotations = texts.map((text, i) => ({
    ...{ id: `${id.replace(/\W/g, '')}n${i + 1}`, text },
    ...{ parent: parent.annotations[i]!.id!, start: i, end: i + 1, timing: 'parent' as const },
  }));
  return { id, kind: 'interval', constraint: 'Symbolic_Association', parent: parent.id, ...more, annotations };
}

export const documentWith = (tiers: readonly Tier[], media: MediaLink[] = []): AnnotationDocument => ({
  ...{ media, tiers: [...tiers], properties: [], vocabularies: [], notes: [] },
});

export const eaf = (tiers: readonly Tier[], media: MediaLink[] = []): string =>
  writeEaf(documentWith(tiers, media)).content;

export const wav = (file: string, seconds = 10): Promise<void> =>
  writeWav(file, new Float32Array(Math.round(seconds * 16000)));

export interface Imported {
  plan: ImportPlan;
  result: ImportResult;
  utterances: Utterance[];
}

export async function imported(place: string, options: LookOptions = {}): Promise<Imported> {
  const plan = await lookInto(place, options);
  const result = await writeCorpus(plan);
  return { plan, result, utterances: await loadManifest(result.folder) };
}
