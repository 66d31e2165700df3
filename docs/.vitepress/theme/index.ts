import DefaultTheme from 'vitepress/theme';
import type { Theme } from 'vitepress';
import './narrow.css';
import TerminalRecording from './TerminalRecording.vue';

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => {
    app.component('TerminalRecording', TerminalRecording);
  },
} satisfies Theme;
