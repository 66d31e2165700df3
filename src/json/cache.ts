import { z } from 'zod';
import type { CacheEntry, CacheList, Verified } from '../run/index.ts';
import { files } from './shared.ts';

const cache = z.enum(['audio', 'features', 'phones', 'hub']);

export const cacheList: z.ZodType<CacheList> = z.strictObject({
  folder: z.string(),
  caches: z.array(z.strictObject({ cache, files: z.number(), bytes: z.number(), used: z.string().optional() })),
  users: z.number(),
  limit: z.number().optional(),
});

export const clearedCache: z.ZodType<{ going: CacheEntry[]; deleted: boolean }> = z.strictObject({
  going: z.array(z.strictObject({ cache, file: z.string(), bytes: z.number(), used: z.number() })),
  deleted: z.boolean(),
});

export const verifiedCache: z.ZodType<Verified> = z.strictObject({ files: z.number(), damaged: files });
