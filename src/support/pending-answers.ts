import type { Worker } from 'node:worker_threads';

/** What a thread answers, under the number that it was asked with. */
export type Answer<T> = { id: number } & ({ value: T } | { error: string });

/** What a thread has been asked and has not answered yet. Where it ends, all of that is rejected. */
export class PendingAnswers<T> {
  private readonly asked = new Map<number, { resolve: (value: T) => void; reject: (error: Error) => void }>();
  private closed: Error | undefined;
  private last = 0;

  /** @param ended why nothing comes any more of a thread that ended by itself */
  constructor(worker: Worker, ended: Error) {
    worker.on('error', (error) => this.rejectAll(error));
    worker.on('exit', () => this.rejectAll(ended));
  }

  /** Whether the thread can be asked. */
  get isOpen(): boolean {
    return this.closed === undefined;
  }

  get isEmpty(): boolean {
    return this.asked.size === 0;
  }

  /** @param send asks it, under this number; not called where it can't be asked any more */
  ask(send: (id: number) => void): Promise<T> {
    if (this.closed) return Promise.reject(this.closed);
    const id = ++this.last;
    const answer = new Promise<T>((resolve, reject) => this.asked.set(id, { resolve, reject }));
    send(id);
    return answer;
  }

  settle(answer: Answer<T>): void {
    const asked = this.asked.get(answer.id);
    this.asked.delete(answer.id);
    if ('error' in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.value);
  }

  /** From now on it can't be asked; what it was asked before it may still answer. @param why the first counts */
  close(why: Error): void {
    this.closed ??= why;
  }

  rejectAll(why: Error): void {
    this.close(why);
    for (const { reject } of this.asked.values()) reject(why);
    this.asked.clear();
  }
}
