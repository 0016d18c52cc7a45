// Draws the report that lies in #data.
(() => {
  const {
    axis,
    css,
    data: report,
    draw,
    drawAll,
    figure,
    hatched,
    isDark,
    labels,
    legend,
    logAxis,
    show,
  } = window.drawing;
  const { Chart } = window;

  /** Ours in cool colours, rivals in warm ones, garbage collection in greys: [light, dark]. */
  const COLOURS = {
    slab: ["#0b7a5e", "#3ddbac"],
    "slab-shared": ["#3f9fd1", "#5fb8e8"],
    arena: ["#6b6fc9", "#9d9ff2"],
    "thi.ng": ["#c0392b", "#f0705f"],
    "thi.ng-realloc": ["#8e2a1f", "#d95444"],
    malloc: ["#d98324", "#f2a950"],
    assemblyscript: ["#c7a70a", "#e8d04a"],
    playcanvas: ["#a8557f", "#dd8ab3"],
    uint8array: ["#70787f", "#a7b0b7"],
    buffer: ["#a9b0b6", "#6c757c"],
    bitset: ["#0b7a5e", "#3ddbac"],
    "atomic-bitset": ["#3f9fd1", "#5fb8e8"],
    wasm: ["#5b7fd4", "#8aa8f0"],
    native: ["#2f9e8f", "#63d3c4"],
    "native-c": ["#7a5fb5", "#ab93e0"],
    "engine-c": ["#2b4f94", "#4d7fd6"],
    mimalloc: ["#c0392b", "#f0705f"],
    jemalloc: ["#d98324", "#f2a950"],
    glibc: ["#c7a70a", "#e8d04a"],
    "phase-1": ["#c97a1c", "#f2a950"],
    "phase-2": ["#b93a2b", "#f0705f"],
    "phase-2.1": ["#0b7a5e", "#3ddbac"],
    "metadata-pool": ["#0b7a5e", "#3ddbac"],
  };
  const OTHERS = [
    ["#c0392b", "#f0705f"],
    ["#d98324", "#f2a950"],
    ["#c7a70a", "#e8d04a"],
    ["#a8557f", "#dd8ab3"],
    ["#8b6f4e", "#c2a27c"],
    ["#70787f", "#a7b0b7"],
  ];
  const colour = (name, i = 0) => (COLOURS[name] ?? OTHERS[i % OTHERS.length])[isDark() ? 1 : 0];

  const workloadsOf = (group) => report.workloads.filter((w) => w.group === group);
  const rowOf = (subject, workload) => report.rows.find((r) => r.subject === subject && r.workload === workload);
  /** Those in C have another loop, and a chart of their own. */
  const subjectsOf = (workloads) =>
    report.subjects.filter(
      (s) => s.origin !== "loop" && !s.inC && workloads.some((w) => rowOf(s.name, w.name)?.gross > 0),
    );
  const isStopped = (row) => row?.status === "stopped";

  const fill = (base, stopped) => (stopped ? hatched(base) : base);

  /** One bar a subject, sorted, with its value: the geometric mean over the traces. */
  function means(workloads) {
    const bars = subjectsOf(workloads)
      .map((s) => ({ name: s.name, rows: workloads.map((w) => rowOf(s.name, w.name)) }))
      .filter(({ rows }) => rows.every((r) => r?.gross > 0))
      .map(({ name, rows }) => ({
        name,
        mean: Math.exp(rows.reduce((sum, r) => sum + Math.log(r.gross), 0) / rows.length),
        stopped: rows.some(isStopped),
      }))
      .sort((a, b) => a.mean - b.mean);
    if (bars.length < 2) return;
    const canvas = figure(
      "Geometric mean over the traces",
      "ns per event, the loop included; hatched: stopped at the limit, a lower bound",
      60 + 34 * bars.length,
      true,
    );
    draw(canvas, {
      type: "bar",
      data: {
        labels: bars.map(({ name }) => name),
        datasets: [
          {
            data: bars.map(({ mean }) => mean),
            texts: bars.map(({ mean, stopped }) => `${stopped ? "> " : ""}${show(mean)} ns`),
            backgroundColor: bars.map(({ name, stopped }, i) => fill(colour(name, i), stopped)),
            borderRadius: 3,
          },
        ],
      },
      options: {
        indexAxis: "y",
        layout: { padding: { right: 70 } },
        scales: { x: logAxis("ns per event, logarithmic", { min: 1 }), y: axis("", { grid: { display: false } }) },
        plugins: { legend: { display: false }, tooltip: { enabled: false } },
      },
      plugins: [labels],
    });
  }

  /** Bars by workload, one colour a subject. */
  function grouped(title, caption, workloads, value, y, wide, isShown = () => true) {
    const subjects = subjectsOf(workloads).filter(
      (s) => isShown(s) && workloads.some((w) => value(rowOf(s.name, w.name)) > 0),
    );
    if (subjects.length < 2) return;
    const rows = subjects.map((s) => workloads.map((w) => rowOf(s.name, w.name)));
    draw(figure(title, caption, 380, wide), {
      type: "bar",
      data: {
        labels: workloads.map(({ name }) => name),
        datasets: subjects.map(({ name }, i) => ({
          label: name,
          data: rows[i].map((row) => (row === undefined ? null : (value(row) ?? null))),
          backgroundColor: rows[i].map((row) => fill(colour(name, i), isStopped(row))),
          borderRadius: 2,
          categoryPercentage: 0.86,
          barPercentage: 0.94,
        })),
      },
      options: {
        scales: { x: axis("", { grid: { display: false } }), y },
        plugins: {
          legend: { ...legend(), labels: { ...legend().labels, generateLabels: plainLegend } },
          tooltip: {
            callbacks: {
              label: ({ dataset, datasetIndex, dataIndex, parsed }) =>
                ` ${dataset.label}: ${isStopped(rows[datasetIndex][dataIndex]) ? "> " : ""}${show(parsed.y)}`,
            },
          },
        },
      },
    });
    /** A legend shows the subject's colour, also where its first bar is hatched. */
    function plainLegend(chart) {
      return Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) => {
        const plain = colour(subjects[item.datasetIndex].name, item.datasetIndex);
        return { ...item, fillStyle: plain, strokeStyle: plain, fontColor: css("--ink") };
      });
    }
  }

  /** How a time grows with the number of live blocks. */
  function scaling(workloads) {
    const live = { "churn-1k": 1e3, "churn-10k": 1e4, "churn-100k": 1e5, "churn-1m": 1e6 };
    const subjects = subjectsOf(workloads);
    if (workloads.length < 2 || subjects.length < 2) return;
    draw(
      figure(
        "Churn by the number of live blocks",
        "ns per free + allocate of 16–1,023 bytes, net of the loop",
        380,
        false,
      ),
      {
        type: "line",
        data: {
          datasets: subjects.map(({ name }, i) => ({
            label: name,
            data: workloads.flatMap((w) => {
              const row = rowOf(name, w.name);
              return row?.net > 0 ? [{ x: live[w.name], y: row.net }] : [];
            }),
            borderColor: colour(name, i),
            backgroundColor: colour(name, i),
            pointRadius: 4,
            borderWidth: 2,
          })),
        },
        options: {
          scales: { x: logAxis("live blocks"), y: logAxis("ns per pair", { fine: true }) },
          plugins: { legend: legend() },
        },
      },
    );
  }

  /** The value above each bar of the last category, which sums up the others. */
  const lastValues = {
    id: "lastValues",
    afterDatasetsDraw(chart) {
      const { ctx, data } = chart;
      ctx.save();
      ctx.fillStyle = css("--ink");
      ctx.font = "11px system-ui, sans-serif";
      ctx.textBaseline = "middle";
      data.datasets.forEach((set, d) => {
        const bar = chart.getDatasetMeta(d).data.at(-1);
        if (set.data.at(-1) === null) return;
        // Upright: the bars are narrower than the numbers.
        ctx.save();
        ctx.translate(bar.x, bar.y - 5);
        ctx.rotate(-Math.PI / 2);
        ctx.fillText(show(set.data.at(-1)), 0, 0);
        ctx.restore();
      });
      ctx.restore();
    },
  };

  /** TypeScript against C: net of the loops. */
  function againstC() {
    if (report.againstC === undefined) return;
    const { traces, times } = report.againstC;
    const plain = times.filter(({ name }) => !name.endsWith("written"));
    const least = Math.min(1, ...plain.flatMap(({ values }) => values.filter((value) => value !== null)));
    draw(
      figure(
        "TypeScript against C",
        "ns per event, net of the loop, each side's own; left to right: ours, theirs",
        380,
        true,
      ),
      {
        type: "bar",
        data: {
          labels: [...traces, "geometric mean"],
          datasets: plain.map(({ name, values, mean }, i) => ({
            label: name,
            data: [...values, mean],
            backgroundColor: colour(name, i),
            borderRadius: 2,
            categoryPercentage: 0.86,
            barPercentage: 0.94,
          })),
        },
        options: {
          scales: {
            x: axis("", { grid: { display: false } }),
            y: logAxis("ns, logarithmic", { min: 10 ** Math.floor(Math.log10(least)), fine: true }),
          },
          plugins: {
            legend: legend(),
            tooltip: { callbacks: { label: ({ dataset, parsed }) => ` ${dataset.label}: ${show(parsed.y)}` } },
          },
        },
        plugins: [lastValues],
      },
    );
  }

  function all() {
    const heap = [...workloadsOf("traces"), ...workloadsOf("yours")];
    const gross = (row) => row?.gross;
    means(heap);
    grouped(
      "Each trace",
      "ns per event, the loop included; hatched: stopped at the limit, a lower bound",
      heap,
      gross,
      logAxis("ns, logarithmic", { min: 1 }),
      true,
    );
    againstC();
    grouped(
      "The tail",
      "99th percentile of batches of 256 events, ns per event",
      heap,
      (row) => row?.p99,
      logAxis("ns, logarithmic", { min: 1 }),
      false,
    );
    grouped(
      "Memory",
      "bytes reserved and metadata by bytes live, at the peak; 1 is the least there can be",
      heap,
      (row) => row?.peakRatio,
      axis("times", { min: 1, max: 2 }),
      false,
      (s) => s.name !== "arena",
    );
    grouped(
      "One question each",
      "ns per allocate + free",
      workloadsOf("micro"),
      gross,
      logAxis("ns, logarithmic", { min: 1 }),
      false,
    );
    scaling(workloadsOf("scaling"));
    grouped(
      "Synthetic programs",
      "ns per event, the loop included",
      workloadsOf("synthetic"),
      gross,
      logAxis("ns, logarithmic", { min: 1 }),
      true,
    );
    grouped(
      "A million bits",
      "ns per claim and release, or per search",
      workloadsOf("bits"),
      gross,
      logAxis("ns, logarithmic", { min: 1 }),
      false,
    );
    grouped(
      "Small records",
      "ns per record made, filled, read and released",
      workloadsOf("records"),
      gross,
      axis("ns", { min: 0 }),
      false,
    );
  }

  drawAll(all);
})();
