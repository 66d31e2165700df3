/** `isogloss/export`: a run's model in the layouts of other programs. */
export { EXPORT_FORMATS, exportModel, type ExportFormat, type ExportResult } from './export.ts';
