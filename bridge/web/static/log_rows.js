// Journal entries as they happen, in the form in which the device writes them.

const MOST = 2000;

function row(entry) {
  const line = document.createElement("li");
  line.dataset.seq = entry.seq;
  line.dataset.kind = entry.kind;
  if (entry.words.mood) line.dataset.mood = entry.words.mood;
  const time = document.createElement("time");
  time.dateTime = entry.time;
  time.textContent = entry.words.time;
  const parts = ["what", "who", "notes"].map((name) => {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = entry.words[name];
    return part;
  });
  line.append(time, ...parts);
  return line;
}

export function add(list, entry, most = MOST) {
  if (list.querySelector(`[data-seq="${entry.seq}"]`)) return null;
  const line = row(entry);
  const newestFirst = list.dataset.log === "first";
  if (newestFirst) list.prepend(line);
  else list.append(line);
  while (list.children.length > most) (newestFirst ? list.lastElementChild : list.firstElementChild).remove();
  return line;
}
