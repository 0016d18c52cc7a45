// Runs in the page, after Chart.js: draws the charts that lie in #data (`../charts.ts`), in the colours of the reader's scheme.
(() => {
  const charts = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { Chart } = window;
  let drawn = [];

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const show = (value) => (value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3));

  /** Stripes, for a bar that is not like the others. */
  const hatched = (base) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.globalAlpha = 0.35;
    pen.fillStyle = base;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 1;
    pen.strokeStyle = base;
    pen.lineWidth = 2;
    for (const x of [-4, 4, 12]) {
      pen.moveTo(x - 4, 8);
      pen.lineTo(x + 4, 0);
    }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  };
  const PAINTS = { plain: (base) => base, pale: (base) => `${base}80`, striped: hatched };
  const fill = (colour, paint = "plain") => PAINTS[paint](colour[dark.matches ? 1 : 0]);

  /** The texts of a chart's bars at their ends; or, upright, the values of the last column, which sums up the others. */
  const labels = (isUpright) => ({
    id: "labels",
    afterDatasetsDraw(chart) {
      const { ctx, data } = chart;
      ctx.save();
      ctx.fillStyle = css("--ink");
      ctx.font = `${isUpright ? 11 : 12}px system-ui, sans-serif`;
      ctx.textBaseline = "middle";
      data.datasets.forEach((set, d) => {
        const bars = chart.getDatasetMeta(d).data;
        if (!isUpright) {
          bars.forEach((bar, i) => {
            ctx.fillText(set.texts[i], bar.x + 6, bar.y);
          });
        } else if (set.raw.at(-1) !== null) {
          ctx.save();
          ctx.translate(bars.at(-1).x, bars.at(-1).y - 5);
          ctx.rotate(-Math.PI / 2);
          ctx.fillText(show(set.raw.at(-1)), 0, 0);
          ctx.restore();
        }
      });
      ctx.restore();
    },
  });

  /** What a chart says, for who can't see it. */
  function inWords({ title, caption, categories, series, x }) {
    const names = x === undefined ? categories.map(String) : x.values.map(String);
    const lines = series.map(({ label, values, texts = [] }) => {
      const all = values.flatMap((value, i) => (value === null ? [] : [`${names[i]} ${texts[i] || show(value)}`]));
      return `${label}${label === "" ? "" : ": "}${all.join(", ")}`;
    });
    return `${title}. ${caption}. ${lines.join("; ")}`;
  }

  function figure(spec) {
    const { title, caption, height, isWide } = spec;
    const element = document.createElement("figure");
    if (isWide) element.className = "wide";
    element.innerHTML = `<h2></h2><figcaption></figcaption><div style="height:${height}px"><canvas role="img"></canvas></div>`;
    element.querySelector("h2").textContent = title;
    element.querySelector("figcaption").textContent = caption;
    element.querySelector("canvas").setAttribute("aria-label", inWords(spec));
    document.getElementById("charts").append(element);
    return element.querySelector("canvas");
  }

  /** A logarithmic one has few, round ticks. */
  function axis({ title, isLinear, isFine, min, max, suggestedMax }) {
    const isRound = (v) => Number.isInteger(Math.log10(v));
    const callback = (v) =>
      isRound(v) || (isFine && [2, 5].some((m) => isRound(v / m))) ? v.toLocaleString("en-US") : null;
    return {
      ...{ min, max, suggestedMax, type: isLinear ? "linear" : "logarithmic" },
      title: { display: title !== "", text: title, color: css("--soft") },
      ticks: { color: css("--soft"), ...(isLinear ? { maxTicksLimit: 11 } : { autoSkip: false, callback }) },
      grid: { color: css("--line") },
      border: { color: css("--line") },
    };
  }
  const names = { ticks: { color: css("--ink") }, grid: { display: false }, border: { color: css("--line") } };

  function draw(spec) {
    const { kind, categories, series, x, y, isSummedUp, hasNoLegend } = spec;
    const isBars = kind === "bars";
    const isLines = kind === "lines";
    // A legend's stripes would look like the series' own colour.
    const swatch = ({ colour, paint }) => fill(colour, paint === "striped" ? "plain" : paint);
    // The length of a bar means nothing on a logarithmic axis: there a mark stands at the value.
    const isMarks = !isLines && !y.isLinear;
    const shown = series.flatMap(({ values }) => values.filter((value) => value > 0));
    // A thirtieth of the axis, however many decades it has.
    const MARK = (Math.max(...shown) / (y.min ?? Math.min(...shown))) ** (1 / 60);
    const placed = (value) => (value === null ? null : isMarks ? [value / MARK, value * MARK] : value);
    const datasets = series.map((one) => ({
      label: one.label,
      data: isLines
        ? one.values.flatMap((value, i) => (value === null ? [] : [{ x: x.values[i], y: value }]))
        : one.values.map(placed),
      raw: one.values,
      texts: one.texts ?? [],
      ...(isLines
        ? { backgroundColor: swatch(one), borderColor: swatch(one), pointRadius: 4, borderWidth: 2 }
        : {
            backgroundColor: one.values.map((_, i) =>
              fill(one.colours?.[i] ?? one.colour, one.paints?.[i] ?? one.paint),
            ),
            borderRadius: isMarks ? 6 : isBars ? 3 : 2,
            borderSkipped: isMarks ? false : "start",
            categoryPercentage: isBars ? 0.82 : 0.86,
            barPercentage: isBars ? 0.92 : 0.94,
          }),
    }));
    /** A legend shows each series as it is, also where its first bar is not. */
    const generateLabels = () =>
      series.map((one, datasetIndex) => ({
        ...{ text: one.label, fillStyle: swatch(one), strokeStyle: "transparent", lineWidth: 0, datasetIndex },
        fontColor: css("--ink"),
      }));
    const label = ({ dataset, parsed, dataIndex }) =>
      ` ${dataset.label}: ${dataset.texts[dataIndex] ?? show(isLines ? parsed.y : dataset.raw[dataIndex])}`;
    const chart = new Chart(figure(spec), {
      type: isLines ? "line" : "bar",
      data: { labels: categories, datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        ...(isBars ? { indexAxis: "y", layout: { padding: { right: 72 } }, events: [] } : {}),
        scales: isBars ? { x: axis(y), y: names } : { x: isLines ? axis(x) : names, y: axis(y) },
        plugins: {
          legend: {
            ...{ display: !hasNoLegend, position: "top", align: "start" },
            labels: { boxWidth: 12, boxHeight: 12, generateLabels },
          },
          tooltip: isBars ? { enabled: false } : { callbacks: { label } },
        },
      },
      plugins: isBars ? [labels(false)] : isSummedUp ? [labels(true)] : [],
    });
    drawn.push(chart);
  }

  /** Now, and whenever the scheme changes. */
  function drawAll() {
    for (const chart of drawn) chart.destroy();
    drawn = [];
    document.getElementById("charts").replaceChildren();
    Chart.defaults.font.family = "system-ui, sans-serif";
    names.ticks.color = css("--ink");
    names.border.color = css("--line");
    charts.forEach(draw);
  }
  drawAll();
  dark.addEventListener("change", drawAll);
})();
