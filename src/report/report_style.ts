/** The style sheet of a report. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --tile: #f6f8fa;
}
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --tile: #161b22; }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 60rem;
  background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
header p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.tiles { display: grid; gap: .75rem; margin-top: 1rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
.tiles div { display: grid; align-content: start; padding: .75rem; background: var(--tile); border: 1px solid var(--line); border-radius: .5rem; }
.tiles b { font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none; }
@media (max-width: 40rem) {
  .wide { display: none; }
  .narrow { display: block; }
}
input {
  width: 100%; max-width: 20rem; padding: .4rem .6rem; font: inherit;
  color: inherit; background: var(--tile); border: 1px solid var(--line); border-radius: .4rem;
}
/* Where a table goes on, its edge is in the shade. */
.scroll {
  margin-top: .75rem; overflow-x: auto;
  background:
    linear-gradient(to left, var(--back) 1rem, transparent) right / 3rem 100% local no-repeat,
    linear-gradient(to left, var(--line), transparent) right / .8rem 100% scroll no-repeat;
}
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: normal; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
thead th, thead th:first-child { border-bottom-width: 2px; font-weight: 600; }
thead button { all: unset; cursor: pointer; font-weight: 600; }
thead button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
[aria-sort=ascending] button::after { content: " \\2191"; }
[aria-sort=descending] button::after { content: " \\2193"; }
`;
