import { InputError } from '../support/errors.ts';
import type { Annotation, AnnotationDocument, Tier } from './annotation.ts';
import type { TextInput } from '../support/decode-text.ts';
import { Notes, type Written } from './notes.ts';
import { decodeXml, descendantsOf, parseXml, type XmlElement } from './xml/parse.ts';
import { attributesOf, escapeText } from './xml/escape.ts';

/**
 * A Transcriber file: a tier for each speaker with what they say between two `Sync`s, where they speak at once each
 * their own part; a tier `events` with noises and comments, `sections` with the kinds of the programme's parts. Its DTD
 * is never opened.
 * @throws InputError for what is no Transcriber file, with the line
 */
export function readTrs(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeXml(input, file);
  const notes = new Notes();
  if (encoding !== 'utf-8') notes.add('encoding', `read as ${encoding}`);
  const root = parseXml(text, file);
  if (root.name !== 'Trans')
    throw new InputError(`this is ${root.name}, not a Transcriber file`, 'Is it a .trs file?', {
      file,
      line: root.line,
    });
  const speakers = new Map(
    Array.from(descendantsOf(root, 'Speaker'), ({ attributes: { id, name } }) => [id, name || id]),
  );
  const tiers = new Map<string, Tier>();
  const add = (id: string, annotation: Annotation, participant?: string): void => {
    const tier = tiers.get(id) ?? {
      id,
      kind: 'interval',
      ...(participant !== undefined && { participant }),
      annotations: [],
    };
    tiers.set(id, tier);
    tier.annotations.push(annotation);
  };
  for (const section of descendantsOf(root, 'Section')) {
    const type = section.attributes.type;
    if (type !== undefined) add('sections', { ...spanOf(section, file), text: type, line: section.line });
  }
  for (const turn of descendantsOf(root, 'Turn')) {
    for (const { speaker, event, ...annotation } of partsOf(turn, file)) {
      const name = speaker === undefined ? undefined : (speakers.get(speaker) ?? speaker);
      if (event) add('events', annotation);
      else add(name ?? NOBODY, annotation, name);
    }
  }
  const { audio_filename: audio, scribe } = root.attributes;
  return {
    media: audio ? [{ relativeUrl: audio }] : [],
    tiers: [...tiers.values()],
    ...(scribe && { author: scribe }),
    properties: [],
    vocabularies: [],
    notes: notes.list,
  };
}

/** The tier of turns without speaker. */
const NOBODY = 'no speaker';

interface Part extends Annotation {
  speaker?: string;
  event?: boolean;
}

/** What is said between two Syncs of a turn, by whom, and what else happens there. */
function partsOf(turn: XmlElement, file: string): Part[] {
  const { start, end } = spanOf(turn, file);
  const speakers = (turn.attributes.speaker ?? '').split(/\s+/).filter((id) => id !== '');
  const parts: Part[] = [];
  let stretch = { start, line: turn.line };
  let texts = new Map<string | undefined, string[]>();
  let events: string[] = [];
  let who = speakers[0];
  const close = (until: number): void => {
    const times = { start: stretch.start, end: until };
    for (const [speaker, said] of texts) {
      const text = said.join(' ').replace(/\s+/g, ' ').trim();
      if (text !== '') parts.push({ ...times, text, line: stretch.line, ...(speaker !== undefined && { speaker }) });
    }
    parts.push(...events.map((text) => ({ ...times, text, event: true, line: stretch.line })));
    texts = new Map();
    events = [];
    who = speakers[0];
  };
  for (const piece of turn.content) {
    if (typeof piece === 'string') texts.set(who, [...(texts.get(who) ?? []), piece]);
    else if (piece.name === 'Sync') {
      const time = secondsOf(piece, 'time', file);
      close(time);
      stretch = { start: time, line: piece.line };
    } else if (piece.name === 'Who') who = speakers[Number(piece.attributes.nb) - 1] ?? who;
    else if (piece.attributes.desc) events.push(piece.attributes.desc);
  }
  close(end);
  return parts;
}

const spanOf = (element: XmlElement, file: string): { start: number; end: number } => ({
  start: secondsOf(element, 'startTime', file),
  end: secondsOf(element, 'endTime', file),
});

function secondsOf(element: XmlElement, name: string, file: string): number {
  const text = element.attributes[name] ?? '';
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds))
    throw new InputError(
      `${element.name} ${name}="${text}" is no time in seconds`,
      'Open it in Transcriber and save it anew.',
      { file, line: element.line },
    );
  return seconds;
}

/**
 * A Transcriber file of tiers with participants: a turn each annotation. Blanks and line breaks become single blanks,
 * as Transcriber keeps no others.
 */
export function writeTrs(document: AnnotationDocument): Written {
  const notes = new Notes();
  const spoken = document.tiers.filter(({ parent, participant }) => parent === undefined && participant !== undefined);
  const names = [...new Set(spoken.map(({ participant }) => participant!))];
  const turns = spoken.flatMap(({ participant, annotations }) =>
    annotations
      .filter(({ start }) => start !== undefined)
      .map((annotation) => ({ ...annotation, speaker: `spk${names.indexOf(participant!) + 1}` })),
  );
  turns.sort((a, b) => a.start! - b.start!);
  const end = turns.reduce((last, turn) => Math.max(last, turn.end!), 0);
  const speakers = names.map((name, i) => `<Speaker${attributesOf({ id: `spk${i + 1}`, name, check: 'no' }, notes)}/>`);
  const body = turns.map(
    ({ start, end: until, text, speaker }) =>
      '<Turn' +
      attributesOf({ speaker, startTime: start, endTime: until }, notes) +
      `>\n<Sync time="${start}"/>\n${escapeText(text, notes)}\n</Turn>`,
  );
  const head = attributesOf(
    { scribe: document.author ?? '', audio_filename: document.media[0]?.relativeUrl, version: 1 },
    notes,
  );
  const section = `<Section type="report" startTime="0" endTime="${end}">`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE Trans SYSTEM "trans-14.dtd">',
    `<Trans${head}>`,
    '<Speakers>',
    ...speakers,
    '</Speakers>',
    '<Episode>',
    section,
    ...body,
    '</Section>',
    '</Episode>',
    '</Trans>',
    '',
  ];
  return { content: lines.join('\n'), notes: notes.list };
}
