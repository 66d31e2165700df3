/** The page as a whole, its bar, its headline. */
export const PAGE = `
* {
  box-sizing: border-box;
}
html {
  scroll-padding-top: 3.4rem;
}
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font:
    16px/1.55 system-ui,
    -apple-system,
    "Segoe UI",
    Roboto,
    "Noto Sans",
    sans-serif;
  font-variant-numeric: tabular-nums;
  -webkit-text-size-adjust: 100%;
}
main {
  max-width: 1120px;
  margin: 0 auto;
  padding: 2.2rem 1.5rem 5rem;
}
h1 {
  font-size: 1.9rem;
  line-height: 1.2;
  font-weight: 620;
  margin: 0 0 0.2rem;
  letter-spacing: -0.015em;
  overflow-wrap: anywhere;
}
h2 {
  font-size: 1.18rem;
  font-weight: 620;
  margin: 3.2rem 0 1.1rem;
  letter-spacing: -0.005em;
}
.note,
small {
  color: var(--soft);
  font-weight: 400;
}
.note {
  margin: 0.5rem 0;
  font-size: 0.9rem;
}
small {
  font-size: 0.84rem;
}
a {
  color: var(--first);
  text-underline-offset: 0.15em;
  overflow-wrap: anywhere;
}
code,
pre,
kbd {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
:focus-visible {
  outline: 2px solid var(--first);
  outline-offset: 2px;
}

.bar {
  position: sticky;
  top: 0;
  z-index: 5;
  background: var(--paper);
  border-bottom: 1px solid var(--rule);
}
.bar div {
  max-width: 1120px;
  margin: 0 auto;
  padding: 0.45rem 1.5rem;
  display: flex;
  gap: 1.1rem;
  align-items: center;
  overflow-x: auto;
  font-size: 0.9rem;
  scrollbar-width: none;
}
.bar a {
  color: var(--soft);
  text-decoration: none;
  white-space: nowrap;
}
.bar a:hover {
  color: var(--ink);
}
.spring {
  flex: 1;
}
button,
select,
input {
  font: inherit;
  color: inherit;
}
button {
  background: none;
  border: 1px solid var(--rule);
  border-radius: 7px;
  padding: 0.1rem 0.6rem;
  cursor: pointer;
}
button:hover:enabled {
  border-color: var(--faint);
  background: var(--wash);
}
button:disabled {
  opacity: 0.35;
  cursor: default;
}
.bar button {
  border: 0;
  min-width: 2rem;
  min-height: 2rem;
  color: var(--soft);
}
button.plain {
  border: 0;
  padding: 0;
  text-align: inherit;
  border-radius: 3px;
  text-decoration: underline dotted var(--faint);
  text-underline-offset: 0.25em;
}
button.plain:hover:enabled {
  background: none;
  text-decoration-color: var(--ink);
}

.headline {
  display: flex;
  flex-wrap: wrap;
  gap: 1.2rem 3.5rem;
  margin: 2rem 0 1.8rem;
}
.figure {
  flex: 0 1 15rem;
}
.figure b {
  display: block;
  font-size: 2.9rem;
  line-height: 1.1;
  font-weight: 600;
  letter-spacing: -0.03em;
}
.figure span {
  color: var(--soft);
  font-size: 0.9rem;
  display: block;
  margin-top: 0.25rem;
  line-height: 1.4;
}
.grid {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
  gap: 1.6rem 2.5rem;
  align-items: start;
}
figure {
  margin: 0;
  min-width: 0;
}
figcaption,
caption {
  font-weight: 600;
  font-size: 0.95rem;
  text-align: left;
  margin-bottom: 0.6rem;
}
figcaption small {
  display: block;
}
`;
