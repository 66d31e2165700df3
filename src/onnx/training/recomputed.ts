import type { Device } from '../runtime/device-names.ts';

/** What is inside the blocks, or the whole forward pass; or that, and what is inside the blocks a third time. */
export type Recomputed = 'blocks' | 'all' | 'all and blocks';

/** What pays on a device: another memory than the CPU's is reached so slowly that nothing is kept (decision 0032). */
export const recomputedOn = (device: Device, blocks: boolean): Recomputed | undefined =>
  device !== 'cpu' ? (blocks ? 'all and blocks' : 'all') : blocks ? 'blocks' : undefined;

export const computesAllAgain = (recompute: Recomputed | undefined): boolean =>
  recompute === 'all' || recompute === 'all and blocks';
