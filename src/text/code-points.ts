/** A text's code points as people look them up, e.g. `U+006E U+0067`. */
export const codePointsOf = (text: string): string =>
  Array.from(text, (character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`).join(
    ' ',
  );
