/** @file The look of the report, light and dark, on screen and on paper. */

export const REPORT_STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --raised: #f4f6f8; --ink: #17202a; --quiet: #5b6875;
  --line: #d5dbe1; --accent: #0b6e8f; --accent-ground: #e3f1f6; --warn: #8a4b00; --warn-ground: #fdf1dd; --wrong: #b3261e;
  --s0: #0b6e8f; --s1: #c2570c; --s2: #5b8c2a; --s3: #7d4fb0; --s4: #b0307a; --s5: #6b7280; }
@media screen and (prefers-color-scheme: dark) { :root { --ground: #12171c; --raised: #1b2228; --ink: #e6ebef; --quiet: #9aa7b3;
  --line: #333d46; --accent: #5cc1e0; --accent-ground: #14323d; --warn: #ffcf8a; --warn-ground: #3a2a10; --wrong: #ff8a80;
  --s0: #5cc1e0; --s1: #ff9f5a; --s2: #a2d066; --s3: #c3a0ef; --s4: #f08cc3; --s5: #a5adb6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
.banner { margin: 0; padding: .55rem 1rem; text-align: center; color: var(--warn); background: var(--warn-ground); }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { margin: .5rem 0 .25rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; }
.headline { margin: .75rem 0 0; padding: .9rem 1.1rem; font-size: 1.15rem; background: var(--accent-ground);
  border-left: .3rem solid var(--accent); border-radius: .25rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 2.5rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem 1.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .7rem; text-align: left; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; font-size: .86rem; }
tbody th { font-weight: 500; }
tr.highlighted > * { background: var(--accent-ground); font-weight: 600; }
.interval, .seeds { color: var(--quiet); font-weight: 400; font-size: .88rem; white-space: nowrap; }
table.confusion { width: auto; }
table.confusion td { text-align: center; min-width: 6rem; border: 1px solid var(--line); font-size: 1.1rem; }
table.confusion small { display: block; color: var(--quiet); font-size: .78rem; }
figure { margin: 0; }
figcaption { color: var(--quiet); font-size: .88rem; }
svg { display: block; width: 100%; max-width: 34rem; height: auto; }
svg text { fill: var(--quiet); font-size: 12px; font-family: inherit; }
svg .axis { stroke: var(--line); fill: none; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .marker { fill: var(--ground); stroke: var(--ink); stroke-width: 2; }
svg .diagonal { stroke: var(--quiet); stroke-dasharray: 4 4; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem; }
.picture { background: var(--raised); border-radius: .35rem; overflow: hidden; border: 2px solid transparent; }
.picture.wrong { border-color: var(--wrong); }
.layers { position: relative; }
.picture .heat { position: absolute; inset: 0; height: 100%; opacity: .6; background: none; }
.picture img { display: block; width: 100%; image-rendering: auto; background: #000; }
.picture figcaption { padding: .4rem .6rem .55rem; }
.picture b { color: var(--ink); display: block; }
.picture em { color: var(--wrong); font-style: normal; font-weight: 600; }
.bar { display: block; height: .3rem; margin: .3rem 0; background: var(--line); border-radius: .2rem; }
.bar i { display: block; height: 100%; background: var(--accent); border-radius: .2rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .1rem 2rem; margin: 0; }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 1.2rem; }
.findings { margin: 1rem 0 0; padding: 0; list-style: none; display: grid; gap: .45rem; }
.findings li { padding: .1rem 0 .1rem .8rem; border-left: .25rem solid var(--line); }
.findings .good { border-color: var(--s2); } .findings .none { border-color: var(--quiet); }
.findings .caution { border-color: var(--warn); } .mark { font-weight: 600; }
.note { margin: .5rem 0 0; color: var(--quiet); font-size: .88rem; }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: .85rem; }
@page { size: A4; margin: 14mm 14mm 16mm; }
@media print {
  body { font-size: 12px; display: table; width: 100%; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .banner { display: table-header-group; break-inside: avoid; }
  main { display: table-row-group; } main > * { display: block; }
  main .columns, main dl { display: grid; } main > .findings { display: grid; }
  section, figure, .picture { break-inside: avoid; } h2 { break-after: avoid; }
  figcaption, .note { font-size: 10.5px; } .headline { font-size: 15px; }
  main { padding: 0; max-width: none; } .columns { grid-template-columns: 1fr 1fr; gap: 0 1.5rem; }
  .gallery { grid-template-columns: repeat(4, 1fr); }
}
`;
