// Journal entries as they happen, in the form in which the device writes them.

const MOST = 2000;

export function row(entry, { short = false } = {}) {
  const line = document.createElement("li");
  line.dataset.seq = entry.seq;
  line.dataset.kind = entry.kind;
  line.dataset.day = entry.words.time.slice(0, 10);
  if (entry.words.mood) line.dataset.mood = entry.words.mood;
  const time = document.createElement("time");
  time.dateTime = entry.time;
  time.textContent = short ? entry.words.time.slice(11) : entry.words.time;
  const parts = ["what", "who", "notes"].map((name) => {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = entry.words[name];
    return part;
  });
  line.append(time, ...parts);
  return line;
}

export function most(list, limit = MOST) {
  if (list.children.length > limit) list.lastElementChild.remove();
}

export function add(list, entry, limit) {
  if (list.querySelector(`[data-seq="${entry.seq}"]`)) return;
  list.prepend(row(entry));
  most(list, limit);
}
