import type { Confidence } from '../evaluate/calibration.ts';
import { count, percent } from './html.ts';

/** Width and height of the square in the units of its drawing, and what is left around it for the figures. */
const [SIDE, EDGE] = [240, 34];

/** Whether confidences mean what they say, and from which one on a word need not be looked at. */
export function reliability(confidence: Confidence | undefined): string {
  if (!confidence || confidence.reliability.length === 0) return '';
  return (
    '<div class="reliability"><figure><figcaption>Reliability <small>words of test: confidence, and the ' +
    `share that is right, with its 95 % interval</small></figcaption>${diagram(confidence)}</figure><div>` +
    `${threshold(confidence)}${calibration(confidence)}</div></div>`
  );
}

function diagram({ reliability: bins }: Confidence): string {
  const [x, y] = [
    (share: number): string => (EDGE + share * SIDE).toFixed(1),
    (share: number): string => (SIDE + 8 - share * SIDE).toFixed(1),
  ];
  const ticks = [0, 0.5, 1].map(
    (share) =>
      `<text x="${x(share)}" y="${SIDE + 26}" text-anchor="middle">${100 * share}</text><text ` +
      `x="${EDGE - 6}" y="${y(share)}" dy=".35em" text-anchor="end">${100 * share}</text>`,
  );
  const points = bins.map((bin) => {
    const [confidence, right] = [percent(bin.confidence, 0), percent(bin.right, 0)];
    const says = `${count(bin.count)} words of confidence ${confidence}: ${right} right`;
    return (
      `<g><title>${says}</title><line x1="${x(bin.confidence)}" x2="${x(bin.confidence)}" ` +
      `y1="${y(bin.right_ci95[0])}" y2="${y(bin.right_ci95[1])}"/><circle cx="${x(bin.confidence)}" ` +
      `cy="${y(bin.right)}" r="4"/></g>`
    );
  });
  const label = bins
    .map((bin) => `confidence ${percent(bin.confidence, 0)}, ${percent(bin.right, 0)} right`)
    .join('; ');
  return (
    `<svg viewBox="0 0 ${SIDE + EDGE + 14} ${SIDE + 34}" role="img" aria-label="${label}"><rect ` +
    `x="${EDGE}" y="8" width="${SIDE}" height="${SIDE}"/><line class="ideal" x1="${x(0)}" ` +
    `y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>${ticks.join('')}${points.join('')}</svg>\n` +
    '<p class="note">Across: confidence in %. Up: right in %. On the line, confidences mean ' +
    'what they say.</p>'
  );
}

function threshold({ threshold: found, test }: Confidence): string {
  if (!found || !test)
    return (
      '<p><b>No threshold.</b> Dev has too few words, or too few that are right, to promise of any ' +
      'confidence that 95 % of the words above it are right. Look at every word.</p>'
    );
  return (
    `<p><b>Correcting by hand:</b> words with a confidence of ${percent(found.threshold)} or more need ` +
    `not be looked at. On dev, where this was found, ${percent(found.kept)} of the words have it, and of ` +
    `these ${percent(found.right)} are right: at least ${percent(found.right_at_least)} with 95 % ` +
    `certainty. On test it keeps ${percent(test.kept)}, ${percent(test.right)} of them right.</p>`
  );
}

function calibration({ frames, calibration_error, calibration_error_of_frames, unlike }: Confidence): string {
  const points = (share: number): string => `${(100 * share).toFixed(1)} points`;
  return (
    `<p>On average, confidence is ${points(calibration_error)} off. Found on dev: a temperature of ` +
    `${frames.temperature.toFixed(2)} for the frames (loss of the transcripts ` +
    `${frames.loss_before.toFixed(3)} without, ${frames.loss_after.toFixed(3)} with it), under which ` +
    `alone words are ${points(calibration_error_of_frames)} off, and a curve for the words, fitted on dev ` +
    `as it is and in noise and rooms.</p>${unlike === undefined ? '' : unlikeTheTraining(unlike)}`
  );
}

const unlikeTheTraining = (share: number): string =>
  `<p>${percent(share)} of test’s recordings sound unlike what was learnt from: farther away than three standard ` +
  'deviations of what dev’s are. <code>transcribe</code> says so of each such recording.</p>';
