import { InputError } from '../support/errors.ts';
import { NgramTable } from './ngram-table.ts';
import { readLines, writePieces } from './lines.ts';
import { NgramModel } from './ngram-model.ts';
import { guessUnit, UNKNOWN, type TextUnits } from './units.ts';

const SEPARATOR = /[ \t]+/;

/**
 * Writes a model in the format of the ARPA tools, which KenLM, SRILM and others read. Numbers are as short as they can
 * be without being read as another 32-bit float.
 */
export async function writeArpa(file: string, model: NgramModel): Promise<void> {
  await writePieces(file, arpaLines(model));
}

function* arpaLines(model: NgramModel): Generator<string> {
  const levels = model.levels();
  const tokens = Array.from({ length: model.tokens.size }, (_, id) => model.tokens.token(id));
  yield '\\data\\\n';
  for (const { order, count } of levels) yield `ngram ${order}=${count}\n`;
  for (const level of levels) {
    yield `\n\\${level.order}-grams:\n`;
    for (let i = 0; i < level.count; i++) yield ngramLine(level, i, tokens, level.order < model.order);
  }
  yield '\n\\end\\\n';
}

function ngramLine(
  { order, words, probabilities, backoffs }: NgramTable,
  i: number,
  tokens: readonly string[],
  withBackoff: boolean,
): string {
  let text = `${shortest(probabilities[i]!)}\t${tokens[words[i * order]!]!}`;
  for (let c = 1; c < order; c++) text += ` ${tokens[words[i * order + c]!]!}`;
  return `${text}${withBackoff ? `\t${shortest(backoffs[i]!)}` : ''}\n`;
}

function shortest(value: number): string {
  for (let digits = 7; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * Reads an ARPA file as KenLM, SRILM and others write them: back-off weights may be missing, `<unk>` may be missing or
 * `<UNK>`, n-grams may stand in any order, and anything may stand before `\data\`.
 * @param units what the tokens are; without it, characters if `|` is one of them, else words
 * @throws InputError with file and line
 */
export async function readArpa(file: string, units?: TextUnits): Promise<NgramModel> {
  const reader = new ArpaReader(file);
  for await (const { lines, first } of readLines(file))
    for (const [i, line] of lines.entries()) reader.read(line, first + i);
  return reader.model(units);
}

/** Takes an ARPA file line by line. */
class ArpaReader {
  private readonly file: string;
  private readonly tokens: string[] = [];
  private readonly ids = new Map<string, number>();
  /** What the head says. */
  private readonly counts: number[] = [];
  private readonly levels: NgramTable[] = [];
  private readonly firstLines: number[] = [];
  private part: 'before' | 'counts' | 'n-grams' | 'after' = 'before';
  private line = 0;

  constructor(file: string) {
    this.file = file;
  }

  read(text: string, line: number): void {
    this.line = line;
    const trimmed = text.replace(/^[ \t]+|[ \t\r]+$/g, '');
    if (this.part === 'before') {
      if (trimmed === '\\data\\') this.part = 'counts';
    } else if (trimmed !== '' && this.part !== 'after') {
      const section = /^\\(\d+)-grams:$/.exec(trimmed);
      if (section) this.begin(Number(section[1]));
      else if (trimmed === '\\end\\') this.finish();
      else if (this.part === 'counts') this.readCount(trimmed);
      else this.readNgram(trimmed);
    }
  }

  model(units?: TextUnits): NgramModel {
    if (this.part === 'before')
      this.refuse(
        'no \\data\\ line: this is not an ARPA file',
        'Name a model made by isogloss lm build, or an ARPA file that is not compressed.',
      );
    if (this.part !== 'after') this.refuse('the file ends without \\end\\', 'It was cut off: get or make it anew.');
    const placeOf = (order: number, index: number) => ({ file: this.file, line: this.firstLines[order - 1]! + index });
    return NgramModel.build(
      units ?? { unit: guessUnit((token) => this.ids.has(token)) },
      this.tokens,
      this.levels,
      placeOf,
    );
  }

  private readCount(text: string): void {
    const match = /^ngram +(\d+) *= *(\d+)$/.exec(text);
    if (Number(match?.[1]) !== this.counts.length + 1)
      this.refuse(`expected “ngram ${this.counts.length + 1}=” and a number`);
    this.counts.push(Number(match![2]));
  }

  private begin(order: number): void {
    this.finishLevel();
    if (order !== this.levels.length + 1 || order > this.counts.length)
      this.refuse(`\\${order}-grams: is out of place, or \\data\\ doesn’t announce it`);
    this.levels.push(new NgramTable(order));
    this.firstLines.push(this.line + 1);
    this.part = 'n-grams';
  }

  private finish(): void {
    this.finishLevel();
    if (this.levels.length === 0 || this.levels.length !== this.counts.length)
      this.refuse(`\\data\\ announces ${this.counts.length} orders, here are ${this.levels.length}`);
    this.part = 'after';
  }

  private finishLevel(): void {
    const level = this.levels.at(-1);
    const announced = this.counts[this.levels.length - 1];
    if (level && level.count !== announced)
      this.refuse(
        `\\data\\ announces ${announced} ${level.order}-grams, here are ${level.count}`,
        'It was cut off or damaged: get or make it anew.',
      );
  }

  private readNgram(text: string): void {
    const level = this.levels.at(-1)!;
    const { order } = level;
    const fields = text.split(SEPARATOR);
    if (fields.length !== order + 1 && fields.length !== order + 2)
      this.refuse(`a ${order}-gram is a number, ${order} token${order > 1 ? 's' : ''}, and a number or nothing`);
    const probability = this.number(fields[0]!);
    if (probability > 0) this.refuse(`${fields[0]} is no logarithm of a probability: it is above 0`);
    const backoff = fields.length === order + 2 ? this.number(fields[order + 1]!) : 0;
    // Blank lines in between would move the places of errors, and nobody writes them.
    if (this.line !== this.firstLines.at(-1)! + level.count) this.firstLines[order - 1] = this.line - level.count;
    const at = level.add(probability, backoff);
    for (let c = 0; c < order; c++)
      level.words[at + c] = order === 1 ? this.newToken(fields[1]!) : this.id(fields[c + 1]!);
  }

  private newToken(text: string): number {
    const token = ownSpelling(text);
    if (this.ids.has(token)) this.refuse(`${text} stands twice among the 1-grams`);
    const id = this.tokens.push(token) - 1;
    this.ids.set(token, id);
    return id;
  }

  private id(text: string): number {
    return this.ids.get(ownSpelling(text)) ?? this.refuse(`${text} is not among the 1-grams`);
  }

  private number(text: string): number {
    const value = text === '-inf' ? -99 : Number(text);
    return Number.isFinite(value) ? value : this.refuse(`${text} is no number`);
  }

  private refuse(what: string, next = 'Mend this line, or make the file anew.'): never {
    throw new InputError(what, next, { file: this.file, ...(this.line ? { line: this.line } : {}) });
  }
}

const ownSpelling = (token: string): string => (token === '<UNK>' ? UNKNOWN : token);
