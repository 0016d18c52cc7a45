// Runs in the page, after Chart.js: what the charts of both pages are drawn with, in the colours of the reader's scheme.
window.drawing = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
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

  /** The value at each bar's end, from the `texts` of its dataset. */
  const labels = {
    id: "labels",
    afterDatasetsDraw(chart) {
      const { ctx, data } = chart;
      ctx.save();
      ctx.fillStyle = css("--ink");
      ctx.font = "12px system-ui, sans-serif";
      ctx.textBaseline = "middle";
      data.datasets.forEach((set, d) => {
        chart.getDatasetMeta(d).data.forEach((bar, i) => {
          ctx.fillText(set.texts[i], bar.x + 6, bar.y);
        });
      });
      ctx.restore();
    },
  };

  function figure(title, caption, height, wide) {
    const element = document.createElement("figure");
    if (wide) element.className = "wide";
    element.innerHTML = `<h2></h2><figcaption></figcaption><div style="height:${height}px"><canvas role="img"></canvas></div>`;
    element.querySelector("h2").textContent = title;
    element.querySelector("figcaption").textContent = caption;
    element.querySelector("canvas").setAttribute("aria-label", `${title}. ${caption}`);
    document.getElementById("charts").append(element);
    return element.querySelector("canvas");
  }

  const axis = (text, extra = {}) => ({
    title: { display: text !== "", text, color: css("--soft") },
    ticks: { color: css("--soft") },
    grid: { color: css("--line") },
    border: { color: css("--line") },
    ...extra,
  });
  /** A logarithmic axis with few, round ticks. */
  const logAxis = (text, extra = {}) =>
    axis(text, {
      type: "logarithmic",
      ticks: {
        color: css("--soft"),
        autoSkip: false,
        callback: (v) =>
          Number.isInteger(Math.log10(v)) || (extra.fine && [2, 5].some((m) => Number.isInteger(Math.log10(v / m))))
            ? v.toLocaleString("en-US")
            : null,
      },
      ...extra,
    });
  const legend = () => ({
    position: "top",
    align: "start",
    labels: { color: css("--ink"), boxWidth: 12, boxHeight: 12 },
  });

  const draw = (canvas, config) =>
    drawn.push(
      new Chart(canvas, { ...config, options: { animation: false, maintainAspectRatio: false, ...config.options } }),
    );

  /** Draws all by `charts`, now and whenever the scheme changes. */
  function drawAll(charts) {
    const again = () => {
      for (const chart of drawn) chart.destroy();
      drawn = [];
      document.getElementById("charts").replaceChildren();
      Chart.defaults.font.family = "system-ui, sans-serif";
      charts();
    };
    again();
    dark.addEventListener("change", again);
  }

  const isDark = () => dark.matches;
  return { axis, css, data, draw, drawAll, figure, hatched, isDark, labels, legend, logAxis, show };
})();
