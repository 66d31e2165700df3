import path from 'node:path';
import { expect, it } from 'vitest';
import type { GcinSource } from '../../../../src/corpus/importers/packaged/gcin.ts';
import { importGcin } from '../../../../src/corpus/importers/packaged/gcin.ts';
import { temporary } from '../debian.ts';
import { about, imported, reasons, writeTree } from '../import.ts';

const SOURCE: GcinSource = {
  ...about,
  language: 'zh-TW',
  importer: 'gcin',
  sounds: 'ogg',
  voices: { 3: 'liu', 5: 'chu-lo' },
};

it('syllables are their folders’ names, speakers those of source.yaml; what is neither is set aside', async () => {
  const [unpacked, folder] = [await temporary('unpacked'), await temporary('corpus')];
  await writeTree(path.join(unpacked, 'ogg'), {
    'ㄇㄚ3/3.ogg': '1',
    'ㄇㄚ3/5.ogg': '2',
    'ㄇㄚ3/7.ogg': '3',
    'ㄇㄚ/5.ogg': '2',
    'beep/3.ogg': '4',
    README: 'x',
  });
  const result = await imported(importGcin(SOURCE, { unpacked, folder }));
  expect(result.utterances).toEqual([
    { id: 'ㄇㄚ/5', audio: 'audio/ㄇㄚ/5.ogg', text: 'ㄇㄚ', language: 'zh-TW', speaker: 'chu-lo' },
    { id: 'ㄇㄚ3/3', audio: 'audio/ㄇㄚ3/3.ogg', text: 'ㄇㄚ3', language: 'zh-TW', speaker: 'liu' },
  ]);
  expect(reasons(result)).toEqual({
    'beep/3': 'the folder’s name is no syllable',
    'ㄇㄚ3/5': 'the same recording as ㄇㄚ/5',
    'ㄇㄚ3/7': 'a voice that source.yaml doesn’t name',
  });
});
