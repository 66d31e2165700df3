import { readAudacityLabels } from '../../formats/index.ts';
import { stemOf, type Folder } from '../import/folder.ts';
import { startOfFile } from '../import/start-of-file.ts';
import type { AnnotationImporter } from './importer.ts';

export const audacity: AnnotationImporter = {
  name: 'audacity',
  title: 'Audacity’s labels',
  finds: (folder) => folder.ending('txt').filter((file) => isLabels(folder, file)),
  documents: (bytes, file) => [readAudacityLabels(bytes, { file })],
};

/** Labels are `.txt` as much else is: those of a recording, or that say so, which begin with two times. */
function isLabels(folder: Folder, file: string): boolean {
  if (folder.recordingsNamed(stemOf(file)).length === 0 && !/label/i.test(file)) return false;
  return /^\uFEFF?\d+([.,]\d+)?\t\d+([.,]\d+)?\t/.test(startOfFile(folder.full(file)));
}
