import { LIGHT } from './colours.ts';

/** On narrow screens and on paper. */
export const MEDIA = `
@media (max-width: 720px) {
  .reliability {
    grid-template-columns: 1fr;
  }
  .compared {
    grid-template-columns: 1fr auto;
  }
  .compared > :last-child {
    grid-column: 1/-1;
  }
  main {
    padding: 1.5rem 1rem 4rem;
  }
  .bar div {
    padding-inline: 1rem;
  }
  h2 {
    margin-top: 2.5rem;
  }
  .figure b {
    font-size: 2.4rem;
  }
  .headline {
    gap: 1.2rem 2rem;
  }
  .matrix-and-list {
    grid-template-columns: minmax(0, 1fr);
  }
  .clock {
    width: auto;
  }
  .u-legend {
    margin-left: 0 !important;
  }
  .rates .range,
  .rates .n {
    display: none;
  }
  .rates th:first-child {
    min-width: 7rem;
    max-width: 9.5rem;
    white-space: normal;
  }
  .figures th:not(:first-child),
  .figures td:not(:first-child) {
    padding-left: 0.3rem;
  }
  .figures th,
  .figures td {
    padding-right: 0.3rem;
  }
  .figures thead th {
    white-space: normal;
  }
  .figures:not(.differences) th:first-child small {
    min-width: 8rem;
  }
  .utterances li {
    margin-inline: -1rem;
    padding-inline: 1rem;
  }
}
@media print {
  :root,
  :root[data-theme] {
    ${LIGHT}
    --paper: #fff;
    --wash: #f6f6f4;
  }
  @page {
    margin: 15mm;
  }
  body {
    font-size: 10pt;
  }
  main {
    max-width: none;
    padding: 0;
  }
  .bar,
  .controls,
  .pager,
  .player,
  .readout,
  summary,
  dialog,
  .matrix-and-list label {
    display: none;
  }
  h2 {
    margin-top: 1.6rem;
    break-after: avoid;
  }
  figure,
  table,
  .utterances li,
  .figure {
    break-inside: avoid;
  }
  .utterances li {
    content-visibility: visible;
    contain: none;
    margin: 0;
    padding-inline: 0;
    box-shadow: none !important;
    background: none !important;
  }
  .utterances li:nth-child(n + 26) {
    display: none;
  }
  .utterances::after {
    content: "The first 25, as they were sorted.";
    display: block;
    color: var(--soft);
    font-size: 0.9em;
    padding-top: 0.5rem;
  }
  * {
    print-color-adjust: exact;
    -webkit-print-color-adjust: exact;
  }
  .charts {
    grid-template-columns: 1fr 1fr 1fr;
    gap: 1rem;
  }
  .uplot,
  .u-wrap,
  .u-wrap canvas {
    width: 100% !important;
    height: auto !important;
  }
  .u-over,
  .u-under,
  .u-series:first-child .u-marker,
  .u-series .u-value {
    display: none !important;
  }
  details:not(.print) {
    display: none;
  }
  .groups {
    columns: 1;
  }
  .figures th,
  .figures td {
    padding-inline: 0.25rem;
  }
  .figures thead th {
    white-space: normal;
  }
  .figures th:first-child {
    min-width: 7rem;
  }
  .figures {
    font-size: 8.5pt;
  }
  .figures thead th,
  .figures small {
    font-size: 7.5pt;
  }
  .matrix-and-list {
    grid-template-columns: auto minmax(10rem, 1fr);
    gap: 1rem 2rem;
  }
  .matrix {
    --cell: 1.1rem;
  }
  .matrix.small {
    --cell: 0.55rem;
  }
  .matrix th {
    font-size: 0.7rem;
  }
  .compared {
    grid-template-columns: minmax(4rem, 8rem) 6.6rem 1fr;
  }
  a {
    color: inherit;
  }
}
`;
