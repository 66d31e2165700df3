import type { ServerResponse } from 'node:http';
import { Refusal } from './refusal.ts';

/**
 * The work on one request. It ends with the answer, at the time limit, or when the client goes; what it holds is given
 * back then.
 */
export class Job {
  private readonly controller = new AbortController();
  private readonly held: (() => unknown)[] = [];
  private over = false;

  constructor(response: ServerResponse, mostSeconds: number) {
    const late = new Refusal(408, 'timeout', `this took longer than ${mostSeconds} s: send shorter recordings`);
    const timer = setTimeout(() => this.controller.abort(late), mostSeconds * 1000);
    response.once('close', () => {
      clearTimeout(timer);
      this.over = true;
      this.controller.abort(new Refusal(499, 'client_gone', 'the client has gone'));
      for (const giveBack of this.held) giveBack();
    });
  }

  /** Aborted at the time limit and when the client goes, with the refusal as its reason. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Has something given back at the end: at once, if that has come. */
  hold(giveBack: () => unknown): void {
    if (this.over) giveBack();
    else this.held.push(giveBack);
  }
}
