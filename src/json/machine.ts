import { z } from 'zod';
import type { MachineDiagnosis } from '../doctor/index.ts';
import { device } from './shared.ts';

export const machineDiagnosis: z.ZodType<MachineDiagnosis> = z.strictObject({
  findings: z.array(
    z.strictObject({
      state: z.enum(['good', 'missing', 'note']),
      what: z.string(),
      value: z.string(),
      next: z.string().optional(),
    }),
  ),
  providers: z.array(
    z.strictObject({
      name: device,
      bundled: z.boolean(),
      works: z.boolean(),
      why: z.string().optional(),
      missing: z.array(z.string()).optional(),
    }),
  ),
  gpus: z.array(z.strictObject({ name: z.string(), driver: z.string().optional(), memory_mib: z.number().optional() })),
  product: z
    .strictObject({
      device,
      size: z.number(),
      relative_error: z.number(),
      milliseconds: z.strictObject({ cpu: z.number(), device: z.number() }),
    })
    .optional(),
});
