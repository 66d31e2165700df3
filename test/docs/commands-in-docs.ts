import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The command lines of all `sh` blocks in the docs: those that take seconds, or those marked `slow`. */
export function commandsInDocs(kind: 'quick' | 'slow'): { file: string; command: string }[] {
  const files = [
    'README.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.join('docs', name)),
  ];
  const opening = kind === 'slow' ? '```sh slow' : '```sh';
  return files.flatMap((file) => {
    const commands: { file: string; command: string }[] = [];
    let inside = false;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line.startsWith('```')) inside = line.trim() === opening;
      else if (inside && line.trim() !== '') commands.push({ file, command: line.trim() });
    }
    return commands;
  });
}
