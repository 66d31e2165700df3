import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  parseTranscripts,
  readTranscripts,
  repaired,
  unusable,
} from '../../../../src/corpus/importers/packaged/transcripts.ts';
import { temporary } from '../debian.ts';

const prompt = fc.stringMatching(/^[a-z]{1,6}(-[a-z0-9]{1,6}){0,2}$/);
/** What is said: words without a colon, so that it is no line of another prompt. */
const said = fc.stringMatching(/^[A-Za-zà-ù0-9]{1,8}( [A-Za-zà-ù'.?-]{1,8}){0,5}$/u);
const list = fc.uniqueArray(fc.tuple(prompt, said), { maxLength: 20, selector: ([name]) => name });

describe('a prompt list', () => {
  it('gives back what was written into it, whatever the line ends, comments and spaces', () => {
    fc.assert(
      fc.property(
        list,
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\uFEFF'),
        fc.constantFrom(': ', ':', ' :\t'),
        (prompts, end, mark, colon) => {
          const lines = [
            '; Core sounds: the comments have colons too',
            '',
            ...prompts.map(([name, text]) => `${name}${colon}${text}  `),
          ];
          expect([...parseTranscripts(mark + lines.join(end))]).toEqual(prompts);
        },
      ),
    );
  });

  it('where a line break was lost, is read as if it stood there', () => {
    const hyphenated = fc.tuple(fc.stringMatching(/^[a-z]{2,5}-[a-z]{2,5}$/), said);
    fc.assert(
      fc.property(
        fc.uniqueArray(hyphenated, { minLength: 2, maxLength: 8, selector: ([name]) => name }),
        fc.nat(),
        (prompts, at) => {
          const lines = prompts.map(([name, text]) => `${name}: ${text}`);
          const lost = at % (prompts.length - 1);
          // The prompt behind the lost break has a line of its own elsewhere, as in the Italian list.
          const damaged = [
            ...lines.slice(0, lost),
            `${lines[lost]!} ${lines[lost + 1]!}`,
            ...lines.slice(lost + 1),
          ].join('\n');
          expect([...parseTranscripts(damaged)]).toEqual(prompts);
        },
      ),
    );
  });

  it.each([
    ['a name that stands twice', 'conf-adminmenu: conf-adminmenu: Нажмите 1', { 'conf-adminmenu': 'Нажмите 1' }],
    ['a prompt on two lines: the first counts', 'vm-hello: uno\nvm-hello: due', { 'vm-hello': 'uno' }],
    ['folders in names', 'digits/1: uno\ndigits/h-10: dieci', { 'digits/1': 'uno', 'digits/h-10': 'dieci' }],
    ['a colon in what is said', 'vm-from: Da: Mario', { 'vm-from': 'Da: Mario' }],
    ['a word with a hyphen before a colon', 'vm-from: Dite-moi: Mario', { 'vm-from': 'Dite-moi: Mario' }],
    ['nothing said', 'vm-from:\nvm-to:   ', {}],
    // What follows belongs to the other prompt, and this one has no text: another's would be a wrong transcript.
    ['nothing said, and the line break lost', 'vm-from: vm-to: Mario\nvm-to: Mario', { 'vm-to': 'Mario' }],
    ['no list at all', '<!doctype html>\n<p>Not found', {}],
  ])('with %s', (_, text, expected) => {
    expect(Object.fromEntries(parseTranscripts(text))).toEqual(expected);
  });

  it('is read gzipped or not, and missed by name', async () => {
    const folder = await temporary('prompts');
    await writeFile(path.join(folder, 'plain.txt'), 'vm-è: sì\nvm-hello: perché');
    await writeFile(path.join(folder, 'packed.txt.gz'), gzipSync('vm-hello: perché'));
    expect((await readTranscripts(path.join(folder, 'plain.txt'))).get('vm-hello')).toBe('perché');
    expect((await readTranscripts(path.join(folder, 'packed.txt.gz'))).get('vm-hello')).toBe('perché');
    await expect(readTranscripts(path.join(folder, 'none.txt'))).rejects.toMatchObject({
      message: 'no such file',
      place: { file: path.join(folder, 'none.txt') },
    });
  });
});

describe('lost letters', () => {
  const repair = { '?': 'è', 'pu?': 'può', constructor: 'costruttore' };

  it('are given back to whole words, with the marks behind them', () => {
    expect(repaired('Non pu? farlo? ? vero, pu?.', repair)).toBe('Non può farlo? è vero, può.');
    expect(repaired('a ?, b ?… toString', repair)).toBe('a è, b è… toString');
  });

  it('that the list doesn’t name are left, and every space', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(repaired(text, {})).toBe(text);
        expect(repaired(text, repair).replace(/\S+/g, '')).toBe(text.replace(/\S+/g, ''));
      }),
    );
  });
});

describe('a transcript that can’t be learnt from', () => {
  it.each([
    ['[toni discendenti]', /a sound or a remark/],
    ['Attendere (musica)', /a sound or a remark/],
    ['<silence>', /a sound or a remark/],
    ['citt?dino', /letters were lost/],
    ['la tua password ? scaduta', /letters were lost/],
    ['citt\uFFFD', /letters were lost/],
    ['...', /no words/],
    ['1 2 3', /no words/],
    ['', /no words/],
  ])('%j', (text, reason) => {
    expect(unusable(text)).toMatch(reason);
  });

  it.each(['Ciao!', 'Come stai?', 'Come stai? Bene.', 'premere 1', 'нажмите', "dell'interno", 'हिन्दी'])(
    'is not %j',
    (text) => {
      expect(unusable(text)).toBeUndefined();
    },
  );
});
