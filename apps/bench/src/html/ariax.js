// Draws AriaX's run that lies in #data: times of whole scenarios, tails of their steps, deviations of ticks.
(() => {
  const { axis, css, data, draw, drawAll, figure, hatched, labels, legend, logAxis } = window.drawing;
  const { Chart } = window;
  const { scenarios, rows, stability, browser } = data;

  const colour = (subject) => css(`--${subject.replaceAll(".", "-")}`) || css("--soft");
  const pale = (base) => `${base}70`;
  const time = (ms) => {
    if (ms >= 100) return `${Math.round(ms).toLocaleString("en-US")} ms`;
    return ms < 0.1 ? `${(1000 * ms).toPrecision(2)} µs` : `${ms.toPrecision(2)} ms`;
  };
  const rowOf = (scenario, subject) => rows.find((row) => row.scenario === scenario && row.subject === subject);
  const isBound = (row) => row?.status === "stopped" || row?.status === "out of memory";

  /** Bars from left to right; a series has a label, values, and how each of its bars is painted and written. */
  function bars(canvas, categories, series, x) {
    draw(canvas, {
      type: "bar",
      data: {
        labels: categories,
        datasets: series.map(({ label, values, paints, texts }) => ({
          label,
          data: values,
          texts,
          backgroundColor: paints,
          borderRadius: 2,
          categoryPercentage: 0.84,
          barPercentage: 0.9,
        })),
      },
      options: {
        indexAxis: "y",
        layout: { padding: { right: 72 } },
        scales: { x, y: axis("", { grid: { display: false }, ticks: { color: css("--ink") } }) },
        plugins: { legend: legend(), tooltip: { enabled: false } },
        events: [],
      },
      plugins: [labels],
    });
  }

  /** A logarithmic axis that begins at a power of ten below every value. */
  const msAxis = (series) => {
    const all = series.flatMap(({ values }) => values).filter((value) => value > 0);
    return logAxis("ms, logarithmic", { min: 10 ** Math.floor(Math.log10(0.9 * Math.min(...all))) });
  };

  /** A bar for each of these subjects and scenarios, of what `value` says of a row in ms. */
  function bySubject(title, caption, names, value, wide) {
    const shown = names.filter((name) => rows.some((row) => row.subject === name && value(row) !== undefined));
    const with_ = scenarios.filter(({ name }) =>
      shown.some((subject) => value(rowOf(name, subject) ?? {}) !== undefined),
    );
    if (shown.length === 0) return;
    const canvas = figure(title, caption, 70 + with_.length * (10 + 19 * shown.length), wide);
    const series = shown.map((subject) => {
      const all = with_.map(({ name }) => rowOf(name, subject));
      return {
        label: subject,
        values: all.map((row) => value(row ?? {}) ?? null),
        paints: all.map((row) => (isBound(row) ? hatched(colour(subject)) : colour(subject))),
        texts: all.map((row) => {
          const ms = value(row ?? {});
          return ms === undefined ? "" : `${isBound(row) ? "> " : ""}${time(ms)}`;
        }),
      };
    });
    bars(
      canvas,
      with_.map(({ name }) => name),
      series,
      msAxis(series),
    );
  }

  function deviations() {
    if (stability.length === 0) return;
    const arms = ["ariax", "gc"];
    const canvas = figure(
      "Deviation of a tick",
      "how much later than its ideal moment it begins, in real time under the same load; plain: p99, pale: the largest",
      90 + stability.length * 84,
      false,
    );
    const series = arms.flatMap((arm) => {
      const of = (key) => stability.map((row) => row[arm]?.report.deviation[key] ?? null);
      const one = (label, values, paint) => ({
        label,
        values,
        paints: values.map(() => paint),
        texts: values.map((value) => (value === null ? "" : time(value))),
      });
      return [one(`${arm}, p99`, of("p99"), colour(arm)), one(`${arm}, largest`, of("max"), pale(colour(arm)))];
    });
    bars(
      canvas,
      stability.map(({ frequency }) => `${frequency} Hz`),
      series,
      msAxis(series),
    );
  }

  function frames() {
    if (browser?.observations === undefined || browser.observations.length === 0) return;
    const canvas = figure(
      "A frame in the browser",
      `game-frame in Chromium ${browser.version}, each frame by itself; GC pauses from the browser's own trace`,
      300,
      false,
    );
    const categories = ["frame p50", "frame p99", "frame p99.9", "frame max", "longest GC pause"];
    const series = browser.observations.map(({ arm, simulated: { frame }, pauses }) => {
      const values = [frame.p50, frame.p99, frame.p999, frame.max, pauses.simulated.max];
      return {
        label: arm,
        // There is no 0 on a logarithmic axis.
        values: values.map((value) => value || null),
        paints: values.map(() => colour(arm)),
        texts: values.map((value) => (value === 0 ? "" : time(value))),
      };
    });
    bars(canvas, categories, series, msAxis(series));
  }

  drawAll(() => {
    Chart.defaults.font.size = 13;
    const timed = (row) => (row.status === "ok" || isBound(row) ? row : undefined);
    const whole = ["ariax", "phase-2.1", "slab", "gc", "phase-1", "phase-2"];
    bySubject(
      "The time of a whole scenario",
      "logarithmic; striped: stopped at the limit, or out of memory, and so a lower bound",
      whole,
      (row) => timed(row)?.ms,
      true,
    );
    const few = ["ariax", "phase-2.1", "gc"];
    bySubject("The tail of a step", "the 99.9th percentile of its steps", few, (row) => timed(row)?.step?.p999, false);
    bySubject(
      "What the collector stops",
      "all pauses of a scenario together; subjects without a pause have no bar",
      few,
      (row) => timed(row)?.pauses?.total || undefined,
      false,
    );
    deviations();
    frames();
  });
})();
