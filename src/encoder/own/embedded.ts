import { fileURLToPath } from 'node:url';

/** The encoders that come with isogloss, and what `encoder list` says of them. */
export const EMBEDDED = {
  embedded: 'comes with isogloss; learnt from Whisper base, which has heard 97 languages',
  'embedded-small':
    'comes with isogloss, a third as large and twice as fast; learnt from two dozen languages, not Italian',
} as const;

/** On what terms each may be passed on, and by whom it is: for a model's card. */
export const EMBEDDED_TERMS = {
  embedded: {
    licence: 'CC-BY-SA-3.0',
    from:
      'OpenAI’s Whisper base under MIT, © 2022 OpenAI (NOTICE of isogloss has the text), taught further by voices ' +
      'that models/embedded/README.md of isogloss names, mostly under CC-BY-SA-3.0 and GPL-2.0-or-later',
  },
  'embedded-small': {
    licence: 'CC-BY-SA-3.0',
    from: 'mostly speech under CC-BY-SA-3.0, by the voices that models/embedded-small/README.md of isogloss names',
  },
} as const satisfies Record<EmbeddedName, { licence: string; from: string }>;

export type EmbeddedName = keyof typeof EMBEDDED;

export const isEmbedded = (name: string): name is EmbeddedName => Object.hasOwn(EMBEDDED, name);

export const embeddedFile = (name: EmbeddedName): string =>
  fileURLToPath(new URL(`../../../models/${name}/encoder.onnx`, import.meta.url));
