import { parse, stringify } from 'yaml';

/** What an export as PyTorch weights holds: all of the model, or its encoder, where transformers has no such head. */
export type CheckpointContent = 'recogniser' | 'encoder';

export const WITHOUT_HEAD =
  'only the encoder is in here, without the head that writes text: transformers has no head like it. To ' +
  'transcribe, use the model folder of the run: isogloss transcribe MODEL RECORDING…';

/** How each is used, for its card. */
export const USE_OF: Readonly<Record<CheckpointContent, string>> = {
  recogniser: `\`\`\`python
from transformers import pipeline
recognise = pipeline("automatic-speech-recognition", "FOLDER")
\`\`\`
`,
  encoder: `\`\`\`python
from transformers import AutoFeatureExtractor, AutoModel
extractor, encoder = AutoFeatureExtractor.from_pretrained("FOLDER"), AutoModel.from_pretrained("FOLDER")
inputs = extractor(samples, sampling_rate=16000, return_tensors="pt")  # 16 kHz mono
hidden = encoder(**inputs).last_hidden_state
\`\`\`
`,
};

/**
 * A model's card for its export as PyTorch weights: transformers' own library and type at the top; where the head is
 * not in it, that is said first, and no results are claimed for what is in it.
 */
export function checkpointCard(card: string, modelType: string, content: CheckpointContent): string {
  const [, front, text] = /^---\n([^]*?)\n---\n([^]*)$/.exec(card) ?? [undefined, '', card];
  const { 'model-index': results, ...facts } = (parse(front, { version: '1.1' }) ?? {}) as Record<string, unknown>;
  const writes = content === 'recogniser';
  const task = writes ? 'automatic-speech-recognition' : 'feature-extraction';
  const described = {
    ...facts,
    library_name: 'transformers',
    pipeline_tag: task,
    tags: [task, modelType, 'isogloss'],
    ...(writes ? { 'model-index': results } : {}),
  };
  const top = `---\n${stringify(described, { version: '1.1', lineWidth: 0 })}---\n`;
  return `${top}${writes ? text : text.replace(/^# .*\n/m, (title) => `${title}\n**Note: ${WITHOUT_HEAD}**\n`)}`;
}
