import { mo } from 'gettext-parser';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { importText, textFile } from '../../../../src/corpus/importers/packaged/text.ts';
import { about, imported, writeTree } from '../import.ts';

it('gathers phrases of catalogues and the words of lists, and no recordings', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'text-'));
  const catalogue = mo.compile({
    charset: 'utf-8',
    headers: {},
    translations: {
      '': {
        File: { msgid: 'File', msgstr: ['Il file. Non _trovato'] },
        same: { msgid: 'same', msgstr: ['same'] },
        code: { msgid: 'code', msgstr: ['opzione --code %s'] },
      },
    },
  });
  await writeTree(path.join(folder, 'unpacked'), {
    'usr/share/locale/it/LC_MESSAGES/a.mo': catalogue,
    'usr/share/dict/italian': 'acqua\n\nzucchero\n',
  });
  const source = { ...about, importer: 'text' as const, locale: 'it', word_lists: ['usr/share/dict/italian'] };
  expect(await imported(importText(source, { unpacked: path.join(folder, 'unpacked'), folder }))).toEqual({
    utterances: [],
    setAside: [],
  });
  expect(await readFile(textFile(folder), 'utf8')).toBe('Il file\nNon trovato\nacqua\nzucchero\n');
});
