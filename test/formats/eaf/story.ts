import type { TimedTranscript } from '../../../src/formats/index.ts';

/** The transcript of which `fixtures/formats/isogloss.eaf` was written, that pympi read. */
export const STORY: TimedTranscript = {
  file: '/field/day 1/story.wav',
  seconds: 4,
  language: 'abz',
  segments: [
    {
      start: 0.25,
      end: 1.5,
      text: 'ŋa˥ <le> & "ho"',
      speaker: 'Ama',
      confidence: 0.75,
      words: [
        { text: 'ŋa˥', start: 0.3, end: 0.62, confidence: 0.5 },
        { text: '<le>', start: 0.7, end: 0.9, confidence: 1 },
        { text: '&', start: 0.9, end: 1, confidence: 0.25 },
        { text: '"ho"', start: 1.02, end: 1.44, confidence: 0.875 },
      ],
    },
    { start: 1.4, end: 3, text: 'חלום 😀', speaker: 'Bo' },
    { start: 3.2, end: 4, text: '', speaker: 'Ama' },
  ],
};
