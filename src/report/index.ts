/** `isogloss/report`: pages to look at. */
export { compareRunFolders, type CompareFoldersOptions } from './compare-folders.ts';
