import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { xmlEscaped } from '../formats/index.ts';
import { writeAtomic } from '../support/files.ts';

/**
 * A folder for ELAN's `extensions`: the model then stands in its list of recognisers. ELAN starts the launcher, which
 * starts `isogloss elan-recogniser` with the Node, the isogloss and the PATH that are there now: ELAN hands down none
 * of its own.
 * @returns the files written, by their names in the folder
 */
export async function exportElan(model: string, name: string, card: string, folder: string): Promise<string[]> {
  const plain = name.replace(/[^\w.-]+/g, '-');
  await mkdir(folder, { recursive: true });
  await cp(model, path.join(folder, 'model'), { recursive: true });
  const files: [string, string, number?][] = [
    [`${plain}.cmdi`, cmdi(plain, name)],
    [`${plain}.sh`, shellLauncher(), 0o755],
    [`${plain}.bat`, windowsLauncher()],
    ['README.md', card],
  ];
  for (const [file, content, mode] of files) await writeAtomic(path.join(folder, file), content, mode);
  return [...files.map(([file]) => file), 'model/model.json'];
}

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

const PROFILE =
  'http://catalog.clarin.eu/ds/ComponentRegistry/rest/registry/profiles/clarin.eu:cr1:p_1430905751617/xsd';

/** What ELAN asks its user for, and what it gets: CLARIN's metadata profile for recognisers. */
function cmdi(file: string, name: string): string {
  const title = xmlEscaped(`isogloss: ${name}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<CMD CMDVersion="1.1" xmlns="http://www.clarin.eu/cmd/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.clarin.eu/cmd/ ${PROFILE}">
  <Header/>
  <Resources>
    <ResourceProxyList/>
    <JournalFileProxyList/>
    <ResourceRelationList/>
  </Resources>
  <Components>
    <RECOGNIZER>
      <recognizer recognizerType="local" runLinux="./${file}.sh" runMac="./${file}.sh" runWin="cmd /c .\\${file}.bat"
        info="${title}">${title}</recognizer>
      <documentation>README.md</documentation>
      <input level="basic" type="audio" optional="false" mimetypes="audio/x-wav" info="Recording">source</input>
      <output level="basic" type="tier" optional="false" mimetypes="text/xml" info="Utterances">utterances</output>
      <output level="basic" type="tier" optional="true" mimetypes="text/xml" info="Words">words</output>
    </RECOGNIZER>
  </Components>
</CMD>
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function shellLauncher(): string {
  return `#!/bin/sh
# ELAN starts this with neither PATH nor locale. Mend these lines when Node or isogloss move.
export LC_ALL=C.UTF-8
PATH=${quoted(process.env.PATH ?? '')}:$PATH
export PATH
node=${quoted(process.execPath)}
isogloss=${quoted(BIN)}
cd "$(dirname "$0")" || exit 1
[ -x "$node" ] || node=node
[ -f "$isogloss" ] && exec "$node" "$isogloss" elan-recogniser model
exec isogloss elan-recogniser model
`;
}

function windowsLauncher(): string {
  const made = process.platform === 'win32' ? `"${process.execPath}" "${BIN}"` : 'call isogloss';
  return `@echo off\r\nchcp 65001 >nul\r\ncd /d "%~dp0"\r\n${made} elan-recogniser model\r\n`;
}
