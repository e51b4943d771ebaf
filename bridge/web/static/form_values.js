// Controls of a line's keys: how each reads and writes the value that it stands for. The server writes the
// first text of each in the same way (line_controls.py).

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const fill = (control, text) => (control.value = text);
const printable = (text) => !/[\u0000-\u001f\u007f]/.test(text);

// Lines such as `Accept: text/plain`; a name alone removes that header.
function headers(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const pairs = lines.map((line) => line.split(/:(.*)/s)).map(([name, value = ""]) => [name.trim(), value.trim() || null]);
  return pairs.length ? Object.fromEntries(pairs) : null;
}

export const VALUES = {
  // A value of a message: JSON, else a text.
  value: {
    get: ({ value }) => (value.trim() === "" ? null : json(value) ?? value.trim()),
    set: (control, value) => {
      const plain = typeof value === "string" && value !== "" && value === value.trim() && json(value) === undefined;
      fill(control, value === null ? "" : plain ? value : JSON.stringify(value));
    },
  },
  // A path: names with dots between them, or a list as JSON.
  steps: {
    get: ({ value }) => (value.trim() === "" ? null : value.trim().startsWith("[") ? json(value) ?? value.trim() : value.trim()),
    set: (control, value) => fill(control, typeof value === "string" ? value : value === null ? "" : JSON.stringify(value)),
  },
  // A text to the letter; "" is the empty one.
  exact: {
    get: ({ value }) => {
      const written = value.startsWith('"') ? json(value) : undefined;
      return value === "" ? null : typeof written === "string" ? written : value;
    },
    set: (control, value) => {
      const plain = value && !value.startsWith('"') && printable(value);
      fill(control, value === null ? "" : plain ? value : JSON.stringify(value));
    },
  },
  // What is never shown: empty means that it stays.
  masked: { get: ({ value }) => value || null, set: (control) => fill(control, ""), hidden: true },
  headers: { get: ({ value }) => headers(value), set: (control) => fill(control, ""), hidden: true },
  line_kind: { get: ({ value }) => value, set: (control, value) => {
    control.value = value ?? "gpio";
    control.dispatchEvent(new Event("change"));
  } },
};
