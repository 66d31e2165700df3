import type { About } from '../model/about.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Segment } from '../transcribe/segments.ts';
import { mayFail } from '../support/may-fail.ts';
import { EngineHost, type Batch } from './engine-host.ts';
import { rejectionOf } from './rejection.ts';

/** Stretches of one recording that are computed or wait for it: nobody fills the queue alone. */
const AHEAD = 2;

/**
 * A model on a thread that it shares with others on the same encoder, if there are any: ONNX Runtime computes on the
 * thread that calls it, and whoever else asks meanwhile wants an answer. Stretches of many recordings are computed side
 * by side, each recording in its turn.
 */
export class Engine {
  readonly about: About;
  /** Told what each batch took. */
  onBatch: (batch: Batch) => void = () => {};
  private readonly host: EngineHost;
  /** Its place among the thread's models. */
  private readonly place: number;

  private constructor(host: EngineHost, place: number, about: About) {
    [this.host, this.place, this.about] = [host, place, about];
  }

  /**
   * @param models that share an encoder, or one
   * @returns one for each
   * @throws InputError when one is none, or the device can't be had
   */
  static async open(models: readonly string[], machine: MachineChoice): Promise<Engine[]> {
    const { host, abouts } = await EngineHost.open(models, machine);
    const engines = abouts.map((about, place) => new Engine(host, place, about));
    host.onBatch = (batch) => engines[batch.model]!.onBatch(batch);
    return engines;
  }

  get alive(): boolean {
    return this.host.alive;
  }

  /** What is said in stretches that come one by one, as soon as it is certain. Takes no more than it can work on. */
  async *transcribe(segments: AsyncIterable<Segment>, signal: AbortSignal): AsyncGenerator<TranscriptSegment> {
    const stream = this.host.newStream();
    const aborted = rejectionOf(signal);
    const reader = segments[Symbol.asyncIterator]();
    const read = () => mayFail(reader.next().then(({ done, value }) => ({ done, segment: value as Segment })));
    const answers: Promise<TranscriptSegment[]>[] = [];
    let next: ReturnType<typeof read> | undefined = read();
    try {
      while (next || answers.length > 0) {
        const events = [...(next && answers.length < AHEAD ? [next] : []), ...answers.slice(0, 1), aborted.promise];
        const event = await Promise.race<Awaited<(typeof events)[number]>>(events);
        if (Array.isArray(event)) {
          void answers.shift();
          yield* event;
        } else if (event.done) next = undefined;
        else {
          answers.push(this.host.ask(this.place, stream, event.segment));
          next = read();
        }
      }
    } finally {
      aborted.stop();
      this.host.over(stream);
      await reader.return?.();
    }
  }

  /** Ends its thread, for all models there. */
  release(): Promise<void> {
    return this.host.release();
  }
}
