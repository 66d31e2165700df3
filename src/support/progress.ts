/** One long piece of work under way. `advance` is cheap: call it as often as there is something to tell. */
export interface Task {
  advance(by?: number): void;
  /** A few words beside the bar: the loss, the file at hand. */
  note(text: string): void;
  done(summary?: string): void;
}

/**
 * How the library tells what it is doing. Commands pass one that draws; a library user may pass none.
 * @param stage what is being done, e.g. `features`
 * @param total how many units there are, when known
 * @param unit what is counted, e.g. `utterances`, `s of audio`
 */
export type Progress = (stage: string, total?: number, unit?: string) => Task;

/** What long work takes besides its settings. */
export interface JobOptions {
  /** Told how far it is. */
  progress?: Progress | undefined;
  /** Stops it. */
  signal?: AbortSignal | undefined;
}

const silentTask: Task = { advance: () => {}, note: () => {}, done: () => {} };

export const silent: Progress = () => silentTask;
