import { defineConfig } from 'vitepress';
import { copyLinkedFiles, linkToFiles } from './repository-files.mts';
import { playRecording } from './terminal-recording.mts';

const page = (text: string, name: string): { text: string; link: string } => ({ text, link: `/docs/${name}` });

/** The pages of this repository as a site that needs no network: npm run docs:site. */
export default defineConfig({
  title: 'isogloss',
  description: 'Minutes of transcribed speech in, a working recogniser out',
  lang: 'en-GB',
  srcDir: '..',
  srcExclude: ['docs/api/**', 'test/**', 'corpora/**', 'runs/**', 'vendor/**'],
  rewrites: { 'README.md': 'index.md' },
  markdown: {
    config: (md) => {
      linkToFiles(md);
      playRecording(md);
    },
  },
  buildEnd: copyLinkedFiles,
  cleanUrls: false,
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Getting started', 'getting-started'),
      page('From ELAN', 'tutorial-elan'),
      page('How it works', 'transfer-learning'),
      { text: 'Results', link: '/RESULTS' },
    ],
    sidebar: [
      {
        text: 'Begin',
        items: [
          { text: 'What it is', link: '/' },
          page('Getting started', 'getting-started'),
          page('From an ELAN folder to drafts', 'tutorial-elan'),
          page('Words', 'glossary'),
          page('How transfer learning works here', 'transfer-learning'),
        ],
      },
      {
        text: 'Train',
        items: [
          page('Corpora', 'corpora'),
          page('Your orthography', 'orthography'),
          page('Let isogloss choose', 'adapt'),
          page('Recipes', 'recipes'),
          { text: 'Recipes to begin with', link: '/recipes/README' },
          page('Encoders', 'encoders'),
          page('Fine-tuning', 'fine-tuning'),
          page('Decoding', 'decoding'),
          page('Language models', 'language-models'),
          page('Phones', 'phones'),
        ],
      },
      {
        text: 'Measure',
        items: [
          page('Scoring and comparing', 'scoring'),
          page('The report', 'report'),
          page('Many runs', 'runs'),
          page('Doing it again', 'reproduce'),
          page('What limits what', 'what-limits-what'),
          { text: 'Measured results', link: '/RESULTS' },
        ],
      },
      {
        text: 'Use',
        items: [
          page('Transcribing', 'transcribe'),
          page('Many machines', 'many-machines'),
          page('Files that are read and written', 'formats'),
          page('As a service', 'serve'),
          page('A model elsewhere', 'export'),
          page('In a program', 'library'),
          page('Devices', 'devices'),
          page('When something goes wrong', 'troubleshooting'),
        ],
      },
      {
        text: 'Work on it',
        items: [
          { text: 'Contributing', link: '/CONTRIBUTING' },
          page('Development', 'development'),
          { text: 'Decisions', link: '/docs/decisions/README' },
          { text: 'What has changed', link: '/CHANGELOG' },
        ],
      },
    ],
  },
});
