import { existsSync } from 'node:fs';
import { fetchCorpus } from '../corpus/fetch/fetch.ts';
import { manifestPath } from '../corpus/manifest.ts';
import { findCorpus, type CorpusPlace } from '../corpus/source.ts';
import type { Recipe } from '../recipe/schema.ts';
import { InputError } from '../support/errors.ts';
import { docsPage } from '../support/package.ts';
import type { JobOptions } from '../support/progress.ts';

/**
 * The folders of a recipe's corpora; what has a source is fetched if it isn't here.
 * @throws InputError for one that is unknown, or has no manifest
 */
export async function openCorpora(recipe: Recipe, { progress, signal }: JobOptions): Promise<CorpusPlace[]> {
  const places: CorpusPlace[] = [];
  for (const name of [recipe.corpus].flat()) {
    const place = findCorpus(name);
    if (place.sourceFolder) await fetchCorpus(name, { progress, signal });
    else checkManifest(place);
    places.push(place);
  }
  return places;
}

/**
 * The same, but nothing is fetched.
 * @returns those that have a manifest, and the names of those that a run would fetch first
 */
export function corporaHere(recipe: Pick<Recipe, 'corpus'>): { places: CorpusPlace[]; toFetch: string[] } {
  const places = [recipe.corpus].flat().map(findCorpus);
  const isHere = ({ folder }: CorpusPlace): boolean => existsSync(manifestPath(folder));
  for (const place of places) if (!place.sourceFolder) checkManifest(place);
  return { places: places.filter(isHere), toFetch: places.filter((p) => !isHere(p)).map(({ name }) => name) };
}

function checkManifest({ folder }: CorpusPlace): void {
  if (existsSync(manifestPath(folder))) return;
  throw new InputError('no manifest.jsonl', `${docsPage('corpora.md')} shows how to make one.`, { file: folder });
}
