/** Words said and written, and the recording under them. */
export const WORDS = `
.words {
  margin: 0.25rem 0 0;
  font-size: 1.06rem;
  line-height: 1.85;
  max-width: 52rem;
  overflow-wrap: anywhere;
}
.word {
  border-radius: 4px;
  padding: 0.08em 0.18em;
  margin: 0 -0.08em;
}
.word:not(.equal) {
  margin: 0 0.06em;
  display: inline-block;
  line-height: 1.45;
}
.word del {
  color: var(--said);
  text-decoration-thickness: 1px;
}
.word ins {
  color: var(--written);
  text-decoration: none;
  font-weight: 600;
}
.substitute {
  background: var(--bothbg);
}
.delete {
  background: var(--saidbg);
}
.insert {
  background: var(--writtenbg);
}
.times {
  display: none;
}
[aria-current] .times {
  display: block;
}
.unsure {
  text-decoration: underline dotted var(--second);
  text-underline-offset: 0.25em;
}
.compared {
  display: grid;
  grid-template-columns: minmax(8rem, 15rem) 7.4rem 1fr;
  gap: 0 1.2rem;
  align-items: baseline;
  max-width: none;
}
.compared .gauge {
  font-size: 0.84rem;
  color: var(--soft);
}
.side {
  font-size: 0.84rem;
  color: var(--soft);
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.side::before {
  content: "";
  display: inline-block;
  width: 0.7em;
  height: 0.7em;
  border-radius: 50%;
  background: var(--first);
  margin-right: 0.6em;
}
.side-1::before {
  border-radius: 1px;
  background: var(--second);
  transform: rotate(45deg);
}
.player {
  display: flex;
  align-items: flex-start;
  gap: 0.8rem;
  margin-top: 0.45rem;
  max-width: 46rem;
}
.play {
  width: 2.3rem;
  height: 2.3rem;
  flex: none;
  padding: 0;
  border-radius: 50%;
  font-size: 0.75rem;
  line-height: 1;
}
.wave-and-words {
  flex: 1 1 auto;
  min-width: 0;
}
.wave {
  display: block;
  width: 100%;
  height: 38px;
  cursor: pointer;
  border-radius: 3px;
}
.clock {
  flex: none;
  width: 6.6rem;
  font-size: 0.8rem;
  color: var(--soft);
  line-height: 38px;
  text-align: right;
}
.under {
  position: relative;
}
.under:not(:empty) {
  height: 1.35rem;
}
.under button {
  position: absolute;
  border: 0;
  border-left: 1px solid var(--faint);
  border-radius: 0;
  padding: 0 0 0 3px;
  font-size: 0.78rem;
  line-height: 1.3rem;
  text-align: left;
  overflow: hidden;
  white-space: nowrap;
  color: var(--soft);
}
.under button.now {
  color: var(--ink);
  background: var(--bothbg);
}
`;
