import { childrenOf, descendantsOf, parseXml, type XmlElement } from '../../../src/formats/xml/parse.ts';

/** What ELAN's schema (EAF 3.0) asks for, where our writer could fail it: order, attributes, ids, references. */
export function faultsOf(eaf: string): string[] {
  const root = parseXml(eaf, 'x.eaf');
  return [...faultsOfOrder(root), ...faultsOfAttributes(root), ...faultsOfReferences(root)];
}

const ORDER = [
  'LICENSE',
  'HEADER',
  'TIME_ORDER',
  'TIER',
  'LINGUISTIC_TYPE',
  'LOCALE',
  'LANGUAGE',
  'CONSTRAINT',
  'CONTROLLED_VOCABULARY',
  'LEXICON_REF',
  'REF_LINK_SET',
  'EXTERNAL_REF',
];

const REQUIRED: Record<string, readonly string[]> = {
  ANNOTATION_DOCUMENT: ['AUTHOR', 'DATE', 'VERSION'],
  MEDIA_DESCRIPTOR: ['MEDIA_URL', 'MIME_TYPE'],
  TIME_SLOT: ['TIME_SLOT_ID'],
  TIER: ['TIER_ID', 'LINGUISTIC_TYPE_REF'],
  ALIGNABLE_ANNOTATION: ['ANNOTATION_ID', 'TIME_SLOT_REF1', 'TIME_SLOT_REF2'],
  REF_ANNOTATION: ['ANNOTATION_ID', 'ANNOTATION_REF'],
  LINGUISTIC_TYPE: ['LINGUISTIC_TYPE_ID'],
  LANGUAGE: ['LANG_ID'],
  CONSTRAINT: ['STEREOTYPE'],
  CONTROLLED_VOCABULARY: ['CV_ID'],
  CV_ENTRY_ML: ['CVE_ID'],
  CVE_VALUE: ['LANG_REF'],
  EXTERNAL_REF: ['EXT_REF_ID', 'TYPE', 'VALUE'],
};

function faultsOfOrder(root: XmlElement): string[] {
  const places = childrenOf(root).map(({ name }) => ORDER.indexOf(name));
  const faults = places.some((place, i) => place < (places[i - 1] ?? 0)) ? ['elements are out of order'] : [];
  for (const header of childrenOf(root, 'HEADER')) {
    const names = childrenOf(header).map(({ name }) =>
      ['MEDIA_DESCRIPTOR', 'LINKED_FILE_DESCRIPTOR', 'PROPERTY'].indexOf(name),
    );
    if (names.some((place, i) => place < (names[i - 1] ?? 0))) faults.push('the header is out of order');
  }
  return faults;
}

function faultsOfAttributes(root: XmlElement): string[] {
  const faults: string[] = [];
  for (const [name, required] of Object.entries(REQUIRED)) {
    for (const element of name === root.name ? [root] : descendantsOf(root, name))
      faults.push(
        ...required.filter((one) => element.attributes[one] === undefined).map((one) => `${name} without ${one}`),
      );
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(root.attributes.DATE ?? ''))
    faults.push('DATE is no dateTime');
  for (const slot of descendantsOf(root, 'TIME_SLOT'))
    if (!/^\d+$/.test(slot.attributes.TIME_VALUE ?? '0')) faults.push('TIME_VALUE is no unsigned number');
  return faults;
}

/** Kind of attribute, where it is declared, where it is used. */
const REFERENCES: [string, [string, string][], [string, string][]][] = [
  [
    'id',
    [
      ['TIME_SLOT', 'TIME_SLOT_ID'],
      ['ALIGNABLE_ANNOTATION', 'ANNOTATION_ID'],
      ['REF_ANNOTATION', 'ANNOTATION_ID'],
      ['LANGUAGE', 'LANG_ID'],
      ['EXTERNAL_REF', 'EXT_REF_ID'],
    ],
    [
      ['ALIGNABLE_ANNOTATION', 'TIME_SLOT_REF1'],
      ['ALIGNABLE_ANNOTATION', 'TIME_SLOT_REF2'],
      ['REF_ANNOTATION', 'ANNOTATION_REF'],
      ['REF_ANNOTATION', 'PREVIOUS_ANNOTATION'],
      ['TIER', 'LANG_REF'],
      ['CVE_VALUE', 'LANG_REF'],
      ['CONTROLLED_VOCABULARY', 'EXT_REF'],
    ],
  ],
  ['tier', [['TIER', 'TIER_ID']], [['TIER', 'PARENT_REF']]],
  ['type', [['LINGUISTIC_TYPE', 'LINGUISTIC_TYPE_ID']], [['TIER', 'LINGUISTIC_TYPE_REF']]],
  ['constraint', [['CONSTRAINT', 'STEREOTYPE']], [['LINGUISTIC_TYPE', 'CONSTRAINTS']]],
  ['vocabulary', [['CONTROLLED_VOCABULARY', 'CV_ID']], [['LINGUISTIC_TYPE', 'CONTROLLED_VOCABULARY_REF']]],
];

function faultsOfReferences(root: XmlElement): string[] {
  return REFERENCES.flatMap(([kind, declared, used]) => {
    const values = (places: [string, string][]): string[] =>
      places
        .flatMap(([name, attribute]) => Array.from(descendantsOf(root, name), (one) => one.attributes[attribute] ?? []))
        .flat();
    const names = values(declared);
    const known = new Set(names);
    return [
      ...(known.size < names.length ? [`a ${kind} stands twice`] : []),
      ...(kind === 'id'
        ? names.filter((name) => !/^[\p{L}_][\p{L}\p{N}\p{M}_.-]*$/u.test(name)).map((name) => `${name} is no id`)
        : []),
      ...values(used)
        .filter((name) => !known.has(name))
        .map((name) => `no ${kind} ${name}`),
    ];
  });
}
