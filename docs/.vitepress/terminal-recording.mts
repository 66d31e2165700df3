import type { MarkdownRenderer } from 'vitepress';

/** The still of the terminal, which pages show as a picture elsewhere, is what its recording begins as here. */
export function playRecording(md: MarkdownRenderer): void {
  const image = md.renderer.rules.image!;
  md.renderer.rules.image = (tokens, i, ...rest) => {
    const still = image(tokens, i, ...rest);
    const isRecording = tokens[i]!.attrGet('src')?.endsWith('pictures/terminal.png');
    return isRecording ? `<TerminalRecording>${still}</TerminalRecording>` : still;
  };
}
