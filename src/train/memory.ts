import { paddedSamples } from '../encoder/own/architecture.ts';
import { adapterOptions } from '../model/adapters.ts';
import { needOf } from '../onnx/training/memory-need.ts';
import { planStep, type Plan } from '../onnx/training/plan-step.ts';
import { recomputedOn } from '../onnx/training/recomputed.ts';
import { machine } from '../onnx/runtime/machine.ts';
import type { MemoryNeed } from '../onnx/training/memory.ts';
import type { Precision } from '../onnx/graph/half-precision.ts';
import type { Value } from '../onnx/graph/graph.ts';
import type { Network } from '../onnx/graph/network.ts';
import { ValueSizes, type BatchShape, type SymbolSizes } from '../onnx/training/value-sizes.ts';
import type { Recipe } from '../recipe/schema.ts';
import { paddedLength } from '../support/batches.ts';
import { WorkError } from '../support/errors.ts';
import { sizeInWords, memoryForUs } from '../support/memory.ts';
import { trainingSettings } from './settings.ts';
import { stagesOf } from './stages.ts';
import { headOf } from './known-phones.ts';
import { layersOf, openPretrained } from './pretrained.ts';
import { batchesOf } from './steps.ts';
import type { TrainingTask } from './task.ts';
import { buildTrainable, cutOf } from './trainable.ts';

/** Whether what is inside a block is kept for the backward pass, or computed once more. */
export type MemoryMode = 'keep' | 'recompute';

/** What a training needs at its peak. */
export interface MemoryPlan {
  mode: MemoryMode;
  precision: Precision;
  need: MemoryNeed;
}

export interface PlannedStep extends MemoryPlan {
  network: Network;
  logits: Value;
  plan: Plan;
  sizes: ValueSizes;
  shapes: readonly BatchShape[];
  /**
   * Whether ONNX Runtime may keep what it has worked with, which is faster: where memory is plentiful (decision 0028).
   */
  pooled: boolean;
}

/** Dims of a training's inputs. */
export const symbolSizes: SymbolSizes = ({ batch, frames }) => ({ batch, frames, samples: paddedSamples(frames) });

/**
 * Plans the steps of a training so that they fit into the memory that is there: keeps what the backward pass needs, or
 * computes it once more where that is too much or where the recipe says so.
 * @throws WorkError with what to lower, where neither fits
 */
export async function planTraining(task: TrainingTask): Promise<PlannedStep> {
  const { settings } = task;
  const shapes = batchesOf(task, 1).map(({ examples, frames }) => ({ batch: examples.length, frames }));
  const before = process.memoryUsage.rss();
  const available = memoryForUs();
  const planned = (mode: MemoryMode): Promise<PlannedStep> =>
    planMode(() => task.build(true), { shapes, mode, precision: settings.precision, available, before });
  const chosen = await fitting(settings.memory, available, planned);
  if (chosen.need.total > available) throw tooLarge(chosen, available, settings.batchFrames, shapes);
  return { ...chosen, need: withHeld(chosen.need, task, available) };
}

/** Part of what is left goes to examples that would have to be read anew in each epoch. */
function withHeld(need: MemoryNeed, { train, dev }: TrainingTask, available: number): MemoryNeed {
  const room = (available - need.total) / 4;
  const ofTraining = train.hold?.(room) ?? 0;
  const held = ofTraining + (dev.hold?.(room - ofTraining) ?? 0);
  return { ...need, held, total: need.total + held };
}

/** The plan in the mode that is wanted; where none is, what keeps, or else what computes anew. */
async function fitting<P extends MemoryPlan>(
  wanted: MemoryMode | undefined,
  available: number,
  planned: (mode: MemoryMode) => Promise<P>,
): Promise<P> {
  const first = await planned(wanted ?? 'keep');
  return wanted === undefined && first.need.total > available ? planned('recompute') : first;
}

interface PlanSettings {
  shapes: readonly BatchShape[];
  mode: MemoryMode;
  precision: Precision | undefined;
  /** Bytes. */
  available: number;
  /** Bytes that the process had taken before. */
  before: number;
}

async function planMode(
  build: () => { network: Network; logits: Value },
  { shapes, mode, precision = 'float32', available, before }: PlanSettings,
): Promise<PlannedStep> {
  const { network, logits } = build();
  const { device } = await machine();
  const plan = planStep(network, logits, { recompute: recomputedOn(device, mode === 'recompute'), precision });
  const sizes = await ValueSizes.measure(
    network.graph,
    [...new Set([...plan.forward.nodes, ...plan.backward.nodes])],
    symbolSizes,
  );
  const withPool = needOf(plan, sizes, shapes, { before, pooled: true, device });
  const pooled = withPool.total <= available / 2;
  return {
    network,
    logits,
    plan,
    sizes,
    shapes,
    mode,
    precision,
    pooled,
    need: pooled ? withPool : needOf(plan, sizes, shapes, { before, pooled: false, device }),
  };
}

function tooLarge(
  { mode, need }: MemoryPlan,
  available: number,
  batchFrames: number,
  shapes: readonly BatchShape[],
): WorkError {
  const what =
    `training would take about ${sizeInWords(need.total)} of memory, and ${sizeInWords(available)} ` +
    `are free (${inWords(need)})`;
  if (mode === 'keep') return new WorkError(what, 'Set training.memory to `recompute`, or remove it.');
  const perBatch = need.kept + (need.gpu === undefined ? need.working : 0) + need.batches;
  const rest = need.total - perBatch;
  const longest = shapes.reduce((most, { frames }) => Math.max(most, frames), 0);
  const fitting = Math.floor((batchFrames * (available - rest)) / perBatch / 50);
  if (fitting < 1) return new WorkError(what, 'Let less of the encoder learn (`train`), or close other programs.');
  if (fitting * 50 < longest)
    return new WorkError(
      what,
      `Cut or leave out the longest recordings (they have ${Math.round(longest / 50)} seconds), or let less of ` +
        'the encoder learn (`train`).',
    );
  return new WorkError(
    what,
    `Lower training.batch_seconds from ${Math.round(batchFrames / 50)} to ${fitting}; ` +
      'training.accumulate makes up for it.',
  );
}

const inWords = ({ weights, kept, working, held }: MemoryNeed): string =>
  `${sizeInWords(weights)} for weights, ${sizeInWords(kept)} kept for the backward pass, ${sizeInWords(working)} at ` +
  `work${held > 0 ? `, ${sizeInWords(held)} for what was read` : ''}`;

/** A plan in a line: `about 1.3 GiB at most (…)`. */
export function describeMemory({ mode, precision, need }: MemoryPlan): string {
  const onGpu = need.gpu === undefined ? '' : `, and about ${sizeInWords(need.gpu)} of the GPU’s`;
  const again = mode === 'recompute' ? '; computed once more in the backward pass' : '';
  const slower = precision === 'float16' && need.gpu === undefined ? '; in float16, which a CPU is slower in' : '';
  return `about ${sizeInWords(need.total)} at most${onGpu} (${inWords(need)}${again}${slower})`;
}

/** Recordings that a recipe is judged by before its corpus is there. */
const LIKELY_SECONDS = 10;
const LIKELY_TOKENS = 40;

/**
 * What a recipe's stages will need, with recordings of ten seconds, before anything is fetched.
 * @throws InputError when the recipe names an encoder that is not there
 */
export async function memoryOfRecipe(recipe: Recipe): Promise<(MemoryPlan & { stage: string })[]> {
  const before = process.memoryUsage.rss();
  const start = await openPretrained(recipe);
  const { batchFrames } = trainingSettings(recipe);
  const frames = paddedLength(Math.min(batchFrames, LIKELY_SECONDS * 50));
  const shapes = [{ batch: Math.max(1, Math.floor(batchFrames / frames)), frames }];
  const stages = stagesOf(recipe);
  const layers = layersOf(recipe, start);
  const available = memoryForUs();
  const adapters = adapterOptions(
    stages.some(({ trainable }) => trainable === 'adapters') ? recipe.adapters : undefined,
  );
  const plans: (MemoryPlan & { stage: string })[] = [];
  for (const { name, trainable } of stages) {
    const encoder = await start.open(trainable === 'all' ? undefined : cutOf({ encoder: start }, trainable));
    const shape = {
      encoder,
      head: headOf(recipe, start, layers),
      layers,
      tokens: LIKELY_TOKENS,
      adapters,
      freeze: recipe.encoder.freeze,
    };
    const planned = (mode: MemoryMode): Promise<MemoryPlan> =>
      planMode(() => buildTrainable(shape, trainable, encoder.weights, true), {
        shapes,
        mode,
        precision: recipe.training.precision,
        available,
        before,
      });
    const { mode, precision, need } = await fitting(recipe.training.memory, available, planned);
    plans.push({ stage: name, mode, precision, need });
  }
  return plans;
}
