import { InputError } from '../support/errors.ts';
import type { Annotation, AnnotationDocument, Tier } from './annotation.ts';
import type { TextInput } from '../support/decode-text.ts';
import { Notes, type Written } from './notes.ts';
import { attributesOf, escapeText } from './xml/escape.ts';
import { childrenOf, decodeXml, descendantsOf, parseXml, textOf, type XmlElement } from './xml/parse.ts';

/**
 * An EXMARaLDA basic transcription. Tiers keep their kind (t, a, d) as `type`; annotation tiers (a) hang on their
 * speaker's transcription. Points of the timeline without time lie evenly between their neighbours (`timing:
 * 'interpolated'`).
 * @throws InputError for what is no basic transcription, with the line
 */
export function readExb(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeXml(input, file);
  const notes = new Notes();
  if (encoding !== 'utf-8') notes.add('encoding', `read as ${encoding}`);
  const root = parseXml(text, file);
  if (root.name !== 'basic-transcription')
    throw new InputError(`this is ${root.name}, not an EXMARaLDA transcription`, 'Is it an .exb file?', {
      file,
      line: root.line,
    });
  const speakers = new Map(Array.from(descendantsOf(root, 'speaker'), (one) => [one.attributes.id, nameOf(one)]));
  const timeline = readTimeline(root, file);
  const elements = Array.from(descendantsOf(root, 'tier'));
  const media = Array.from(descendantsOf(root, 'referenced-file'), ({ attributes }) => attributes.url ?? '');
  return {
    media: media.filter((url) => url !== '').map((url) => ({ url })),
    tiers: namedTiers(elements, speakers).map((tier) => tierOf(tier, timeline, notes)),
    properties: [],
    vocabularies: [],
    notes: notes.list,
  };
}

const nameOf = (speaker: XmlElement): string =>
  textOf(childrenOf(speaker, 'abbreviation')[0]).trim() || (speaker.attributes.id ?? '');

interface Moment {
  time: number | undefined;
  own: boolean;
}

function readTimeline(root: XmlElement, file: string): Map<string, Moment> {
  const timeline = new Map<string, Moment>();
  let waiting: Moment[] = [];
  let before: number | undefined;
  for (const { attributes, line } of descendantsOf(root, 'tli')) {
    const time = attributes.time === undefined || attributes.time === '' ? undefined : Number(attributes.time);
    if (time !== undefined && !Number.isFinite(time))
      throw new InputError(
        `time="${attributes.time}" is no time in seconds`,
        'Open it in the Partitur Editor and save it anew.',
        { file, line },
      );
    const moment = { time, own: time !== undefined };
    timeline.set(attributes.id ?? '', moment);
    if (time === undefined) waiting.push(moment);
    else {
      const from = before;
      if (from !== undefined)
        waiting.forEach((one, i) => (one.time = from + ((time - from) * (i + 1)) / (waiting.length + 1)));
      [before, waiting] = [time, []];
    }
  }
  return timeline;
}

interface NamedTier {
  element: XmlElement;
  name: string;
  parent: string | undefined;
  participant: string | undefined;
}

/**
 * Tiers with the names that people see, where each is one tier's alone; annotations below their speaker's
 * transcription.
 */
function namedTiers(elements: readonly XmlElement[], speakers: ReadonlyMap<string | undefined, string>): NamedTier[] {
  const shown = elements.map(({ attributes }) => attributes['display-name'] ?? '');
  const counts = new Map<string, number>();
  for (const name of shown) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = elements.map(({ attributes }, i) =>
    shown[i]!.trim() !== '' && counts.get(shown[i]!) === 1 ? shown[i]! : (attributes.id ?? `tier ${i + 1}`),
  );
  const transcriptions = new Map<string | undefined, string>();
  elements.forEach(({ attributes: { type, speaker } }, i) => {
    if (type === 't' && !transcriptions.has(speaker)) transcriptions.set(speaker, names[i]!);
  });
  return elements.map((element, i) => {
    const { type, speaker } = element.attributes;
    const parent = type === 'a' ? transcriptions.get(speaker) : undefined;
    return { element, name: names[i]!, parent, participant: speaker && (speakers.get(speaker) ?? speaker) };
  });
}

function tierOf(
  { element, name, parent, participant }: NamedTier,
  timeline: ReadonlyMap<string, Moment>,
  notes: Notes,
): Tier {
  const { type, category } = element.attributes;
  return {
    id: name,
    kind: 'interval',
    ...(type && { type }),
    ...(category && { category }),
    ...(parent !== undefined && { parent, constraint: 'Included_In' }),
    ...(participant !== undefined && { participant }),
    annotations: childrenOf(element, 'event').map((event) => annotationOf(event, timeline, notes)),
  };
}

function annotationOf(event: XmlElement, timeline: ReadonlyMap<string, Moment>, notes: Notes): Annotation {
  const [start, end] = [event.attributes.start, event.attributes.end].map((id) => timeline.get(id ?? ''));
  const said = { text: textOf(event), line: event.line };
  if (!start || !end) notes.add('broken-reference', 'an event names a point that is not in the timeline', event.line);
  if (start?.time === undefined || end?.time === undefined) return said;
  if (start.own && end.own) return { start: start.time, end: end.time, ...said };
  notes.add('interpolated', 'an event has no times of its own: they were put between its neighbours’', event.line);
  return { start: start.time, end: end.time, timing: 'interpolated', ...said };
}

/**
 * An EXMARaLDA basic transcription. Each time that any annotation begins or ends is a point of the timeline; what has
 * no times is left out and counted.
 */
export function writeExb(document: AnnotationDocument): Written {
  const notes = new Notes();
  const timed = document.tiers.map((tier) => ({
    ...tier,
    annotations: tier.annotations.filter(({ start, end }) => start !== undefined && end !== undefined),
  }));
  document.tiers.forEach(({ id, annotations }, i) =>
    notes.add(
      'skipped',
      `annotations of ${id} have no times and were left out`,
      undefined,
      annotations.length - timed[i]!.annotations.length,
    ),
  );
  const times = [
    ...new Set(timed.flatMap(({ annotations }) => annotations.flatMap(({ start, end }) => [start!, end!]))),
  ].sort((a, b) => a - b);
  const points = new Map(times.map((time, i) => [time, `T${i}`]));
  const speakers = [...new Set(timed.flatMap(({ participant }) => participant ?? []))];
  return {
    content: [
      '<?xml version="1.0" encoding="UTF-8"?>\n<basic-transcription>\n<head>\n<meta-information>',
      ...document.media.map(
        ({ relativeUrl, url }) => `<referenced-file${attributesOf({ url: relativeUrl ?? url }, notes)}/>`,
      ),
      '</meta-information>\n<speakertable>',
      ...speakers.map(
        (name, i) => `<speaker id="SPK${i}"><abbreviation>${escapeText(name, notes)}</abbreviation></speaker>`,
      ),
      '</speakertable>\n</head>\n<basic-body>\n<common-timeline>',
      ...times.map((time) => `<tli${attributesOf({ id: points.get(time), time }, notes)}/>`),
      '</common-timeline>',
      ...timed.flatMap((tier, i) => tierElement(tier, i, speakers, points, notes)),
      '</basic-body>\n</basic-transcription>\n',
    ].join('\n'),
    notes: notes.list,
  };
}

function tierElement(
  tier: Tier,
  place: number,
  speakers: readonly string[],
  points: ReadonlyMap<number, string>,
  notes: Notes,
): string[] {
  const known = tier.type !== undefined && /^[tadlu]$/.test(tier.type) ? tier.type : undefined;
  const attributes = {
    id: `TIE${place}`,
    speaker: tier.participant === undefined ? undefined : `SPK${speakers.indexOf(tier.participant)}`,
    category: tier.category ?? (known ? undefined : tier.type),
    type: known ?? (tier.parent === undefined ? 't' : 'a'),
    'display-name': tier.id,
  };
  const events = tier.annotations.map(
    ({ start, end, text }) =>
      '<event' +
      attributesOf({ start: points.get(start!), end: points.get(end!) }, notes) +
      `>${escapeText(text, notes)}</event>`,
  );
  return [`<tier${attributesOf(attributes, notes)}>`, ...events, '</tier>'];
}
