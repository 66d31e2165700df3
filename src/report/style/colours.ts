// Blue, orange and green by Okabe and Ito (2008): told apart by the colour-blind too. Nothing is said by colour alone.
export const LIGHT = `
  --ink: #1d2329;
  --soft: #5c666f;
  --faint: #b9c1c8;
  --paper: #fcfcfa;
  --card: #fff;
  --rule: #e4e4df;
  --wash: #f3f3ef;
  --first: #0b6aa8;
  --second: #c2540a;
  --third: #1b7f5c;
  --said: #a33b12;
  --written: #0a6b4a;
  --saidbg: #fbe9e0;
  --writtenbg: #e0f2ea;
  --bothbg: #fdf1d6;
  --band: #0b6aa833;
  color-scheme: light;
`;
const DARK = `
  --ink: #e4e6e8;
  --soft: #9aa3ab;
  --faint: #4d565e;
  --paper: #15181b;
  --card: #1b1f23;
  --rule: #2d3338;
  --wash: #22272b;
  --first: #62b4ea;
  --second: #f0a05a;
  --third: #5cc9a0;
  --said: #f2a886;
  --written: #7fd8b2;
  --saidbg: #43271a;
  --writtenbg: #173a2c;
  --bothbg: #3d331a;
  --band: #62b4ea33;
  color-scheme: dark;
`;

export const COLOURS = `
:root {${LIGHT}}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {${DARK}}
}
:root[data-theme="dark"] {${DARK}}
`;
