import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../support/errors.ts';
import type { Folder } from '../import/folder.ts';
import { splitIn, splitNamed } from '../import/splits.ts';
import type { DataSetImporter, Row } from './importer.ts';
import { recordsIn } from './json.ts';

/**
 * Lhotse's manifests: `…recordings….jsonl.gz` says where recordings are, `…supervisions….jsonl.gz` what is said in
 * them.
 */
export const lhotse: DataSetImporter = {
  name: 'lhotse',
  title: 'Lhotse manifests',
  layout: true,
  finds: (folder) =>
    folder.ending('jsonl', 'jsonl\\.gz').filter((file) => /supervisions/.test(path.posix.basename(file))),
  rows,
};

const recording = z.looseObject({
  id: z.string(),
  sources: z.array(z.looseObject({ type: z.string(), source: z.string() })),
});
const supervision = z.looseObject({
  id: z.string(),
  recording_id: z.string(),
  start: z.number().default(0),
  duration: z.number(),
  text: z.string().nullish(),
  speaker: z.string().nullish(),
  language: z.string().nullish(),
});

async function* rows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const recordings = await recordingsBeside(folder, file);
    const split = splitIn(file) ?? file.split(/[._/]/).map(splitNamed).find(Boolean);
    for await (const { value, line } of recordsIn(folder, file)) {
      const parsed = supervision.safeParse(value);
      const names = parsed.success ? recordings.get(parsed.data.recording_id) : undefined;
      if (!parsed.success || !names) {
        const reason = parsed.success ? 'no recording of its id is listed' : 'it is no supervision of Lhotse';
        yield { item: typeof value.id === 'string' ? value.id : `${file}/${line}`, reason, place: { file, line } };
        continue;
      }
      const { id, start, duration, text, speaker, language } = parsed.data;
      yield {
        ...{ id, text: text ?? '', start, end: start + duration, recording: names, file, line },
        ...(speaker && { speaker }),
        ...(language && { language }),
        ...(split && { split }),
      };
    }
  }
}

async function recordingsBeside(folder: Folder, file: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const own = path.posix.basename(file).replace('supervisions', 'recordings');
  const beside = path.posix.join(path.posix.dirname(file), own);
  if (!folder.has(beside)) return found;
  for await (const { value } of recordsIn(folder, beside)) {
    const parsed = recording.safeParse(value);
    if (!parsed.success) continue;
    // A command or an address is never followed.
    const files = parsed.data.sources.filter(({ type }) => type === 'file').map(({ source }) => source);
    found.set(parsed.data.id, files);
  }
  return found;
}
