import path from 'node:path';
import { z } from 'zod';

const packageSchema = z.strictObject({
  /** A Debian package: the same file by apt, and by plain download where there is no apt. */
  name: z.string(),
  version: z.string(),
  url: z.url(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What every source.yaml of a corpus that can be fetched says: where it comes from, and on what terms. */
export const terms = {
  title: z.string(),
  language: z.string(),
  speaker: z.string().optional(),
  licence: z.string(),
  attribution: z.string(),
  upstream: z.url(),
  notes: z.string().optional(),
  packages: z.array(packageSchema).min(1),
};

export type DebianPackage = z.infer<typeof packageSchema>;

export const sourceFile = (folder: string): string => path.join(folder, 'source.yaml');
