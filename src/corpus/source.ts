import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readText } from '../support/files.ts';

const packageSchema = z.strictObject({
  /** A Debian package: the same file by apt, and by plain download where there is no apt. */
  name: z.string(),
  version: z.string(),
  url: z.url(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const common = {
  title: z.string(),
  language: z.string(),
  speaker: z.string().optional(),
  licence: z.string(),
  attribution: z.string(),
  upstream: z.url(),
  notes: z.string().optional(),
  packages: z.array(packageSchema).min(1),
};

const asterisk = z.strictObject({
  ...common,
  importer: z.literal('asterisk'),
  /** Folder of the recordings, and the list of what is said in them, inside the packages. */
  sounds: z.string(),
  transcripts: z.string(),
  /** Words whose accented letters were lost on the way to the list → the words. */
  repair: z.record(z.string(), z.string()).default({}),
  /** Prompts that are sounds, though the list has words for them. */
  exclude: z.array(z.string()).default([]),
});

const espeak = z.strictObject({
  ...common,
  importer: z.literal('espeak'),
  /** Locale of the message catalogues that are read aloud → espeak-ng voice. */
  voices: z.record(z.string(), z.string()),
  /** Timbres, espeak-ng's voice variants. */
  variants: z.array(z.string()).min(1),
  /** Utterances a language. */
  utterances: z.number().int().positive(),
  seed: z.number().int(),
});

const festival = z.strictObject({
  ...common,
  importer: z.literal('festival'),
  voices: z
    .array(
      z.strictObject({
        /** As the synthesiser calls it. */
        name: z.string().regex(/^\w+$/),
        engine: z.enum(['festival', 'flite']),
        /** Of the message catalogues that it reads aloud. */
        locale: z.string(),
        /** BCP 47, for the phones. */
        language: z.string(),
        /** Of the text that it takes, as iconv calls it. */
        encoding: z.string().default('UTF-8'),
      }),
    )
    .min(1),
  /** Utterances a voice. */
  utterances: z.number().int().positive(),
  seed: z.number().int(),
});

const text = z.strictObject({
  ...common,
  importer: z.literal('text'),
  /** Of the message catalogues. */
  locale: z.string(),
  /** Files with a word a line, inside the packages. */
  word_lists: z.array(z.string()).default([]),
});

const byLanguage = z.record(z.string(), z.record(z.string(), z.string()));

const kde = z.strictObject({
  ...common,
  importer: z.literal('kde'),
  /** Folder of the lists and recordings inside the packages. */
  sounds: z.string(),
  /** Language → why none of it is taken. */
  except: z.record(z.string(), z.string()).default({}),
  /** Language → signs in the list's letters → what they stand for. */
  repair: byLanguage.default({}),
  /** Language → recording's name without folder and ending → what is said, where the list has only keys. */
  words: byLanguage.optional(),
});

const tuxpaint = z.strictObject({
  ...common,
  importer: z.literal('tuxpaint'),
  /** Folder of the stamps inside the packages. */
  stamps: z.string(),
  /** Locale → why none of it is taken. */
  except: z.record(z.string(), z.string()).default({}),
});

const fillets = z.strictObject({
  ...common,
  importer: z.literal('fillets'),
  /** Folders of the dialogs and of the recordings inside the packages. */
  scripts: z.string(),
  sounds: z.string(),
});

const gcin = z.strictObject({
  ...common,
  importer: z.literal('gcin'),
  /** Folder of the syllables inside the packages. */
  sounds: z.string(),
  /** Recording's name in each syllable's folder → speaker. */
  voices: z.record(z.string(), z.string()),
});

const sourceSchema = z.discriminatedUnion('importer', [asterisk, espeak, festival, fillets, gcin, kde, text, tuxpaint]);

/** What `corpora/<name>/source.yaml` says: where a corpus comes from, and on what terms. */
export type Source = z.infer<typeof sourceSchema>;
export type AsteriskSource = z.infer<typeof asterisk>;
export type EspeakSource = z.infer<typeof espeak>;
export type FestivalSource = z.infer<typeof festival>;
export type TextSource = z.infer<typeof text>;
export type KdeSource = z.infer<typeof kde>;
export type TuxpaintSource = z.infer<typeof tuxpaint>;
export type FilletsSource = z.infer<typeof fillets>;
export type GcinSource = z.infer<typeof gcin>;
export type DebianPackage = z.infer<typeof packageSchema>;

export const sourceFile = (folder: string): string => path.join(folder, 'source.yaml');

/** @throws InputError naming the line or the field when source.yaml is not as it should be */
export async function readSource(folder: string): Promise<Source> {
  const file = sourceFile(folder);
  const document = parseDocument(await readText(file));
  const broken = document.errors[0] ?? document.warnings[0];
  const line = broken?.linePos?.[0].line;
  if (broken)
    throw new InputError(broken.message.split('\n')[0]!, 'Mend source.yaml: see docs/corpora.md.', {
      file,
      ...(line ? { line } : {}),
    });
  const parsed = sourceSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new InputError(
    `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    'Mend source.yaml: see docs/corpora.md.',
    { file },
  );
}

/** The corpora that come with the package; in a clone, the same folder as ./corpora. */
export const packagedCorpora = fileURLToPath(new URL('../../corpora/', import.meta.url));

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
    `A corpus is a folder with a manifest.jsonl, in ./corpora or by its path. docs/corpora.md shows how to make one.`,
  );
}
