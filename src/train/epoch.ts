import type { Engine } from '../onnx/training/engine.ts';
import type { Network } from '../onnx/graph/network.ts';
import type { Device } from '../onnx/runtime/device-names.ts';
import { machine } from '../onnx/runtime/machine.ts';
import { floats } from '../onnx/runtime/session.ts';
import { WorkError } from '../support/errors.ts';
import { mayFail } from '../support/may-fail.ts';
import type { Task } from '../support/progress.ts';
import { Random } from '../support/random.ts';
import type { Scratch } from '../support/scratch.ts';
import type { Batch } from '../support/batches.ts';
import type { LoadedBatch } from './examples.ts';
import { lossOf } from './loss.ts';
import { dropoutFeeds, specAugmentFeeds } from './masks.ts';
import type { MovingAverage } from './moving-average.ts';
import { batchesOf, batchesPerStep, movesAfter, rateAt } from './steps.ts';
import type { TrainingTask } from './task.ts';
import type { LoopState } from './training-state.ts';

/** Steps on end: in float16 a few are left out until the loss is scaled down. */
const MOST_BROKEN = 20;

export async function trainEpoch(
  task: TrainingTask,
  engine: Engine,
  network: Network,
  state: LoopState,
  save: () => Promise<void>,
  bar: Task,
  scratches: readonly [Scratch, Scratch],
  average?: MovingAverage,
): Promise<void> {
  const batches = batchesOf(task, state.epoch);
  const prepared = (step: number): Promise<LoadedBatch> =>
    mayFail(prepare(task, network, batches[step]!, { epoch: state.epoch, step }, scratches[step % 2]!));
  let savedAt = performance.now();
  let ahead = state.step < batches.length ? prepared(state.step) : undefined;
  while (state.step < batches.length) {
    task.signal?.throwIfAborted();
    const batch = batches[state.step]!;
    const loaded = await ahead!;
    // The next batch is read from disk while ONNX Runtime works on this one; what JavaScript does to it waits its turn
    // (decision 0029).
    ahead = state.step + 1 < batches.length ? prepared(state.step + 1) : undefined;
    const { loss, tokens, norm } = await trainStep(
      task,
      engine,
      batch,
      loaded,
      movesAfter(task.settings, state.step, batches.length),
    );
    state.broken = Number.isFinite(norm) ? 0 : state.broken + 1;
    if (state.broken > MOST_BROKEN) throw brokeDown(engine, (await machine()).device);
    if (Number.isFinite(norm)) {
      const { sums } = state;
      state.sums = {
        loss: sums.loss + loss,
        tokens: sums.tokens + tokens,
        norm: sums.norm + norm,
        steps: sums.steps + (norm > 0 ? 1 : 0),
      };
      if (norm > 0) average?.add(engine.weights, engine.moments.step);
    }
    state.frames += batch.frames * batch.examples.length;
    state.step++;
    bar.advance();
    bar.note(`epoch ${state.epoch}, loss ${(loss / tokens).toFixed(3)}`);
    // Summed gradients are not saved: only between steps.
    if (
      state.step % batchesPerStep(task.settings) === 0 &&
      performance.now() - savedAt > (task.checkpointMinutes ?? 2) * 60_000
    ) {
      await save();
      savedAt = performance.now();
    }
  }
}

/**
 * Forward, loss, backward.
 * @returns a norm of 0 when the weights wait for more batches
 */
async function trainStep(
  task: TrainingTask,
  engine: Engine,
  batch: Batch,
  loaded: LoadedBatch,
  moves: boolean,
): Promise<{ loss: number; tokens: number; norm: number }> {
  const output = await engine.forward(loaded.inputs);
  const { loss, tokens, gradient } = await lossOf(task, output, batch, loaded);
  if (!moves) {
    await engine.accumulate(floats(gradient, output.dims));
    return { loss, tokens, norm: 0 };
  }
  return {
    loss,
    tokens,
    norm: await engine.backward(floats(gradient, output.dims), rateAt(task, engine.moments.step)),
  };
}

function brokeDown({ broken, weights }: Engine, device: Device): WorkError {
  const named = broken.slice(0, 3).join(', ') + (broken.length > 3 ? ', …' : '');
  const lower = 'ower training.learning_rate in the recipe';
  return new WorkError(
    `training broke down: gradients of ${broken.length} of ${weights.size} weights are no numbers any more (${named})`,
    device === 'cpu' ? `L${lower}.` : `Run it on the processor (--device cpu). If it breaks down there too, l${lower}.`,
  );
}

async function prepare(
  task: TrainingTask,
  network: Network,
  batch: Batch,
  at: { epoch: number; step: number },
  scratch: Scratch,
): Promise<LoadedBatch> {
  scratch.reset();
  const random = new Random(`${task.settings.seed}/${at.epoch}/${at.step}`);
  const loaded = await task.train.load(batch, random, scratch.take);
  const sizes = { batch: batch.examples.length, frames: batch.frames };
  Object.assign(loaded.inputs, dropoutFeeds(network.dropoutSites, sizes, random, scratch.take));
  const augmented = network.graph.inputs.find((v) => v.name === 'augment.features');
  if (augmented)
    Object.assign(
      loaded.inputs,
      specAugmentFeeds(
        task.settings.specAugment,
        loaded.frameCounts,
        batch.frames,
        augmented.dims[2] as number,
        random,
        scratch.take,
      ),
    );
  return loaded;
}
