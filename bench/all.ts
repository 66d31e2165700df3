import { benchCtc } from './ctc.ts';
import { benchFeatures } from './features.ts';
import { benchFineTuning } from './fine-tuning.ts';
import { benchTraining } from './training.ts';

await benchCtc();
await benchTraining();
await benchFeatures();
await benchFineTuning();
