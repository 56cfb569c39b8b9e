'use strict';
// The page of a report and the live page: one code. What it shows is in the data (report/PageData.java says how it is written);
// everything in there is text or a number, and text becomes a text node: nothing of it is ever read as HTML.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const runs = data.runs;
  const main = document.getElementById('page');
  const MARKS = 40; // more of them are a grey wall
  const SMALL = 60; // hosts that get a chart of their own; all are in the table

  // ---- numbers as the terminal writes them ----
  const number = (v, digits = 0) => v == null ? '' : v.toLocaleString('en-US', { maximumFractionDigits: digits });
  const known = v => v == null ? 'unknown' : number(v);
  const percent = v => v == null ? '' : number(v * 100, v < 0.1 ? 1 : 0) + ' %';
  const short = v => v == null ? '' : v >= 1e6 ? number(v / 1e6, 2) + 'M' : v >= 1e4 ? number(v / 1e3, 1) + 'k' : number(v, v < 10 ? 2 : 0);
  const bytes = v => v == null ? '' : v >= 2 ** 30 ? number(v / 2 ** 30, 1) + ' GiB' : v >= 2 ** 20 ? number(v / 2 ** 20, 1) + ' MiB'
    : v >= 2 ** 14 ? number(v / 2 ** 10, 1) + ' KiB' : number(v) + ' B';
  const micros = v => v == null ? '' : v >= 1e6 ? number(v / 1e6, 2) + ' s' : v >= 1e4 ? number(v / 1e3, 1) + ' ms' : number(v) + ' µs';
  const two = v => String(v).padStart(2, '0');
  const clock = s => s == null ? '' : s < 120 ? number(s, s < 10 ? 1 : 0) + ' s'
    : (s >= 3600 ? Math.floor(s / 3600) + ':' + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ':' + two(Math.floor(s) % 60);
  const date = millis => new Date(millis).toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC');

  // ---- elements ----
  function el(tag, attributes, ...children) {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value != null && value !== false) e.setAttribute(name, value);
    e.append(...children.flat().filter(c => c != null).map(c => c instanceof Node ? c : String(c)));
    return e;
  }

  /** columns: [heading, row → text, class] */
  function table(columns, rows, wide) {
    return el('div', { class: 'scroll', tabindex: 0 }, el('table', { class: 'numbers' + (wide ? ' wide' : '') },
      el('thead', {}, el('tr', {}, columns.map(([heading, , kind]) => el('th', { class: kind, scope: 'col' }, heading)))),
      el('tbody', {}, rows.map(row => el('tr', {}, columns.map(([, cell, kind]) => el('td', { class: kind }, cell(row))))))));
  }

  /** What is folded up is written when it is opened, and when there is more while it is open. */
  function folded(summary, content) {
    const body = el('div');
    const details = el('details', {}, el('summary', {}, summary), body);
    const fill = () => { if (details.open) body.replaceChildren(content()); };
    details.addEventListener('toggle', fill);
    return { details, fill };
  }

  // ---- colours: read anew where the theme changes ----
  let colours = {};
  const colour = name => colours[name] ||= getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const hue = i => colour('--c' + i % 8);
  const faint = (name, part) => {
    const c = colour(name);
    return '#' + (c.length === 4 ? [...c.slice(1)].map(d => d + d).join('') : c.slice(1)) + Math.round(part * 255).toString(16).padStart(2, '0');
  };

  // ---- charts ----
  const last = values => { for (let i = (values || []).length - 1; i >= 0; i--) if (values[i] != null) return values[i]; return null; };
  const line = (label, y, more) => ({ label, y, ...more });
  const sum = run => run.series.sum || {};
  const server = run => run.series.server || {};
  /** y where there were more connections than ever before: how it grows with them. */
  function growing(run, label, y, more) {
    const count = sum(run).established || [];
    const points = [[], []];
    let most = 0;
    count.forEach((n, i) => { if (n > most && y && y[i] != null) { most = n; points[0].push(n); points[1].push(y[i]); } });
    return line(label, points[1], { x: points[0], points: true, ...more });
  }
  const logNines = p => p >= 100 ? null : -Math.log10(1 - p / 100);
  const curve = (run, name, label) => {
    const points = (run.curves || {})[name] || [];
    const inside = points.filter(([p]) => logNines(p) != null);
    return line(label, inside.map(([, v]) => Math.max(1, v)), { x: inside.map(([p]) => logNines(p)) });
  };
  const errors = run => Object.entries(sum(run).errorsPerSecond || {}).map(([name, y]) => line(name, y));

  const CHARTS = [
    { title: 'Connections at both ends', heading: 'Connections', unit: short, cell: number, zero: true, marks: true,
      note: 'Established at the hosts and at the server.',
      lines: run => [line('hosts', sum(run).established), line('server', server(run).established, { dash: [6, 4] })] },
    { title: 'Difference', unit: short, cell: number, marks: true, height: 130,
      note: 'Hosts minus server. Above zero: unaccepted. Below zero: held by the server alone. A difference of one moment is what is on its way.',
      lines: run => [line('difference', sum(run).difference)] },
    { title: 'Connects and failures a second', unit: short, cell: v => number(v, 1), zero: true, marks: true,
      note: 'Attempted, and what failed or was lost, by operation and errno.',
      lines: run => [line('attempted', sum(run).attemptedPerSecond), ...errors(run)] },
    { title: 'Pongs a second', unit: short, cell: v => number(v, 1), zero: true, marks: true, height: 160,
      lines: run => [line('pongs', sum(run).pongsPerSecond)] },
    { title: 'Round trip over time', heading: 'Times', unit: micros, cell: number, log: true, marks: true, band: true,
      note: 'From when a Ping was due to its Pong, of each interval: what a delay of the agent adds is in it. Table in µs.',
      lines: run => [['p50', 'p50'], ['p90', 'p90'], ['p99', 'p99'], ['p99.9', 'p999'], ['max', 'max']]
        .map(([label, name]) => line(label, (sum(run).roundTrip || {})[name])) },
    { title: 'Percentiles of the whole run', unit: micros, cell: number, log: true, x: v => number(100 - 100 / 10 ** v, Math.max(0, Math.ceil(v) - 1)) + ' %',
      xTable: 'percentile', note: 'How many were at most how long. Table in µs.', nines: true,
      lines: run => [curve(run, 'roundTrip', 'round trip'), curve(run, 'roundTripSent', 'from sent'), curve(run, 'connect', 'connect')] },
    { title: 'Headroom', heading: 'Limits', unit: percent, cell: v => number(v * 100, 1), whole: true, marks: true,
      note: 'How much of each limit is used. At 100 % it stops connections. Table in %.',
      lines: run => Object.entries(run.series.used || {}).map(([name, y]) => line(name, y, { spanGaps: true })) },
    { title: 'CPUs', unit: v => number(v, 2), cell: v => number(v, 2), zero: true, marks: true,
      note: 'CPUs in use by connscale, on average over each interval.',
      lines: run => [line('hosts', sum(run).cpus), line('server', server(run).cpus, { dash: [6, 4] })] },
    { title: 'Bytes of each connection', heading: 'By number of connections', unit: bytes, cell: number, x: short, xTable: 'connections', zero: true,
      note: 'Resident memory of connscale’s processes, divided by connections: where there are few, what a process needs without any weighs most.',
      lines: run => [growing(run, 'hosts', sum(run).bytesEach), growing(run, 'server', server(run).bytesEach, { dash: [6, 4] })] },
    { title: 'Connect p99', unit: micros, cell: number, x: short, xTable: 'connections', log: true, note: 'Of the connections that came up in each interval. Table in µs.',
      lines: run => [growing(run, 'connect p99', (sum(run).connect || {}).p99)] },
    { title: 'CPUs by connections', unit: v => number(v, 2), cell: v => number(v, 2), x: short, xTable: 'connections', zero: true,
      note: 'CPUs in use while the number grew.',
      lines: run => [growing(run, 'hosts', sum(run).cpus), growing(run, 'server', server(run).cpus, { dash: [6, 4] })] },
  ];

  const single = () => runs.length === 1;
  const nameOf = run => run.name || run.id;

  /** Lines of all runs, those without a value left out; with several runs the colour tells the run and the dashes the line. */
  function gather(spec) {
    return runs.flatMap((run, r) => spec.lines(run)
      .map((l, i) => ({ x: run.series.t, ...l, hue: single() ? i : r, dash: single() || i === 0 ? l.dash : [2 + 3 * i, 3],
        label: single() ? l.label : nameOf(run) + ' · ' + l.label }))
      .filter(l => l.y && l.y.some(v => v != null)));
  }

  function marks() { return single() ? (runs[0].events || []).filter(e => e.mark).slice(-MARKS) : []; }

  function drawMarks(u) {
    const { ctx } = u;
    ctx.save();
    ctx.strokeStyle = faint('--mark', .55);
    ctx.fillStyle = colour('--mark');
    ctx.lineWidth = uPlot.pxRatio;
    ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
    ctx.font = `${11 * uPlot.pxRatio}px system-ui, "DejaVu Sans", sans-serif`;
    ctx.textAlign = 'center';
    let free = -Infinity;
    marks().forEach(event => {
      const x = Math.round(u.valToPos(event.at, 'x', true));
      if (!(x >= u.bbox.left && x <= u.bbox.left + u.bbox.width)) return;
      ctx.beginPath();
      ctx.moveTo(x, u.bbox.top);
      ctx.lineTo(x, u.bbox.top + u.bbox.height);
      ctx.stroke();
      if (x > free) { ctx.fillText(event.mark, x, u.bbox.top - 3 * uPlot.pxRatio); free = x + 14 * uPlot.pxRatio; }
    });
    ctx.restore();
  }

  function options(spec, lines, width) {
    const x = spec.x || clock;
    const grid = { stroke: () => colour('--line'), width: 1 };
    const axis = { stroke: () => colour('--quiet'), grid, ticks: grid, font: '12px system-ui, "DejaVu Sans", sans-serif' };
    const range = (u, min, max) => {
      if (min == null) return [0, 1];
      if (spec.whole) return [0, Math.max(1, max * 1.02)];
      const low = Math.min(0, min), high = Math.max(0, max);
      return low === high ? [spec.zero ? 0 : -1, 1] : [low * 1.08, high * 1.08];
    };
    return {
      width, height: spec.height || (width < 500 ? 220 : 260),
      padding: [spec.marks ? 14 : 8, 14, 0, 0],
      scales: {
        x: { time: false, range: (u, min, max) => min == null ? [0, 1] : spec.x ? (min === max ? [min - .5, max + .5] : [min, max]) : [min < 5 ? Math.min(0, min) : min, Math.max(max, 1)] },
        y: spec.log ? { distr: 3, range: (u, min, max) => min == null ? [1, 10] : uPlot.rangeLog(min, Math.max(max, min * 2), 10, false) } : { range },
      },
      axes: [
        { ...axis, values: (u, splits) => splits.map(v => v == null ? '' : x(v)), space: spec.small ? 60 : 70, size: 30, ...(spec.nines ? { incrs: [1] } : {}) },
        { ...axis, values: (u, splits) => splits.map(v => v == null || (spec.log && Math.log10(v) % 1) ? '' : spec.unit(v)), size: spec.small ? 48 : 64,
          space: spec.log ? 20 : 36 },
      ],
      series: [
        { label: spec.xTable || 'time', value: (u, v) => v == null ? '' : x(v) },
        ...lines.map(l => ({ label: l.label, stroke: () => hue(l.hue), width: 1.75, dash: l.dash, spanGaps: !!l.spanGaps,
          points: { show: l.points || l.y.length < 3 || undefined, size: 5 }, value: (u, v) => v == null ? '' : spec.unit(v) })),
      ],
      bands: spec.band && single() ? lines.slice(1).map((l, i) => ({ series: [i + 2, i + 1], fill: () => faint('--c' + i % 8, .14) })) : [],
      cursor: { y: false, drag: { x: true, y: false }, ...(spec.x || spec.small ? {} : { sync: { key: 'time' } }) },
      legend: { show: !spec.small, live: true },
      hooks: { ...(spec.marks ? { draw: [drawMarks] } : {}), setLegend: [atEnd], ready: [u => u.setLegend({ idx: u.data[0].length - 1 }, false)] },
    };
  }

  /** Where no cursor points, the legend has the last values. */
  function atEnd(u) {
    if (u.legend.idx == null && u.data[0].length) queueMicrotask(() => { if (u.root.isConnected && u.legend.idx == null) u.setLegend({ idx: u.data[0].length - 1 }, false); });
  }

  const drawn = new Set();

  function chart(spec) {
    const plot = el('div', { class: 'plot' });
    const numbers = folded('Numbers', () => numbersOf(spec));
    const figure = el('figure', {}, el('h3', {}, spec.title), spec.note ? el('p', { class: 'note' }, spec.note) : null, plot, numbers.details);
    const shown = { figure, u: null, key: '', draw };
    function draw(anew) {
      const lines = spec.lines.length ? gather(spec) : [];
      figure.hidden = !lines.length;
      if (!lines.length) return;
      const joined = lines.length === 1 ? [lines[0].x, lines[0].y] : uPlot.join(lines.map(l => [l.x, l.y]));
      const key = lines.map(l => l.label).join('\n') + (lines[0].y.length < 3);
      if (!shown.u || anew || key !== shown.key) {
        if (shown.u) shown.u.destroy();
        shown.u = new uPlot(options(spec, lines, Math.max(200, plot.clientWidth)), joined, plot);
        shown.key = key;
      } else {
        shown.u.setData(joined);
      }
      numbers.fill();
    }
    drawn.add(shown);
    new ResizeObserver(() => requestAnimationFrame(() => {
      const width = plot.clientWidth;
      if (shown.u && width && Math.abs(width - shown.u.width) > 1) shown.u.setSize({ width, height: spec.height || (width < 500 ? 220 : 260) });
    })).observe(plot);
    return figure;
  }

  function numbersOf(spec) {
    const lines = gather(spec);
    const joined = uPlot.join(lines.map(l => [l.x, l.y]));
    const x = spec.x || (v => number(v, 1));
    return table([[spec.xTable || 'seconds', i => x(joined[0][i])], ...lines.map((l, n) => [l.label, i => joined[n + 1][i] == null ? '' : spec.cell(joined[n + 1][i])])],
      joined[0].map((v, i) => i));
  }

  // ---- what comes first: how many, what stopped it, evidence, fix ----
  function verdicts(run) {
    const told = (run.verdicts || []);
    if (!told.length) {
      const end = run.end || {};
      const quiet = end.failed === 0 && end.lost === 0;
      return [el('div', { class: 'card' }, el('p', {}, quiet ? 'Nothing stopped it: no connection failed, and none was lost.' : 'No verdict was given.'))];
    }
    return told.map(v => el('div', { class: 'card stop' },
      el('p', { class: 'label' }, clock(v.at) + ' · ' + v.host + ' · ' + v.cause),
      el('p', {}, el('strong', {}, v.sentence)),
      v.remedy ? el('p', {}, 'Fix: ', v.remedy) : null,
      (v.unreliable || []).length ? el('p', {}, 'Note: ' + v.unreliable.join('; ')) : null));
  }

  function warnings(run) {
    const told = run.warnings || [];
    const ends = [...new Set(told.map(w => w.end))];
    const of = end => told.filter(w => w.end === end).map(w => w.text + (w.count > 1 ? ` (in ${number(w.count)} samples)` : '')).join(' · ');
    return ends.length ? [el('div', { class: 'card warn' }, el('p', { class: 'label' }, 'These numbers are unreliable'),
      ends.map(end => el('p', {}, el('strong', {}, end), ': ' + of(end))))] : [];
  }

  const timed = (times, name) => times.count == null ? 'unknown' : times.count ? micros(times[name]) : 'none';

  function tiles(run) {
    const end = run.end || {}, trip = end.roundTrip || {}, connect = end.connect || {};
    const named = [['at the hosts', 'established', known(end.established)], ['at the server', 'server', known(end.server)], ['difference', 'difference', known(end.difference)],
      ['failed', 'failed', known(end.failed)], ['lost', 'lost', known(end.lost)],
      ['connect p99', 'connect', timed(connect, 'p99')], ['round trip p50', 'p50', timed(trip, 'p50')], ['round trip p99', 'p99', timed(trip, 'p99')]];
    const broken = Object.entries(end.errors || {});
    return [el('dl', { class: 'tiles' }, named.map(([label, id, value]) => el('div', {}, el('dt', {}, label), el('dd', { 'data-number': id }, value)))),
      broken.length ? el('p', { class: 'note' }, 'Errors: ' + broken.map(([name, n]) => `${name} ${number(n)}`).join(', ')) : null];
  }

  let state = '';
  function head() {
    const stateOf = data.live ? el('span', { class: 'live' + (state === 'live' ? '' : ' gone') }, state) : null;
    if (!runs.length) return [el('header', {}, el('p', {}, 'connscale ' + data.version + ' · ', stateOf), el('h1', {}, data.live ? 'No sample yet' : 'No run'))];
    if (single()) {
      const run = runs[0], end = run.end || {}, peak = end.most;
      return [el('header', {}, el('p', {}, [`connscale ${run.version || data.version}`, 'run ' + nameOf(run), date(run.started), clock(run.seconds)].join(' · '), stateOf ? ' · ' : null, stateOf),
        el('h1', {}, known(peak), el('small', {}, peak === 1 ? ' connection established' : ' connections established at once'))),
        ...verdicts(run), ...warnings(run), el('h2', {}, data.live ? 'Now' : 'At the end'), ...tiles(run)];
    }
    return [el('header', {}, el('p', {}, 'connscale ' + data.version), el('h1', {}, number(runs.length), el('small', {}, ' runs, one over the other'))),
      table([['run', r => nameOf(r), 'text'], ['began', r => date(r.started), 'text'], ['lasted', r => clock(r.seconds)], ['most at once', r => known((r.end || {}).most)],
        ['failed', r => known((r.end || {}).failed)], ['lost', r => known((r.end || {}).lost)], ['connect p99', r => micros(((r.end || {}).connect || {}).p99)],
        ['round trip p50', r => micros(((r.end || {}).roundTrip || {}).p50)], ['round trip p99', r => micros(((r.end || {}).roundTrip || {}).p99)]], runs, true),
      ...runs.flatMap(run => [el('h2', {}, nameOf(run)), ...verdicts(run), ...warnings(run)])];
  }

  // ---- hosts, each small ----
  function hostNames() { return [...new Set(runs.flatMap(run => Object.keys(run.series.hosts || {})))]; }
  function hostSpec(name) {
    const of = run => (run.series.hosts || {})[name] || {};
    return { title: name, small: true, height: 130, unit: short, cell: number, zero: true,
      lines: run => [line('established', of(run).established), line('failed', of(run).failed), line('lost', of(run).lost)] };
  }
  function hostRows() {
    return runs.flatMap(run => Object.entries(run.hosts || {}).map(([name, host]) => ({ run, name, host })));
  }

  // ---- the page ----
  const top = el('div'), charts = el('div'), hosts = el('div', { class: 'hosts' }), below = el('div');
  let hostsShown = '';

  function build() {
    main.append(top, charts, below, el('footer', {}, 'Made by connscale ' + data.version + '. Each point is the state at the end of an interval, percentiles and rates are those of the interval. Charts: uPlot 1.6.30, MIT License.'));
    let place = charts;
    CHARTS.forEach(spec => {
      if (spec.heading) { place = el('div', { class: spec.heading === 'By number of connections' ? 'pair' : '' }); charts.append(el('section', {}, el('h2', {}, spec.heading), place)); }
      place.append(chart(spec));
    });
    charts.append(el('section', {}, el('h2', {}, 'Hosts'), el('p', { class: 'note' }, 'Established, failed and lost on each.'), hosts));
  }

  function tail() {
    const parts = [];
    const rows = hostRows();
    const several = single() ? [] : [['run', r => nameOf(r.run), 'text']];
    if (rows.length) {
      parts.push(table([...several, ['host', r => r.name, 'text'], ['established', r => number(r.host.established)], ['connecting', r => number(r.host.connecting)], ['failed', r => number(r.host.failed)],
        ['lost', r => number(r.host.lost)], ['p50 µs', r => number(r.host.p50)], ['p99 µs', r => number(r.host.p99)], ['resident', r => bytes(r.host.residentBytes)], ['errors', r => Object.entries(r.host.errors || {}).map(([e, n]) => e + ' ' + number(n)).join(', '), 'text']], rows, true));
    }
    const list = (title, columns, key) => {
      const all = runs.flatMap(run => (run[key] || []).map(row => ({ ...row, run })));
      if (all.length) parts.push(el('section', {}, el('h2', {}, title), table([...several, ...columns], all, true)));
    };
    list('Events', [['', e => e.mark || ''], ['at', e => clock(e.at)], ['', e => e.kind === 'command' || e.kind === 'began' ? '' : e.kind, 'text'],
      ['what', e => e.text, 'text'], ['took', e => clock(e.took)], ['', e => e.outcome, 'text']], 'events');
    const kernels = runs.flatMap(run => (run.kernels || []).map(row => ({ ...row, run })));
    const value = v => typeof v === 'string' ? v : known(v);
    const columns = [...several, ['of', k => k.of, 'text'], ['name', k => k.name, 'text'], ['before', k => value(k.before)], ['after', k => value(k.after)]];
    const changed = kernels.filter(k => k.changed);
    if (kernels.length) {
      const all = folded(`All ${number(kernels.length)} limits, values and counters`, () => table(columns, kernels));
      parts.push(el('section', {}, el('h2', {}, 'What the kernels say'),
        changed.length ? [el('p', { class: 'note' }, 'What changed between the beginning and the end.'),
          table([...columns, ['change', k => typeof k.before === 'number' && typeof k.after === 'number' ? (k.after > k.before ? '+' : '') + number(k.after - k.before) : '']], changed)] : [], all.details));
    }
    list('Setup', [['of', f => f.of, 'text'], ['', f => f.name, 'text'], ['', f => f.value, 'text']], 'facts');
    below.replaceChildren(...parts);
  }

  function draw(anew) {
    top.replaceChildren(...head().filter(Boolean));
    const names = hostNames().slice(0, SMALL);
    if (names.join('\n') !== hostsShown) {
      hosts.replaceChildren();
      drawn.forEach(c => { if (c.small) drawn.delete(c); });
      names.forEach(name => { const before = new Set(drawn); hosts.append(chart(hostSpec(name))); drawn.forEach(c => { if (!before.has(c)) c.small = true; }); });
      hostsShown = names.join('\n');
    }
    drawn.forEach(c => c.draw(anew));
    charts.querySelectorAll('section').forEach(s => { s.hidden = ![...s.querySelectorAll('figure')].some(f => !f.hidden); });
    tail();
  }

  const repaint = () => { colours = {}; drawn.forEach(c => c.draw(true)); };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
  addEventListener('beforeprint', () => { document.documentElement.dataset.print = ''; repaint(); });
  addEventListener('afterprint', () => { delete document.documentElement.dataset.print; repaint(); });

  // ---- live: the same run, which grows ----
  /** Appends each array of more to the one of the same place; what is new there begins with nulls. */
  function append(to, more, before, added) {
    for (const [name, value] of Object.entries(more)) {
      if (Array.isArray(value)) {
        const values = to[name] ||= new Array(before).fill(null);
        while (values.length < before) values.push(null);
        values.push(...value);
      } else if (value) {
        append(to[name] ||= {}, value, before);
      }
    }
  }

  function take(message) {
    const { series, whole, ...rest } = message;
    if (whole || !runs.length) { runs[0] = { ...rest, series }; return; }
    const run = runs[0];
    Object.assign(run, rest);
    if (series) append(run.series, series, run.series.t.length);
  }

  function follow() {
    state = 'connecting';
    const source = new EventSource('events');
    let due = false;
    const later = () => { if (!due) { due = true; requestAnimationFrame(() => { due = false; draw(); }); } };
    source.onopen = () => { state = 'live'; later(); };
    source.onerror = () => { state = 'no longer live: the console has ended or is busy'; later(); };
    source.onmessage = event => { state = 'live'; take(JSON.parse(event.data)); later(); };
  }

  build();
  draw();
  if (data.live) follow();
})();
