import type { About } from '../model/about.ts';
import { ComputeThread } from '../onnx/runtime/compute-thread.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { WorkError } from '../support/errors.ts';
import { threadFile } from '../support/threads.ts';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Segment } from '../transcribe/segments.ts';
import type { EngineStart, Order, Report } from './engine-thread.ts';
import { closing } from './refusal.ts';
import { rejectionOf } from './rejection.ts';

/** Stretches of one recording that are computed or wait for it: nobody fills the queue alone. */
const AHEAD = 2;

export type Batch = Extract<Report, { batch: unknown }>['batch'];

interface Asked {
  resolve: (spoken: TranscriptSegment[]) => void;
  reject: (error: Error) => void;
}

/**
 * A model on a thread of its own: ONNX Runtime computes on the thread that calls it, and whoever else asks meanwhile
 * wants an answer. Stretches of many recordings are computed side by side, each recording in its turn.
 */
export class Engine {
  readonly about: About;
  /** Told what each batch took. */
  onBatch: (batch: Batch) => void = () => {};
  private readonly thread: ComputeThread;
  private readonly asked = new Map<number, Asked>();
  private last = 0;
  private dead: Error | undefined;

  private constructor(thread: ComputeThread, about: About) {
    [this.thread, this.about] = [thread, about];
    const { worker } = thread;
    worker.on('message', (report: Report) => this.hear(report));
    worker.on('error', (error) => this.die(error));
    worker.on('exit', () => this.die(new WorkError('the model’s thread ended', 'Start the service again.')));
  }

  /** @throws InputError when the model is none, or the device can't be had */
  static async open(model: string, machine: MachineChoice): Promise<Engine> {
    const start: EngineStart = { model, device: machine.device, threads: machine.threads };
    const file = threadFile(import.meta.url, 'engine-thread');
    const { thread, ready } = await ComputeThread.start<About>(file, start);
    return new Engine(thread, ready);
  }

  get alive(): boolean {
    return this.dead === undefined;
  }

  /** What is said in stretches that come one by one, as soon as it is certain. Takes no more than it can work on. */
  async *transcribe(segments: AsyncIterable<Segment>, signal: AbortSignal): AsyncGenerator<TranscriptSegment> {
    const stream = ++this.last;
    const aborted = rejectionOf(signal);
    const reader = segments[Symbol.asyncIterator]();
    const read = () => reader.next().then(({ done, value }) => ({ done, segment: value as Segment }));
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
          answers.push(this.ask(stream, event.segment));
          next = read();
        }
      }
    } finally {
      aborted.stop();
      next?.catch(() => {});
      this.tell({ over: stream });
      await reader.return?.();
    }
  }

  /** What is being computed is waited for; whoever still wants an answer is refused. */
  async release(): Promise<void> {
    this.die(closing());
    await this.thread.end();
  }

  private ask(stream: number, segment: Segment): Promise<TranscriptSegment[]> {
    if (this.dead) return Promise.reject(this.dead);
    const id = ++this.last;
    const answer = new Promise<TranscriptSegment[]>((resolve, reject) => this.asked.set(id, { resolve, reject }));
    // Nobody waits for it any more where the request is gone.
    answer.catch(() => {});
    this.tell({ id, stream, segment });
    return answer;
  }

  private tell(order: Order): void {
    this.thread.worker.postMessage(order, 'segment' in order ? [order.segment.samples.buffer as ArrayBuffer] : []);
  }

  private hear(report: Report): void {
    if ('batch' in report) this.onBatch(report.batch);
    if (!('id' in report)) return;
    const asked = this.asked.get(report.id);
    this.asked.delete(report.id);
    if ('error' in report) asked?.reject(new Error(report.error));
    else asked?.resolve(report.spoken);
  }

  private die(error: Error): void {
    this.dead ??= error;
    for (const { reject } of this.asked.values()) reject(error);
    this.asked.clear();
  }
}
