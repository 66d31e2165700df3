/** Curves, the confusion matrix, bars, the diagram of reliability. */
export const FIGURES = `
.charts {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
  gap: 1.6rem 2rem;
}
.u-legend {
  font-size: 0.84rem !important;
  text-align: left !important;
  margin: 0.1rem 0 0 56px !important;
}
.u-legend th {
  font-weight: 400 !important;
  color: var(--soft);
}
.u-legend td,
.u-legend th {
  border: 0;
  text-align: left;
}
.u-legend .u-value {
  min-width: 4.5em;
}
.u-cursor-x {
  border-color: var(--faint) !important;
}
.u-legend .u-marker {
  width: 1em;
  height: 0 !important;
  border-width: 2px 0 0 !important;
  vertical-align: 0.25em !important;
}
.u-inline.u-live th::after {
  content: none;
}
.u-inline tr {
  margin-right: 10px !important;
}
.u-legend .u-series:first-child .u-marker {
  display: none;
}

.matrix-and-list {
  display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(13rem, auto);
  gap: 1.6rem 3rem;
  margin-bottom: 2.4rem;
}
.matrix {
  --cell: 1.85rem;
}
.matrix.small {
  --cell: 1.32rem;
}
.matrix,
.heat {
  width: auto;
  font-size: 0.8rem;
  border-collapse: separate;
  border-spacing: 1px;
}
.matrix th,
.matrix td,
.heat th,
.heat td {
  border: 0;
  padding: 0;
  text-align: center;
}
.matrix th {
  font-weight: 500;
  color: var(--ink);
  min-width: var(--cell);
  height: var(--cell);
  font-size: 0.88rem;
  vertical-align: middle;
}
.matrix td {
  width: var(--cell);
  height: var(--cell);
  background: var(--wash);
  border-radius: 2px;
}
.matrix td.wrong {
  background: color-mix(in oklab, var(--second) var(--share), var(--wash));
  cursor: pointer;
}
.matrix td.right {
  background: color-mix(in oklab, var(--soft) calc(var(--share, 0%) * 0.55), var(--wash));
}
.matrix td[data-says]:hover {
  outline: 2px solid var(--ink);
}
.matrix thead td {
  background: none;
}
.readout {
  min-height: 1.5em;
}
.heat td {
  padding: 0.3rem 0.55rem !important;
  background: color-mix(in oklab, var(--first) calc(var(--share) * 0.5), var(--card));
}
.heat th {
  padding: 0.3rem 0.55rem !important;
  color: var(--soft);
}
.heat td.best {
  outline: 2px solid var(--ink);
  font-weight: 600;
}
.confused tr[data-reference] {
  cursor: pointer;
}
.confused tbody tr:hover {
  background: var(--wash);
}
.confused td,
.confused th {
  padding: 0.14rem 0.8rem;
  text-align: left;
}
.confused td:last-child,
.confused th:last-child {
  text-align: right;
}
.confused td {
  border: 0;
}
.bars {
  list-style: none;
  margin: 0;
  padding: 0;
  display: flex;
  gap: 3px;
  max-width: 40rem;
}
.bars li {
  flex: 1 1 0;
  display: flex;
  flex-direction: column;
  justify-content: flex-end;
  align-items: center;
  font-size: 0.78rem;
  color: var(--soft);
  min-width: 0;
}
.bars i {
  display: block;
  width: 100%;
  max-width: 2.2rem;
  background: var(--first);
  border-radius: 3px 3px 0 0;
  min-height: 1px;
  height: calc(9rem * var(--height));
}
.bars .share {
  font-size: 0.7rem;
}

.reliability {
  display: grid;
  grid-template-columns: minmax(0, 20rem) minmax(0, 1fr);
  gap: 1rem 3rem;
  align-items: start;
}
.reliability p:not(.note) {
  max-width: 40rem;
}
.reliability svg {
  width: 100%;
  height: auto;
  font-size: 11px;
}
.reliability rect {
  fill: none;
  stroke: var(--rule);
}
.reliability text {
  fill: var(--soft);
}
.reliability line {
  stroke: var(--first);
  stroke-width: 2;
}
.reliability .ideal {
  stroke: var(--faint);
  stroke-width: 1;
  stroke-dasharray: 4 4;
}
.reliability circle {
  fill: var(--first);
}
`;
