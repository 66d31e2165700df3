import { InputError } from '../../support/errors.ts';
import type { Annotation, AnnotationDocument, Tier } from '../annotation.ts';
import type { TextInput } from '../../support/decode-text.ts';
import { Notes } from '../notes.ts';
import { childrenOf, decodeXml, descendantsOf, parseXml, textOf, type XmlElement } from '../xml/parse.ts';

/**
 * The texts of a FLEx interlinear file, each a document of its own with its title among the properties. Items become
 * tiers named as ELAN names them: `phrase-txt-abz`, `word-gls-en`, `morph-txt-abz`. Phrases without text of their own
 * get that of their words.
 * @throws InputError for what is no flextext, with the line
 */
export function readFlextext(input: TextInput, { file }: { file: string }): AnnotationDocument[] {
  const { text, encoding } = decodeXml(input, file);
  const root = parseXml(text, file);
  if (root.name !== 'document' || !childrenOf(root, 'interlinear-text')[0])
    throw new InputError('this is no FLEx interlinear text', 'Export it from FLEx as FLEXTEXT.', {
      file,
      line: root.line,
    });
  return childrenOf(root, 'interlinear-text').map((one) => {
    const notes = new Notes();
    if (encoding !== 'utf-8') notes.add('encoding', `read as ${encoding}`);
    const tiers = new Tiers(vernacularOf(one), notes, file);
    let number = 0;
    for (const phrase of descendantsOf(one, 'phrase')) tiers.addPhrase(phrase, `p${++number}`);
    return {
      media: Array.from(descendantsOf(one, 'media'), ({ attributes }) => ({
        ...(attributes.location && { url: attributes.location }),
      })),
      tiers: tiers.list,
      properties: childrenOf(one, 'item').map((item) => [item.attributes.type ?? '', textOf(item)]),
      vocabularies: [],
      notes: notes.list,
    };
  });
}

/** The language of the baseline, as the file declares it. */
function vernacularOf(text: XmlElement): string | undefined {
  const declared = Array.from(descendantsOf(text, 'language'), ({ attributes }) => attributes);
  return declared.find(({ vernacular }) => vernacular === 'true')?.lang;
}

type Level = 'phrase' | 'word' | 'morph';

/** An element with its items, and where it stands in the tree. */
interface Part {
  level: Level;
  id: string;
  times: Pick<Annotation, 'start' | 'end' | 'timing'>;
  speaker?: string;
}

/** Tiers as they fill. */
class Tiers {
  private readonly byId = new Map<string, Tier>();
  private readonly vernacular: string | undefined;
  private readonly notes: Notes;
  private readonly file: string;
  /** The tier to which further items of a level belong, and parts of the level below. */
  private readonly first: Partial<Record<Level, string>> = {};

  constructor(vernacular: string | undefined, notes: Notes, file: string) {
    this.vernacular = vernacular;
    this.notes = notes;
    this.file = file;
  }

  get list(): Tier[] {
    return [...this.byId.values()];
  }

  addPhrase(element: XmlElement, id: string): void {
    const times = this.timesOf(element);
    const speaker = element.attributes.speaker;
    const phrase: Part = { level: 'phrase', id, times, ...(speaker && { speaker }) };
    const words = Array.from(descendantsOf(element, 'word'));
    const joined = joinWords(words.map((word) => itemOf(word, ['txt', 'punct']) ?? ''));
    this.add(phrase, element, joined === '' ? undefined : joined);
    const spoken = words.filter((word) => itemOf(word, ['txt']) !== undefined);
    spoken.forEach((word, i) => {
      const part: Part = { level: 'word', id: `${id}w${i + 1}`, times: share(times, i, spoken.length) };
      this.add(part, word, undefined, id);
      const morphs = Array.from(descendantsOf(word, 'morph'));
      morphs.forEach((morph, k) =>
        this.add(
          { level: 'morph', id: `${part.id}m${k + 1}`, times: share(part.times, k, morphs.length) },
          morph,
          undefined,
          part.id,
        ),
      );
    });
  }

  /** @param joined the text where the element has none of its own */
  private add({ level, id, times, speaker }: Part, element: XmlElement, joined?: string, parent?: string): void {
    const items = childrenOf(element, 'item').map((item) => ({
      type: item.attributes.type ?? '',
      language: item.attributes.lang ?? '',
      text: textOf(item),
    }));
    const own =
      items.find(
        ({ type, language }) => type === 'txt' && (this.vernacular === undefined || language === this.vernacular),
      ) ?? items.find(({ type }) => type === 'txt');
    if (!own && joined !== undefined)
      this.notes.add('skipped', 'phrases have no text of their own: it was joined from their words', element.line);
    const main = own ?? { type: 'txt', language: this.vernacular ?? '', text: joined ?? '' };
    const above = level === 'phrase' ? undefined : this.first[level === 'word' ? 'phrase' : 'word'];
    const tier = this.tier(
      level,
      main,
      above === undefined ? undefined : { parent: above, constraint: 'Symbolic_Subdivision' },
    );
    this.first[level] ??= tier.id;
    tier.annotations.push({
      id,
      ...times,
      text: main.text,
      ...(parent !== undefined && { parent }),
      ...(speaker !== undefined && { speaker }),
      line: element.line,
    });
    for (const item of items) {
      if (item === own || item.type === 'punct') continue;
      const note = this.tier(level, item, { parent: this.first[level], constraint: 'Symbolic_Association' });
      note.annotations.push({
        id: `${id}-${note.id}`,
        ...times,
        ...(times.start !== undefined && { timing: 'parent' as const }),
        text: item.text,
        parent: id,
      });
    }
  }

  private tier(
    level: Level,
    { type, language }: { type: string; language: string },
    above: Pick<Tier, 'parent' | 'constraint'> | undefined,
  ): Tier {
    const id = [level, type, language].filter((part) => part !== '').join('-');
    let tier = this.byId.get(id);
    if (!tier)
      this.byId.set(
        id,
        (tier = { id, kind: 'interval', type, ...above, ...(language !== '' && { language }), annotations: [] }),
      );
    return tier;
  }

  private timesOf({ attributes, line }: XmlElement): Part['times'] {
    const [start, end] = [attributes['begin-time-offset'], attributes['end-time-offset']].map((text) =>
      text === undefined || text === '' ? undefined : Number(text) / 1000,
    );
    if (start === undefined || end === undefined) return {};
    if (!Number.isFinite(start) || !Number.isFinite(end))
      throw new InputError('the times of a phrase are not numbers', 'Export the text from FLEx anew.', {
        file: this.file,
        line,
      });
    return { start, end };
  }
}

function share({ start, end }: Part['times'], place: number, of: number): Part['times'] {
  if (start === undefined || end === undefined) return {};
  const at = (k: number): number => (k === of ? end : start + ((end - start) * k) / of);
  return { start: at(place), end: at(place + 1), timing: of === 1 ? 'parent' : 'share' };
}

const itemOf = (element: XmlElement, types: readonly string[]): string | undefined => {
  const item = childrenOf(element, 'item').find(({ attributes }) => types.includes(attributes.type ?? ''));
  return item && textOf(item);
};

/** Words with blanks between them, but none before what closes or after what opens. */
function joinWords(words: readonly string[]): string {
  return words
    .filter((word) => word !== '')
    .join(' ')
    .replace(/ (?=[.,;:!?…)\]}»”’])/gu, '')
    .replace(/(?<=[([{«“‘¿¡]) /gu, '');
}
