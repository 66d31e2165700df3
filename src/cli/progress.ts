import type { Progress, Task } from '../support/progress.ts';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 20_000;
const ERASE = '\r\u001B[2K';

/** Where a line is drawn right now. */
let drawnOn: NodeJS.WriteStream | undefined;

/** Makes room for what else is told on the terminal; the line is drawn again as soon as there is something new. */
export function eraseDrawnLine(): void {
  drawnOn?.write(ERASE);
  drawnOn = undefined;
}

/**
 * Progress on stderr: a live line on a terminal; elsewhere (a job's log, CI) a plain line now and then; nothing with
 * JSON.
 */
export function drawnProgress(json: boolean, stream: NodeJS.WriteStream = process.stderr): Progress | undefined {
  if (json) return undefined;
  if (stream.isTTY) return (stage, total, unit) => liveTask(stage, total, unit ?? '', stream);
  return (stage, total, unit) => plainTask(stage, total, unit ?? '', stream);
}

interface State {
  stage: string;
  total: number | undefined;
  unit: string;
  done: number;
  /** What was done when the clock started: a resumed task jumps ahead at once. */
  startedWith: number;
  startedAt: number;
  note: string;
}

function liveTask(stage: string, total: number | undefined, unit: string, stream: NodeJS.WriteStream): Task {
  const state = freshState(stage, total, unit);
  let drawnAt = 0;
  const draw = (force = false): void => {
    if (!force && performance.now() - drawnAt < REDRAW_MS) return;
    drawnAt = performance.now();
    drawnOn = stream;
    stream.write(`${ERASE}${lineOf(state).slice(0, Math.max(20, stream.columns - 1))}`);
  };
  draw(true);
  return {
    advance: (by = 1) => {
      advance(state, by);
      draw();
    },
    note: (text) => {
      state.note = text;
      draw();
    },
    done: (summary) => {
      drawnOn = undefined;
      stream.write(`${ERASE}${doneLine(state, summary)}\n`);
    },
  };
}

function plainTask(stage: string, total: number | undefined, unit: string, stream: NodeJS.WriteStream): Task {
  const state = freshState(stage, total, unit);
  let writtenAt = performance.now();
  return {
    advance: (by = 1) => {
      advance(state, by);
      if (performance.now() - writtenAt < PLAIN_LINE_MS) return;
      writtenAt = performance.now();
      stream.write(`${lineOf(state)}\n`);
    },
    note: (text) => {
      state.note = text;
    },
    done: (summary) => {
      stream.write(`${doneLine(state, summary)}\n`);
    },
  };
}

function freshState(stage: string, total: number | undefined, unit: string): State {
  return { stage, total, unit, done: 0, startedWith: 0, startedAt: performance.now(), note: '' };
}

function advance(state: State, by: number): void {
  if (state.done === 0 && performance.now() - state.startedAt < 50 && by > 1) state.startedWith = by;
  state.done += by;
}

function lineOf(state: State): string {
  const seconds = (performance.now() - state.startedAt) / 1000;
  const rate = (state.done - state.startedWith) / Math.max(seconds, 1e-3);
  const share = state.total
    ? `${bar(state.done / state.total)} ${state.done}/${state.total} ${state.unit}`
    : `${state.done} ${state.unit}`;
  const speed = seconds > 0.5 && rate > 0 ? ` · ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s` : '';
  const left = state.total && rate > 0 && seconds > 1 ? ` · ${clock((state.total - state.done) / rate)} left` : '';
  return `${state.stage}  ${share}${speed}${left}${state.note ? `  ${state.note}` : ''}`;
}

function doneLine(state: State, summary?: string): string {
  const seconds = (performance.now() - state.startedAt) / 1000;
  return `✓ ${state.stage}  ${summary ?? `${state.done} ${state.unit}`} in ${clock(seconds)}`;
}

function bar(share: number): string {
  const filled = Math.round(20 * Math.min(1, Math.max(0, share)));
  return '█'.repeat(filled) + '░'.repeat(20 - filled);
}

/** `4.2 s`, `3 min 20 s`, `1 h 5 min`. */
export function clock(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
