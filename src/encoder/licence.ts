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

/** Which encoder a training begins with, for the card of what it makes. */
export interface Origin {
  name: string;
  licence?: string | undefined;
  /** On the Hub. */
  commit?: string | undefined;
}

const cardSchema = z.object({ license: z.string(), license_name: z.string().optional() });

/**
 * An encoder's licence: of one that comes along, by the README.md beside it, or as it is known; undefined where nothing
 * says it.
 */
export async function licenceOf({ name, file }: EncoderSource): Promise<Licence | undefined> {
  const said = isEmbedded(name) ? undefined : await licenceInCard(path.join(path.dirname(file), 'README.md'));
  const licence = said ?? knownLicence(name);
  return licence === undefined ? undefined : { name: licence, commercial: !isNonCommercial(licence) };
}

/** An encoder's licence, where it is known without looking. */
export function knownLicence(name: string): string | undefined {
  if (isEmbedded(name)) return EMBEDDED_TERMS[name].licence;
  return PUBLISHED.find(({ id }) => id === withoutLanguage(name).model)?.licence;
}

/** What has to be said of an encoder by whoever passes on what it has become. */
export async function originOf(source: EncoderSource): Promise<Origin> {
  const licence = await licenceOf(source);
  return {
    name: source.name,
    ...(licence ? { licence: licence.name } : {}),
    ...(source.commit === undefined ? {} : { commit: source.commit }),
  };
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
