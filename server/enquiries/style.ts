import { policyOf, STYLE } from '../classic/style.ts';

/** The classic page's, and what a month and a longer form need. Taken days are pale, free ones stand out by shape, word and weight. */
export const ASK_STYLE = `${STYLE}
.lead { font-size: 1.1rem; white-space: pre-line; margin: .75rem 0; }
nav.choose ul { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; } nav.choose a { border: 1px solid var(--line-strong); padding: .5rem .75rem; min-height: 2.75rem; }
nav.choose a[aria-current] { border: 2px solid var(--accent); font-weight: 650; }
table.month { table-layout: fixed; margin: 1rem 0 .5rem; } table.month caption { text-align: left; font-weight: 650; padding: .25rem 0 .5rem; }
table.month th { padding: .25rem; text-align: center; } table.month th abbr { text-decoration: none; }
table.month td { padding: 2px; border: 1px solid var(--line); height: 4.25rem; text-align: center; }
.day { display: flex; flex-direction: column; justify-content: center; min-height: 4rem; padding: .15rem; line-height: 1.2; text-decoration: none; }
.day b { font-weight: 600; } .word { font-size: .8rem; hyphens: auto; }
.day-free { font-weight: 650; } .day-free .shape { color: var(--notice); } .day-asked .shape { color: var(--warning); }
.day-taken, .day-outside { color: var(--dim); } td.off { background: var(--wash); }
a.day:hover { background: var(--wash); } a.day[aria-current] { outline: 3px solid var(--accent); outline-offset: -3px; }
ul.legend { list-style: none; padding: 0; margin: .5rem 0; }
form.ask { max-width: 34rem; } input[type=tel], input[type=date], select, textarea { width: 100%; font: inherit; padding: .6rem .7rem; min-height: 2.75rem; color: inherit; background: var(--raised); border: 1px solid var(--line-strong); border-radius: 3px; }
textarea { min-height: 8rem; resize: vertical; } .note { color: var(--dim); font-size: .9rem; }
[aria-invalid=true] { border: 2px solid var(--critical); } .said a { color: inherit; } .said ul { margin: .25rem 0; padding-left: 1.25rem; }
.aside { position: absolute; left: -100vw; width: 1px; height: 1px; overflow: hidden; }
`;

export const ASK_POLICY = policyOf(ASK_STYLE);
