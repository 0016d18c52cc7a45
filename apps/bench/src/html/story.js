// Draws the story that lies in #data: AriaX's figures striped, ours plain, in the colour of the phase.
(() => {
  const { axis, css, data: story, draw, drawAll, figure, hatched, labels, legend, logAxis } = window.drawing;
  const { Chart } = window;
  const { chapters, ratios, allocations } = story;

  const colour = (phase) => css(`--${phase.replace(".", "-")}`);
  const pale = (base) => `${base}80`;
  const titleOf = (phase) => chapters.find((chapter) => chapter.phase === phase).title;
  /** As the tables show it: what is gained here is never rounded up. */
  const factor = (value, round) => `${value < 10 ? value.toFixed(1) : round(value).toLocaleString("en-US")}×`;
  const time = (ns) => (ns < 1000 ? `${ns < 100 ? ns.toFixed(1) : Math.round(ns)} ns` : `${(ns / 1000).toFixed(2)} µs`);

  /** How each series is painted. */
  const AS = { theirs: hatched, part: pale, whole: (base) => base };

  /** Bars from left to right, by category; a series is a label, how it is painted, and what it has of each category. */
  function bars(canvas, categories, series, x) {
    draw(canvas, {
      type: "bar",
      data: {
        labels: categories.map(({ title }) => title),
        datasets: series.map(({ label, paint, values, show }) => ({
          label,
          data: values,
          texts: values.map((value) => (value === null ? "" : show(value))),
          backgroundColor: categories.map((category) => paint(category.colour)),
          borderRadius: 3,
          categoryPercentage: 0.8,
          barPercentage: 0.92,
        })),
      },
      options: {
        indexAxis: "y",
        layout: { padding: { right: 64 } },
        scales: { x, y: axis("", { grid: { display: false }, ticks: { color: css("--ink") } }) },
        plugins: {
          legend: { ...legend(), labels: { ...legend().labels, generateLabels: () => swatches(series) } },
          tooltip: { enabled: false },
        },
        events: [],
      },
      plugins: [labels],
    });
  }

  /** A legend in grey: the colours are the phases'. */
  const swatches = (series) =>
    series.map(({ label, paint }, datasetIndex) => {
      const fillStyle = paint(css("--soft"));
      return {
        text: label,
        fillStyle,
        strokeStyle: "transparent",
        lineWidth: 0,
        fontColor: css("--ink"),
        datasetIndex,
      };
    });

  const phases = () =>
    chapters.map(({ phase, title, unavailable }) => ({
      title: unavailable === undefined ? title : [title, "(not measured)"],
      colour: colour(phase),
    }));

  function times() {
    const canvas = figure(
      "The time of one allocation",
      "striped: what AriaX reports, and of phase 2.1 its target; plain: this machine, warm, the median of the processes",
      330,
      true,
    );
    const of = (value) => chapters.map((chapter) => value(chapter) ?? null);
    const series = [
      {
        label: "AriaX, per allocation",
        paint: AS.theirs,
        values: of((c) => c.original),
        show: (ns) => `${ns / 1000} µs`,
      },
      { label: "here, allocate", paint: AS.part, values: of((c) => c.allocate?.median), show: time },
      { label: "here, allocate + free", paint: AS.whole, values: of((c) => c.pair?.median), show: time },
    ];
    bars(canvas, phases(), series, logAxis("ns, logarithmic", { min: 1, suggestedMax: 2e4 }));
  }

  function calls() {
    const canvas = figure(
      "System calls",
      `in a run of ${allocations.toLocaleString("en-US")} allocations, all freed; here: counted by phase 2's own addon`,
      270,
      false,
    );
    const ours = chapters.map(({ systemCalls: c }) => (c === undefined ? null : allocations * (c.allocate + c.free)));
    const whole = (value) => Math.round(value).toLocaleString("en-US");
    // "6,685+", it says.
    const atLeast = (value) => whole(value) + (value > 0 ? "+" : "");
    const series = [
      { label: "AriaX", paint: AS.theirs, values: chapters.map((c) => c.originalCalls ?? null), show: atLeast },
      { label: "here", paint: AS.whole, values: ours, show: whole },
    ];
    bars(canvas, phases(), series, axis("", { min: 0, ticks: { color: css("--soft"), maxTicksLimit: 4 } }));
  }

  function factors() {
    const canvas = figure("How many times as long", "the first phase's time by the second's, logarithmic", 270, false);
    const categories = ratios.map(({ slow, fast }) => ({
      title: [titleOf(slow), `by ${titleOf(fast)}`],
      colour: colour(slow),
    }));
    const theirs = ratios.map(({ original }) => original);
    const ours = ratios.map(({ pair }) => pair ?? null);
    const series = [
      { label: "AriaX", paint: AS.theirs, values: theirs, show: (value) => factor(value, Math.round) },
      { label: "here, allocate + free", paint: AS.whole, values: ours, show: (value) => factor(value, Math.floor) },
    ];
    bars(canvas, categories, series, logAxis("", { min: 1 }));
  }

  drawAll(() => {
    Chart.defaults.font.size = 13;
    times();
    calls();
    factors();
  });
})();
