// Blue, orange and green by Okabe and Ito (2008): told apart by the colour-blind too. Nothing is said by colour alone.
const LIGHT =
  '--ink:#1d2329;--soft:#5c666f;--faint:#b9c1c8;--paper:#fcfcfa;--card:#fff;--rule:#e4e4df;--wash:#f3f3ef;--first:#0b6aa8;--second:#c2540a;--third:#1b7f5c;--said:#a33b12;--written:#0a6b4a;--saidbg:#fbe9e0;--writtenbg:#e0f2ea;--bothbg:#fdf1d6;--band:#0b6aa833;color-scheme:light';
const DARK =
  '--ink:#e4e6e8;--soft:#9aa3ab;--faint:#4d565e;--paper:#15181b;--card:#1b1f23;--rule:#2d3338;--wash:#22272b;--first:#62b4ea;--second:#f0a05a;--third:#5cc9a0;--said:#f2a886;--written:#7fd8b2;--saidbg:#43271a;--writtenbg:#173a2c;--bothbg:#3d331a;--band:#62b4ea33;color-scheme:dark';

export const STYLE = `
:root{${LIGHT}}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}}
*{box-sizing:border-box}
html{scroll-padding-top:3.4rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:2.2rem 1.5rem 5rem}
h1{font-size:1.9rem;line-height:1.2;font-weight:620;margin:0 0 .2rem;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.18rem;font-weight:620;margin:3.2rem 0 1.1rem;letter-spacing:-.005em}
.note,small{color:var(--soft);font-weight:400}.note{margin:.5rem 0;font-size:.9rem}small{font-size:.84rem}
a{color:var(--first);text-underline-offset:.15em;overflow-wrap:anywhere}code,pre,kbd{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
:focus-visible{outline:2px solid var(--first);outline-offset:2px}

.bar{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--rule)}
.bar div{max-width:1120px;margin:0 auto;padding:.45rem 1.5rem;display:flex;gap:1.1rem;align-items:center;overflow-x:auto;font-size:.9rem;scrollbar-width:none}
.bar a{color:var(--soft);text-decoration:none;white-space:nowrap}.bar a:hover{color:var(--ink)}.spring{flex:1}
button,select,input{font:inherit;color:inherit}
button{background:none;border:1px solid var(--rule);border-radius:7px;padding:.1rem .6rem;cursor:pointer}button:hover:enabled{border-color:var(--faint);background:var(--wash)}button:disabled{opacity:.35;cursor:default}
.bar button{border:0;min-width:2rem;min-height:2rem;color:var(--soft)}
button.plain{border:0;padding:0;text-align:inherit;border-radius:3px;text-decoration:underline dotted var(--faint);text-underline-offset:.25em}button.plain:hover:enabled{background:none;text-decoration-color:var(--ink)}

.headline{display:flex;flex-wrap:wrap;gap:1.2rem 3.5rem;margin:2rem 0 1.8rem}.figure{flex:0 1 15rem}
.figure b{display:block;font-size:2.9rem;line-height:1.1;font-weight:600;letter-spacing:-.03em}.figure span{color:var(--soft);font-size:.9rem;display:block;margin-top:.25rem;line-height:1.4}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:1.6rem 2.5rem;align-items:start}
figure{margin:0;min-width:0}figcaption,caption{font-weight:600;font-size:.95rem;text-align:left;margin-bottom:.6rem}figcaption small{display:block}

table{border-collapse:collapse;width:100%;font-size:.93rem}.scroll{overflow-x:auto}
th,td{padding:.42rem .7rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap;vertical-align:baseline}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal}th:last-child,td:last-child{padding-right:0}
tbody th{font-weight:500}thead th{color:var(--soft);font-weight:500;font-size:.84rem}tbody tr:last-child>*{border-bottom:0}td small,th small{display:block}
table.pairs{width:auto;min-width:min(100%,30rem)}table.pairs td,table.pairs thead th{text-align:left;white-space:normal;padding-right:1.2rem}

.rates td,.rates th{padding:.32rem .5rem;vertical-align:middle}.rates th:first-child{padding-left:0;white-space:nowrap;max-width:15rem;overflow:hidden;text-overflow:ellipsis}.rates th:first-child small{overflow:hidden;text-overflow:ellipsis}.rates td:last-child,.rates th:last-child{padding-right:0}.rates .track{width:100%;min-width:5.5rem;padding-inline:.8rem}.rates .range,.rates .n{color:var(--soft);font-size:.84rem}.rates tbody th{font-size:.93rem}.rates thead th{font-size:.84rem;vertical-align:bottom}.rates td.value{font-weight:600}.groups{columns:2 26rem;column-gap:2.5rem}.groups table{break-inside:avoid;margin-bottom:2rem}
.scale,.ticks{display:block;position:relative;height:1em;background:linear-gradient(var(--rule),var(--rule)) 0 50%/100% 1px no-repeat}
.ticks{background:none;height:1.55em}.ticks i{position:absolute;transform:translateX(-50%);font-style:normal;font-weight:400}
.band{position:absolute;top:calc(50% - 4px);height:8px;border-radius:4px;background:currentColor;opacity:.28}.dot{position:absolute;top:calc(50% - 5px);width:10px;height:10px;margin-left:-5px;border-radius:50%;background:currentColor}
.scale.first{color:var(--first)}.scale.second{color:var(--second)}.scale.second .dot{border-radius:2px;transform:rotate(45deg)}.scale.quiet{color:var(--soft)}.scale.quiet .dot{background:var(--paper);border:2px solid currentColor}

.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:1.6rem 2rem}
.u-legend{font-size:.84rem!important;text-align:left!important;margin:.1rem 0 0 56px!important}.u-legend th{font-weight:400!important;color:var(--soft)}.u-legend td,.u-legend th{border:0;text-align:left}.u-legend .u-value{min-width:4.5em}.u-cursor-x{border-color:var(--faint)!important}.u-legend .u-marker{width:1em;height:0!important;border-width:2px 0 0!important;vertical-align:.25em!important}
.u-inline.u-live th::after{content:none}.u-inline tr{margin-right:10px!important}.u-legend .u-series:first-child .u-marker{display:none}

.matrix-and-list{display:grid;grid-template-columns:minmax(0,1fr) minmax(13rem,auto);gap:1.6rem 3rem;margin-bottom:2.4rem}
.matrix{--cell:1.85rem}.matrix.small{--cell:1.32rem}.matrix,.heat{width:auto;font-size:.8rem;border-collapse:separate;border-spacing:1px}.matrix th,.matrix td,.heat th,.heat td{border:0;padding:0;text-align:center}
.matrix th{font-weight:500;color:var(--ink);min-width:var(--cell);height:var(--cell);font-size:.88rem;vertical-align:middle}.matrix td{width:var(--cell);height:var(--cell);background:var(--wash);border-radius:2px}
.matrix td.wrong{background:color-mix(in oklab,var(--second) var(--share),var(--wash));cursor:pointer}.matrix td.right{background:color-mix(in oklab,var(--soft) calc(var(--share,0%)*.55),var(--wash))}.matrix td[data-says]:hover{outline:2px solid var(--ink)}
.matrix thead td{background:none}.readout{min-height:1.5em}
.heat td{padding:.3rem .55rem!important;background:color-mix(in oklab,var(--first) calc(var(--share)*.5),var(--card))}.heat th{padding:.3rem .55rem!important;color:var(--soft)}.heat td.best{outline:2px solid var(--ink);font-weight:600}
.confused tr[data-reference]{cursor:pointer}.confused tbody tr:hover{background:var(--wash)}.confused td,.confused th{padding:.14rem .8rem;text-align:left}.confused td:last-child,.confused th:last-child{text-align:right}.confused td{border:0}
.bars{list-style:none;margin:0;padding:0;display:flex;gap:3px;max-width:40rem}.bars li{flex:1 1 0;display:flex;flex-direction:column;justify-content:flex-end;align-items:center;font-size:.78rem;color:var(--soft);min-width:0}.bars i{display:block;width:100%;max-width:2.2rem;background:var(--first);border-radius:3px 3px 0 0;min-height:1px;height:calc(9rem*var(--height))}.bars .share{font-size:.7rem}

.reliability{display:grid;grid-template-columns:minmax(0,20rem) minmax(0,1fr);gap:1rem 3rem;align-items:start}.reliability p:not(.note){max-width:40rem}.reliability svg{width:100%;height:auto;font-size:11px}.reliability rect{fill:none;stroke:var(--rule)}.reliability text{fill:var(--soft)}.reliability line{stroke:var(--first);stroke-width:2}.reliability .ideal{stroke:var(--faint);stroke-width:1;stroke-dasharray:4 4}.reliability circle{fill:var(--first)}

.controls{display:flex;flex-wrap:wrap;gap:.6rem 1.1rem;align-items:center;font-size:.92rem}.controls label{white-space:nowrap;color:var(--soft)}
input[type=search],input[type=text],select{background:var(--card);border:1px solid var(--rule);border-radius:7px;padding:.3rem .6rem;color:var(--ink);max-width:100%}input[type=search]{flex:1 1 14rem;max-width:24rem}input.short{width:4.2rem}input[type=checkbox]{accent-color:var(--first);vertical-align:-.1em}
.chip{background:var(--wash);border-radius:1rem;font-size:.88rem}.chips{display:contents}
.pager{display:flex;gap:.8rem;align-items:center;justify-content:flex-end;font-size:.9rem;color:var(--soft);margin:.3rem 0}.pager[hidden]{display:none}.pager button{min-width:2.2rem;font-size:1.1rem;line-height:1.5}
.utterances{list-style:none;margin:0;padding:0;border-top:1px solid var(--rule)}.utterances li{border-bottom:1px solid var(--rule);padding:.75rem .8rem .8rem;margin:0 -.8rem;scroll-margin:4rem;contain:content;content-visibility:auto;contain-intrinsic-size:auto 110px}.utterances li:focus{outline:none}.utterances li[aria-current]{background:var(--wash);box-shadow:inset 3px 0 var(--first)}
.about{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;align-items:baseline;color:var(--soft);font-size:.84rem}.about code{overflow-wrap:anywhere}
.gauge{white-space:nowrap}.gauge-bar{display:inline-block;width:3rem;height:5px;border-radius:3px;background:var(--rule);margin-right:.5em;vertical-align:.12em;overflow:hidden}.gauge-bar i{display:block;height:100%;background:var(--second)}
.words{margin:.25rem 0 0;font-size:1.06rem;line-height:1.85;max-width:52rem;overflow-wrap:anywhere}.word{border-radius:4px;padding:.08em .18em;margin:0 -.08em}.word:not(.equal){margin:0 .06em;display:inline-block;line-height:1.45}
.word del{color:var(--said);text-decoration-thickness:1px}.word ins{color:var(--written);text-decoration:none;font-weight:600}.substitute{background:var(--bothbg)}.delete{background:var(--saidbg)}.insert{background:var(--writtenbg)}
.times{display:none}[aria-current] .times{display:block}.unsure{text-decoration:underline dotted var(--second);text-underline-offset:.25em}
.compared{display:grid;grid-template-columns:minmax(8rem,15rem) 7.4rem 1fr;gap:0 1.2rem;align-items:baseline;max-width:none}.compared .gauge{font-size:.84rem;color:var(--soft)}.side{font-size:.84rem;color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.side::before{content:"";display:inline-block;width:.7em;height:.7em;border-radius:50%;background:var(--first);margin-right:.6em}.side-1::before{border-radius:1px;background:var(--second);transform:rotate(45deg)}
.player{display:flex;align-items:flex-start;gap:.8rem;margin-top:.45rem;max-width:46rem}.play{width:2.3rem;height:2.3rem;flex:none;padding:0;border-radius:50%;font-size:.75rem;line-height:1}.wave-and-words{flex:1 1 auto;min-width:0}.wave{display:block;width:100%;height:38px;cursor:pointer;border-radius:3px}
.clock{flex:none;width:6.6rem;font-size:.8rem;color:var(--soft);line-height:38px;text-align:right}
.under{position:relative}.under:not(:empty){height:1.35rem}.under button{position:absolute;border:0;border-left:1px solid var(--faint);border-radius:0;padding:0 0 0 3px;font-size:.78rem;line-height:1.3rem;text-align:left;overflow:hidden;white-space:nowrap;color:var(--soft)}.under button.now{color:var(--ink);background:var(--bothbg)}

.flagged{list-style:none;margin:0;padding:0}.flagged li{border-bottom:1px solid var(--rule);padding:.8rem 0}.flagged p{margin:.2rem 0}.flagged audio{display:block;margin:.4rem 0;height:2.2rem;max-width:100%}.flagged .error{color:var(--said);font-weight:600}.letters{display:flex;flex-wrap:wrap;gap:.25rem 1rem}.letters b{font-size:1.06rem}

.verdict{font-size:1.06rem;margin:0}.after{margin-top:2rem}.outcomes{display:flex;gap:2px;height:1.3rem;max-width:46rem}.outcomes i{flex:0 0 0;min-width:2px;border-radius:2px}.better{background:var(--second)}.worse{background:var(--first)}.same{background:var(--faint)}
.outcome-labels{list-style:none;margin:.7rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 2rem;font-size:.93rem}.swatch{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.5em}
.plain-list{margin:0;padding:0;list-style:none}.plain-list li{margin:.35rem 0;overflow-wrap:anywhere}pre{background:var(--wash);border-radius:8px;padding:1rem 1.2rem;overflow-x:auto;font-size:.84rem;line-height:1.5;margin:.6rem 0}.changes del,.changes ins{text-decoration:none}.changes del{color:var(--said)}.changes ins{color:var(--written)}
details{margin:.8rem 0}summary{cursor:pointer;color:var(--soft)}summary:hover{color:var(--ink)}
dialog{border:1px solid var(--rule);border-radius:12px;background:var(--card);color:var(--ink);padding:1.4rem 1.8rem;min-width:20rem}dialog::backdrop{background:#0006}dialog h2{margin:0 0 .8rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.45rem 1.4rem;margin:0 0 1.2rem}dt,dd{margin:0}kbd{border:1px solid var(--rule);border-bottom-width:2px;border-radius:5px;padding:.05rem .45rem;font-size:.84rem;margin-right:.25rem}

@media(max-width:720px){.reliability{grid-template-columns:1fr}.compared{grid-template-columns:1fr auto}.compared>:last-child{grid-column:1/-1}main{padding:1.5rem 1rem 4rem}.bar div{padding-inline:1rem}h2{margin-top:2.5rem}.figure b{font-size:2.4rem}.headline{gap:1.2rem 2rem}.matrix-and-list{grid-template-columns:minmax(0,1fr)}.clock{width:auto}.u-legend{margin-left:0!important}.rates .range,.rates .n{display:none}.rates th:first-child{min-width:7rem;max-width:9.5rem;white-space:normal}.figures th:not(:first-child),.figures td:not(:first-child){padding-left:.3rem}.figures th,.figures td{padding-right:.3rem}.figures thead th{white-space:normal}.figures:not(.differences) th:first-child small{min-width:8rem}.utterances li{margin-inline:-1rem;padding-inline:1rem}}
@media print{:root,:root[data-theme]{${LIGHT};--paper:#fff;--wash:#f6f6f4}@page{margin:15mm}body{font-size:10pt}main{max-width:none;padding:0}
.bar,.controls,.pager,.player,.readout,summary,dialog,.matrix-and-list label{display:none}h2{margin-top:1.6rem;break-after:avoid}figure,table,.utterances li,.figure{break-inside:avoid}.utterances li{content-visibility:visible;contain:none;margin:0;padding-inline:0;box-shadow:none!important;background:none!important}.utterances li:nth-child(n+26){display:none}
.utterances::after{content:"The first 25, as they were sorted.";display:block;color:var(--soft);font-size:.9em;padding-top:.5rem}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.charts{grid-template-columns:1fr 1fr 1fr;gap:1rem}.uplot,.u-wrap,.u-wrap canvas{width:100%!important;height:auto!important}.u-over,.u-under,.u-series:first-child .u-marker,.u-series .u-value{display:none!important}details:not(.print){display:none}.groups{columns:1}.figures th,.figures td{padding-inline:.25rem}.figures thead th{white-space:normal}.figures th:first-child{min-width:7rem}.figures{font-size:8.5pt}.figures thead th,.figures small{font-size:7.5pt}.matrix-and-list{grid-template-columns:auto minmax(10rem,1fr);gap:1rem 2rem}.matrix{--cell:1.1rem}.matrix.small{--cell:.55rem}.matrix th{font-size:.7rem}.compared{grid-template-columns:minmax(4rem,8rem) 6.6rem 1fr}a{color:inherit}}
`;
