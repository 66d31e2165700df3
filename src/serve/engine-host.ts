import type { About } from '../model/about.ts';
import { ComputeThread } from '../onnx/runtime/compute-thread.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { WorkError } from '../support/errors.ts';
import { threadFile } from '../support/threads.ts';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Segment } from '../transcribe/segments.ts';
import type { EngineStart, Order, Report } from './engine-thread.ts';
import { closing } from './refusal.ts';

export type Batch = Extract<Report, { batch: unknown }>['batch'];

interface Asked {
  resolve: (spoken: TranscriptSegment[]) => void;
  reject: (error: Error) => void;
}

/** The thread that models on one encoder share, and what is asked of it. */
export class EngineHost {
  /** Told what each batch took. */
  onBatch: (batch: Batch) => void = () => {};
  private readonly thread: ComputeThread;
  private readonly asked = new Map<number, Asked>();
  private last = 0;
  private dead: Error | undefined;

  private constructor(thread: ComputeThread) {
    this.thread = thread;
    const { worker } = thread;
    worker.on('message', (report: Report) => this.hear(report));
    worker.on('error', (error) => this.die(error));
    worker.on('exit', () => this.die(new WorkError('the model’s thread ended', 'Start the service again.')));
  }

  /** @throws InputError when a model is none, or the device can't be had */
  static async open(models: readonly string[], machine: MachineChoice): Promise<{ host: EngineHost; abouts: About[] }> {
    const start: EngineStart = { models, device: machine.device, threads: machine.threads };
    const file = threadFile(import.meta.url, 'engine-thread');
    const { thread, ready: abouts } = await ComputeThread.start<About[]>(file, start);
    return { host: new EngineHost(thread), abouts };
  }

  get alive(): boolean {
    return this.dead === undefined;
  }

  /** A number for a stream of stretches that follow one another. */
  newStream(): number {
    return ++this.last;
  }

  /** @param model its place among those of the thread */
  ask(model: number, stream: number, segment: Segment): Promise<TranscriptSegment[]> {
    if (this.dead) return Promise.reject(this.dead);
    const id = ++this.last;
    const answer = new Promise<TranscriptSegment[]>((resolve, reject) => this.asked.set(id, { resolve, reject }));
    // Nobody waits for it any more where the request is gone.
    answer.catch(() => {});
    this.tell({ id, model, stream, segment });
    return answer;
  }

  /** What is still waiting of a stream is not computed any more. */
  over(stream: number): void {
    this.tell({ over: stream });
  }

  /** What is being computed is waited for; whoever still wants an answer is refused. */
  async release(): Promise<void> {
    this.die(closing());
    await this.thread.end();
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
