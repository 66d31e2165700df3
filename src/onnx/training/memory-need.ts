import type { Device } from '../runtime/device-names.ts';
import type { Value } from '../graph/graph.ts';
import { totalNeed, workingBytes, type MemoryNeed } from './memory.ts';
import type { BatchShape, ValueSizes } from './value-sizes.ts';
import type { Plan } from './plan-step.ts';

/**
 * What a step needs with batches of these shapes, with what the process had.
 * @param sizes of the network's values, the backward pass included
 * @param before bytes that the process had taken before the step was planned
 * @param pooled whether ONNX Runtime keeps what it has worked with (decision 0028)
 * @param device on which it computes: what is at work on a GPU is in the GPU's memory
 */
export function needOf(
  plan: Plan,
  sizes: ValueSizes,
  shapes: readonly BatchShape[],
  { before, pooled, device = 'cpu' }: { before: number; pooled: boolean; device?: Device },
): MemoryNeed {
  const { inputs, parameters, constants } = plan.network.graph;
  const bytes = (values: Iterable<Value>, shape: BatchShape): number =>
    [...values].reduce((sum, value) => sum + sizes.bytes(value, shape), 0);
  const elsewhere = new Set([...plan.forward.outputs, ...plan.backward.outputs].map(({ name }) => name));
  // Weights, where they started, two moments, gradients and their sums over batches.
  const copies = 6;
  const stored = [...constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  // Where one output's size isn't known, the binding for Node gives a copy of each, which is there until it is
  // collected.
  const copied = (shape: BatchShape): number =>
    plan.forward.outputs.every((value) => sizes.dims(value, shape)) ? 0 : bytes(plan.forward.outputs, shape);
  const most = (of: (shape: BatchShape) => number): number =>
    shapes.reduce((highest, shape) => Math.max(highest, of(shape)), 0);
  const atWork = (shape: BatchShape): number =>
    Math.max(
      workingBytes(plan.forward.nodes, elsewhere, sizes, shape),
      workingBytes(plan.backward.nodes, elsewhere, sizes, shape),
    );
  const learning = bytes(parameters.values(), { batch: 1, frames: 1 });
  const isOnGpu = device !== 'cpu';
  return totalNeed(
    {
      weights: copies * learning + 2 * stored,
      kept: most((shape) => bytes(plan.forward.outputs, shape)),
      working: most((shape) => (isOnGpu ? atWork(shape) : copied(shape) + (pooled ? POOL : 1) * atWork(shape))),
      ...(isOnGpu ? { gpu: Math.round(DRIVER + 2 * learning + stored + GPU_POOL * most(atWork)) } : {}),
      batches:
        2 *
        most((shape) =>
          bytes(
            inputs.filter(({ dims }) => dims.some((d) => typeof d === 'string')),
            shape,
          ),
        ),
    },
    { before, now: process.memoryUsage.rss() },
  );
}

/**
 * A pool that batches of many shapes have been through, against the most that one of them works with. Without patterns
 * of memory (decision 0014) trainings stayed below what follows from it by a tenth and more.
 */
const POOL = 4;

/**
 * What CUDA and its libraries take of a GPU, in bytes, and its pool against the most that a batch works with. On an
 * H200 eight trainings took what follows from it to within a fifth (RESULTS.md); a smaller GPU's libraries take less.
 */
const DRIVER = 3.5 * 1024 ** 3;
const GPU_POOL = 1.35;
