import { ctcLoss } from '../ctc/loss.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import { fitTemperature, type Temperature } from '../evaluate/calibration.ts';
import type { Model } from '../model/model.ts';
import { modelOutputs } from './model-outputs.ts';
import { silent, type Progress } from '../support/progress.ts';
import type { Prepared } from '../dataset/prepare.ts';

/** One number is known well enough from ten minutes of dev, evenly taken. */
const MOST_FRAMES = 30_000;

/**
 * The temperature of the frames' softmax under which dev's transcripts are likeliest. Frames have no labels, so what
 * Guo et al. (2017) sum over labels is summed over all paths to the transcript: the CTC loss.
 */
export async function temperatureOf(
  model: Model,
  prepared: Pick<Prepared, 'read' | 'dev'>,
  progress: Progress = silent,
): Promise<Temperature> {
  const all = prepared.dev.reduce((sum, item) => sum + frameCount(item.samples), 0);
  const stride = Math.ceil(all / MOST_FRAMES);
  const items = prepared.dev.filter((_, i) => i % stride === 0);
  const task = progress('how sure it is', items.length, 'recordings');
  const outputs = await modelOutputs(model, prepared, items, task);
  task.done();
  const loss = (temperature: number): number =>
    lossAt(
      temperature,
      model,
      outputs.map(({ logits, frames }, i) => ({ logits, frames, target: items[i]!.target })),
    );
  const temperature = fitTemperature(loss);
  return { temperature, loss_before: loss(1), loss_after: loss(temperature) };
}

interface Example {
  logits: Float32Array;
  frames: number;
  target: Int32Array;
}

/** Mean over the tokens of all targets; those that don't fit their recordings count nothing. */
function lossAt(temperature: number, { vocabulary }: Model, examples: readonly Example[]): number {
  let [sum, count] = [0, 0];
  for (const { logits, frames, target } of examples) {
    const softened = logits.map((logit) => logit / temperature);
    const [loss] = ctcLoss(
      softened,
      { batch: 1, frames, tokens: vocabulary.size },
      Int32Array.of(frames),
      [target],
      vocabulary.blank,
      new Float32Array(logits.length),
    );
    if (!Number.isFinite(loss)) continue;
    sum += loss!;
    count += target.length;
  }
  return sum / Math.max(1, count);
}
