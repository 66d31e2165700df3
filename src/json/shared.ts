import { z } from 'zod';
import { DEVICES } from '../onnx/runtime/device-names.ts';

export const device = z.enum(DEVICES);

export const place = z.strictObject({ file: z.string().optional(), line: z.number().optional() });

/** What was left out while the rest went on. */
export const setAside = z.strictObject({
  item: z.string(),
  reason: z.string(),
  code: z.string().optional(),
  place: place.optional(),
});

export const interval = z.tuple([z.number(), z.number()]);

/** Something that was found so often. */
export const counted = z.strictObject({ what: z.string(), count: z.number() });

export const files = z.array(z.string());
