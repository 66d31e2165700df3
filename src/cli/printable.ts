/** C0 and C1 controls, and signs that turn the direction of what stands around them: a terminal obeys them. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text that a terminal shows and does not obey; line breaks and tabs stay. */
export const printable = (text: string): string =>
  text.replace(/\r\n/g, '\n').replace(CONTROLS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same in one line: for names and texts of users. */
export const oneLine = (text: string): string =>
  printable(text.replace(/[\n\u2028\u2029]/g, '\\n').replaceAll('\t', '\\t'));
