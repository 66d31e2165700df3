import { greedy } from '../decode/greedy.ts';
import { ctcLoss } from '../ctc/loss.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Value } from '../onnx/graph/graph.ts';
import type { Network } from '../onnx/graph/network.ts';
import { Predictor } from '../onnx/runtime/predictor.ts';
import { floatData } from '../onnx/runtime/session.ts';
import { editDistance } from '../support/edit-distance.ts';
import { makeBatches } from '../support/batches.ts';
import type { Examples } from './examples.ts';

export interface Measured {
  /** CTC loss per target token. */
  loss: number;
  /** Edits per reference token of the greedy decoding. */
  errorRate: number;
  /** Greedy decodings, in the examples' order. */
  hypotheses: Int32Array[];
}

/** Runs examples through a network and compares what is decoded with the targets. */
export class Measurer {
  private readonly predictor: Predictor;
  private readonly examples: Examples;
  private readonly blank: number;
  private readonly batchFrames: number;

  private constructor(predictor: Predictor, examples: Examples, blank: number, batchFrames: number) {
    this.predictor = predictor;
    this.examples = examples;
    this.blank = blank;
    this.batchFrames = batchFrames;
  }

  static async compile(
    built: { network: Network; logits: Value },
    examples: Examples,
    blank: number,
    batchFrames: number,
  ): Promise<Measurer> {
    return new Measurer(await Predictor.compile(built.network, built.logits), examples, blank, batchFrames);
  }

  async measure(weights: Weights): Promise<Measured> {
    const { examples, blank } = this;
    const hypotheses: Int32Array[] = new Array<Int32Array>(examples.frames.length);
    let [loss, tokens, edits, counted] = [0, 0, 0, 0];
    for (const batch of makeBatches(examples.frames, this.batchFrames)) {
      const { inputs, frameCounts } = await examples.load(batch);
      const output = await this.predictor.run(inputs, weights);
      const logits = floatData(output);
      const [rows, frames, tokenCount] = output.dims as [number, number, number];
      const targets = batch.examples.map((i) => examples.targets[i]!);
      const losses = ctcLoss(
        logits,
        { batch: rows, frames, tokens: tokenCount },
        frameCounts,
        targets,
        blank,
        new Float32Array(logits.length),
      );
      batch.examples.forEach((example, row) => {
        const target = targets[row]!;
        const hypothesis = greedy(logits, row * frames * tokenCount, frameCounts[row]!, tokenCount, blank);
        hypotheses[example] = hypothesis;
        edits += editDistance(target, hypothesis);
        tokens += target.length;
        if (!Number.isFinite(losses[row])) return;
        loss += losses[row]!;
        counted += target.length;
      });
    }
    return { loss: counted > 0 ? loss / counted : NaN, errorRate: edits / Math.max(1, tokens), hypotheses };
  }

  async release(): Promise<void> {
    await this.predictor.release();
  }
}
