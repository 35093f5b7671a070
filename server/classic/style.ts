import { createHash } from 'node:crypto';

/** Ink and paper, as in the console; small enough to come with each page. Colour means how bad something is, and focus. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fbf9f6; --raised: #fff; --wash: #f3efe8; --line: #e5dfd5; --line-strong: #8d8577; --ink: #1d222c; --dim: #575d69; --accent: #7d6230;
  --info: #1f5fb0; --notice: #0b6e66; --warning: #945400; --critical: #b83a0b; --emergency: #b01818; }
@media (prefers-color-scheme: dark) { :root { --paper: #171c24; --raised: #1f252f; --wash: #212833; --line: #2b323e; --line-strong: #737d8d; --ink: #ebe8e2; --dim: #a5acb8; --accent: #d8bd8a;
  --info: #86b7f2; --notice: #62cbbf; --warning: #efbc5f; --critical: #ff9a6e; --emergency: #ff8080; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
.wide { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
.top { border-bottom: 1px solid var(--line); background: var(--raised); }
.top .wide { display: flex; flex-wrap: wrap; align-items: center; column-gap: 1.25rem; }
.mark { font-weight: 650; letter-spacing: .02em; padding: .75rem 0; }
nav ul { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: 0; column-gap: .25rem; }
nav a { display: block; padding: .75rem .75rem; text-decoration: none; border-bottom: 3px solid transparent; }
nav a[aria-current] { border-bottom-color: var(--accent); font-weight: 650; }
a { color: inherit; } a, button, input, summary { border-radius: 3px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; padding: .5rem; background: var(--raised); }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.5rem 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
p { margin: .25rem 0; } .dim { color: var(--dim); } .said { border: 1px solid var(--line-strong); background: var(--wash); padding: .75rem 1rem; margin: 1rem 0; }
ul.rows { list-style: none; margin: 0; padding: 0; } ul.rows > li { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .6rem 0; border-bottom: 1px solid var(--line); }
.when { min-width: 6.75rem; font-weight: 650; } .what { flex: 1 1 14rem; min-width: 0; } .state { color: var(--dim); } .state-running, .state-due { color: var(--ink); font-weight: 650; }
.bad { font-weight: 650; white-space: nowrap; } .bad-info { color: var(--info); } .bad-notice { color: var(--notice); } .bad-warning { color: var(--warning); } .bad-critical { color: var(--critical); } .bad-emergency { color: var(--emergency); }
dl { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .25rem 1rem; margin: .75rem 0; } dt { color: var(--dim); } dd { margin: 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); } th { color: var(--dim); font-weight: 600; } td.n, th.n { text-align: right; }
form.block { max-width: 26rem; margin: .5rem 0 1rem; } label { display: block; margin: .75rem 0 .25rem; } label.tick { display: flex; gap: .5rem; align-items: center; }
input[type=email], input[type=password], input[type=text] { width: 100%; font: inherit; padding: .6rem .7rem; color: inherit; background: var(--raised); border: 1px solid var(--line-strong); }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; }
button { font: inherit; padding: .6rem 1rem; min-height: 2.75rem; color: inherit; background: var(--raised); border: 1px solid var(--line-strong); cursor: pointer; } button.main { background: var(--ink); color: var(--paper); border-color: var(--ink); margin-top: 1rem; }
footer { margin: 3rem 0 2rem; border-top: 1px solid var(--line); padding-top: .75rem; } footer ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; list-style: none; padding: 0; margin: .5rem 0; }
@media (max-width: 40rem) { .stack thead { position: absolute; left: -100vw; } .stack tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); } .stack td { display: block; border: 0; padding: .1rem 0; }
  .stack td[data-name]::before { content: attr(data-name) ': '; color: var(--dim); } .stack td.empty { display: none; } }
@media print { .top, footer, form { display: none; } }
`;

/** Lets one style in and forms go back to where they came from; no script, picture, frame or call, whoever wrote it. */
export const policyOf = (style: string): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
export const CLASSIC_POLICY = policyOf(STYLE);
