import { iso6393, type Language } from 'iso-639-3';
import { z } from 'zod';
import { editDistance } from '../support/edit-distance.ts';

/** Groups of languages (ISO 639-5), which BCP 47 takes too. */
const GROUPS = new Set(
  (
    'aav afa alg alv apa aqa aql art ath auf aus awd azc bad bai bat ber bih bnt btk cai cau cba ccn ccs cdc cdd ' +
    'cel cmc cpe cpf cpp crp csu cus day dmn dra egx esx euq fiu fox gem gme gmq gmw grk hmx hok hyx iir ijo inc ' +
    'ine ira iro itc jpx kar kdo khi kro map mkh mno mun myn nah nai ngf nic nub omq omv oto paa phi plf poz pqe ' +
    'pqw pra qwe roa sai sal sdv sem sgn sio sit sla smi son sqj ssa syd tai tbq trk tup tut tuw urj wak wen xgn ' +
    'xnd ypk zhx zle zls zlw znd'
  ).split(' '),
);
/** For languages without a code (BCP 47, 2.2.1). */
const PRIVATE = /^q[a-t][a-z]$/;
const MOST_SUGGESTED = 3;

/**
 * A language as BCP 47 writes it, with the shortest code: `ita` → `it`, `pt-br` → `pt-BR`, `cmn` → `zh`. Undefined
 * where it is no tag, or its language is none of ISO 639-3 or -5.
 */
export function canonicalLanguage(written: string): string | undefined {
  const tag = wellFormed(written);
  const primary = tag?.split('-')[0];
  return primary !== undefined && (PRIVATE.test(primary) || GROUPS.has(primary) || codes().has(primary))
    ? tag
    : undefined;
}

/**
 * What is wrong with a language, and how it may have been meant.
 * @example languageProblem('it_IT') // '“it_IT” is no language tag (BCP 47): write it-IT'
 */
export function languageProblem(written: string): string {
  const meant = suggestions(written);
  const what = wellFormed(written)
    ? `“${written}” is the code of no language (ISO 639-3)`
    : `“${written}” is no language tag (BCP 47)`;
  return meant.length > 0
    ? `${what}: write ${meant.join(' or ')}`
    : `${what}: write its code, e.g. sc for Sardinian, or qaa for a language that has none`;
}

/** A language in a file that people write: BCP 47, canonical. */
export const languageSchema = z.string().transform((written, context) => {
  const tag = canonicalLanguage(written);
  if (tag !== undefined) return tag;
  context.addIssue({ code: 'custom', message: languageProblem(written) });
  return z.NEVER;
});

function wellFormed(written: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(written)[0];
  } catch {
    return undefined;
  }
}

let known: Set<string> | undefined;

function codes(): Set<string> {
  known ??= new Set(iso6393.flatMap(({ iso6393: code, iso6391 }) => (iso6391 ? [code, iso6391] : [code])));
  return known;
}

function suggestions(written: string): string[] {
  // A locale (it_IT.UTF-8), or a tag with something behind it.
  const [asTag = ''] = written
    .trim()
    .replaceAll('_', '-')
    .split(/[.@\s(,;:/]/);
  const tag = canonicalLanguage(asTag);
  return tag === undefined ? namedLike(written) : [tag];
}

/** Codes of the languages that have such a name, or one that is nearly it. */
function namedLike(written: string): string[] {
  const name = written.trim().toLowerCase();
  if (name.length < 4) return [];
  const nearness = ({ name: theirs }: Language): number => {
    const other = theirs.toLowerCase();
    if (other === name) return 0;
    // Modern Greek (1453-)
    if (other.split(/[^\p{L}\p{M}]+/u).includes(name)) return 1;
    return Math.abs(other.length - name.length) <= 2 ? 1 + editDistance(other, name) : Infinity;
  };
  const near = iso6393.map((language) => ({ language, far: nearness(language) })).filter(({ far }) => far <= 3);
  const best = Math.min(...near.map(({ far }) => far));
  return near
    .filter(({ far }) => far === best)
    .sort((a, b) => Number(b.language.iso6391 !== undefined) - Number(a.language.iso6391 !== undefined))
    .slice(0, MOST_SUGGESTED)
    .map(({ language }) => `${language.iso6391 ?? language.iso6393} (${language.name})`);
}
