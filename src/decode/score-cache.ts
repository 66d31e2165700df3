import type { Fusion } from './fusion.ts';
import { IntPairMap } from './int-pair-map.ts';

/** Scores of words, or of graphemes, after states of a language model: each is asked of the model once. */
export class ScoreCache {
  private readonly known = new IntPairMap();
  private readonly scores: number[] = [];
  private readonly nexts: number[] = [];
  private readonly states: number[] = [];
  private readonly contexts = new Map<number, number>();
  private readonly ask: (state: number, item: number) => number;
  private readonly fusion: Fusion;

  /** @param ask scores an item, named by a number, and sets the fusion's next state */
  constructor(fusion: Fusion, ask: (state: number, item: number) => number) {
    this.fusion = fusion;
    this.ask = ask;
    this.context(fusion.startState);
  }

  score(context: number, item: number): number {
    return this.scores[this.entry(context, item)]!;
  }

  /** The context after an item. 0 is that of the start. */
  next(context: number, item: number): number {
    return this.nexts[this.entry(context, item)]!;
  }

  /** The model's state. */
  state(context: number): number {
    return this.states[context]!;
  }

  private entry(context: number, item: number): number {
    const known = this.known.get(context, item);
    if (known >= 0) return known;
    const entry = this.scores.length;
    this.scores.push(this.ask(this.states[context]!, item));
    this.nexts.push(this.context(this.fusion.nextState));
    this.known.set(context, item, entry);
    return entry;
  }

  private context(state: number): number {
    let context = this.contexts.get(state);
    if (context === undefined) {
      context = this.states.push(state) - 1;
      this.contexts.set(state, context);
    }
    return context;
  }
}
