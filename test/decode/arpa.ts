import { readFileSync } from 'node:fs';
import type { LanguageModel } from '../../src/lm/language-model.ts';

/** An n-gram model read from an ARPA file, by the textbook: n-grams in a Map, states are the last words. For tests alone. */
export class Arpa implements LanguageModel {
  readonly unit: 'word' | 'character';
  readonly order: number;
  readonly begin: number;
  readonly empty: number;
  next = 0;
  private readonly logs = new Map<string, { log: number; backoff: number }>();
  private readonly words: string[] = [];
  private readonly ids = new Map<string, number>();
  private readonly states: string[][] = [];
  private readonly stateIds = new Map<string, number>();

  constructor(text: string, unit: 'word' | 'character') {
    let order = 0;
    for (const line of text.split('\n')) {
      const section = /^\\(\d+)-grams:/.exec(line);
      if (section) order = Number(section[1]);
      const [log, ngram, backoff] = line.split('\t');
      if (ngram !== undefined) this.logs.set(ngram, { log: Number(log), backoff: Number(backoff ?? 0) });
      if (ngram !== undefined && order === 1) this.ids.set(ngram, this.words.push(ngram) - 1);
    }
    this.unit = unit;
    this.order = order;
    this.begin = this.state(['<s>']);
    this.empty = this.state([]);
  }

  static read(file: string, unit: 'word' | 'character' = 'word'): Arpa {
    return new Arpa(readFileSync(file, 'utf8'), unit);
  }

  idOf(token: string): number {
    return this.ids.get(token) ?? this.ids.get('<unk>')!;
  }

  has(token: string): boolean {
    return token !== '<unk>' && this.ids.has(token);
  }

  score(state: number, id: number): number {
    const words = [...this.states[state]!, this.words[id]!];
    this.next = this.state(words.slice(Math.max(0, words.length - this.order + 1)));
    return this.log(words);
  }

  scoreEnd(state: number): number {
    return this.log([...this.states[state]!, '</s>']);
  }

  private log(words: string[]): number {
    const found = this.logs.get(words.join(' '));
    if (found) return found.log;
    return (this.logs.get(words.slice(0, -1).join(' '))?.backoff ?? 0) + this.log(words.slice(1));
  }

  private state(words: string[]): number {
    const key = words.join(' ');
    let id = this.stateIds.get(key);
    if (id === undefined) {
      id = this.states.push(words) - 1;
      this.stateIds.set(key, id);
    }
    return id;
  }
}
