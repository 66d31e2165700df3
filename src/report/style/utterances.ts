/** The list of utterances, and what finds and sorts them. */
export const UTTERANCES = `
.controls {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem 1.1rem;
  align-items: center;
  font-size: 0.92rem;
}
.controls label {
  white-space: nowrap;
  color: var(--soft);
}
input[type="search"],
input[type="text"],
select {
  background: var(--card);
  border: 1px solid var(--rule);
  border-radius: 7px;
  padding: 0.3rem 0.6rem;
  color: var(--ink);
  max-width: 100%;
}
input[type="search"] {
  flex: 1 1 14rem;
  max-width: 24rem;
}
input.short {
  width: 4.2rem;
}
input[type="checkbox"] {
  accent-color: var(--first);
  vertical-align: -0.1em;
}
.chip {
  background: var(--wash);
  border-radius: 1rem;
  font-size: 0.88rem;
}
.chips {
  display: contents;
}
.pager {
  display: flex;
  gap: 0.8rem;
  align-items: center;
  justify-content: flex-end;
  font-size: 0.9rem;
  color: var(--soft);
  margin: 0.3rem 0;
}
.pager[hidden] {
  display: none;
}
.pager button {
  min-width: 2.2rem;
  font-size: 1.1rem;
  line-height: 1.5;
}
.utterances {
  list-style: none;
  margin: 0;
  padding: 0;
  border-top: 1px solid var(--rule);
}
.utterances li {
  border-bottom: 1px solid var(--rule);
  padding: 0.75rem 0.8rem 0.8rem;
  margin: 0 -0.8rem;
  scroll-margin: 4rem;
  contain: content;
  content-visibility: auto;
  contain-intrinsic-size: auto 110px;
}
.utterances li:focus {
  outline: none;
}
.utterances li[aria-current] {
  background: var(--wash);
  box-shadow: inset 3px 0 var(--first);
}
.about {
  display: flex;
  flex-wrap: wrap;
  gap: 0.1rem 1.1rem;
  align-items: baseline;
  color: var(--soft);
  font-size: 0.84rem;
}
.about code {
  overflow-wrap: anywhere;
}
.gauge {
  white-space: nowrap;
}
.gauge-bar {
  display: inline-block;
  width: 3rem;
  height: 5px;
  border-radius: 3px;
  background: var(--rule);
  margin-right: 0.5em;
  vertical-align: 0.12em;
  overflow: hidden;
}
.gauge-bar i {
  display: block;
  height: 100%;
  background: var(--second);
}
`;
