// Draws the timeline's picture: a lane for each input and output, a bar for each span, and the hours.

const SVG = "http://www.w3.org/2000/svg";
const LANE = 30;
const AXIS = 22;
const LEAST = 3; // pixels of a bar that can still be seen
const APART = 64; // pixels between two times
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360];

function svg(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Times are those of the device's zone; its offset changes at most once in the day that is shown.
function clockOf({ since, until, changed }) {
  const offset = (iso) => {
    const found = /([+-])(\d\d):(\d\d)$/.exec(iso);
    return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
  };
  const [before, after, at] = [offset(since), offset(until), changed ? Date.parse(changed) : -Infinity];
  return (ms) => (ms < at ? before : after) * 60_000;
}

function ticks(from, to, width, local) {
  const step = 60_000 * (STEPS_MIN.find((minutes) => ((minutes * 60_000) / (to - from)) * width >= APART) ?? 720);
  const found = [];
  for (let at = Math.ceil((from + local(from)) / step) * step; at - local(to) <= to; at += step) {
    const ms = at - local(at - local(from));
    if (ms >= from) found.push([ms, new Date(at).toISOString().slice(11, 16)]);
  }
  return found;
}

export function draw(chart, day, { from, to, chosen }) {
  const width = chart.clientWidth;
  if (!width) return;
  const names = width > 640 ? 150 : 0; // on a phone above the bars instead of beside them
  const lane = names ? LANE : LANE + 16;
  const height = day.lanes.length * lane + AXIS;
  const x = (ms) => names + ((ms - from) / (to - from)) * (width - names);
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" });
  for (const [ms, text] of ticks(from, to, width - names, clockOf(day))) {
    picture.append(svg("line", { x1: x(ms), x2: x(ms), y1: 0, y2: height - AXIS, class: "grid" }));
    const anchor = x(ms) > width - 20 ? "end" : x(ms) < names + 20 ? "start" : "middle";
    picture.append(svg("text", { x: x(ms), y: height - 6, "text-anchor": anchor, class: "time" }, text));
  }
  day.lanes.forEach(([id, name], nth) => {
    const top = nth * lane;
    picture.append(svg("line", { x1: 0, x2: width, y1: top + lane, y2: top + lane, class: "lane" }));
    const label = svg("text", { x: 0, y: top + (names ? 20 : 13), class: "name" }, name);
    picture.append(label);
    for (const span of day.spans.filter((one) => one.lane === id && one.end >= from && one.begin <= to)) {
      const left = Math.min(Math.max(x(span.begin), names), width - LEAST); // one that began just now is seen too
      const right = Math.min(x(span.end), width);
      const bar = svg("rect", {
        x: left, y: top + (names ? 4 : 18), width: Math.max(right - left, LEAST), height: 22, rx: 2,
        class: `span ${span === chosen ? "chosen" : ""}`, "data-kind": span.kind, "data-nth": span.nth,
      });
      picture.append(bar);
    }
  });
  if (day.known > from) {
    const unknown = { x: names, y: 0, width: Math.min(x(day.known), width) - names, height: height - AXIS, class: "unknown" };
    picture.prepend(svg("rect", unknown));
  }
  chart.replaceChildren(picture);
  for (const label of picture.querySelectorAll(".name")) shorten(label, (names || width) - 10);
}

function shorten(label, width) {
  const whole = label.textContent;
  for (let length = whole.length; length > 3 && label.getComputedTextLength() > width; length -= 1) {
    label.textContent = `${whole.slice(0, length)}…`;
  }
}

// The bar at a point, or the nearest one within a finger's width.
export function barAt(chart, clientX, clientY) {
  const near = 12;
  let found = null;
  let best = near + 1;
  for (const bar of chart.querySelectorAll(".span")) {
    const { left, right, top, bottom } = bar.getBoundingClientRect();
    const away = Math.max(left - clientX, clientX - right, top - clientY, clientY - bottom, 0);
    if (away < best) [found, best] = [bar, away];
  }
  return found && Number(found.dataset.nth);
}
