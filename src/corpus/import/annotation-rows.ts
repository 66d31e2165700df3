import type { Annotation, AnnotationDocument, Tier } from '../../formats/index.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import type { AnnotationImporter, ImportOptions, Row } from '../importers/importer.ts';
import type { Documents } from './documents.ts';
import type { Folder } from './folder.ts';
import { namesOf } from './recordings.ts';
import { speakerOf, tierMatches } from './tier-groups.ts';

/** What stands in the tiers that are wanted, in order of time; a file that can't be read is set aside. */
export async function* annotationRows(
  importer: AnnotationImporter,
  folder: Folder,
  files: readonly string[],
  documents: Documents,
  options: ImportOptions,
): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    let read: AnnotationDocument[];
    try {
      read = await documents.of(file);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { item: file, reason: error.message, place: error.place };
      continue;
    }
    const besides = await importer.speakerOf?.(folder, file);
    for (const [i, document] of read.entries())
      yield* rowsOf(document, file, read.length > 1 ? `${i + 1}/` : '', besides, options.tiers!);
  }
}

function* rowsOf(
  { media, tiers }: AnnotationDocument,
  file: string,
  text: string,
  besides: string | undefined,
  wanted: readonly string[],
): Generator<Row | SetAside> {
  const names = namesOf(media, file);
  const shared = {
    recording: names.map(({ name }) => name),
    origins: new Map(names.flatMap(({ name, link }) => (link?.origin ? [[name, link.origin] as const] : []))),
    file,
  };
  const chosen = tiers.filter((tier) => tier.kind === 'interval' && tierMatches(tier, wanted));
  const own = (annotation: Annotation, tier: Tier): string =>
    annotation.id ?? `${chosen.length > 1 ? `${tier.id}/` : ''}${milliseconds(annotation.start)}`;
  const stem = file.replace(/\.[^./]*$/, '');
  for (const { annotation, tier } of inOrder(chosen)) {
    const { text: said, start, end, line } = annotation;
    const id = `${stem}/${text}${own(annotation, tier)}`;
    if (said.trim() !== '' && (start === undefined || end === undefined)) {
      const place = { file, ...(line === undefined ? {} : { line }) };
      yield { item: id, reason: 'it has no times, not even by way of a tier above', place };
      continue;
    }
    const speaker = annotation.speaker ?? speakerOf(tier) ?? besides;
    const language = annotation.language ?? tier.language;
    yield {
      ...{ ...shared, id, text: said, tier: tier.id },
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      ...(speaker !== undefined && { speaker }),
      ...(language !== undefined && { language }),
      ...(annotation.id !== undefined && { annotation: annotation.id }),
      ...(line !== undefined && { line }),
    };
  }
}

const milliseconds = (seconds: number | undefined): string =>
  String(Math.round((seconds ?? 0) * 1000)).padStart(7, '0');

function inOrder(tiers: readonly Tier[]): { annotation: Annotation; tier: Tier }[] {
  return tiers
    .flatMap((tier) => tier.annotations.map((annotation) => ({ annotation, tier })))
    .sort((a, b) => (a.annotation.start ?? 0) - (b.annotation.start ?? 0));
}
