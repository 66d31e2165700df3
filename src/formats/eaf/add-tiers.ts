import { InputError } from '../../support/errors.ts';
import type { Tier } from '../annotation.ts';
import type { TextInput } from '../../support/decode-text.ts';
import { applyEdits, startOfLine, type Edit } from '../edits.ts';
import { encodeText } from '../encode-text.ts';
import { Notes, type Written } from '../notes.ts';
import { attributesOf } from '../xml/escape.ts';
import { decodeXml } from '../xml/parse.ts';
import { constraintElements, slotElement, tierElement, typeElement } from './elements.ts';
import { surveyEaf, type Survey } from './survey.ts';
import { AnnotationIds, NAME, planTiers, type PlannedTier, type Slot } from './plan.ts';
import { LinguisticTypes, numberedSlots } from './write.ts';

export interface AddToEafOptions {
  /** Named in errors. */
  file: string;
  /** Tiers of the same names go, with the time slots that only they used. */
  replace?: boolean;
}

/**
 * An ELAN document with tiers added. The text is edited where something comes in: everything else stays to the letter.
 * New time slots stand where their time belongs, new ids are free ones.
 * @throws InputError for what is no EAF, a tier whose name exists, or one with tiers below it that would have to go
 */
export function addTiersToEaf(
  input: TextInput,
  tiers: readonly Tier[],
  { file, replace = false }: AddToEafOptions,
): Written<Uint8Array> {
  const notes = new Notes();
  const { text, encoding, bom } = decodeXml(input, file);
  const survey = surveyEaf(text, file);
  const gone = tiersToReplace(survey, tiers, replace, file);
  const ids = new AnnotationIds(survey.annotationIds, survey.lastAnnotation);
  const planned = planTiers(withoutLanguages(tiers, survey, notes), ids, notes, {
    tiers: [...survey.tiers.keys()].filter((name) => !gone.has(name)),
    annotations: survey.annotations,
  });
  const edits = [
    ...editsOfHeader(survey, ids.last),
    ...removals(text, survey, gone),
    ...editsOfSlots(text, survey, numberedSlots(planned, survey.lastSlot + 1), notes),
    ...editsOfTiers(survey, planned, notes),
  ];
  return { content: encoded(applyEdits(text, edits), encoding, bom, notes), notes: notes.list };
}

function tiersToReplace(
  { tiers: present }: Survey,
  tiers: readonly Tier[],
  replace: boolean,
  file: string,
): Set<string> {
  const names = new Set(tiers.map(({ id }) => id));
  const both = [...names].filter((name) => present.has(name));
  if (both.length > 0 && !replace)
    throw new InputError(
      `the tier ${both.join(', ')} is already there`,
      'Name the new one otherwise, or say that it may be replaced.',
      { file },
    );
  for (const [name, { parent, element }] of present)
    if (parent !== undefined && both.includes(parent) && !names.has(name))
      throw new InputError(
        `the tier ${parent} can’t be replaced: ${name} hangs on it`,
        'Name the new tier otherwise.',
        { file, line: element.line },
      );
  if (names.size < tiers.length)
    throw new InputError('two of the new tiers have one name', 'Give each a name of its own.', { file });
  return new Set(both);
}

/** Languages came into EAF with 2.8. */
function withoutLanguages(tiers: readonly Tier[], { version }: Survey, notes: Notes): readonly Tier[] {
  if (version >= 2.8) return tiers;
  return tiers.map((tier) => {
    const { language, ...rest } = tier;
    if (language !== undefined) notes.add('skipped', `languages of tiers are not in EAF ${version}`);
    return rest;
  });
}

function* editsOfHeader({ lastIdText }: Survey, last: number): Generator<Edit> {
  if (lastIdText) yield { at: lastIdText.from, until: lastIdText.to, text: String(last) };
}

function* removals(text: string, { tiers, slots, slotUses }: Survey, gone: ReadonlySet<string>): Generator<Edit> {
  const cut = ({ from, to }: { from: number; to: number }): Edit => {
    const at = startOfLine(text, from);
    const lineEnd = /\r?\n/y;
    lineEnd.lastIndex = to;
    return { at, until: at < from && lineEnd.test(text) ? lineEnd.lastIndex : to, text: '' };
  };
  for (const name of gone) yield cut(tiers.get(name)!.element);
  for (const slot of slots) {
    const users = slotUses.get(slot.id);
    if (users && [...users].every((tier) => gone.has(tier))) yield cut(slot);
  }
}

/** Each new slot stands before the first that is later. */
function* editsOfSlots(text: string, survey: Survey, added: readonly Slot[], notes: Notes): Generator<Edit> {
  const { slots, timeOrder } = survey;
  if (timeOrder.inner === timeOrder.to) {
    const elements = added.map((slot) => slotElement(slot, notes)).join('');
    yield { at: timeOrder.from, until: timeOrder.to, text: `<TIME_ORDER>\n${elements}    </TIME_ORDER>` };
    return;
  }
  let i = 0;
  for (const slot of added) {
    while (i < slots.length && !(slots[i]!.time > slot.order)) i++;
    const at = slots[i]?.from ?? text.lastIndexOf('</', timeOrder.to - 1);
    yield { at: startOfLine(text, at), text: slotElement(slot, notes) };
  }
}

function* editsOfTiers(survey: Survey, planned: readonly PlannedTier[], notes: Notes): Generator<Edit> {
  const types = new LinguisticTypes(survey.vocabularies, survey.types);
  const elements = planned.flatMap((one) => [
    ...tierElement(one, types.nameFor(one), one.constraint && one.tier.parent, notes),
  ]);
  const after = (at: number, lines: string): Edit => ({ at, text: lines === '' ? '' : `\n${lines.trimEnd()}` });
  yield after(survey.endOf.tiers, elements.join(''));
  yield after(survey.endOf.types, types.all.map((type) => typeElement(type, notes)).join(''));
  const languages = new Set(
    planned.flatMap(({ tier }) => tier.language ?? []).filter((one) => NAME.test(one) && !survey.languages.has(one)),
  );
  yield after(
    survey.endOf.languages,
    Array.from(languages, (id) => `    <LANGUAGE${attributesOf({ LANG_ID: id }, notes)}/>\n`).join(''),
  );
  const constraints = planned.some(({ constraint }) => constraint !== undefined && !survey.constraints.has(constraint));
  yield after(survey.endOf.constraints, constraints ? constraintElements(survey.constraints) : '');
}

function encoded(text: string, encoding: string, bom: boolean, notes: Notes): Uint8Array {
  if (/^utf-(8|16..)$/.test(encoding)) return encodeText(text, encoding, bom)!;
  notes.add('encoding', `it was ${encoding}, and is UTF-8 now`);
  return Buffer.from(text.replace(/(<\?xml[^>]*\sencoding\s*=\s*["'])[^"']*/, '$1UTF-8'), 'utf8');
}
