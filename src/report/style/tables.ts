/** Tables of figures, and of rates on a scale. */
export const TABLES = `
table {
  border-collapse: collapse;
  width: 100%;
  font-size: 0.93rem;
}
.scroll {
  overflow-x: auto;
}
th,
td {
  padding: 0.42rem 0.7rem;
  text-align: right;
  border-bottom: 1px solid var(--rule);
  white-space: nowrap;
  vertical-align: baseline;
}
th:first-child,
td:first-child {
  text-align: left;
  padding-left: 0;
  white-space: normal;
}
th:last-child,
td:last-child {
  padding-right: 0;
}
tbody th {
  font-weight: 500;
}
thead th {
  color: var(--soft);
  font-weight: 500;
  font-size: 0.84rem;
}
tbody tr:last-child > * {
  border-bottom: 0;
}
td small,
th small {
  display: block;
}
table.pairs {
  width: auto;
  min-width: min(100%, 30rem);
}
table.pairs td,
table.pairs thead th {
  text-align: left;
  white-space: normal;
  padding-right: 1.2rem;
}

.rates td,
.rates th {
  padding: 0.32rem 0.5rem;
  vertical-align: middle;
}
.rates th:first-child {
  padding-left: 0;
  white-space: nowrap;
  max-width: 15rem;
  overflow: hidden;
  text-overflow: ellipsis;
}
.rates th:first-child small {
  overflow: hidden;
  text-overflow: ellipsis;
}
.rates td:last-child,
.rates th:last-child {
  padding-right: 0;
}
.rates .track {
  width: 100%;
  min-width: 5.5rem;
  padding-inline: 0.8rem;
}
.rates .range,
.rates .n {
  color: var(--soft);
  font-size: 0.84rem;
}
.rates tbody th {
  font-size: 0.93rem;
}
.rates thead th {
  font-size: 0.84rem;
  vertical-align: bottom;
}
.rates td.value {
  font-weight: 600;
}
.groups {
  columns: 2 26rem;
  column-gap: 2.5rem;
}
.groups table {
  break-inside: avoid;
  margin-bottom: 2rem;
}
.scale,
.ticks {
  display: block;
  position: relative;
  height: 1em;
  background: linear-gradient(var(--rule), var(--rule)) 0 50%/100% 1px no-repeat;
}
.ticks {
  background: none;
  height: 1.55em;
}
.ticks i {
  position: absolute;
  transform: translateX(-50%);
  font-style: normal;
  font-weight: 400;
}
.band {
  position: absolute;
  top: calc(50% - 4px);
  height: 8px;
  border-radius: 4px;
  background: currentColor;
  opacity: 0.28;
}
.dot {
  position: absolute;
  top: calc(50% - 5px);
  width: 10px;
  height: 10px;
  margin-left: -5px;
  border-radius: 50%;
  background: currentColor;
}
.scale.first {
  color: var(--first);
}
.scale.second {
  color: var(--second);
}
.scale.second .dot {
  border-radius: 2px;
  transform: rotate(45deg);
}
.scale.quiet {
  color: var(--soft);
}
.scale.quiet .dot {
  background: var(--paper);
  border: 2px solid currentColor;
}
`;
