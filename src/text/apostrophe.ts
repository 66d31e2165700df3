import { spansOf, takeOut, type RemovedSigns, type Span } from './removed-signs.ts';

/** Ways to type it. ʻ, ʾ, ʿ and ꞌ are letters of their own. */
const APOSTROPHES = /[’ʼ＇`´‘‛\u1fbd]/gu;

/** Every apostrophe as '. @param kept signs that stay what they are */
export const oneApostrophe = (text: string, kept: ReadonlySet<string>): string =>
  text.replace(APOSTROPHES, (sign) => (kept.has(sign) ? sign : "'"));

/** An apostrophe alone belongs to no word. */
const ALONE = /(?<!\S)'+(?!\S)/gu;
const DOUBLE = /'{2,}/gu;

/**
 * Apostrophes stay where they are letters: all that touch one, or those that are no pair of quotation marks around a
 * phrase.
 */
export function withoutQuotes(text: string, mode: 'auto' | 'letter', removed?: RemovedSigns): string {
  if (!text.includes("'")) return text;
  if (mode === 'letter') return takeOut(text, spansOf(text, ALONE), 'space', removed);
  const single = takeOut(text, spansOf(text, DOUBLE), 'space', removed);
  const alone = takeOut(single, spansOf(single, ALONE), 'space', removed);
  return takeOut(alone, pairsIn(alone), 'nothing', removed);
}

/** Apostrophes at the beginning of a word that one at the end of the same word, or a later one, closes. */
function pairsIn(text: string): Span[] {
  const open: number[] = [];
  const spans: Span[] = [];
  for (const { index } of text.matchAll(/'/gu)) {
    if (opens(text, index)) open.push(index);
    else if (closes(text, index) && open.length > 0)
      for (const start of [open.pop()!, index]) spans.push({ start, end: start + 1 });
  }
  return spans.sort((a, b) => a.start - b.start);
}

const opens = (text: string, at: number): boolean => at === 0 || /\s/.test(text[at - 1]!);
const closes = (text: string, at: number): boolean => at === text.length - 1 || /\s/.test(text[at + 1]!);

/** What the apostrophes at the beginnings of words are in a corpus. */
export interface ApostropheUse {
  reading: 'letter' | 'quotation';
  /** Words that begin with one. */
  words: number;
  examples: string[];
}

/** Words that are as often without as with it are quoted ones. */
const LETTER_SHARE = 0.5;
/** Quotation marks come in pairs. */
const PAIRED_SHARE = 0.9;

/** Learns from texts whether ' before a word is a letter (a glottal stop) or a quotation mark. */
export class ApostropheReader {
  private readonly words = new Map<string, number>();
  private opened = 0;
  private paired = 0;

  add(text: string): void {
    const plain = oneApostrophe(text.normalize('NFC').toLowerCase(), new Set()).replace(/[^\p{L}\p{M}\p{N}'\s]/gu, ' ');
    for (const word of plain.split(/\s+/)) if (/[^']/.test(word)) this.words.set(word, (this.words.get(word) ?? 0) + 1);
    const openings = plain.match(/(?<!\S)'(?=[^'\s])/gu)?.length ?? 0;
    const closings = plain.match(/(?<=[^'\s])'(?!\S)/gu)?.length ?? 0;
    this.opened += openings;
    this.paired += Math.min(openings, closings);
  }

  /**
   * A letter, where words that begin with one seldom stand without it, and they are not everywhere closed by a second
   * one in the same text. Undefined where no word begins with one.
   */
  get use(): ApostropheUse | undefined {
    if (this.opened === 0) return undefined;
    const marked = [...this.words].filter(([word]) => word.startsWith("'"));
    const withIt = marked.reduce((sum, [, times]) => sum + times, 0);
    const without = marked.reduce((sum, [word]) => sum + (this.words.get(bare(word)) ?? 0), 0);
    const isLetter = this.paired < PAIRED_SHARE * this.opened && withIt >= LETTER_SHARE * (withIt + without);
    const common = marked.sort((a, b) => b[1] - a[1]).slice(0, 3);
    return { reading: isLetter ? 'letter' : 'quotation', words: withIt, examples: common.map(([word]) => word) };
  }
}

const bare = (word: string): string => word.replace(/^'+|'+$/gu, '');
