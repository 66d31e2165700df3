import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilletsSource } from '../../../../src/corpus/importers/packaged/fillets.ts';
import { importFillets, parseDialogs } from '../../../../src/corpus/importers/packaged/fillets.ts';
import { temporary } from '../debian.ts';
import { about, imported, reasons, writeTree } from '../import.ts';

const SOURCE: FilletsSource = { ...about, language: 'cs', importer: 'fillets', scripts: 'script', sounds: 'sound' };

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
const dialog = (id: string, font: string, text: string): string =>
  `\ndialogId("${id}", "${font}", "In \\"English\\".")\ndialogStr(${quoted(text)})\n`;

describe('dialogs', () => {
  it('give back what was written into them, without what is commented out', () => {
    const text = fc.string({ maxLength: 30 }).map((s) => s.replace(/\s+/g, ' ').trim());
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const lua = texts.map((said, i) => `-- dialogStr("no")${dialog(`d-${i}`, 'font_big', said)}`).join('\n');
        expect(parseDialogs(lua)).toEqual(texts.map((said, i) => ({ id: `d-${i}`, font: 'font_big', text: said })));
      }),
    );
  });

  it('may be broken over lines', () => {
    expect(parseDialogs('dialogId("a", "",\n "x")\ndialogStr(\n"Tohle není fér.")')).toEqual([
      { id: 'a', font: '', text: 'Tohle není fér.' },
    ]);
  });
});

describe('Fish Fillets', () => {
  it('says what the dialogs of the corpus’s language write, a speaker a subtitle’s colour', async () => {
    const [unpacked, folder] = [await temporary('unpacked'), await temporary('corpus')];
    await writeTree(unpacked, {
      'script/ship/dialogs_cs.lua':
        dialog('s-m-co', 'font_small', 'Co je to?') +
        dialog('s-v-vrak', '', 'To je vrak.') +
        dialog('s-x', 'font_big', 'Nikdo to neřekl.') +
        dialog('s-z', 'font_big', '...'),
      'script/ship/dialogs_nl.lua': dialog('s-m-co', 'font_small', 'Wat is dat?'),
      'sound/ship/cs/s-m-co.ogg': '1',
      'sound/ship/cs/s-v-vrak.ogg': '2',
      'sound/ship/cs/s-z.ogg': '3',
      'sound/ship/cs/s-extra.ogg': '4',
      'sound/ship/nl/s-m-co.ogg': '5',
      'sound/ship/bang.ogg': '6',
    });
    const result = await imported(importFillets(SOURCE, { unpacked, folder }));
    expect(result.utterances).toEqual([
      { id: 'ship/s-m-co', audio: 'audio/ship/cs/s-m-co.ogg', text: 'Co je to?', language: 'cs', speaker: 'cs-small' },
      { id: 'ship/s-v-vrak', audio: 'audio/ship/cs/s-v-vrak.ogg', text: 'To je vrak.', language: 'cs' },
    ]);
    expect(reasons(result)).toEqual({
      'ship/s-x': 'there is a dialog but no recording',
      'ship/s-z': 'no words: ...',
      'ship/cs/s-extra': 'there is a recording but no dialog',
    });
  });
});
