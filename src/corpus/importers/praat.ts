import { readTextGrid } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const praat: AnnotationImporter = {
  name: 'praat',
  title: 'Praat',
  finds: (folder) => folder.ending('textgrid'),
  documents: (bytes, file) => [readTextGrid(bytes, { file })],
};
