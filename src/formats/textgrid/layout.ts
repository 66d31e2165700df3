import { InputError } from '../../support/errors.ts';

/** What a TextGrid in text form holds, and where it stands in the text. */
export interface TextGridLayout {
  start: number;
  end: number;
  /** Where the number of tiers stands. */
  size: Span;
  tiers: TierLayout[];
}

export interface TierLayout extends Span {
  points: boolean;
  name: string;
  items: { start: number; end: number; text: string; line: number }[];
}

export interface Span {
  from: number;
  to: number;
}

/**
 * Reads a TextGrid as Praat does: numbers, strings and flags in order, whatever words stand between them. So the long
 * form, the short one and those that people wrote by hand are one.
 * @throws InputError with the line
 */
export function parseTextGrid(text: string, file: string): TextGridLayout {
  const tokens = new Tokens(text, file);
  const kind = tokens.string('the kind of file');
  if (!kind.value.startsWith('ooTextFile')) tokens.refuse(`it begins with "${kind.value}", not with "ooTextFile"`);
  const object = tokens.string('the kind of object');
  if (!/^TextGrid( \d+)?$/.test(object.value)) tokens.refuse(`it holds a ${object.value}, not a TextGrid`);
  const [start, end] = [tokens.number('xmin').value, tokens.number('xmax').value];
  if (tokens.flag() !== 'exists') return { start, end, size: { from: text.length, to: text.length }, tiers: [] };
  const size = tokens.number('the number of tiers');
  const tiers: TierLayout[] = [];
  for (let i = 0; i < size.value; i++) tiers.push(readTier(tokens));
  return { start, end, size, tiers };
}

function readTier(tokens: Tokens): TierLayout {
  const kind = tokens.string('the kind of tier');
  const points = kind.value === 'TextTier';
  if (!points && kind.value !== 'IntervalTier') tokens.refuse(`"${kind.value}" is no kind of tier`);
  const name = tokens.string('the name of a tier');
  tokens.number('xmin');
  tokens.number('xmax');
  const size = tokens.number('the number of intervals');
  const items: TierLayout['items'] = [];
  for (let i = 0; i < size.value; i++) {
    const from = tokens.number('the time of an annotation');
    const end = points ? from.value : tokens.number('the end of an interval').value;
    items.push({ start: from.value, end, text: tokens.string('the text of an annotation').value, line: from.line });
  }
  return { points, name: name.value, items, from: kind.from, to: tokens.at };
}

type Kind = 'number' | 'string' | 'flag' | 'word';

/** The numbers, strings and flags of a text, in order. */
class Tokens {
  /** Behind the last one. */
  at = 0;
  private from = 0;
  private line = 1;
  private counted = 0;
  private readonly text: string;
  private readonly file: string;

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  number(what: string): Span & { value: number; line: number } {
    const found = this.next('number', `${what} should stand here, a number`);
    const value = Number(/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i.exec(found)?.[0]);
    if (!Number.isFinite(value)) this.refuse(`${what} should stand here, not ${found.slice(0, 30)}`);
    return { value, from: this.from, to: this.at, line: this.line };
  }

  string(what: string): Span & { value: string } {
    const found = this.next('string', `${what} should stand here, a text in quotes`);
    return { value: found.slice(1, -1).replaceAll('""', '"'), from: this.from, to: this.at };
  }

  flag(): string {
    return this.next('flag', '<exists> should stand here').slice(1, -1);
  }

  refuse(what: string): never {
    throw new InputError(what, 'Open it in Praat and save it anew.', { file: this.file, line: this.line });
  }

  /** The next token that isn't a word without meaning. */
  private next(wanted: Kind, otherwise: string): string {
    let kind: Kind;
    do kind = this.advance();
    while (kind === 'word');
    if (kind !== wanted) this.refuse(otherwise);
    return this.text.slice(this.from, this.at);
  }

  private advance(): Kind {
    const { text } = this;
    this.from = search(/\S/g, text, this.at);
    if (this.from === text.length) this.refuse('the file ends too early');
    this.countLines();
    const first = text[this.from]!;
    if (first === '"') {
      this.at = this.closingQuote(this.from + 1) + 1;
      if (/\S/.test(text[this.at] ?? ' ')) this.refuse('a quote inside a text must be doubled, this one is not');
      return 'string';
    }
    this.at = search(first === '!' ? /[\n\r]/g : /\s/g, text, this.from);
    if (first === '<' && text[this.at - 1] === '>') return 'flag';
    return /[-+\d]/.test(first) ? 'number' : 'word';
  }

  private closingQuote(from: number): number {
    for (let at = from; (at = this.text.indexOf('"', at)) >= 0; at += 2) if (this.text[at + 1] !== '"') return at;
    return this.refuse('a text’s closing quote is missing');
  }

  private countLines(): void {
    for (
      let at = this.text.indexOf('\n', this.counted);
      at >= 0 && at < this.from;
      at = this.text.indexOf('\n', at + 1)
    )
      this.line++;
    this.counted = this.from;
  }
}

/** Where a pattern is found next, or the text's end. */
function search(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
