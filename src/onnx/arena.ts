import type * as ort from 'onnxruntime-node';
import { floats, type Session } from './session.ts';

/** Dims of a session's outputs by name, as far as they are known before it runs. */
export type OutputDims = Readonly<Record<string, readonly number[]>>;

/**
 * One block of memory that a session's outputs are written into, run after run: a run allocates nothing, unless the batch is
 * larger than any before.
 */
export class Arena {
  private memory = new ArrayBuffer(0);

  /** Takes the memory that the largest of these runs needs. Else each run that is larger than any before takes all of it anew, while what it had waits to be collected. */
  reserve(runs: readonly OutputDims[]): void {
    const bytes = Math.max(0, ...runs.map((dims) => bytesOf(sizesOf(dims))));
    if (this.memory.byteLength < bytes) this.memory = new ArrayBuffer(bytes);
  }

  /** @param dims of the outputs, as far as they are known beforehand; ONNX Runtime gives the others memory of its own. Results are valid until the next run. */
  async run(session: Session, feeds: Record<string, ort.Tensor>, dims: OutputDims): Promise<Record<string, ort.Tensor>> {
    const placed = this.place(dims);
    const results = await session.run(feeds, { ...nothingPlaced(session), ...placed });
    // The binding for Node gives copies of what it has written here. They are let go of at once.
    return { ...results, ...placed };
  }

  private place(dims: OutputDims): Record<string, ort.Tensor> {
    this.reserve([dims]);
    let offset = 0;
    return Object.fromEntries(sizesOf(dims).map((output) => {
      const data = new Float32Array(this.memory, offset, output.size);
      offset += bytesOf([output]);
      return [output.name, floats(data, output.shape)];
    }));
  }
}

interface OutputSize {
  name: string;
  shape: readonly number[];
  size: number;
}

const sizesOf = (dims: OutputDims): OutputSize[] => Object.entries(dims).map(([name, shape]) => ({ name, shape, size: shape.reduce((a, d) => a * d, 1) }));

/** Whole cache lines apart, so that threads don't share one. */
const bytesOf = (outputs: readonly OutputSize[]): number => outputs.reduce((sum, { size }) => sum + Math.ceil(size / 16) * 64, 0);

/** Shapes and comparisons are small. */
function nothingPlaced(session: Session): Record<string, null> {
  return Object.fromEntries(session.outputNames.map((name) => [name, null]));
}
