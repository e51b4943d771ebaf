// The week as half hours: painted with the mouse or by keyboard, tapped on a phone.

import { clock, covered } from "./schedule_model.js";

const SLOT = 30;
const SLOTS = 48;
const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const upright = matchMedia("(max-width: 48rem)"); // days side by side, hours downwards

export class Grid {
  // `paint(days, from, to, open)` is told what to change; `look(day)` where somebody is.
  constructor(root, { paint, look, say }) {
    Object.assign(this, { root, paint, look, say, cells: [], at: [0, 16], anchor: null, brush: null });
    this.build();
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, () => (this.brush = null));
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("focusin", (event) => this.focused(event.target));
  }

  build() {
    const head = this.row();
    for (let hour = 0; hour < 24; hour += 3) {
      const mark = this.part("columnheader", head, hour * 2, -1);
      mark.textContent = String(hour);
      mark.classList.add("hour");
    }
    this.cells = NAMES.map((name, day) => {
      const row = this.row();
      const title = this.part("rowheader", row, -1, day);
      title.textContent = name.slice(0, 3);
      title.setAttribute("aria-label", name);
      return Array.from({ length: SLOTS }, (_, slot) => {
        const cell = this.part("gridcell", row, slot, day);
        cell.dataset.at = `${day} ${slot}`;
        cell.tabIndex = -1;
        return cell;
      });
    });
    this.cells[this.at[0]][this.at[1]].tabIndex = 0;
  }

  row() {
    const row = document.createElement("div");
    row.setAttribute("role", "row");
    this.root.append(row);
    return row;
  }

  part(role, row, slot, day) {
    const part = document.createElement("div");
    part.setAttribute("role", role);
    part.style.setProperty("--slot", slot + 2);
    part.style.setProperty("--day", day + 2);
    row.append(part);
    return part;
  }

  show(week) {
    week.forEach((periods, day) =>
      this.cells[day].forEach((cell, slot) => {
        const open = covered(periods, slot * SLOT, (slot + 1) * SLOT);
        cell.dataset.open = open === 0 ? "no" : open === SLOT ? "yes" : "part";
        cell.setAttribute("aria-selected", String(open === SLOT));
        const partly = open > 0 && open < SLOT ? ", partly open" : "";
        cell.setAttribute("aria-label", `${NAMES[day]} ${clock(slot * SLOT)} to ${clock((slot + 1) * SLOT)}${partly}`);
      }),
    );
  }

  place(element) {
    return element?.closest?.("[data-at]")?.dataset.at.split(" ").map(Number) ?? null;
  }

  isOpen([day, slot]) {
    return this.cells[day][slot].dataset.open === "yes";
  }

  fill(from, to, open) {
    const days = [from[0], to[0]].sort((a, b) => a - b);
    const slots = [from[1], to[1]].sort((a, b) => a - b);
    this.paint(days, slots[0] * SLOT, (slots[1] + 1) * SLOT, open);
  }

  press(event) {
    const at = this.place(event.target);
    if (!at || event.button !== 0) return;
    const open = !this.isOpen(at);
    this.move(at);
    this.fill(at, at, open);
    this.anchor = null;
    if (event.pointerType !== "mouse") return; // a finger scrolls
    event.preventDefault();
    this.cells[at[0]][at[1]].focus({ preventScroll: true });
    this.brush = { from: at, open };
  }

  drag(event) {
    if (!this.brush) return;
    const at = this.place(document.elementFromPoint(event.clientX, event.clientY));
    if (!at || String(at) === String(this.at)) return;
    this.move(at);
    this.fill(this.brush.from, at, this.brush.open);
  }

  key(event) {
    const at = this.place(event.target);
    if (!at) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      const open = !this.isOpen(at);
      this.anchor = { at, open };
      this.fill(at, at, open);
      return;
    }
    const to = this.next(at, event.key);
    if (!to) return;
    event.preventDefault();
    if (event.shiftKey) {
      this.anchor ??= { at, open: !this.isOpen(at) };
      this.fill(this.anchor.at, to, this.anchor.open);
    } else {
      this.anchor = null;
    }
    this.move(to);
    this.cells[to[0]][to[1]].focus();
  }

  next([day, slot], key) {
    const ahead = upright.matches ? { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }
      : { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (key === "Home") return [day, 0];
    if (key === "End") return [day, SLOTS - 1];
    const step = ahead[key];
    if (!step) return null;
    return [Math.min(Math.max(day + step[0], 0), 6), Math.min(Math.max(slot + step[1], 0), SLOTS - 1)];
  }

  move(at) {
    this.cells[this.at[0]][this.at[1]].tabIndex = -1;
    this.at = at;
    this.cells[at[0]][at[1]].tabIndex = 0;
  }

  focused(target) {
    const at = this.place(target);
    if (!at) return;
    this.look(at[0]);
    this.say(target.closest("[data-at]").getAttribute("aria-label"));
  }
}
