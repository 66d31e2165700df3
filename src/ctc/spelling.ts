import type { Fusion } from './fusion.ts';
import { IntPairMap } from './int-pair-map.ts';

/** Scores of graphemes by a model of characters, each asked of the model once. */
export class Spelling {
  private readonly known = new IntPairMap();
  private readonly scores: number[] = [];
  private readonly nexts: number[] = [];
  private readonly states: number[] = [];
  private readonly contexts = new Map<number, number>();
  private readonly tokens: readonly string[];
  private readonly fusion: Fusion;

  constructor(tokens: readonly string[], fusion: Fusion) {
    this.tokens = tokens;
    this.fusion = fusion;
    this.context(fusion.startState);
  }

  score(context: number, token: number): number {
    return this.scores[this.entry(context, token)]!;
  }

  /** The context after a grapheme. 0 is that of the start. */
  next(context: number, token: number): number {
    return this.nexts[this.entry(context, token)]!;
  }

  /** The model's state. */
  state(context: number): number {
    return this.states[context]!;
  }

  private entry(context: number, token: number): number {
    const known = this.known.get(context, token);
    if (known >= 0) return known;
    const entry = this.scores.length;
    this.scores.push(this.fusion.grapheme(this.states[context]!, this.tokens[token]!));
    this.nexts.push(this.context(this.fusion.nextState));
    this.known.set(context, token, entry);
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
