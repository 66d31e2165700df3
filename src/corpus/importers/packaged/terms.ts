import path from 'node:path';
import { z } from 'zod';

/** A file or folder in what is fetched. */
export const placeInside = z.string().refine((name) => !path.isAbsolute(name) && !name.split(/[\\/]/).includes('..'), {
  message: 'must lie in what is fetched: no .. and no full path',
});

const packageSchema = z.strictObject({
  /** A Debian package: the same file by apt, and by plain download where there is no apt. */
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'the name of a Debian package'),
  version: z.string().regex(/^[A-Za-z0-9][\w.+:~-]*$/, 'the version of a Debian package'),
  url: z.url(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What every source.yaml of a corpus that can be fetched says: whose it is, and on what terms. */
const about = {
  title: z.string(),
  language: z.string(),
  speaker: z.string().optional(),
  licence: z.string(),
  attribution: z.string(),
  upstream: z.url(),
  notes: z.string().optional(),
};

const repositorySchema = z.strictObject({
  /** Of a git repository, and the commit to take: git itself checks that its content is that commit's. */
  url: z.url(),
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'forty hexadecimal digits'),
});

/** Of a corpus in Debian packages. */
export const terms = { ...about, packages: z.array(packageSchema).min(1) };

/** Of a corpus in a git repository. */
export const repositoryTerms = { ...about, repository: repositorySchema };

export type GitRepository = z.infer<typeof repositorySchema>;

export type DebianPackage = z.infer<typeof packageSchema>;

export const sourceFile = (folder: string): string => path.join(folder, 'source.yaml');
