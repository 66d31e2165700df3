import { SaxesParser } from 'saxes';
import { InputError } from '../../support/errors.ts';
import { decodeAs, decodeText, type DecodedText, type TextInput } from '../../support/decode-text.ts';

export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** Elements and text between them, in order. */
  content: (XmlElement | string)[];
  parent?: XmlElement;
  /** Where it begins, 1-based. */
  line: number;
  /** Offsets in the text: of its `<`, of what is inside, and behind its end. */
  from: number;
  inner: number;
  to: number;
}

/** Elements inside elements, at most. */
const DEEPEST = 100;
const CHUNK = 1 << 16;

/**
 * A document's root element, by the strict parser `saxes`. No entities but the five of XML are known, a DTD is never
 * opened.
 * @param take elements that are handed over when they end instead of being kept: so that memory stays bounded, and long
 * files are read in a second for each 100 MB
 * @throws InputError for what is no well-formed XML, or declares entities, with the line
 */
export function parseXml(
  text: string,
  file: string,
  take: Readonly<Record<string, (element: XmlElement) => void>> = {},
): XmlElement {
  const parser = new SaxesParser();
  let open: XmlElement | undefined;
  let root: XmlElement | undefined;
  let depth = 0;
  let afterElement = false;
  const refuse = (what: string, next: string): never => {
    throw new InputError(what, next, { file, line: parser.line });
  };
  parser.on('error', ({ message }) =>
    refuse(
      `not well-formed XML: ${message.replace(/^\d+:\d+: /, '')}`,
      'Open and save it anew in the program that wrote it.',
    ),
  );
  parser.on('doctype', (doctype) => {
    if (/<!ENTITY/i.test(doctype)) refuse('it declares entities, which are not read', 'Remove the declarations.');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > DEEPEST) refuse('elements are nested too deep', 'Is it a file of this format?');
    const inner = parser.position;
    const from = text.lastIndexOf(`<${name}`, inner);
    const element: XmlElement = { name, attributes, content: [], line: parser.line, from, inner, to: inner };
    if (open) element.parent = open;
    if (open && !Object.hasOwn(take, name)) open.content.push(element);
    root ??= element;
    open = element;
    afterElement = false;
  });
  parser.on('closetag', ({ name }) => {
    depth--;
    const closed = open!;
    closed.to = parser.position;
    open = closed.parent;
    afterElement = true;
    if (Object.hasOwn(take, name)) take[name]!(closed);
  });
  const addText = (value: string): void => {
    if (!open || (afterElement && value.trim() === '')) return;
    open.content.push(value);
    afterElement = false;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  for (let from = 0; from < text.length; from += CHUNK) parser.write(text.slice(from, from + CHUNK));
  parser.close();
  return root!;
}

/** The document's text, by its byte order mark, or the encoding that its first line names. */
export function decodeXml(input: TextInput, file: string): DecodedText {
  if (typeof input !== 'string') {
    const start = new TextDecoder('latin1').decode(input.subarray(0, 200));
    const label = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
    if (label && !/^utf-?(8|16)/i.test(label)) {
      return { text: decodeAs(label, input, file), encoding: label.toLowerCase(), bom: false };
    }
  }
  return decodeText(input, { file });
}

/** The elements directly inside, of one name or of any. */
export function childrenOf(element: XmlElement, name?: string): XmlElement[] {
  return element.content.filter(
    (part): part is XmlElement => typeof part !== 'string' && (name === undefined || part.name === name),
  );
}

/** The text directly inside, as it stands. */
export function textOf(element: XmlElement | undefined): string {
  return element?.content.filter((part) => typeof part === 'string').join('') ?? '';
}

/** Every element of a name inside, in order, however deep. */
export function* descendantsOf(element: XmlElement, name: string): Generator<XmlElement> {
  for (const child of childrenOf(element)) {
    if (child.name === name) yield child;
    yield* descendantsOf(child, name);
  }
}
