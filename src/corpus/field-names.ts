import type { z } from 'zod';
import { closest } from '../support/edit-distance.ts';

/** What a manifest's fields are called elsewhere: in NeMo, Common Voice, Hugging Face, Kaldi. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  text: ['transcription', 'transcript', 'sentence', 'utterance', 'normalized_text', 'raw_text', 'words', 'label'],
  audio: ['path', 'file', 'audio_path', 'audio_filepath', 'file_name', 'filename', 'wav', 'audio_file', 'recording'],
  speaker: ['speaker_id', 'client_id', 'spk', 'spk_id', 'participant'],
  language: ['lang', 'locale', 'iso'],
  id: ['utterance_id', 'utt_id', 'uttid', 'utt', 'name', 'key'],
  start: ['begin', 'start_time', 'offset', 'from', 'onset'],
  end: ['end_time', 'stop', 'to'],
  duration: ['seconds', 'length', 'dur'],
  phones: ['phonemes', 'ipa', 'phonetic'],
};

/** What is wrong with a record; of an unknown field, which one was probably meant. */
export function explainRecord({ issues }: z.ZodError): string {
  for (const issue of issues)
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) {
        const meant = fieldMeant(key);
        if (meant) return `“${key}”: the field is called \`${meant}\``;
      }
  const [issue] = issues;
  return `${issue!.path.join('.') || 'the record'}: ${issue!.message}`;
}

function fieldMeant(key: string): string | undefined {
  const small = key.toLowerCase();
  const known = Object.entries(ELSEWHERE).find(([field, names]) => field === small || names.includes(small));
  return known?.[0] ?? closest(small, Object.keys(ELSEWHERE));
}
