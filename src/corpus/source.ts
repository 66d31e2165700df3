import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readYaml } from '../support/yaml.ts';
import { packagedImporters, type FetchedSource, type PackagedImporter } from './importers/packaged/index.ts';
import { sourceFile } from './importers/packaged/terms.ts';
import { docsPage, packaged } from '../support/package.ts';

export { sourceFile };

/**
 * What `corpus import` writes: which importer read it, and where the recordings lie. The rest is for its owner to add.
 */
const importedSource = z.strictObject({
  importer: z.string(),
  /** The version of isogloss's importers that made the manifest. */
  made: z.strictObject({ from: z.array(z.string()).min(1), tiers: z.array(z.string()).optional() }),
  /** Name of a folder in the manifest's paths → where it is, from the corpus's folder or as a full path. */
  media: z.record(z.string(), z.string()).default({}),
  title: z.string().optional(),
  language: z.string().optional(),
  licence: z.string().optional(),
  attribution: z.string().optional(),
  upstream: z.string().optional(),
  notes: z.string().optional(),
});

export type ImportedSource = z.infer<typeof importedSource>;

/** What `corpora/<name>/source.yaml` says: where a corpus comes from, and on what terms. */
export type Source = FetchedSource | ImportedSource;

/** A source on whose terms a model card can report. */
export interface Terms {
  title: string;
  licence: string;
  attribution: string;
  upstream?: string;
}

export const isFetched = (source: Source): source is FetchedSource => source.importer in packagedImporters;

/** @throws InputError naming the line or the field when source.yaml is not as it should be */
export async function readSource(folder: string): Promise<Source> {
  const file = sourceFile(folder);
  const { value: content } = await readYaml(file, `${docsPage('corpora.md')} lists the fields of source.yaml.`);
  const parsed = schemaFor(content).safeParse(content);
  if (parsed.success) return parsed.data as Source;
  const issue = parsed.error.issues[0]!;
  throw new InputError(
    `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    `Mend source.yaml: see ${docsPage('corpora.md')}.`,
    { file },
  );
}

function schemaFor(content: unknown): z.ZodType {
  const packaged: Record<string, PackagedImporter> = packagedImporters;
  const { importer, made } = z.looseObject({}).safeParse(content).data ?? {};
  const known = typeof importer === 'string' && Object.hasOwn(packaged, importer);
  if (!known && made === undefined)
    return z.object({ importer: z.enum(Object.keys(packaged) as [string, ...string[]]) });
  return known ? packaged[importer]!.source : importedSource;
}

/**
 * Who made a corpus and on what terms, as far as its source.yaml says it: an imported corpus may say nothing.
 * @throws InputError when source.yaml is not as it should be
 */
export async function readTerms(folder: string): Promise<Terms | undefined> {
  const { title, licence, attribution, upstream } = await readSource(folder);
  if (title === undefined || licence === undefined) return undefined;
  return { title, licence, attribution: attribution ?? '', ...(upstream === undefined ? {} : { upstream }) };
}

/** The corpora that come with the package; in a clone, the same folder as ./corpora. */
export const packagedCorpora = packaged('corpora');

export interface CorpusPlace {
  name: string;
  /** Where manifest and audio are, or will be. */
  folder: string;
  /** Where source.yaml is, if the corpus has one. */
  sourceFolder?: string;
}

/**
 * Finds a corpus by the name of a folder in ./corpora, by any folder's path, or among those that come with the package.
 * @throws InputError when there is none of that name
 */
export function findCorpus(name: string): CorpusPlace {
  const local = path.resolve('corpora', name);
  const candidates = [local, path.resolve(name)];
  for (const folder of candidates) {
    const hasSource = existsSync(path.join(folder, 'source.yaml'));
    if (hasSource || existsSync(path.join(folder, 'manifest.jsonl')))
      return { name: path.basename(folder), folder, ...(hasSource ? { sourceFolder: folder } : {}) };
  }
  const packaged = path.join(packagedCorpora, name);
  if (/^[\w-]+$/.test(name) && existsSync(path.join(packaged, 'source.yaml')))
    return { name, folder: local, sourceFolder: packaged };
  throw new InputError(
    `no corpus ${name}`,
    'A corpus is a folder with a manifest.jsonl, in ./corpora or by its path. ' +
      `${docsPage('corpora.md')} shows how to make one.`,
  );
}

/** A corpus whose utterances are there. @throws InputError where there is no such corpus, or it was never fetched */
export function findFetchedCorpus(name: string): CorpusPlace {
  const place = findCorpus(name);
  if (existsSync(path.join(place.folder, 'manifest.jsonl'))) return place;
  throw new InputError(`the corpus ${name} is not here yet`, `Get it first: isogloss corpus fetch ${name}`, {
    file: place.folder,
  });
}
