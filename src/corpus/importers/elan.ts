import { readEaf } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const elan: AnnotationImporter = {
  name: 'elan',
  title: 'ELAN',
  finds: (folder) => folder.ending('eaf'),
  documents: (bytes, file) => [readEaf(bytes, { file })],
};
