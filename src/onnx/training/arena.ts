import * as ort from '../runtime/ort.ts';
import { ARRAYS, type ElementType } from '../graph/graph.ts';
import { outputNames, runInto } from '../runtime/run-into.ts';
import type { Session } from '../runtime/session.ts';

/** A session's outputs by name, as far as their dims are known before it runs. */
export type Outputs = Readonly<Record<string, { type: ElementType; dims: readonly number[] }>>;

/**
 * One block of memory that a session's outputs are written into, run after run: a run allocates nothing, unless the
 * batch is larger than any before.
 */
export class Arena {
  private memory = new ArrayBuffer(0);

  /**
   * Takes the memory that the largest of these runs needs. Else each run that is larger than any before takes all of it
   * anew, while what it had waits to be collected.
   */
  reserve(runs: readonly Outputs[]): void {
    const bytes = Math.max(0, ...runs.map((outputs) => bytesOf(sizesOf(outputs))));
    if (this.memory.byteLength < bytes) this.memory = new ArrayBuffer(bytes);
  }

  /**
   * @param session of a model that `runInto` can run
   * @param outputs as far as they are known beforehand; if one is not, the binding for Node gives a copy of each.
   * Results are valid until the next run.
   */
  async run(
    session: Session,
    feeds: Record<string, ort.Tensor>,
    outputs: Outputs,
  ): Promise<Record<string, ort.Tensor>> {
    const placed = this.place(outputs);
    const others = outputNames(session).filter((name) => !(name in placed));
    if (others.length > 0)
      return {
        ...(await session.run(feeds, { ...Object.fromEntries(others.map((name) => [name, null])), ...placed })),
        ...placed,
      };
    await runInto(session, feeds, placed);
    return placed;
  }

  private place(outputs: Outputs): Record<string, ort.Tensor> {
    this.reserve([outputs]);
    let offset = 0;
    return Object.fromEntries(
      sizesOf(outputs).map((output) => {
        const data = new ARRAYS[output.type](this.memory, offset, output.size);
        offset += bytesOf([output]);
        return [output.name, new ort.Tensor(output.type, data, output.dims)];
      }),
    );
  }
}

interface OutputSize {
  name: string;
  type: ElementType;
  dims: readonly number[];
  size: number;
}

const sizesOf = (outputs: Outputs): OutputSize[] =>
  Object.entries(outputs).map(([name, { type, dims }]) => ({
    name,
    type,
    dims,
    size: dims.reduce((a, d) => a * d, 1),
  }));

/** Whole cache lines apart, so that threads don't share one. */
const bytesOf = (outputs: readonly OutputSize[]): number =>
  outputs.reduce((sum, { size, type }) => sum + Math.ceil((size * ARRAYS[type].BYTES_PER_ELEMENT) / 64) * 64, 0);
