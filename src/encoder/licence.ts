import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parse } from 'yaml';
import { readText } from '../support/files.ts';
import { EMBEDDED_TERMS, isEmbedded } from './own/embedded.ts';
import { isNonCommercial, PUBLISHED } from './published.ts';
import type { EncoderSource } from './source.ts';
import { withoutLanguage } from './checkpoint/language.ts';

/** On what terms an encoder is published. */
export interface Licence {
  name: string;
  /** False where nobody may earn with what is made of it. */
  commercial: boolean;
}

const cardSchema = z.object({ license: z.string(), license_name: z.string().optional() });

/**
 * An encoder's licence: of one that comes along, by the README.md beside it, or as it is known; undefined where nothing
 * says it.
 */
export async function licenceOf({ name, file }: EncoderSource): Promise<Licence | undefined> {
  if (isEmbedded(name)) return { name: EMBEDDED_TERMS[name].licence, commercial: true };
  const said = await licenceInCard(path.join(path.dirname(file), 'README.md'));
  const known = PUBLISHED.find(({ id }) => id === withoutLanguage(name).model)?.licence;
  const licence = said ?? known;
  return licence === undefined ? undefined : { name: licence, commercial: !isNonCommercial(licence) };
}

/** From the front matter of a model's card, as the Hugging Face Hub has it. */
async function licenceInCard(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  const front = /^---\r?\n(.*?)\r?\n---/s.exec(await readText(file))?.[1];
  const { data } = cardSchema.safeParse(front === undefined ? undefined : parsed(front));
  return data && (data.license === 'other' ? (data.license_name ?? 'other') : data.license);
}

function parsed(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch {
    // Somebody else's card: where it can't be read, it says nothing.
    return undefined;
  }
}
