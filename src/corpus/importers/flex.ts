import { readFlextext } from '../../formats/index.ts';
import type { AnnotationImporter } from './importer.ts';

export const flex: AnnotationImporter = {
  name: 'flex',
  title: 'FLEx',
  finds: (folder) => folder.ending('flextext'),
  documents: (bytes, file) => readFlextext(bytes, { file }),
};
