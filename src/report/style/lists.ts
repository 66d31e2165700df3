/** What was flagged, outcomes of a comparison, lists and dialogs. */
export const LISTS = `
.flagged {
  list-style: none;
  margin: 0;
  padding: 0;
}
.flagged li {
  border-bottom: 1px solid var(--rule);
  padding: 0.8rem 0;
}
.flagged p {
  margin: 0.2rem 0;
}
.flagged audio {
  display: block;
  margin: 0.4rem 0;
  height: 2.2rem;
  max-width: 100%;
}
.flagged .error {
  color: var(--said);
  font-weight: 600;
}
.letters {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1rem;
}
.letters b {
  font-size: 1.06rem;
}

.verdict {
  font-size: 1.06rem;
  margin: 0;
}
.after {
  margin-top: 2rem;
}
.outcomes {
  display: flex;
  gap: 2px;
  height: 1.3rem;
  max-width: 46rem;
}
.outcomes i {
  flex: 0 0 0;
  min-width: 2px;
  border-radius: 2px;
}
.better {
  background: var(--second);
}
.worse {
  background: var(--first);
}
.same {
  background: var(--faint);
}
.outcome-labels {
  list-style: none;
  margin: 0.7rem 0 0;
  padding: 0;
  display: flex;
  flex-wrap: wrap;
  gap: 0.3rem 2rem;
  font-size: 0.93rem;
}
.swatch {
  display: inline-block;
  width: 0.7em;
  height: 0.7em;
  border-radius: 2px;
  margin-right: 0.5em;
}
.plain-list {
  margin: 0;
  padding: 0;
  list-style: none;
}
.plain-list li {
  margin: 0.35rem 0;
  overflow-wrap: anywhere;
}
pre {
  background: var(--wash);
  border-radius: 8px;
  padding: 1rem 1.2rem;
  overflow-x: auto;
  font-size: 0.84rem;
  line-height: 1.5;
  margin: 0.6rem 0;
}
.changes del,
.changes ins {
  text-decoration: none;
}
.changes del {
  color: var(--said);
}
.changes ins {
  color: var(--written);
}
details {
  margin: 0.8rem 0;
}
summary {
  cursor: pointer;
  color: var(--soft);
}
summary:hover {
  color: var(--ink);
}
dialog {
  border: 1px solid var(--rule);
  border-radius: 12px;
  background: var(--card);
  color: var(--ink);
  padding: 1.4rem 1.8rem;
  min-width: 20rem;
}
dialog::backdrop {
  background: #0006;
}
dialog h2 {
  margin: 0 0 0.8rem;
}
dl {
  display: grid;
  grid-template-columns: auto 1fr;
  gap: 0.45rem 1.4rem;
  margin: 0 0 1.2rem;
}
dt,
dd {
  margin: 0;
}
kbd {
  border: 1px solid var(--rule);
  border-bottom-width: 2px;
  border-radius: 5px;
  padding: 0.05rem 0.45rem;
  font-size: 0.84rem;
  margin-right: 0.25rem;
}
`;
