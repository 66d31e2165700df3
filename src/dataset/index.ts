/** `isogloss/dataset`: what a recipe makes of its corpora. */
export { profileCorpus, type CorpusProfile } from './corpus-profile.ts';
export { describePreview } from './describe-preview.ts';
export { previewCorpora, type CorpusPreview, type NotHere } from './preview.ts';
export { describeRemoved } from '../text/removed-signs.ts';
export type { ProfileNote, ProposedGrapheme } from '../text/propose-profile.ts';
